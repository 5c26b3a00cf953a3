from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain

from .field_service_notice_channel import ACTIVITY
from .field_service_notice_rule import TIMERS
from .field_service_order_gate import OPEN_STATES as OPEN_ORDERS
from .field_service_visit_gate import TOLD_STATES, WAITING_STATES

# What is older than this is history, and is told to nobody.
STALE = timedelta(hours=12)
# How far back a timer looks: after an interruption nobody wants to hear of last week.
DAY = timedelta(days=1)
TRIGGERS = {
    "dispatched": "dispatched",
    "declined": "declined",
    "cancelled": "cancelled",
    "travelling": "on_the_way",
    "on_site": "arrived",
    "completed": "completed",
}
LIVE_TRIGGERS = ("declined", "on_the_way", "arrived", "completed")


class FieldServiceVisitNotice(models.AbstractModel):
    """What on a visit is told to somebody, and whether it still is worth telling."""

    _name = "field.service.visit.notice"
    _description = "Notices of Visits"

    notice_ids = fields.One2many(
        comodel_name="field.service.notice",
        inverse_name="visit_id",
        string="Notices",
        groups="field_service.group_dispatcher",
    )

    # ---------------------------------------------------------------- what happens
    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        visits.filtered("start")._announce("booked")
        return visits

    def write(self, vals):
        if "start" not in vals:
            return super().write(vals)
        before = {visit: visit.start for visit in self}
        result = super().write(vals)
        moved = self.filtered(
            lambda visit: visit.start and visit.start != before[visit]
        )
        planned = moved.filtered(before.get)
        (moved - planned)._announce("booked")
        planned._announce("moved")
        planned._settle_attention()
        return result

    def _after_transition(self, target, previous):
        result = super()._after_transition(target, previous)
        self._settle_attention()
        for visit in self:
            visit._announce_transition(target, previous[visit])
        return result

    def _announce_transition(self, target, previous):
        told = previous in TOLD_STATES
        people = self._get_told_people() if told else {}
        if target == "planned":
            if told:
                self._announce("withdrawn", people)
            elif self.start:
                self._announce("booked")
        elif target == "cancelled":
            self._announce("cancelled", people)
        elif target == "working" and previous in (*WAITING_STATES, "travelling"):
            self._announce("arrived")
        elif target in TRIGGERS and not self._is_dispatched_again():
            self._announce(TRIGGERS[target])

    def _announce_change(self, before, after):
        result = super()._announce_change(before, after)
        employees = self.env["hr.employee"]
        was = {key for role in ("technician", "crew") for key, __ in before[role]}
        going = {key for role in ("technician", "crew") for key, __ in after[role]}
        groups = (
            ("withdrawn", before, was - going),
            ("dispatched", after, going - was),
            ("changed", after, going & was),
        )
        for trigger, snapshot, concerned in groups:
            people = {
                role: employees.browse(
                    key for key, __ in snapshot[role] if key in concerned
                )
                for role in ("technician", "crew")
            }
            if any(people.values()):
                self._announce(trigger, people)
        return result

    def _get_told_people(self):
        """Return whom the visit was sent to, by their part in it."""
        snapshot = self.dispatch_snapshot or {}
        employees = self.env["hr.employee"]
        return {
            role: employees.browse(key for key, __ in snapshot.get(role) or ())
            for role in ("technician", "crew")
        }

    def _announce(self, trigger, people=None):
        """Have the rules tell about something that has just happened.

        :param dict people: employees in place of those who go now
        """
        rules = self.env["field.service.notice.rule"]
        rules = self and rules._find(trigger, self.company_id)
        notices = self.env["field.service.notice"]
        # Who is told does not depend on what the user may read.
        for visit in self.sudo():
            if not rules or not visit._is_worth_telling(trigger):
                continue
            for rule in rules:
                if not rule._concerns(visit) or not visit._is_news(rule):
                    continue
                partners = rule._get_partners(visit, people)
                if not partners and rule.recipient in ("technician", "crew"):
                    continue
                due_on = fields.Datetime.now() + timedelta(minutes=rule.minutes)
                notices._add(visit, rule, partners, due_on=due_on)
                notices._wake_up(at=due_on if rule.minutes else None)

    def _is_worth_telling(self, trigger):
        """Tell whether something happens now, or is brought in from the past."""
        self.ensure_one()
        context = self.env.context
        if context.get("install_mode") or context.get("import_file"):
            return False
        given = self._get_reported()
        now = fields.Datetime.now()
        moment = fields.Datetime.to_datetime(given.get("device_time")) or now
        if given.get("source") == "import" or moment < now - STALE:
            return False
        if self.order_id.is_historic:
            return False
        if trigger in LIVE_TRIGGERS:
            return True
        return not self.stop or self.stop > now - STALE

    def _is_news(self, rule):
        """Tell whether a customer has to be told; he need not know of changed plans."""
        if rule.recipient != "customer":
            return True
        expected = self.order_id.state in OPEN_ORDERS and self._is_open()
        if rule.trigger in ("booked", "moved") and not expected:
            return False
        if rule.trigger in ("moved", "cancelled"):
            return bool(self._get_told_customer())
        return True

    def _get_told_customer(self):
        """Return what the customer was told, the last first."""
        # Asked for whoever changes the plan.
        return self.sudo().notice_ids.filtered(
            lambda notice: notice.state == "sent"
            and notice.rule_id.recipient == "customer"
        )

    def _settle_attention(self):
        """Take back what the dispatcher was to look at: it has moved on."""
        # The technician who moves it on cannot touch the dispatcher's list.
        self.sudo().activity_unlink([ACTIVITY])

    # ----------------------------------------------------------- is it still true?
    def _get_reason_not_to_tell(self, notice):
        """Say why a notice is not sent after all; none when it is right to send it."""
        self.ensure_one()
        check = getattr(self, f"_is_true_{notice.trigger}", None)
        if check and not check(notice):
            return "outdated"
        if notice.trigger in ("dispatched", "changed"):
            return self._get_reason_technician_knows(notice)
        if notice.trigger in ("booked", "moved") and (
            notice.rule_id.recipient == "customer"
            and self._get_told_customer()[:1].told_start == self.start
        ):
            return "told"
        return None

    def _get_reason_technician_knows(self, notice):
        employees = self.technician_id | self.crew_ids
        partners = employees.user_id.partner_id | employees.work_contact_id
        if notice.rule_id.recipient not in ("technician", "crew"):
            return None
        if notice.partner_id not in partners:
            return "outdated"
        if notice.trigger == "changed" and notice.rule_id.recipient == "technician":
            known = self.told_snapshot or self.dispatch_snapshot or {}
            now = self._prepare_dispatch_snapshot()
            if self.state == "acknowledged" or not self._get_changed_keys(known, now):
                return "told"
        return None

    def _is_true_dispatched(self, notice):
        return self.state in TOLD_STATES

    _is_true_changed = _is_true_dispatched

    def _is_true_withdrawn(self, notice):
        employees = self.technician_id | self.crew_ids
        going = employees.user_id.partner_id | employees.work_contact_id
        return self.state not in TOLD_STATES or notice.partner_id not in going

    def _is_true_not_acknowledged(self, notice):
        return self.state == "dispatched"

    def _is_true_not_started(self, notice):
        now = fields.Datetime.now()
        return self.state in WAITING_STATES and self.start and self.start < now

    def _is_true_booked(self, notice):
        now = fields.Datetime.now()
        return self.state in WAITING_STATES and self.start and self.start > now

    _is_true_moved = _is_true_booked

    def _is_true_reminder(self, notice):
        return self._is_true_booked(notice) and notice.occasion.endswith(
            str(self.start)
        )

    def _is_true_late(self, notice):
        return bool(self.late_minutes)

    def _is_true_on_the_way(self, notice):
        return self.state == "travelling"

    def _is_true_arrived(self, notice):
        return self.state in ("on_site", "working", "paused")

    def _is_true_declined(self, notice):
        return self.state == notice.trigger

    _is_true_cancelled = _is_true_declined
    _is_true_completed = _is_true_declined

    # ---------------------------------------------------------------------- timers
    @api.model
    def _get_notice_steps(self):
        """Return what is looked at regularly, as functions that may fail alone."""
        rules = self.env["field.service.notice.rule"].search(
            [("trigger", "in", TIMERS)]
        )
        return [
            self._foresee_lateness,
            *(partial(self._announce_due, rule) for rule in rules),
        ]

    @api.model
    def _announce_due(self, rule):
        """Put into the outbox what a timer rule says by now, once for each occasion."""
        now = fields.Datetime.now()
        wait = timedelta(minutes=rule.minutes)
        domain, moment = getattr(self, f"_get_due_{rule.trigger}")(now, wait)
        domain &= Domain("order_id.state", "in", OPEN_ORDERS)
        domain &= Domain("technician_id", "!=", False)
        if rule.company_id:
            domain &= Domain("company_id", "=", rule.company_id.id)
        visits = self.search(domain, order="id")
        known = self.env["field.service.notice"]._read_group(
            [("rule_id", "=", rule.id), ("visit_id", "in", visits.ids)],
            ["visit_id", "occasion"],
        )
        known = {(visit.id, occasion) for visit, occasion in known}
        for visit in visits:
            occasion = f"{rule.trigger} {visit[moment]}"
            if (visit.id, occasion) in known or not rule._concerns(visit):
                continue
            if rule.trigger == "reminder" and visit.create_date > visit.start - wait:
                # Whoever books for this afternoon needs no reminder of it.
                continue
            partners = rule._get_partners(visit)
            if partners or rule.recipient not in ("technician", "crew"):
                notice = self.env["field.service.notice"]
                notice._add(visit, rule, partners, occasion=occasion)

    def _get_due_not_acknowledged(self, now, wait):
        return (
            Domain("state", "=", "dispatched")
            & Domain("dispatched_on", "<=", now - wait)
            & Domain("dispatched_on", ">", now - wait - DAY)
        ), "dispatched_on"

    def _get_due_not_started(self, now, wait):
        return (
            Domain("state", "in", WAITING_STATES)
            & Domain("start", "<=", now - wait)
            & Domain("start", ">", now - wait - DAY)
        ), "start"

    def _get_due_reminder(self, now, wait):
        return (
            Domain("state", "in", WAITING_STATES)
            & Domain("start", ">", now)
            & Domain("start", "<=", now + wait)
        ), "start"
