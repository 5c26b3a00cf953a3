from odoo.addons.field_service.hooks import keep_documents


def uninstall_hook(env):
    """Leave what has a history; see the function."""
    keep_documents(env, "field_service_billing")
