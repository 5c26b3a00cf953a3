from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.event_hours import Entry, effective_entries, hours_by_phase

# Facts a technician reports together with an event.
REPORTED_FIELDS = ("result", "return_reason_id")


class FieldServiceVisit(models.Model):
    """An appointment: who goes when, and what came of it.

    ``start`` and ``stop`` are stored, the duration is derived. What happened is in
    the event log; the hours here are derived from it.
    """

    _name = "field.service.visit"
    _description = "Visit"
    _inherit = [
        "field.service.visit.gate",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "start desc, id desc"
    _check_company_auto = True

    # Identity
    name = fields.Char(compute="_compute_name", store=True)
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="order_id.partner_id")
    site_id = fields.Many2one(related="order_id.site_id")
    job_type_id = fields.Many2one(
        related="order_id.job_type_id", store=True, index="btree_not_null"
    )
    team_id = fields.Many2one(
        related="order_id.team_id", store=True, index="btree_not_null"
    )
    state = fields.Selection(
        selection=[
            ("planned", "Planned"),
            ("dispatched", "Dispatched"),
            ("acknowledged", "Acknowledged"),
            ("travelling", "On the way"),
            ("on_site", "On site"),
            ("working", "Working"),
            ("paused", "Paused"),
            ("completed", "Completed"),
            ("declined", "Declined"),
            ("missed", "Missed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="planned",
        index=True,
        copy=False,
        tracking=True,
    )
    color = fields.Integer(related="job_type_id.color")

    # Plan
    technician_id = fields.Many2one(
        comodel_name="hr.employee",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    crew_ids = fields.Many2many(
        comodel_name="hr.employee",
        string="Crew Members",
        check_company=True,
        help="Technicians who come along; booked for the same time.",
    )
    start = fields.Datetime(copy=False, index=True, tracking=True)
    stop = fields.Datetime(copy=False, tracking=True)
    duration = fields.Float(
        string="Duration (hours)",
        compute="_compute_duration",
        inverse="_inverse_duration",
        store=True,
    )
    travel_before_minutes = fields.Integer()
    travel_after_minutes = fields.Integer()
    lock = fields.Selection(
        selection=[
            ("none", "Free"),
            ("time", "Time"),
            ("technician", "Technician"),
            ("both", "Time and technician"),
        ],
        default="none",
        required=True,
        help="What may not be changed when days are replanned.",
    )
    allow_overlap = fields.Boolean(
        copy=False,
        tracking=True,
        help="Let the technician be booked twice. Only for those entitled.",
    )
    booking_ids = fields.One2many(
        comodel_name="field.service.booking", inverse_name="visit_id"
    )

    # What happened
    event_ids = fields.One2many(
        comodel_name="field.service.event", inverse_name="visit_id", string="Events"
    )
    result = fields.Selection(
        selection=[
            ("solved", "Solved"),
            ("return_needed", "Return needed"),
            ("no_access", "No access"),
            ("refused", "Refused"),
        ],
        copy=False,
        tracking=True,
    )
    return_reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        index="btree_not_null",
        copy=False,
        domain="[('kind', '=', 'return')]",
    )
    note = fields.Text(string="Work Done", copy=False)
    work_hours = fields.Float(compute="_compute_hours", store=True)
    travel_hours = fields.Float(compute="_compute_hours", store=True)
    wait_hours = fields.Float(compute="_compute_hours", store=True)
    pause_hours = fields.Float(compute="_compute_hours", store=True)
    work_date = fields.Date(
        compute="_compute_hours",
        store=True,
        help="Day of the work in the technician's time zone; its cost is posted on it.",
    )

    _stop_after_start = models.Constraint(
        "CHECK(stop > start)", "A visit must end after it starts."
    )
    _whole_period = models.Constraint(
        "CHECK((start IS NULL) = (stop IS NULL))",
        "A visit needs both a start and an end, or neither.",
    )
    _travel_positive = models.Constraint(
        "CHECK(travel_before_minutes >= 0 AND travel_after_minutes >= 0)",
        "Travel minutes cannot be negative.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("order_id.name", "order_id.partner_id.name")
    def _compute_name(self):
        for visit in self:
            parts = (visit.order_id.name, visit.order_id.partner_id.name)
            visit.name = " · ".join(part for part in parts if part)

    @api.depends("start", "stop")
    def _compute_duration(self):
        for visit in self:
            visit.duration = visit._get_period().total_seconds() / 3600.0

    def _inverse_duration(self):
        for visit in self.filtered("start"):
            visit.stop = visit.start + timedelta(hours=visit.duration)

    @api.onchange("start")
    def _onchange_start(self):
        if self.start and (not self.stop or self.stop <= self.start or self.duration):
            hours = self.duration or self.order_id.planned_hours or 1.0
            self.stop = self.start + timedelta(hours=hours)

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

    def _get_period(self):
        """Return the planned length of the visit."""
        if self.start and self.stop:
            return self.stop - self.start
        return timedelta()

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_may_overlap(vals)
        visits = super().create([self._complete_period(vals) for vals in vals_list])
        visits._sync_bookings()
        visits.order_id._process()
        return visits

    def write(self, vals):
        self._check_may_overlap(vals)
        if vals.get("start") and not vals.get("stop"):
            # A new start moves the visit, it does not stretch or destroy it.
            for visit in self:
                super(FieldServiceVisit, visit).write(visit._complete_period(vals))
        else:
            super().write(vals)
        if self._get_booking_fields() & vals.keys():
            self._sync_bookings()
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nothing_happened(self):
        for visit in self:
            if visit.event_ids.filtered(lambda event: event.type != "planned"):
                raise UserError(
                    self.env._(
                        "Visit %(visit)s has a history. Cancel it instead of "
                        "deleting it.",
                        visit=visit.name,
                    )
                )

    def _complete_period(self, vals):
        """Return values in which a start always comes with its stop."""
        vals = dict(vals)
        if not vals.get("start") or vals.get("stop"):
            if vals.get("stop"):
                vals.pop("duration", None)
            return vals
        start = fields.Datetime.to_datetime(vals["start"])
        hours = vals.pop("duration", None)
        if not hours:
            order = self.order_id.browse(vals.get("order_id")) or self.order_id
            hours = self.duration or order.planned_hours or 1.0
        vals["stop"] = start + timedelta(hours=hours)
        return vals

    def _check_may_overlap(self, vals):
        """Refuse a double booking asked for by somebody who may not allow it."""
        entitled = self.env.su or self.env.user.has_group("field_service.group_manager")
        if vals.get("allow_overlap") and not entitled:
            raise UserError(
                self.env._(
                    "Only a service manager may let a technician be booked twice."
                )
            )

    # ------------------------------------------------------------------ bookings
    @api.model
    def _get_booking_fields(self):
        """Return the names of the fields that bookings are made from."""
        return {
            "start",
            "stop",
            "duration",
            "technician_id",
            "crew_ids",
            "state",
            "allow_overlap",
        }

    def _get_booked_resources(self):
        """Return the resources this visit blocks: the technician and the crew."""
        self.ensure_one()
        # Resources are blocked by whoever may plan the visit.
        return (self.technician_id | self.crew_ids).sudo().resource_id

    def _sync_bookings(self):
        """Block the time of exactly the resources the visits need.

        :raises ValidationError: naming who is booked already, when and for what
        """
        # The plan is the visit; bookings have no other writer and no other right.
        bookings = self.env["field.service.booking"].sudo()
        wanted, obsolete = [], bookings
        for visit in self:
            existing = {
                booking.resource_id: booking for booking in visit.sudo().booking_ids
            }
            resources = visit._get_booked_resources() if visit._is_blocking() else ()
            for resource in resources:
                booking = existing.pop(resource, bookings)
                wanted.append((booking, visit._prepare_booking_values(resource)))
            obsolete = obsolete.union(*existing.values())
        obsolete.unlink()
        bookings._book(wanted)

    def _is_blocking(self):
        """Tell whether the visit keeps its resources busy."""
        return bool(self.start and self.stop) and (
            self._is_open() or self.state == "completed"
        )

    def _prepare_booking_values(self, resource):
        """Return the values of the booking of one resource."""
        return {
            "visit_id": self.id,
            "resource_id": resource.id,
            "start": self.start,
            "stop": self.stop,
            "allow_overlap": self.allow_overlap,
        }

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
        state = self._get_event_states().get(event_type)
        if not state:
            raise ValidationError(
                self.env._("“%(type)s” is not a kind of event.", type=event_type)
            )
        known = events.search([("visit_id", "=", self.id), ("key", "=", key)], limit=1)
        if key and known:
            return known
        reported = {
            name: values.pop(name) for name in REPORTED_FIELDS if name in values
        }
        before = self.event_ids
        self.with_context(
            service_event_values={
                **values,
                "type": event_type,
                "device_time": device_time or fields.Datetime.now(),
                "key": key,
            }
        ).write({"state": state, **reported})
        return self.event_ids - before

    def _after_transition(self, target, previous):
        result = super()._after_transition(target, previous)
        self._log_transition(target, previous)
        self.order_id._process()
        return result

    def _log_transition(self, target, previous):
        """Append the event that stands for a transition to each log."""
        given = self.env.context.get("service_event_values") or {}
        events = self.env["field.service.event"].with_context(service_event_values=None)
        for visit in self:
            event_type = given.get("type") or visit._get_event_type(
                target, previous[visit]
            )
            events.create(
                {
                    "visit_id": visit.id,
                    "device_time": fields.Datetime.now(),
                    **given,
                    "type": event_type,
                }
            )

    # ------------------------------------------------------------------- actions
    def action_dispatch(self):
        """Send the visits to their technicians."""
        return self.write({"state": "dispatched"})

    def action_acknowledge(self):
        """Accept the visits."""
        return self.write({"state": "acknowledged"})

    def action_decline(self):
        """Decline the visits: they have to be planned anew."""
        return self.write({"state": "declined"})

    def action_travel(self):
        """On my way."""
        return self.write({"state": "travelling"})

    def action_arrive(self):
        """Arrived on site."""
        return self.write({"state": "on_site"})

    def action_start(self):
        """Start or resume work."""
        return self.write({"state": "working"})

    def action_pause(self):
        """Interrupt work."""
        return self.write({"state": "paused"})

    def action_finish(self):
        """Finish the visits; they count as solved unless something else is said."""
        for visit in self:
            visit.write({"state": "completed", "result": visit.result or "solved"})
        return True

    def action_miss(self):
        """Record that the visits did not take place."""
        return self.write({"state": "missed"})

    def action_cancel(self):
        """Cancel the visits."""
        return self.write({"state": "cancelled"})

    def action_replan(self):
        """Take declined, missed or cancelled visits back to planned."""
        return self.write({"state": "planned"})
