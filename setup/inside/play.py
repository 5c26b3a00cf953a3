"""Run within Odoo: play.py DATABASE RESULT [--year] [ORDERS.csv].

Runs the story of tests/story.py once per database, the year of tests/season.py when it
is asked for, imports historic work orders when a file is given, and writes what is to
be shown to the file RESULT. All read and write through the models like any user; the
figures are read from the ledger.
"""

import importlib
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# tests/ is a package of the repository, history a module beside the scripts.
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "setup")]

import odoo.modules  # noqa: E402, F401  the core's set-up comes first
from odoo import SUPERUSER_ID, api  # noqa: E402
from odoo.modules.registry import Registry  # noqa: E402
from odoo.tools import config  # noqa: E402

PLAYED = "field_service.story_played"


def tell(text):
    """Show a line beside the running clock."""
    print(f"progress: {text}", flush=True)


def show_story(env):
    """Run the story when this database has not had it; return its report."""
    story = importlib.import_module("tests.story")
    parameters = env["ir.config_parameter"]
    if not parameters.get_param(PLAYED):
        tell("work orders from request to payment")
        played = story.run(env)
        parameters.set_param(PLAYED, "1")
    else:
        played = story.find(env)
    return story.report(env, played)


def show_year(env):
    """Live through a year when this database has not had it; return its report."""
    season = importlib.import_module("tests.season")
    story = importlib.import_module("tests.story")
    company = season.find(env)
    if not company:
        company = season.run(env, log=tell).setting.company
    return "\n".join(
        [f"{company.name}, a year of work", *story.report_reconciliation(env, company)]
    )


def show_history(env, path):
    """Import a file of historic work orders; return what was said about it."""
    history = importlib.import_module("history")
    return history.report(env, history.import_history(env, path, log=tell))


def main(database, result, *wishes):
    """Play in one transaction each, so that a failure leaves nothing behind."""
    config.parse_config(
        ["-d", database, "--no-http", "--max-cron-threads=0"], setup_logging=True
    )
    shown = []
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        shown.append(show_story(env))
        cr.commit()
        for wish in wishes:
            show = show_year(env) if wish == "--year" else show_history(env, wish)
            shown.append(show)
            cr.commit()
    Path(result).write_text("\n\n".join(shown) + "\n", encoding="utf-8")


main(*sys.argv[1:])
