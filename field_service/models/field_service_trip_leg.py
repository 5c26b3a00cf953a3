from odoo import api, fields, models

from ..tools.travel import is_point


class FieldServiceTripLeg(models.Model):
    """One way of a trip: to a visit, or from the last one back."""

    _name = "field.service.trip.leg"
    _description = "Leg of a Trip"
    _order = "trip_id, sequence, id"
    _check_company_auto = True

    trip_id = fields.Many2one(
        comodel_name="field.service.trip",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="trip_id.company_id", store=True, index=True, precompute=True
    )
    sequence = fields.Integer(string="Position")
    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    site_id = fields.Many2one(related="visit_id.site_id")
    start = fields.Datetime(related="visit_id.start")
    stop = fields.Datetime(related="visit_id.stop")
    state = fields.Selection(related="visit_id.state")
    is_return = fields.Boolean(string="Way Back")
    departure = fields.Datetime()
    arrival = fields.Datetime()
    km = fields.Float(string="Planned km", digits=(8, 1))
    minutes = fields.Integer(string="Travel (min)")
    late_minutes = fields.Integer(string="Late (min)")
    idle_minutes = fields.Integer(string="Idle (min)")
    is_assumed = fields.Boolean(
        string="Assumed", help="Nobody knows where the site is: minutes are assumed."
    )
    km_actual = fields.Float(
        string="Actual km", compute="_compute_actual", store=True, digits=(8, 1)
    )
    minutes_actual = fields.Integer(
        string="Actual (min)", compute="_compute_actual", store=True
    )

    @api.depends(
        "visit_id.travel_hours",
        "visit_id.event_ids.latitude",
        "visit_id.event_ids.longitude",
        "visit_id.event_ids.type",
        "company_id.service_travel_detour",
        "company_id.service_travel_speed",
    )
    def _compute_actual(self):
        for leg in self:
            # What happened is the visit's; a colleague of the crew may not read it.
            visit = leg.visit_id.sudo()
            leg.minutes_actual = round(visit.travel_hours * 60)
            estimate = self.env["field.service.travel"]._get_estimate(leg.company_id)
            points = leg._get_positions(visit)
            leg.km_actual = estimate.km(*points) if points else 0.0

    def _get_positions(self, visit):
        """Return where the technician set off and arrived, if his phone said so."""
        points = {
            event.type: (event.latitude, event.longitude)
            for event in visit.event_ids
            if is_point(event.latitude, event.longitude)
        }
        if {"travel_start", "arrived"} <= points.keys():
            return points["travel_start"], points["arrived"]
        return None
