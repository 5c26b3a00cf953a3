from odoo import models


class FieldServiceToolsOverride(models.TransientModel):
    """Asks why visits go without valid tools."""

    _name = "field.service.tools.override"
    _inherit = ["field.service.override.mixin"]
    _description = "Go without Valid Tools"
    _override = "tools"
