from odoo.addons.field_service.hooks import drop_references, keep_documents


def uninstall_hook(env):
    """Leave what has a history, and let the rest go; see the functions."""
    keep_documents(env, "field_service_billing")
    # Reasons and rules that customers have answered to.
    drop_references(env, "field\\_service\\_offer%")
    # Fees and their periods, which invoices are about.
    drop_references(env, "field\\_service\\_%fee%")
    drop_references(env, "field\\_service\\_price\\_index%")
