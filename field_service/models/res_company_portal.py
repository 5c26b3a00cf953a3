from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_portal_requests = fields.Boolean(
        string="Requests in the Portal",
        default=True,
        help="Customers ask for work in the portal; it becomes a new work order.",
    )
    service_portal_reschedule_hours = fields.Integer(
        string="Rescheduling in the Portal (hours before)",
        default=24,
        help="Until how many hours before a visit its customer may choose another "
        "time that is free. 0: not at all.",
    )

    _service_portal_positive = models.Constraint(
        "CHECK(service_portal_reschedule_hours >= 0)",
        "Hours before a visit cannot be negative.",
    )
