"""The demonstration database, and the story that is played in it."""

import tempfile
from pathlib import Path

from .console import CommandError, SetupError, Step, run_logged
from .machine import EXCEPTION, digest_of

DEFAULT_DATABASE = "field_service_demo"
MARK = "field-service demo "


def ensure_database(machine, name):
    """Have the add-ons of this checkout with demo data in the database `name`."""
    databases, modules = machine.databases, machine.modules
    wanted = MARK + digest_of(*modules)
    comment = databases.comment(name)
    if comment == wanted:
        return
    if comment is None:
        with (
            Step(f"Installing {', '.join(modules)} with demo data") as step,
            databases.built(name, wanted) as part,
        ):
            _change(machine, part, modules, "--with-demo", step)
        return
    if not comment.startswith(MARK):
        raise SetupError(
            f"The database {name} was not made by these scripts: "
            "choose another name with --database, or drop it."
        )
    with Step(f"Updating {', '.join(modules)}") as step:
        _change(machine, name, modules, f"-u{','.join(modules)}", step)
    databases.set_comment(name, wanted)


def _change(machine, database, modules, option, step):
    arguments = [option, "-i", ",".join(modules)]
    machine.change_modules(
        database, *arguments, log="demo-database", step=step, checked=False
    )


def play(machine, database, orders=None, year=False):
    """Run the story once, a year and history when asked; return what is to be shown."""
    command = [str(machine.venv.python), str(machine.script("play.py")), database]
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result"
        command.append(str(result))
        command += ["--year"] if year else []
        command += [str(orders)] if orders else []
        with Step("Running the story on real documents") as step:
            try:
                run_logged(
                    command,
                    machine.log("story"),
                    step=step,
                    watch=r"^progress: (.*)",
                    env=machine.environment,
                    cwd="/",
                )
            except CommandError as error:
                reason = error.last_line(EXCEPTION)
                raise SetupError(f"The story failed: {reason} ({error.log})") from None
        return result.read_text(encoding="utf-8")
