import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools.event_hours import Entry, effective_entries, hours_by_phase
from .field_service_event import LOGGING, Reported

# Facts a technician reports together with an event.
REPORTED_FIELDS = ("result", "return_reason_id", "decline_reason_id")


class FieldServiceVisitLog(models.AbstractModel):
    """What happened on a visit: its event log, and the hours derived from it."""

    _name = "field.service.visit.log"
    _description = "Log of Visits"

    event_ids = fields.One2many(
        comodel_name="field.service.event", inverse_name="visit_id", string="Events"
    )
    work_hours = fields.Float(compute="_compute_hours", store=True)
    travel_hours = fields.Float(compute="_compute_hours", store=True)
    wait_hours = fields.Float(compute="_compute_hours", store=True)
    pause_hours = fields.Float(compute="_compute_hours", store=True)
    work_date = fields.Date(
        compute="_compute_hours",
        store=True,
        help="Day of the work in the technician's time zone; its cost is posted on it.",
    )

    @api.depends(
        "start",
        "technician_id",
        "event_ids.type",
        "event_ids.device_time",
        "event_ids.correction_of_id",
    )
    def _compute_hours(self):
        for visit in self:
            log = visit._get_log()
            hours = hours_by_phase(log)
            visit.work_hours = hours["work"]
            visit.travel_hours = hours["travel"]
            visit.wait_hours = hours["wait"]
            visit.pause_hours = hours["pause"]
            visit.work_date = visit._get_local_date(log)

    def _get_log(self):
        """Return the event log as plain entries."""
        return [
            Entry(
                event.id or event._origin.id,
                event.type,
                event.device_time,
                event.correction_of_id.id,
            )
            for event in self.event_ids
        ]

    def _get_event_times(self, *types):
        """Return when events of the types happened, corrections considered."""
        return [
            entry.time
            for visit in self
            for entry in effective_entries(visit._get_log())
            if entry.type in types
        ]

    def _get_local_date(self, log):
        """Return the day of the first work or travel, else of the plan."""
        moments = [
            entry.time
            for entry in effective_entries(log)
            if entry.type in ("travel_start", "arrived", "work_start")
        ]
        moment = moments[0] if moments else self.start
        if not moment:
            return False
        # The technician's calendar is not readable for every colleague.
        zone = pytz.timezone(self.technician_id.sudo().tz or "UTC")
        return pytz.utc.localize(moment).astimezone(zone).date()

    # -------------------------------------------------------------------- events
    def register_event(self, event_type, device_time=None, key=None, **values):
        """Record that something happened and move the visit on.

        :param str event_type: ``dispatched``, ``acknowledged``, ``declined``,
            ``travel_start``, ``arrived``, ``work_start``, ``pause``, ``resume``,
            ``work_end``, ``missed``, ``cancelled`` or ``planned``
        :param datetime device_time: when it happened (UTC); now when left out
        :param str key: made by the device; the same key is recorded once
        :param values: facts of the visit reported with it (``result``,
            ``return_reason_id``) and fields of the event (``latitude``, ``source``...)
        :return: the recorded event, or none when nothing changed
        :raises ValidationError: when the visit cannot go on like this, with the reason
        """
        self.ensure_one()
        events = self.env["field.service.event"]
        # Named in words, whatever came by the interface.
        event_type = str(event_type)
        state = self._get_event_states().get(event_type)
        if not state:
            raise ValidationError(
                self.env._("“%(type)s” is not a kind of event.", type=event_type)
            )
        device_time = self._read_moment(device_time)
        self._wait_for_others()
        known = events.search([("visit_id", "=", self.id), ("key", "=", key)], limit=1)
        if key and known:
            return known
        reported = {
            name: values.pop(name) for name in REPORTED_FIELDS if name in values
        }
        before = self.event_ids
        self.with_context(
            service_event_values=Reported(
                values,
                type=event_type,
                device_time=device_time or fields.Datetime.now(),
                key=key,
            )
        ).write({"state": state, **reported})
        return self.event_ids - before

    def _wait_for_others(self):
        """Let a tap that is being recorded at this moment finish first.

        PostgreSQL refuses the lock when the visit was changed meanwhile, and Odoo runs
        this one again: it then finds what the other has recorded.
        """
        self.env.cr.execute(
            SQL("SELECT id FROM field_service_visit WHERE id = %s FOR UPDATE", self.id)
        )

    @api.model
    def _get_reported(self):
        """Return what is recorded with the event of the transition under way."""
        given = self.env.context.get("service_event_values")
        # From outside come plain dicts only: an event says what has happened here.
        return given if isinstance(given, Reported) else {}

    def _log_transition(self, target, previous):
        """Append the event that stands for a transition to each log."""
        given = self._get_reported()
        events = self.env["field.service.event"].with_context(
            service_event_values=None, service_logging=LOGGING
        )
        for visit in self:
            event_type = given.get("type") or visit._get_event_type(
                target, previous[visit]
            )
            events.create(
                {
                    "device_time": fields.Datetime.now(),
                    **given,
                    "visit_id": visit.id,
                    "type": event_type,
                }
            )
