from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_portal_requests = fields.Boolean(
        related="company_id.service_portal_requests", readonly=False
    )
    service_portal_reschedule_hours = fields.Integer(
        related="company_id.service_portal_reschedule_hours", readonly=False
    )
