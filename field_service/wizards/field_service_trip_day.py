from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceTripDay(models.TransientModel):
    """Asks whose day is to be planned."""

    _name = "field.service.trip.day"
    _description = "Plan Days as Trips"
    # Dispatchers choose technicians without reading employees' records.
    _inherit = ["hr.mixin"]

    date = fields.Date(required=True, default=fields.Date.context_today)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    technician_ids = fields.Many2many(
        comodel_name="hr.employee",
        string="Technicians",
        domain="[('company_id', '=', company_id)]",
        help="Nobody chosen: all who have a visit on that day.",
    )

    @api.constrains("date")
    def _check_date(self):
        self.env["field.service.availability"]._check_days(*self.mapped("date"))

    def action_plan(self):
        """Make or refresh the trips of the day and open them.

        :raises UserError: when there is nobody to plan for
        """
        self.ensure_one()
        technicians = self.technician_ids or self._get_busy_technicians()
        if not technicians:
            raise UserError(self.env._("Nobody has a visit on that day."))
        trips = self.env["field.service.trip"]._get_trips(technicians, self.date)
        trips.filtered("is_stale")._refresh()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.field_service_trip_action"
        )
        action["domain"] = [("id", "in", trips.ids)]
        if len(trips) == 1:
            action.update(res_id=trips.id, views=[(False, "form")], view_mode="form")
        return action

    def _get_busy_technicians(self):
        """Return who has a visit on the day, in his own time zone."""
        visits = self.env["field.service.visit"]
        day = fields.Date.add
        visits = visits.search(
            [
                ("company_id", "=", self.company_id.id),
                ("start", ">=", day(self.date, days=-1)),
                ("start", "<", day(self.date, days=2)),
                ("state", "in", [*visits._get_open_states(), "completed"]),
            ]
        )
        keys = visits._get_trip_days()
        people = [person for person, local_day in keys if local_day == self.date]
        return self.env["hr.employee"].browse(sorted(people))
