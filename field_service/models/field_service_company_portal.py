from odoo import fields, models


class FieldServiceCompanyPortal(models.AbstractModel):
    """What customers of a company may do in the portal."""

    _name = "field.service.company.portal"
    _description = "Customer Portal of Companies"

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
