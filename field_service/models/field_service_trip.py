from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.route import get_lateness, get_present


class FieldServiceTrip(models.Model):
    """A technician's day in sequence: where he goes, how far, and how long it takes.

    The visits are the plan; a trip derives its legs from them and says when it is out
    of date. Read its two parts next: the plan proposes a better sequence, the map shows
    the day.
    """

    _name = "field.service.trip"
    _description = "Trip"
    _inherit = ["field.service.trip.plan", "field.service.trip.map"]
    _order = "date desc, technician_id, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    technician_id = fields.Many2one(
        comodel_name="hr.employee", required=True, index=True, check_company=True
    )
    date = fields.Date(
        required=True,
        index=True,
        default=fields.Date.context_today,
        help="Day in the technician's time zone.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    leg_ids = fields.One2many(
        comodel_name="field.service.trip.leg", inverse_name="trip_id", string="Legs"
    )
    start_place = fields.Char(string="Starts and Ends at", readonly=True)
    is_stale = fields.Boolean(
        string="Out of Date",
        readonly=True,
        copy=False,
        help="Visits of the day have changed since the trip was worked out.",
    )
    note = fields.Text(readonly=True, help="Where travel is only assumed, and why.")
    visit_count = fields.Integer(string="Visits", readonly=True)
    km = fields.Float(string="Planned km", readonly=True, digits=(8, 1))
    minutes = fields.Integer(string="Planned Travel (min)", readonly=True)
    km_actual = fields.Float(
        string="Actual km",
        compute="_compute_actual",
        store=True,
        digits=(8, 1),
        help="From the positions that were sent with the events, where they were.",
    )
    minutes_actual = fields.Integer(
        string="Actual Travel (min)", compute="_compute_actual", store=True
    )
    late_minutes = fields.Integer(
        string="Late (min)",
        readonly=True,
        help="By how much visits begin before they can be reached, or after what was "
        "promised.",
    )
    overtime_minutes = fields.Integer(string="Overtime (min)", readonly=True)
    idle_minutes = fields.Integer(string="Idle (min)", readonly=True)

    _technician_day_uniq = models.Constraint(
        "UNIQUE(technician_id, date)", "There is a trip for this technician and day."
    )

    @api.depends("technician_id.name", "date")
    def _compute_name(self):
        for trip in self:
            day = trip.date and fields.Date.to_string(trip.date)
            parts = (trip.technician_id.name, day)
            trip.name = " · ".join(part for part in parts if part)

    @api.depends("leg_ids.km_actual", "leg_ids.minutes_actual")
    def _compute_actual(self):
        for trip in self:
            trip.km_actual = sum(trip.leg_ids.mapped("km_actual"))
            trip.minutes_actual = sum(trip.leg_ids.mapped("minutes_actual"))

    @api.constrains("date")
    def _check_date(self):
        self.env["field.service.availability"]._check_days(*self.mapped("date"))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # A trip is where its technician is employed.
            technician = self.env["hr.employee"].browse(vals.get("technician_id"))
            if technician:
                vals.setdefault("company_id", technician.sudo().company_id.id)
        trips = super().create(vals_list)
        trips._refresh()
        return trips

    def write(self, vals):
        if {"technician_id", "date", "company_id"} & vals.keys():
            raise UserError(
                self.env._("A trip stays that of its technician and day: plan another.")
            )
        return super().write(vals)

    # ------------------------------------------------------------------- the day
    def _get_zone(self):
        """Return the technician's time zone."""
        self.ensure_one()
        # The technician's calendar is not readable for every colleague.
        return pytz.timezone(self.technician_id.sudo().tz or "UTC")

    def _get_period(self):
        """Return (start, stop) of the day in naive UTC; 23 or 25 hours now and then."""
        self.ensure_one()
        travel, zone = self.env["field.service.travel"], self._get_zone()
        return tuple(
            travel._get_midnight(day, zone)
            for day in (self.date, self.date + timedelta(days=1))
        )

    def _get_visits(self):
        """Return the technician's visits of the day by time, those of his crew too."""
        self.ensure_one()
        start, stop = self._get_period()
        visits = self.env["field.service.visit"]
        open_states = [*visits._get_open_states(), "completed"]
        return visits.search(
            [
                "|",
                ("technician_id", "=", self.technician_id.id),
                ("crew_ids", "in", self.technician_id.ids),
                ("start", ">=", start),
                ("start", "<", stop),
                ("state", "in", open_states),
            ],
            order="start, id",
        )

    @api.model
    def _get_trips(self, technicians, date):
        """Return the trips of a day, making those that are missing."""
        trips = self.search(
            [("technician_id", "in", technicians.ids), ("date", "=", date)]
        )
        missing = technicians - trips.technician_id
        return trips | self.create(
            [{"technician_id": person.id, "date": date} for person in missing]
        )

    # ------------------------------------------------------------------- refresh
    def action_refresh(self):
        """Work the trips out anew from the visits as they are planned now."""
        self.check_access("write")
        self._refresh()
        return True

    def _refresh(self):
        """Derive legs and totals from the visits, and tell the visits their travel."""
        for trip in self:
            day = trip._read_day()
            present = get_present(day.problem)
            late = get_lateness(day.problem, present.order, present.starts)
            values = trip._prepare_legs(day, present, late)
            # Legs have no other writer and no other right.
            trip.sudo().leg_ids.unlink()
            self.env["field.service.trip.leg"].sudo().create(values)
            trip.write(
                {
                    "is_stale": False,
                    "note": "\n".join(day.notes) or False,
                    "start_place": trip._get_start_place(),
                    "visit_count": len(day.visits),
                    "km": sum(leg["km"] for leg in values),
                    "minutes": sum(leg["minutes"] for leg in values),
                    "late_minutes": sum(late) + trip._get_broken_minutes(day.visits),
                    "overtime_minutes": present.overtime,
                    "idle_minutes": sum(leg["idle_minutes"] for leg in values),
                }
            )
            trip._write_travel()

    def _get_broken_minutes(self, visits):
        """Return by how many minutes visits begin after what was promised."""
        return sum(
            int((visit.start - visit.order_id.promised_stop).total_seconds() // 60)
            for visit in visits
            if visit.order_id.promised_stop
            and visit.start > visit.order_id.promised_stop
        )

    def _get_start_place(self):
        """Say where the day begins, without saying where a home is."""
        self.ensure_one()
        # The kind of place may be told, its coordinates are not.
        technician = self.technician_id.sudo()
        if technician._get_service_home():
            return self.env._("Home")
        return technician._get_service_depots()[technician.id].display_name or False

    def _prepare_legs(self, day, present, late):
        """Return the values of the legs of the present plan."""
        values = []
        ready = None
        for place, (index, minutes, km) in enumerate(day.get_legs(present.order)):
            is_return = index is None
            start = None if is_return else present.starts[place]
            leg = {
                "trip_id": self.id,
                "sequence": place + 1,
                "is_return": is_return,
                "minutes": minutes,
                "km": km,
                "late_minutes": 0 if is_return else late[place],
                "idle_minutes": 0,
            }
            if is_return:
                leg["departure"] = day.to_datetime(ready)
                leg["arrival"] = day.to_datetime(ready + minutes)
            else:
                departure = start - minutes if ready is None else ready
                leg["visit_id"] = day.visits[index].id
                leg["departure"] = day.to_datetime(departure)
                leg["arrival"] = day.to_datetime(departure + minutes)
                leg["idle_minutes"] = day.get_idle(departure + minutes, start)
                leg["is_assumed"] = day.is_assumed(index)
                ready = start + day.problem.stops[index].duration
            values.append(leg)
        return values

    def _write_travel(self):
        """Tell each visit the way to it, and the last one the way home.

        Nobody else writes these minutes. Who comes along as crew has a way of his own.
        """
        for trip in self:
            back = sum(trip.leg_ids.filtered("is_return").mapped("minutes"))
            legs = trip.leg_ids.filtered("visit_id").sorted("sequence")
            for leg in legs:
                visit = leg.visit_id
                if visit.technician_id != trip.technician_id:
                    continue
                minutes = {
                    "travel_before_minutes": leg.minutes,
                    "travel_after_minutes": back if leg == legs[-1:] else 0,
                }
                if any(visit[name] != value for name, value in minutes.items()):
                    visit.write(minutes)

    # ------------------------------------------------------------------- actions
    def action_view_visits(self):
        """Open the visits of the day."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.field_service_visit_action"
        )
        return {**action, "domain": [("id", "in", self._get_visits().ids)]}
