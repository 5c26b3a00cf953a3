from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_payroll_account_ids = fields.Many2many(
        comodel_name="account.account",
        relation="field_service_payroll_account_rel",
        string="Payroll and Vehicle Accounts",
        domain="[('internal_group', '=', 'expense')]",
        help="Where the cost of the field team is posted: wages, contributions, vans. "
        "What the labour and travel rates are meant to cover.",
    )
