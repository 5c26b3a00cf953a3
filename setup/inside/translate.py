"""Run within Odoo: translate.py DATABASE MODULE... updates their translation files.

Ends with exit code 1 when a term waits for its translation.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import odoo.cli.server  # noqa: F401  the server's imports, as in the real process
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

import translations


def main(database, *modules):
    """Update the files of each add-on; name what is left to translate."""
    arguments = ["-d", database, "--no-http", "--max-cron-threads=0"]
    config.parse_config([*arguments, "--log-level=warn"], setup_logging=True)
    waiting = {}
    with Registry(database).cursor(readonly=True) as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        for module in modules:
            waiting[module] = translations.update(env, module)
    for module, terms in waiting.items():
        for term in terms:
            print(f"{module}: not translated: {term!r}")
    if not any(waiting.values()):
        print("Every term is translated.")
    return any(waiting.values())


sys.exit(main(*sys.argv[1:]))
