from odoo.tools import sql

from odoo.addons.field_service.hooks import keep_documents

RULES = (
    "service_pull_id",
    "service_order_pull_id",
    "service_pick_pull_id",
    "service_order_pick_pull_id",
)


def pre_init_hook(env):
    """Make the column before the ORM would compute it for every stock move.

    No move belongs to a work order yet, and there may be millions of moves.
    """
    if not sql.column_exists(env.cr, "stock_move", "service_order_id"):
        sql.create_column(env.cr, "stock_move", "service_order_id", "int4")


def uninstall_hook(env):
    """Take the operation types away: delete the unused ones, archive the others."""
    keep_documents(env, "field_service_stock")
    warehouses = env["stock.warehouse"].with_context(active_test=False).search([])
    rules = env["stock.rule"].union(*(warehouses[name] for name in RULES))
    types = warehouses.service_type_id | warehouses.service_load_type_id
    # First the types: without them a warehouse makes no new rules for its vans.
    warehouses.write({"service_type_id": False, "service_load_type_id": False})
    warehouses.write(dict.fromkeys(RULES, False))
    env["stock.move"].search([("rule_id", "in", rules.ids)]).rule_id = False
    rules.unlink()
    used = env["stock.picking"].search([("picking_type_id", "in", types.ids)])
    kept = used.picking_type_id
    kept.write({"active": False, "barcode": False})
    unused = types - kept
    sequences = unused.sequence_id
    unused.unlink()
    sequences.unlink()
