from odoo import api, fields, models


class FieldServiceVisitTravel(models.AbstractModel):
    """How far the way to a visit was: measured at its end, corrected by hand."""

    _name = "field.service.visit.travel"
    _description = "Way to Visits"

    travel_km = fields.Float(
        string="Way there (km)",
        digits=(8, 1),
        compute="_compute_travel_km",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Taken at the end of the visit from the positions that were sent, else "
        "from the planned trip. Correct it when the odometer says something else.",
    )

    _travel_km_positive = models.Constraint(
        "CHECK(travel_km >= 0)", "The way to a visit cannot be shorter than nothing."
    )

    def write(self, vals):
        result = super().write(vals)
        if "travel_km" in vals:
            driven = self.filtered(lambda visit: visit.state == "completed")
            driven.order_id._process()
        return result

    @api.depends("state")
    def _compute_travel_km(self):
        """Fill in what nobody has entered when the visit is completed."""
        unknown = self.filtered(
            lambda visit: visit.state == "completed" and not visit.travel_km
        )
        # The trip is the technician's, the figure is the visit's.
        legs = self.env["field.service.trip.leg"].sudo()
        legs = legs.search(
            [("visit_id", "in", unknown.ids), ("is_return", "=", False)]
        ).filtered(lambda leg: leg.trip_id.technician_id == leg.visit_id.technician_id)
        planned = {leg.visit_id.id: leg.km for leg in legs}
        for visit in self:
            visit.travel_km = visit.travel_km or (
                visit in unknown
                and (visit._get_measured_km() or planned.get(visit.id, 0.0))
            )

    def _get_measured_km(self):
        """Return the km between where he set off and arrived, if his phone said so."""
        # A position is personal; how far it was is not.
        visit = self.sudo()
        points = self.env["field.service.trip.leg"]._get_positions(visit)
        if not points:
            return 0.0
        travel = self.env["field.service.travel"]
        return travel._get_estimate(visit.company_id).km(*points)
