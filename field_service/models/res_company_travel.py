from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """How a company guesses travel between its customers."""

    _inherit = "res.company"

    service_travel_detour = fields.Float(
        string="Detour Factor",
        default=1.3,
        help="Kilometres on the road for one kilometre as the crow flies.",
    )
    service_travel_speed = fields.Float(
        string="Average Speed (km/h)",
        default=50.0,
        help="Door to door: slower in town, faster in the country.",
    )
    service_travel_parking = fields.Integer(
        string="Parking (minutes)",
        default=5,
        help="Added to each journey: to park, find the door, be let in.",
    )
    service_travel_unknown = fields.Integer(
        string="Unknown Journey (minutes)",
        default=15,
        help="Assumed to and from sites that nobody has located.",
    )

    @api.constrains(
        "service_travel_detour",
        "service_travel_speed",
        "service_travel_parking",
        "service_travel_unknown",
    )
    def _check_service_travel(self):
        for company in self:
            if company.service_travel_detour < 1:
                raise ValidationError(
                    self.env._(
                        "The detour factor cannot be below 1: no road is shorter than "
                        "the straight line."
                    )
                )
            if company.service_travel_speed <= 0:
                raise ValidationError(self.env._("The speed must be above 0 km/h."))
            if company.service_travel_parking < 0 or company.service_travel_unknown < 0:
                raise ValidationError(
                    self.env._("Minutes of travel cannot be negative.")
                )
