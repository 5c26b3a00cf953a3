from odoo.tools import SQL

# What has a history by the time a module goes: nobody deletes what happened.
DOCUMENTS = (
    "field.service.agreement",
    "field.service.agreement.coverage",
    "field.service.asset",
    "field.service.order",
    "field.service.visit",
    "hr.employee",
    "product.product",
    "product.template",
    "res.partner",
    "resource.resource",
    "stock.location",
    "stock.lot",
    "stock.quant",
)


def uninstall_hook(env):
    """Leave what belongs to the books, and let the rest go without complaint."""
    _keep_plan(env)
    # Customers and employees of the demo may have invoices by now.
    keep_documents(env, "field_service")
    drop_references(env)


def keep_documents(env, module):
    """Leave a module's own documents to the modules that stay.

    Odoo would try to delete each of them; moves, charges and journal items made since
    then would refuse that. Modules on top of this one call it when they go.
    """
    env["ir.model.data"].search(
        [("module", "=", module), ("model", "in", DOCUMENTS)]
    ).unlink()


def _keep_plan(env):
    """Leave the analytic plan to the books once it holds accounts.

    Its accounts and items are accounting data like any other: they outlive the suite.
    """
    plan = env.ref("field_service.analytic_plan_work_orders", raise_if_not_found=False)
    if plan and plan.with_context(active_test=False).all_account_count:
        env["ir.model.data"].search(
            [("model", "=", plan._name), ("res_id", "=", plan.id)]
        ).unlink()


def drop_references(env, tables="field\\_service\\_%"):
    """Drop what our own tables refer to, and what refers to them.

    The tables and our columns on other tables are about to go as a whole. Odoo first
    deletes the records that came with the module one by one, newest first; orders,
    agreements and journal items made since then would refuse that.

    :param str tables: whose, as a pattern of LIKE; a module on top names its own
    """
    env.flush_all()
    references = env.execute_query(
        SQL(
            """SELECT relation.relname, reference.conname
                 FROM pg_constraint reference
                 JOIN pg_class relation ON relation.oid = reference.conrelid
                 JOIN pg_class target ON target.oid = reference.confrelid
                WHERE reference.contype = 'f'
                  AND (relation.relname LIKE %(tables)s
                       OR target.relname LIKE %(tables)s)""",
            tables=tables,
        )
    )
    for table, name in references:
        env.cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT %s",
                SQL.identifier(table),
                SQL.identifier(name),
            )
        )
