"""The linters, all of them even when the first one has something to say."""

import shutil
import subprocess

from . import packages, venv
from .console import say
from .machine import find_modules
from .paths import CHECKOUT, state_folder


def run():
    """Run all linters; return 1 when one of them found something."""
    logs = state_folder() / "log"
    packages.ensure(["git", "python3-venv"], logs / "packages.log")
    folder = venv.ensure(venv.TEST, logs / "venv.log").folder / "bin"
    failed = [name for name, command in _linters(folder) if not _passes(name, command)]
    say(f"setup: found by {', '.join(failed)}, see above." if failed else "lint: clean")
    return 1 if failed else 0


def _linters(folder):
    modules = find_modules()
    python = str(folder / "python")
    yield "ruff", [python, "-m", "ruff", "check", "."]
    yield "ruff format", [python, "-m", "ruff", "format", "--check", "."]
    yield (
        "pylint-odoo",
        [python, "-m", "pylint", "--valid-odoo-versions=19.0", *modules],
    )
    yield (
        "oca-checks-odoo-module",
        [
            *(python, str(folder / "oca-checks-odoo-module")),
            # The documentation is written in Markdown here.
            *("--disable=prefer-readme-rst", *modules),
        ],
    )
    commands = ("demo", "test", "odoo", "lint", "translate")
    scripts = [f"setup/{name}" for name in commands]
    scripts += [".ci/run", "setup/lib/bootstrap.sh"]
    for script in scripts:
        yield f"sh -n {script}", ["sh", "-n", script]
    if shutil.which("shellcheck"):
        yield "shellcheck", ["shellcheck", "-x", *scripts]


def _passes(name, command):
    answer = subprocess.run(
        command,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if answer.returncode:
        say(f"--- {name}\n{answer.stdout}{answer.stderr}")
    return not answer.returncode
