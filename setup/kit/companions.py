"""A database with modules of Odoo that the suite does not need but works with.

They are installed where work has been done already, and everything is updated there
afterwards: neither may say a word in the log or change what the books say.
"""

from .console import SetupError, Step
from .layers import MARK, make_digest
from .paths import CHECKOUT

MODULES = (
    "purchase_stock",
    "stock_picking_batch",
    "stock_landed_costs",
    "stock_dropshipping",
    "hr_expense",
    "payment_demo",
)
FOLDER = "tests/companions"
STORY = CHECKOUT / "tests" / "story.py"
COMMENT = f"{MARK} companions:"


def build(machine, template):
    """Return the database, made anew when the suite or the story has changed."""
    key = make_digest(template, *MODULES, STORY.read_text(encoding="utf-8"))
    name = f"fs_companions_{key}"
    if machine.databases.comment(name) != COMMENT + key:
        with (
            Step("Installing companions where work was done, and updating") as step,
            machine.databases.built(name, COMMENT + key, template) as part,
        ):
            _fill(machine, part, step)
        for other in machine.databases.names_with_comment(COMMENT):
            if other != name:
                machine.databases.drop(other)
    return name


def _fill(machine, database, step):
    before = _play(machine, database, step)
    for what, words in (
        ("install", ("-i", ",".join(MODULES))),
        ("update", ("-u", machine.modules[0])),
    ):
        log = f"companions-{what}"
        machine.change_modules(database, *words, log=log, step=step)
        if _play(machine, database, step) != before:
            raise SetupError(f"The books are not what they were after the {what}.")


def _play(machine, database, step):
    """Play the story the first time; return what the books say about it."""
    result = machine.state / "companions.txt"
    result.unlink(missing_ok=True)
    command = [str(machine.venv.python), str(machine.script("play.py"))]
    machine.run_clean(
        [*command, database, str(result)],
        "companions-story",
        step=step,
        watch=r"^progress: (.+)",
    )
    return result.read_text(encoding="utf-8")
