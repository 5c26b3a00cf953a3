from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_payroll_account_ids = fields.Many2many(
        related="company_id.service_payroll_account_ids", readonly=False
    )
