"""The translation files of the add-ons."""

import subprocess

from .layers import Layers


def update(machine):
    """Write the terms of the code into the files; 1 when one is not translated."""
    database = Layers(machine, demo=False).build()
    script = str(machine.script("translate.py"))
    return subprocess.run(
        [str(machine.venv.python), script, database, *machine.modules],
        env=machine.environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode
