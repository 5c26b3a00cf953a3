from odoo import models


class FieldServicePartsOverride(models.TransientModel):
    """Asks why visits go without their parts."""

    _name = "field.service.parts.override"
    _inherit = ["field.service.override.mixin"]
    _description = "Go without Parts"
    _override = "parts"
