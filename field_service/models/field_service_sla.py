from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What plan_hours can plan ahead in any calendar that somebody works by.
MAX_HOURS = 2000


class FieldServiceSla(models.Model):
    """What is promised on an order: how soon somebody comes, how soon it is solved.

    Hours are those of the calendar: nights, weekends and public holidays do not count.
    """

    _name = "field.service.sla"
    _description = "SLA Policy"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index="btree_not_null", help="Empty: all companies."
    )

    # For which orders
    priority = fields.Selection(
        selection="_get_priorities", help="Empty: orders of every priority."
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index="btree_not_null",
        check_company=True,
        help="With the contacts and sites below it. Empty: all customers.",
    )
    job_type_id = fields.Many2one(
        comodel_name="field.service.job.type",
        index="btree_not_null",
        check_company=True,
        help="Empty: every kind of work.",
    )

    # What is promised
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('flexible_hours', '=', False), "
        "('company_id', 'in', (False, company_id))]",
        help="The clock runs during these hours, public holidays left out. "
        "Empty: day and night.",
    )
    response_hours = fields.Float(
        string="Response (hours)",
        help="Until a technician arrives. Zero: nothing is promised.",
    )
    resolution_hours = fields.Float(
        string="Resolution (hours)",
        help="Until the problem is solved. Zero: nothing is promised.",
    )
    warning_hours = fields.Float(
        string="Warn Before (hours)",
        default=2.0,
        help="An order without a planned visit is at risk when less than this is left.",
    )

    _hours_in_range = models.Constraint(
        f"CHECK(response_hours BETWEEN 0 AND {MAX_HOURS}"
        f" AND resolution_hours BETWEEN 0 AND {MAX_HOURS}"
        f" AND warning_hours BETWEEN 0 AND {MAX_HOURS})",
        "Hours of an SLA policy lie between 0 and 2,000.",
    )
    _resolution_after_response = models.Constraint(
        "CHECK(resolution_hours = 0 OR resolution_hours >= response_hours)",
        "A problem cannot be solved before the technician arrives: give more hours for "
        "the resolution than for the response.",
    )

    @api.model
    def _get_priorities(self):
        priority = self.env["field.service.order"]._fields["priority"]
        return priority._description_selection(self.env)

    @api.constrains("calendar_id")
    def _check_calendar(self):
        for policy in self.filtered("calendar_id"):
            calendar = policy.calendar_id
            if calendar.flexible_hours or not calendar.attendance_ids:
                raise ValidationError(
                    self.env._(
                        "“%(calendar)s” has no fixed working hours, so that no "
                        "deadline can be told from it. Choose another calendar for "
                        "%(policy)s.",
                        calendar=calendar.name,
                        policy=policy.name,
                    )
                )

    # ------------------------------------------------------------------ selection
    def _choose(self, order):
        """Return the policy, of those in self, that fits an order best.

        The customer decides before the job type, the job type before the priority; the
        nearer of two customers in one family, then a company's own policy before a
        shared one, then the sequence.
        """
        family = order.partner_id._get_service_family()
        fitting = self.filtered(
            lambda policy: (
                policy.company_id.id in (order.company_id.id, False)
                and policy.partner_id.id in (*family.ids, False)
                and policy.job_type_id.id in (order.job_type_id.id, False)
                and policy.priority in (order.priority, False)
            )
        )
        return fitting.sorted(lambda policy: policy._get_rank(family))[:1]

    def _get_rank(self, family):
        """Return what fitting policies are sorted by, the most specific first."""
        self.ensure_one()
        ids = family.ids
        return (
            ids.index(self.partner_id.id) if self.partner_id else len(ids),
            not self.job_type_id,
            not self.priority,
            not self.company_id,
            self.sequence,
            self.id,
        )

    # ---------------------------------------------------------------------- clock
    def _get_deadline(self, start, hours, pauses, company):
        """Return when ``hours`` of the calendar are over, pauses left out.

        :param datetime start: when the clock begins (UTC)
        :param list pauses: (start, stop) of finished pauses, in order
        :param company: whose public holidays count
        :return: naive UTC; False when nothing is promised
        """
        self.ensure_one()
        if not hours:
            return False
        deadline = self._plan(start, hours, company)
        for pause_start, pause_stop in pauses:
            if not deadline or pause_start >= deadline:
                break
            hours += self._count(max(start, pause_start), pause_stop, company)
            deadline = self._plan(start, hours, company)
        return deadline

    def _plan(self, moment, hours, company):
        """Return the moment ``hours`` of the calendar after another, or before it."""
        if not self.calendar_id:
            return moment + timedelta(hours=hours)
        planned = self.calendar_id.plan_hours(
            hours,
            pytz.utc.localize(moment),
            compute_leaves=True,
            domain=self._get_leave_domain(company),
        )
        # A day that ends at midnight ends a microsecond early in calendars.
        return planned and (
            planned.astimezone(pytz.utc).replace(tzinfo=None)
            + timedelta(microseconds=500000)
        ).replace(microsecond=0)

    def _count(self, start, stop, company):
        """Return the hours of the calendar between two moments."""
        if stop <= start:
            return 0.0
        if not self.calendar_id:
            return (stop - start).total_seconds() / 3600.0
        return self.calendar_id.get_work_hours_count(
            pytz.utc.localize(start),
            pytz.utc.localize(stop),
            domain=self._get_leave_domain(company),
        )

    @api.model
    def _get_leave_domain(self, company):
        """Return which public holidays stop the clock: those of the company."""
        return [
            ("time_type", "=", "leave"),
            ("resource_id", "=", False),
            ("company_id", "in", (False, company.id)),
        ]
