"""The checks of installing and uninstalling, and pytest."""

import subprocess

from .layers import Layers, check_uninstall
from .paths import CHECKOUT, SETUP

DATABASE = "fs_test"


def check_installation(machine):
    """Each add-on installs with and without demo data and uninstalls clean."""
    for demo in (True, False):
        check_uninstall(machine, Layers(machine, demo=demo).build(), demo=demo)


def run_pytest(machine, arguments):
    """Run pytest in a fresh database; its closing line is the last one printed."""
    machine.databases.clone(Layers(machine, demo=False).build(), DATABASE)
    everything = ["tests", *(f"{name}/tests" for name in machine.modules)]
    command = [
        *(str(machine.venv.python), "-m", "pytest", "-p", "kit.zero_skips"),
        *("--odoo-config", str(machine.config())),
        *("--odoo-database", DATABASE, "--odoo-http"),
        *(arguments or everything),
    ]
    environment = machine.environment
    environment["PYTHONPATH"] += f":{SETUP}"
    return subprocess.run(
        command,
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode
