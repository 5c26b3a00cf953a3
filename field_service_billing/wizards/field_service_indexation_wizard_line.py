from odoo import fields, models


class FieldServiceIndexationWizardLine(models.TransientModel):
    """A fee with its present and its new price."""

    _name = "field.service.indexation.wizard.line"
    _description = "New Price of a Fee"

    wizard_id = fields.Many2one(
        comodel_name="field.service.indexation.wizard",
        required=True,
        ondelete="cascade",
    )
    is_selected = fields.Boolean(string="Apply")
    fee_id = fields.Many2one(comodel_name="field.service.agreement.fee", readonly=True)
    currency_id = fields.Many2one(related="fee_id.currency_id")
    date = fields.Date(string="Valid From", readonly=True)
    old_price = fields.Float(string="Before", digits="Product Price", readonly=True)
    price_unit = fields.Float(string="Price", digits="Product Price", readonly=True)
    percent = fields.Float(string="Change (%)", digits=(16, 4), readonly=True)
    formula = fields.Char(readonly=True)
    issue = fields.Text(string="In the Way", readonly=True)
