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
