"""The checks of installing and uninstalling, and pytest."""

import subprocess

from . import companions
from .console import SetupError, say
from .layers import Layers, check_uninstall
from .paths import CHECKOUT, SETUP

DATABASE = "fs_test"


def check_installation(machine):
    """Each add-on installs with and without demo data and uninstalls clean."""
    for demo in (True, False):
        check_uninstall(machine, Layers(machine, demo=demo).build(), demo=demo)


def run_pytest(machine, arguments):
    """Run pytest in fresh databases; its closing line is the last one printed.

    The tests that need companions run first, on the database which has them.
    """
    if arguments:
        beside = any(companions.FOLDER in word for word in arguments)
        return _run(machine, arguments, beside=beside)
    code = _run(machine, [companions.FOLDER], beside=True)
    everything = ["tests", *(f"{name}/tests" for name in machine.modules)]
    everything.append(f"--ignore={companions.FOLDER}")
    code = _run(machine, everything) or code
    if code:
        say("setup: not all tests have passed.")
    return code


def run_benchmark(machine, arguments):
    """Run a benchmark that makes databases of its own; return its exit code."""
    folder = CHECKOUT / "tests" / "benchmarks"
    known = sorted(path.stem for path in folder.glob("*.py") if _is_program(path))
    name, *rest = arguments or [""]
    if name not in known:
        raise SetupError(f"Name one of the benchmarks: {', '.join(known)}.")
    template = Layers(machine, demo=False).build()
    command = [str(machine.venv.python), str(folder / f"{name}.py"), template, *rest]
    return subprocess.run(
        [*command, "--config", str(machine.config())],
        cwd=CHECKOUT,
        env=machine.environment,
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


def _is_program(path):
    return '__name__ == "__main__"' in path.read_text(encoding="utf-8")


def _run(machine, arguments, *, beside=False):
    template = Layers(machine, demo=False).build()
    if beside:
        template = companions.build(machine, template)
    machine.databases.clone(template, DATABASE)
    command = [
        *(str(machine.venv.python), "-m", "pytest", "-p", "kit.zero_skips"),
        *("--odoo-config", str(machine.config())),
        *("--odoo-database", DATABASE, "--odoo-http", *arguments),
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
