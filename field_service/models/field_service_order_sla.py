from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.sla_clock import Goal, judge
from .field_service_order_gate import ENDED_STATES


class FieldServiceOrderSla(models.AbstractModel):
    """What was promised on an order, and whether the promise is kept.

    Stored are the moments at which the answer changes by itself, so that it is right at
    every moment, without a scheduled job, and can be searched.
    """

    _name = "field.service.order.sla"
    _description = "SLA of Work Orders"

    # The promise
    sla_id = fields.Many2one(
        comodel_name="field.service.sla",
        string="SLA Policy",
        compute="_compute_sla_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', 'in', (False, company_id))]",
        check_company=True,
        tracking=True,
        help="Chosen by customer, job type and priority; another one can be chosen.",
    )
    received_on = fields.Datetime(
        compute="_compute_received_on",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        tracking=True,
        help="When the customer asked. The SLA clock begins then, or with the "
        "requested window if that is later.",
    )
    response_deadline = fields.Datetime(compute="_compute_deadlines", store=True)
    resolution_deadline = fields.Datetime(compute="_compute_deadlines", store=True)
    response_alert_on = fields.Datetime(compute="_compute_deadlines", store=True)
    resolution_alert_on = fields.Datetime(compute="_compute_deadlines", store=True)
    sla_paused_hours = fields.Float(
        string="SLA Clock Stopped (hours)",
        compute="_compute_deadlines",
        store=True,
        help="Hours of the policy's calendar in which the order was on hold for a "
        "reason that stops the clock.",
    )

    # The plan and the facts
    expected_start = fields.Datetime(
        compute="_compute_expected",
        store=True,
        help="Planned start of the first open visit.",
    )
    expected_stop = fields.Datetime(
        compute="_compute_expected",
        store=True,
        help="Planned end of the last open visit.",
    )
    responded_on = fields.Datetime(
        compute="_compute_responded_on",
        store=True,
        help="When the first technician arrived.",
    )
    resolved_on = fields.Datetime(
        compute="_compute_resolved_on",
        store=True,
        help="When the work that solved the problem ended.",
    )

    # The answer
    sla_clock = fields.Selection(
        selection=[
            ("none", "None"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("met", "Met"),
            ("breached", "Breached"),
        ],
        string="SLA Clock",
        compute="_compute_sla_clock",
        store=True,
        index=True,
    )
    sla_breach_on = fields.Datetime(
        string="Next Deadline",
        compute="_compute_sla_clock",
        store=True,
        help="When the SLA is breached, or was.",
    )
    sla_risk_on = fields.Datetime(
        string="SLA at Risk From", compute="_compute_sla_clock", store=True
    )
    sla_state = fields.Selection(
        selection=[
            ("none", "None"),
            ("on_time", "On time"),
            ("at_risk", "At risk"),
            ("breached", "Breached"),
            ("met", "Met"),
            ("paused", "Paused"),
        ],
        string="SLA State",
        compute="_compute_sla_state",
        search="_search_sla_state",
        help="At risk: the planned visit is too late, or little time is left and no "
        "visit is planned.",
    )

    def write(self, vals):
        if vals.get("state") in ENDED_STATES:
            # What was promised so far holds for good.
            self._recompute_recordset(["sla_id", "response_deadline"])
        return super().write(vals)

    # ---------------------------------------------------------------- the promise
    @api.model
    def _get_followers(self):
        return {**super()._get_followers(), "sla_id": True}

    def _propose_sla_id(self):
        policies = self.env["field.service.sla"]
        policies = policies.with_context(active_test=True).search(
            [("company_id", "in", [False, *self.company_id.ids])]
        )
        return {
            order: policies.browse() if order.is_historic else policies._choose(order)
            for order in self
        }

    @api.depends("priority", "partner_id", "job_type_id", "company_id", "is_historic")
    def _compute_sla_id(self):
        self.filtered(lambda order: order.state not in ENDED_STATES)._follow("sla_id")

    def _compute_received_on(self):
        for order in self:
            moment = order.received_on or order.create_date or fields.Datetime.now()
            order.received_on = moment.replace(microsecond=0)

    @api.depends(
        "sla_id.response_hours",
        "sla_id.resolution_hours",
        "sla_id.warning_hours",
        "sla_id.calendar_id.tz",
        "sla_id.calendar_id.two_weeks_calendar",
        "sla_id.calendar_id.attendance_ids.dayofweek",
        "sla_id.calendar_id.attendance_ids.hour_from",
        "sla_id.calendar_id.attendance_ids.hour_to",
        "sla_id.calendar_id.attendance_ids.day_period",
        "sla_id.calendar_id.attendance_ids.week_type",
        "received_on",
        "requested_start",
        "state",
        "responded_on",
        "state_log_ids.left_on",
        "state_log_ids.stops_clock",
    )
    def _compute_deadlines(self):
        for order in self:
            # A promise that was kept, or not, is not changed afterwards.
            if order.state in ENDED_STATES:
                continue
            policy = order.sla_id
            begin = order._get_sla_start()
            pauses = order._get_sla_pauses()
            order.sla_paused_hours = sum(
                policy._count(max(start, begin), stop, order.company_id)
                for start, stop in pauses
                if policy
            )
            for goal in ("response", "resolution"):
                if goal == "response" and order._is_response_over():
                    continue
                deadline = policy and policy._get_deadline(
                    begin,
                    policy[f"{goal}_hours"],
                    pauses,
                    order.company_id,
                )
                order[f"{goal}_deadline"] = deadline
                order[f"{goal}_alert_on"] = deadline and policy._plan(
                    deadline, -policy.warning_hours, order.company_id
                )

    def _is_response_over(self):
        """Tell whether the response was in time or not, once and for all."""
        return bool(self.sla_id and self.responded_on and self.response_deadline)

    def _get_sla_start(self):
        """Return when the clock begins: the request, or the window it asks for."""
        self.ensure_one()
        received = self.received_on or self.create_date or fields.Datetime.now()
        return max(received, self.requested_start or received).replace(microsecond=0)

    def _get_sla_pauses(self):
        """Return the finished pauses of the clock, as (start, stop), in order."""
        return sorted(
            (line.entered_on, line.left_on)
            for line in self.state_log_ids
            if line.stops_clock and line.left_on
        )

    # ------------------------------------------------------ the plan and the facts
    @api.depends("visit_ids.start", "visit_ids.stop", "visit_ids.state")
    def _compute_expected(self):
        for order in self:
            planned = order._get_open_visits().filtered(
                lambda visit: visit.start and visit.stop
            )
            order.expected_start = min(planned.mapped("start"), default=False)
            order.expected_stop = max(planned.mapped("stop"), default=False)

    @api.depends(
        "visit_ids.event_ids.type",
        "visit_ids.event_ids.device_time",
        "visit_ids.event_ids.correction_of_id",
    )
    def _compute_responded_on(self):
        for order in self:
            order.responded_on = min(
                order.visit_ids._get_event_times("arrived", "work_start"), default=False
            )

    @api.depends(
        "state",
        "visit_ids.result",
        "visit_ids.event_ids.type",
        "visit_ids.event_ids.device_time",
        "visit_ids.event_ids.correction_of_id",
    )
    def _compute_resolved_on(self):
        for order in self:
            solved = order.visit_ids.filtered(lambda visit: visit.result == "solved")
            order.resolved_on = order.state in ("done", "closed") and max(
                solved._get_event_times("work_end"), default=False
            )

    # ------------------------------------------------------------------ the answer
    @api.depends(
        "state",
        "response_deadline",
        "response_alert_on",
        "resolution_deadline",
        "resolution_alert_on",
        "expected_start",
        "expected_stop",
        "responded_on",
        "resolved_on",
        "state_log_ids.stops_clock",
        "state_log_ids.left_on",
    )
    def _compute_sla_clock(self):
        for order in self:
            current = order.state_log_ids.filtered(lambda line: not line.left_on)[-1:]
            paused = order.state == "on_hold" and current.stops_clock
            ended = paused or order.state in ENDED_STATES
            verdict = judge(
                order._get_sla_goals(),
                stopped=ended and (current.entered_on or fields.Datetime.now()),
                paused=paused,
            )
            order.sla_clock = verdict.clock
            order.sla_breach_on = verdict.breach
            order.sla_risk_on = verdict.risk

    def _get_sla_goals(self):
        """Return what was promised, and how it stands."""
        self.ensure_one()
        since = self._get_sla_start()
        goals = (
            Goal(
                since,
                self.response_deadline,
                self.response_alert_on,
                self.expected_start,
                self.responded_on,
            ),
            Goal(
                since,
                self.resolution_deadline,
                self.resolution_alert_on,
                self.expected_stop,
                self.resolved_on,
            ),
        )
        return [goal for goal in goals if goal.deadline]

    @api.depends("sla_clock", "sla_breach_on", "sla_risk_on")
    def _compute_sla_state(self):
        now = fields.Datetime.now()
        for order in self:
            if order.sla_clock != "running":
                order.sla_state = order.sla_clock or "none"
            elif order.sla_breach_on < now:
                order.sla_state = "breached"
            else:
                order.sla_state = "at_risk" if order.sla_risk_on <= now else "on_time"

    def _search_sla_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        running = Domain("sla_clock", "=", "running")
        late = Domain("sla_breach_on", "<", now)
        risky = Domain("sla_risk_on", "<=", now)
        domains = {
            "none": Domain("sla_clock", "in", (False, "none")),
            "on_time": running & ~late & ~risky,
            "at_risk": running & ~late & risky,
            "breached": Domain("sla_clock", "=", "breached") | (running & late),
            "met": Domain("sla_clock", "=", "met"),
            "paused": Domain("sla_clock", "=", "paused"),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    # ------------------------------------------------------------- public holidays
    @api.model
    def _get_sla_open_domain(self, companies, calendars):
        """Return which orders have a deadline that a holiday may still move.

        :param companies: those that have the holiday; None: all
        :param calendars: those in which it is; None: all
        """
        domain = Domain("state", "not in", ENDED_STATES)
        domain &= Domain("sla_id.calendar_id", "!=", False)
        if companies is not None:
            domain &= Domain("company_id", "in", companies.ids)
        if calendars is not None:
            domain &= Domain("sla_id.calendar_id", "in", calendars.ids)
        return domain

    def _outdate_sla(self):
        """Have the deadlines computed anew."""
        self.env.add_to_compute(self._fields["response_deadline"], self)
