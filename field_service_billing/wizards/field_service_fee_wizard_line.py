from odoo import fields, models


class FieldServiceFeeWizardLine(models.TransientModel):
    """A period that is due."""

    _name = "field.service.fee.wizard.line"
    _description = "Fee That Is Due"

    wizard_id = fields.Many2one(
        comodel_name="field.service.fee.wizard", required=True, ondelete="cascade"
    )
    is_selected = fields.Boolean(string="Bill")
    fee_id = fields.Many2one(comodel_name="field.service.agreement.fee", readonly=True)
    agreement_id = fields.Many2one(
        comodel_name="field.service.agreement", readonly=True
    )
    partner_id = fields.Many2one(related="agreement_id.partner_id")
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    price_unit = fields.Float(string="Price", digits="Product Price", readonly=True)
    amount = fields.Monetary(readonly=True, help="Before tax.")
    issue = fields.Text(string="In the Way", readonly=True)
