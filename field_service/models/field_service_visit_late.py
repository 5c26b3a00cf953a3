from datetime import timedelta

from odoo import api, fields, models

from ..tools.arrival import Stop, foresee
from .field_service_visit_gate import BUSY_STATES, OPEN_STATES

# Less is not late; and a new estimate that differs by less is not told again.
TOLERANCE = timedelta(minutes=15)
# How far a technician's day is looked at, from now.
WINDOW = timedelta(hours=16)


class FieldServiceVisitLate(models.AbstractModel):
    """Visits that will be late, seen before they are."""

    _name = "field.service.visit.late"
    _description = "Lateness of Visits"

    expected_arrival = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the technician arrives, as he is still busy with what comes before.",
    )
    late_minutes = fields.Integer(
        string="Late by (minutes)", readonly=True, copy=False, index=True
    )

    @api.model
    def _foresee_lateness(self):
        """Compare when technicians will arrive with what was promised."""
        now = fields.Datetime.now()
        near = [("start", ">", now - WINDOW), ("start", "<", now + WINDOW)]
        busy = self.search([*near, ("state", "in", BUSY_STATES)])
        visits = self.search(
            [
                *near,
                ("technician_id", "in", busy.technician_id.ids),
                ("state", "in", OPEN_STATES),
            ]
        )
        arrivals = {}
        for day in visits.grouped("technician_id").values():
            arrivals |= foresee([visit._get_stop() for visit in day], now)
        rules = self.env["field.service.notice.rule"]
        rules = rules._find("late", visits.company_id)
        for visit in visits | self.search([("late_minutes", ">", 0)]):
            visit._note_arrival(arrivals.get(visit.id), rules)

    def _get_stop(self):
        """Return the visit as one stop of the technician's day."""
        self.ensure_one()
        phase, since = "waiting", None
        if self.state == "travelling":
            phase, since = "travel", max(self._get_event_times("travel_start"))
        elif self._is_busy():
            begun = self._get_event_times("arrived", "work_start")
            phase, since = "site", min(begun, default=self.start)
        travel = self.travel_before_minutes
        return Stop(self.id, self.start, self.stop, travel, phase, since)

    def _get_promised_arrival(self):
        """Return the latest arrival that keeps the promise."""
        order = self.order_id
        start, stop = order.promised_start, order.promised_stop
        if start and stop and start <= self.start <= stop:
            return stop
        return self.start

    def _note_arrival(self, arrival, rules):
        """Keep the estimate, and tell about it when it is late and news."""
        if arrival:
            # To five minutes: more precise it is not, and it changes less often.
            arrival = _round_up(arrival)
            delay = arrival - self._get_promised_arrival()
        minutes = 0
        if arrival and delay > TOLERANCE:
            minutes = int(delay.total_seconds() // 60)
        if minutes != self.late_minutes:
            self.write(
                {
                    "late_minutes": minutes,
                    "expected_arrival": arrival if minutes else False,
                }
            )
        for rule in rules:
            if minutes > rule.minutes and rule._concerns(self):
                self._announce_late(rule, arrival)

    def _announce_late(self, rule, arrival):
        notices = self.env["field.service.notice"]
        told = notices.search([("visit_id", "=", self.id), ("rule_id", "=", rule.id)])
        if not told or abs(arrival - told[0].told_arrival) > TOLERANCE:
            notices._add(
                self,
                rule,
                rule._get_partners(self),
                # Two runs that see the same lateness call it the same.
                occasion=f"late {len(set(told.mapped('occasion'))) + 1}",
                told_arrival=arrival,
            )


def _round_up(moment):
    step = timedelta(minutes=5)
    start = moment.replace(minute=0, second=0, microsecond=0)
    return start - (start - moment) // step * step
