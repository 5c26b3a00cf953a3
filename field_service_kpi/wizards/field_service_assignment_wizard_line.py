from odoo import fields, models


class FieldServiceAssignmentWizardLine(models.TransientModel):
    _name = "field.service.assignment.wizard.line"
    _description = "Posted Item to Assign"

    wizard_id = fields.Many2one(
        "field.service.assignment.wizard", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="wizard_id.company_id")
    currency_id = fields.Many2one(related="wizard_id.company_id.currency_id")
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal Item",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    date = fields.Date(related="move_line_id.date")
    account_id = fields.Many2one(related="move_line_id.account_id")
    partner_id = fields.Many2one(related="move_line_id.partner_id")
    label = fields.Char(related="move_line_id.name")
    amount = fields.Monetary(string="On No Order", readonly=True)
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        domain="[('company_id', '=', company_id), ('state', '!=', 'draft')]",
    )
    why = fields.Char(readonly=True)
