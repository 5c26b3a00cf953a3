from odoo import fields, models


class FieldServiceCompanyErosion(models.AbstractModel):
    """When the manager is told that the margin of an open work order falls."""

    _name = "field.service.company.erosion"
    _description = "Falling Margins of a Company"

    service_erosion_points = fields.Float(
        string="Points Below the Baseline",
        help="The manager is told when the forecast margin of an open work order, in "
        "percent of its revenue, is so many points below the baseline, and again when "
        "it has fallen by as many more. Zero: never.",
    )
    service_erosion_floor = fields.Float(
        string="Lowest Margin (%)",
        help="The manager is told when the forecast margin falls below this, however "
        "little was lost. Zero: no floor.",
    )

    _service_erosion_points_range = models.Constraint(
        "CHECK(service_erosion_points >= 0 AND service_erosion_points <= 100)",
        "Points below the baseline are between 0 and 100.",
    )
    _service_erosion_floor_range = models.Constraint(
        "CHECK(service_erosion_floor >= 0 AND service_erosion_floor < 100)",
        "The lowest margin is at least 0 % and less than 100 %.",
    )
