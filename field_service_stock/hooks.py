from odoo.tools import sql


def pre_init_hook(env):
    """Make the column before the ORM would compute it for every stock move.

    No move belongs to a work order yet, and there may be millions of moves.
    """
    if not sql.column_exists(env.cr, "stock_move", "service_order_id"):
        sql.create_column(env.cr, "stock_move", "service_order_id", "int4")


def uninstall_hook(env):
    """Take the operation types away: delete the unused ones, archive the others."""
    warehouses = env["stock.warehouse"].with_context(active_test=False).search([])
    rules = warehouses.service_pull_id | warehouses.service_order_pull_id
    types = warehouses.service_type_id | warehouses.service_load_type_id
    # First the types: without them a warehouse makes no new rules for its vans.
    warehouses.write({"service_type_id": False, "service_load_type_id": False})
    warehouses.write({"service_pull_id": False, "service_order_pull_id": False})
    env["stock.move"].search([("rule_id", "in", rules.ids)]).rule_id = False
    rules.unlink()
    used = env["stock.picking"].search([("picking_type_id", "in", types.ids)])
    kept = used.picking_type_id
    kept.write({"active": False, "barcode": False})
    unused = types - kept
    sequences = unused.sequence_id
    unused.unlink()
    sequences.unlink()
