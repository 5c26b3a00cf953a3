from odoo import fields, models


class FieldServicePartWizardLot(models.TransientModel):
    """One lot or serial number to choose from."""

    _name = "field.service.part.wizard.lot"
    _description = "Lot of a Part to Use or Return"

    wizard_id = fields.Many2one(
        comodel_name="field.service.part.wizard",
        required=True,
        index=True,
        ondelete="cascade",
    )
    lot_id = fields.Many2one(
        comodel_name="stock.lot", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(string="Number", readonly=True)
    there = fields.Float(string="In Stock", digits="Product Unit", readonly=True)
    quantity = fields.Float(digits="Product Unit")
