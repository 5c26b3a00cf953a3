from odoo import fields, models


class FieldServicePartsOverride(models.TransientModel):
    """Asks why visits go without their parts."""

    _name = "field.service.parts.override"
    _inherit = ["field.service.override.mixin"]
    _description = "Go without Parts"
    _override = "parts"

    # Said again, so that the table of the field goes with this module.
    visit_ids = fields.Many2many(comodel_name="field.service.visit", required=True)
