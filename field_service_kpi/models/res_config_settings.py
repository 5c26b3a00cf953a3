from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_payroll_account_ids = fields.Many2many(
        related="company_id.service_payroll_account_ids", readonly=False
    )
    service_target_margin = fields.Float(
        related="company_id.service_target_margin", readonly=False
    )
    service_price_min_sample = fields.Integer(
        related="company_id.service_price_min_sample", readonly=False
    )
    service_capital_rate = fields.Float(
        related="company_id.service_capital_rate", readonly=False
    )
    service_scope_account_ids = fields.Many2many(
        related="company_id.service_scope_account_ids", readonly=False
    )
    service_late_cost_days = fields.Integer(
        related="company_id.service_late_cost_days", readonly=False
    )
    service_erosion_points = fields.Float(
        related="company_id.service_erosion_points", readonly=False
    )
    service_erosion_floor = fields.Float(
        related="company_id.service_erosion_floor", readonly=False
    )
