from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_parts_account_id = fields.Many2one(
        related="company_id.service_parts_account_id", readonly=False
    )
    service_parts_contra_account_id = fields.Many2one(
        related="company_id.service_parts_contra_account_id", readonly=False
    )
    service_old_unit_location_id = fields.Many2one(
        related="company_id.service_old_unit_location_id", readonly=False
    )
    service_replenish_days = fields.Integer(
        related="company_id.service_replenish_days", readonly=False
    )
    service_fill_rate = fields.Float(
        related="company_id.service_fill_rate", readonly=False
    )
    service_use_history_days = fields.Integer(
        related="company_id.service_use_history_days", readonly=False
    )
    service_slow_days = fields.Integer(
        related="company_id.service_slow_days", readonly=False
    )
    service_replenish_weekly = fields.Boolean(
        related="company_id.service_replenish_weekly", readonly=False
    )
    service_load_auto = fields.Boolean(
        related="company_id.service_load_auto", readonly=False
    )
    service_load_cutoff = fields.Float(
        related="company_id.service_load_cutoff", readonly=False
    )
    service_unload_days = fields.Integer(
        related="company_id.service_unload_days", readonly=False
    )
