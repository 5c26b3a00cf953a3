from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.travel import is_point
from .field_service_visit_gate import OPEN_STATES


class HrEmployee(models.Model):
    """Where a technician's day begins and ends, and whether he is a subcontractor's."""

    _inherit = "hr.employee"

    service_start_from = fields.Selection(
        selection=[("depot", "Depot"), ("home", "Home")],
        string="Starts from",
        default="depot",
        groups="hr.group_hr_user",
        help="Where the technician's day begins and ends. The depot is the one of the "
        "team, else the work address.",
    )
    # A home is private: planners get minutes and kilometres, not the place.
    service_home_latitude = fields.Float(
        string="Home Latitude", digits=(10, 7), groups="hr.group_hr_user", copy=False
    )
    service_home_longitude = fields.Float(
        string="Home Longitude", digits=(10, 7), groups="hr.group_hr_user", copy=False
    )

    service_vendor_id = fields.Many2one(
        comodel_name="res.partner",
        string="Subcontractor",
        index="btree_not_null",
        groups="hr.group_hr_user",
        tracking=True,
        ondelete="restrict",
        help="Set when this technician is not employed by you but comes from a vendor, "
        "whose bill is what his work costs. The vendor's portal users see his visits.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "service_vendor_id" in vals:
            # An HR officer need not have any right on visits.
            visits = self.env["field.service.visit"].sudo()
            visits = visits.search(
                [("technician_id", "in", self.ids), ("state", "in", OPEN_STATES)]
            )
            self.env.add_to_compute(visits._fields["vendor_id"], visits)
        return result

    @api.constrains("service_home_latitude", "service_home_longitude")
    def _check_service_home(self):
        for person in self:
            latitude, longitude = (
                person.service_home_latitude,
                person.service_home_longitude,
            )
            if abs(latitude) > 90 or abs(longitude) > 180:
                raise ValidationError(
                    self.env._(
                        "%(latitude)s, %(longitude)s is no place on earth: latitude "
                        "lies between -90 and 90, longitude between -180 and 180.",
                        latitude=latitude,
                        longitude=longitude,
                    )
                )

    def _get_service_home(self):
        """Return the point the technician starts from at home, or None."""
        self.ensure_one()
        if self.service_start_from != "home":
            return None
        point = (self.service_home_latitude, self.service_home_longitude)
        return point if is_point(*point) else None

    def _get_service_depots(self):
        """Return {employee id: the partner whose address is his depot}, for many."""
        teams = self.env["field.service.team"].search(
            [("member_ids", "in", self.ids), ("depot_id", "!=", False)]
        )
        depots = {person.id: person.address_id for person in self}
        # The first team by its order decides, so it is written last.
        for team in reversed(teams):
            depots.update(dict.fromkeys((team.member_ids & self).ids, team.depot_id))
        return depots
