from odoo import fields, models


class FieldServiceCompanyTools(models.AbstractModel):
    """How a company looks after its tools."""

    _name = "field.service.company.tools"
    _description = "Tools of Companies"

    service_calibration_days = fields.Integer(
        string="Calibrations: Told before (days)",
        default=30,
        help="So many days before a calibration ends, the holder of the tool and the "
        "dispatcher are told.",
    )

    _service_calibration_days_positive = models.Constraint(
        "CHECK(service_calibration_days >= 0)",
        "Days before a calibration ends cannot be negative.",
    )
