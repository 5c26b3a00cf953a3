from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.route import Problem, Stop, propose
from ..tools.trip_day import Day


class FieldServiceTripPlan(models.AbstractModel):
    """A better sequence for a technician's day, applied and taken back as a whole."""

    _name = "field.service.trip.plan"
    _description = "Plan of Trips"

    undo_values = fields.Json(readonly=True, copy=False)
    can_undo = fields.Boolean(compute="_compute_can_undo")

    @api.depends("undo_values")
    def _compute_can_undo(self):
        for trip in self:
            trip.can_undo = bool(trip.undo_values)

    # ------------------------------------------------------------------- the day
    def _read_day(self, move_sent=False):
        """Return the day as plain data, ready to be solved.

        :param bool move_sent: let visits be moved that the technician knows already
        :rtype: Day
        """
        self.ensure_one()
        visits = self._get_visits()
        travel = self.env["field.service.travel"]
        coordinates = travel._get_coordinates(visits.site_id)
        base = travel._get_bases(self.technician_id).get(self.technician_id.id)
        points = [base, *(coordinates.get(visit.site_id.id) for visit in visits)]
        matrix = travel._compute_matrix(points, self.company_id)
        origin, __ = self._get_period()
        known = base is not None
        problem = Problem(
            stops=self._get_stops(visits, origin, move_sent),
            travel=[row[1:] for row in matrix.minutes[1:]],
            # Nothing is invented about a day whose beginning nobody knows.
            base_out=matrix.minutes[0][1:] if known else [0] * len(visits),
            base_in=[row[0] if known else 0 for row in matrix.minutes[1:]],
            free=self._get_free(visits),
        )
        notes = [*matrix.notes, *self._get_notes(visits, points)]
        return Day(origin, visits, points, matrix, problem, notes)

    def _get_stops(self, visits, origin, move_sent):
        """Return the visits as stops of the route."""
        busy = self._get_busy()

        def to_minutes(moment):
            return int((moment - origin).total_seconds() // 60)

        stops = []
        for visit in visits:
            windows = self._get_windows(visit)
            stops.append(
                Stop(
                    key=visit.id,
                    duration=to_minutes(visit.stop) - to_minutes(visit.start),
                    start=to_minutes(visit.start),
                    windows=tuple((to_minutes(a), to_minutes(b)) for a, b in windows),
                    locked=bool(self._get_lock_reason(visit, move_sent)),
                    # Who was planned outside working time may stay there; who was
                    # planned into a meeting or outside a promise may not.
                    tolerated=not any(
                        begin < visit.stop and visit.start < end for begin, end in busy
                    )
                    and all(a <= visit.start <= b for a, b in windows),
                )
            )
        return tuple(stops)

    def _get_windows(self, visit):
        """Return when the visit may begin, as pairs of moments: what was promised."""
        # What was promised binds whoever may plan the visit.
        order = visit.order_id.sudo()
        if not order.promised_start and not order.promised_stop:
            return []
        day, end = self._get_period()
        return [(order.promised_start or day, order.promised_stop or end)]

    def _get_lock_reason(self, visit, move_sent=False):
        """Say why a visit keeps its time, if it does."""
        if visit.lock in ("time", "both"):
            return self.env._("Locked")
        if visit.start < fields.Datetime.now():
            return self.env._("Begun or past")
        if not visit._can_move():
            return visit._get_state_label(visit.state)
        if visit.state != "planned" and not move_sent:
            return self.env._("The technician knows it")
        if visit.crew_ids or visit.technician_id != self.technician_id:
            return self.env._("Done by several")
        if visit.allow_overlap:
            return self.env._("May overlap")
        return False

    def _get_busy(self):
        """Return the meetings of the day as pairs of moments."""
        start, stop = self._get_period()
        # Planners see when somebody works, not his records.
        resource = self.technician_id.sudo().resource_id
        meetings = self.env["field.service.availability"]._get_meetings(
            resource, start, stop
        )
        return [(busy.start, busy.stop) for busy in meetings.get(resource.id, ())]

    def _get_free(self, visits):
        """Return working time without meetings, in minutes of the day."""
        start, stop = self._get_period()
        # Planners see when somebody works, not his records.
        resource = self.technician_id.sudo().resource_id
        periods = self.env["field.service.availability"]._get_work(
            resource, start, stop
        )[resource.id]
        for begin, end in [*self._get_busy(), *self._get_foreign(resource, visits)]:
            periods = [
                part
                for first, last in periods
                for part in ((first, min(last, begin)), (max(first, end), last))
                if part[0] < part[1]
            ]
        # Nothing is moved into the past.
        now = fields.Datetime.now()
        return tuple(
            (
                int((max(first, min(now, last)) - start).total_seconds() // 60),
                int((last - start).total_seconds() // 60),
            )
            for first, last in periods
            if last > now or stop <= now
        )

    def _get_foreign(self, resource, visits):
        """Return what else blocks the technician: visits of another day."""
        start, stop = self._get_period()
        bookings = self.env["field.service.availability"]._get_bookings(
            resource, start, stop
        )
        return [
            (busy.start, busy.stop)
            for busy in bookings.get(resource.id, ())
            if busy.record_id not in visits.ids
        ]

    def _get_notes(self, visits, points):
        """Say where travel is only assumed."""
        notes = []
        if not visits:
            return notes
        if points[0] is None:
            notes.append(
                self.env._(
                    "Where the day begins is not known: ways from and to it are left "
                    "out."
                )
            )
        missing = [
            visit.site_id.display_name
            for visit, point in zip(visits, points[1:], strict=True)
            if point is None
        ]
        if missing:
            estimate = self.env["field.service.travel"]._get_estimate(self.company_id)
            notes.append(
                self.env._(
                    "Not located, %(minutes)s minutes are assumed: %(sites)s.",
                    minutes=estimate.unknown,
                    sites=", ".join(dict.fromkeys(missing)),
                )
            )
        return notes

    # ------------------------------------------------------------------ proposal
    def _propose(self, move_sent=False):
        """Return (day, present plan, better plan)."""
        day = self._read_day(move_sent)
        return (day, *propose(day.problem))

    def action_propose(self):
        """Show a better sequence, before anything is changed."""
        self.ensure_one()
        proposal = self.env["field.service.trip.proposal"].create({"trip_id": self.id})
        return proposal._open()

    def _apply_starts(self, starts):
        """Move visits to new starts: all of them or none, and remember the old ones.

        :param dict starts: visit -> start
        """
        self.ensure_one()
        starts = {visit: start for visit, start in starts.items() if start}
        changes = {
            visit: {"start": start, "stop": start + visit._get_period()}
            for visit, start in starts.items()
            if start != visit.start
        }
        before = {
            str(visit.id): {
                "before": fields.Datetime.to_string(visit.start),
                "after": fields.Datetime.to_string(values["start"]),
            }
            for visit, values in changes.items()
        }
        self.env["field.service.visit"]._write_together(changes, {})
        self.write({"undo_values": before or False})
        self._refresh()

    def action_undo(self):
        """Take the last proposal that was applied back.

        :raises UserError: when visits were changed since
        """
        self.ensure_one()
        self.check_access("write")
        moved = self.undo_values or {}
        visits = self.env["field.service.visit"].browse(map(int, moved)).exists()
        changed = visits.filtered(
            lambda visit: fields.Datetime.to_string(visit.start)
            != moved[str(visit.id)]["after"]
            or visit.technician_id != self.technician_id
        )
        if changed or len(visits) < len(moved):
            raise UserError(
                self.env._(
                    "The day cannot be taken back, because it was changed since: "
                    "%(visits)s.",
                    visits=", ".join(changed.mapped("name"))
                    or self.env._("a visit was deleted"),
                )
            )
        self._apply_starts(
            {
                visit: fields.Datetime.to_datetime(moved[str(visit.id)]["before"])
                for visit in visits
            }
        )
        self.undo_values = False
        return True
