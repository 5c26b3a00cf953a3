"""Run within Odoo: uninstall.py DATABASE MODULE... uninstalls them in this order.

Before that, the books of every company must agree with its work orders; with demo
data, these are the companies, invoices and bills of Odoo's own demo. Ends with exit
code 1 when something of an add-on is left in the database.
"""

import sys

import odoo.cli.server  # noqa: F401  the server's imports, as in the real process
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

# Products of the demo data stay, as Odoo keeps what stock moves refer to.
LEFTOVERS = """
    SELECT 'table ' || table_name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_name LIKE 'field_service%%'
    UNION ALL
    SELECT 'column ' || table_name || '.' || column_name
      FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name LIKE 'service_order_id'
    UNION ALL
    SELECT 'record ' || module || '.' || name
      FROM ir_model_data, (SELECT demo FROM ir_module_module WHERE name = 'base') base
     WHERE module = ANY(%s) AND (NOT base.demo OR model LIKE 'field.service.%%')
    UNION ALL
    SELECT 'model ' || model FROM ir_model WHERE model LIKE 'field.service.%%'
"""


def check_books(database):
    """Refuse books that differ from the orders, or that break a rule."""
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        posted = 0.0
        for company in env["res.company"].search([]):
            totals = env["field.service.reconciliation"]._get_totals(company)
            findings = env["field.service.integrity"].search(
                [("company_id", "=", company.id)]
            )
            kinds = findings.mapped("kind")
            if totals["unexplained"] or totals["rows_with_difference"] or kinds:
                raise ValueError(f"{company.name} does not tie: {totals} {kinds}")
            posted += abs(totals["off_orders"]) + abs(totals["on_orders"])
        cr.execute("SELECT demo FROM ir_module_module WHERE name = 'account'")
        if cr.fetchone()[0] and not posted:
            raise ValueError("The demo data of Odoo have posted nothing.")
    print("reconciled", flush=True)


def uninstall(database, module):
    """Uninstall one add-on in a transaction of its own, as the button does."""
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        record = env["ir.module.module"].search([("name", "=", module)])
        record.button_immediate_uninstall()
    print("uninstalled", module, flush=True)


def leftovers(database, modules):
    """Name what the add-ons left behind."""
    with Registry(database).cursor() as cr:
        cr.execute(LEFTOVERS, [list(modules)])
        return [row[0] for row in cr.fetchall()]


def main(database, *modules):
    """Uninstall, then look."""
    config.parse_config(
        ["-d", database, "--no-http", "--max-cron-threads=0"], setup_logging=True
    )
    check_books(database)
    for module in modules:
        uninstall(database, module)
    left = leftovers(database, modules)
    for name in left:
        print("Error: left behind after uninstalling:", name)
    return bool(left)


sys.exit(main(*sys.argv[1:]))
