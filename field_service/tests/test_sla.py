from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import MONDAY, FieldServiceCommon

FRIDAY = datetime(2026, 3, 6, 14, 0)


class SlaCommon(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["field.service.sla"].search([]).active = False
        cls.calendar = cls._create_calendar()
        cls.waiting = cls._create_reason("Customer", stops_clock=True)
        cls.internal = cls._create_reason("No time", stops_clock=False)

    @classmethod
    def _create_calendar(cls, zone="UTC", company=None, hours=(8, 16), days=5):
        """Monday to Friday from 8 to 16, without a break."""
        return cls.env["resource.calendar"].create(
            {
                "name": "Office hours",
                "tz": zone,
                "company_id": (company or cls.company).id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": hours[0],
                            "hour_to": hours[1],
                            "day_period": "morning",
                        }
                    )
                    for day in range(days)
                ],
            }
        )

    @classmethod
    def _create_reason(cls, name, **values):
        return cls.env["field.service.reason"].create(
            {"name": name, "kind": "hold", **values}
        )

    @classmethod
    def _create_policy(cls, **values):
        return cls.env["field.service.sla"].create(
            {
                "name": "Policy",
                "company_id": cls.company.id,
                "calendar_id": cls.calendar.id,
                "response_hours": 4.0,
                "resolution_hours": 12.0,
                "warning_hours": 2.0,
                **values,
            }
        )

    @classmethod
    def _create_order(cls, release=True, received=MONDAY, **values):
        with freeze_time(received):
            return super()._create_order(release, received_on=received, **values)

    @classmethod
    def _hold(cls, order, since, until, reason=None):
        with freeze_time(since):
            order.write(
                {"state": "on_hold", "hold_reason_id": (reason or cls.waiting).id}
            )
        if until:
            with freeze_time(until):
                order.action_resume()

    def _assert_state(self, order, state, now):
        """Check that field and search say the same at a moment."""
        with freeze_time(now):
            order.invalidate_recordset(["sla_state"])
            self.assertEqual(order.sla_state, state, str(now))
            for value, _label in order._fields["sla_state"].selection:
                found = order.search([("sla_state", "=", value)])
                self.assertEqual(order in found, value == state, value)
                others = order.search([("sla_state", "!=", value)])
                self.assertEqual(order in others, value != state, value)


@tagged("post_install", "-at_install")
class TestSlaDeadlines(SlaCommon):
    def test_hours_are_those_of_the_calendar(self):
        self._create_policy()
        order = self._create_order(received=FRIDAY)
        self.assertEqual(order.response_deadline, datetime(2026, 3, 9, 10))
        self.assertEqual(order.resolution_deadline, datetime(2026, 3, 10, 10))

    def test_day_and_night_without_a_calendar(self):
        self._create_policy(calendar_id=False)
        order = self._create_order(received=FRIDAY)
        self.assertEqual(order.response_deadline, datetime(2026, 3, 6, 18))
        self.assertEqual(order.resolution_deadline, datetime(2026, 3, 7, 2))

    def test_zero_hours_promise_nothing(self):
        self._create_policy(response_hours=0.0)
        order = self._create_order()
        self.assertFalse(order.response_deadline)
        self.assertTrue(order.resolution_deadline)

    def test_only_its_companys_holidays_move_a_deadline(self):
        self._create_policy()
        order = self._create_order(received=FRIDAY)
        closed = self._create_order(received=FRIDAY)
        closed.action_cancel()
        before = closed.response_deadline
        self._create_holiday(self.company_b)
        self.assertEqual(order.response_deadline, datetime(2026, 3, 9, 10))
        holiday = self._create_holiday(self.company)
        self.assertEqual(order.response_deadline, datetime(2026, 3, 10, 10))
        self.assertEqual(order.resolution_deadline, datetime(2026, 3, 11, 10))
        self.assertEqual(closed.response_deadline, before, "what is over stays")
        holiday.write(
            {"date_from": datetime(2026, 4, 6), "date_to": datetime(2026, 4, 6, 23)}
        )
        self.assertEqual(order.response_deadline, datetime(2026, 3, 9, 10))
        holiday.write(
            {"date_from": datetime(2026, 3, 9), "date_to": datetime(2026, 3, 9, 23)}
        )
        self.assertEqual(order.response_deadline, datetime(2026, 3, 10, 10))
        holiday.unlink()
        self.assertEqual(order.response_deadline, datetime(2026, 3, 9, 10))

    def test_a_colleagues_leave_moves_nothing(self):
        self._create_policy()
        order = self._create_order(received=FRIDAY)
        self._create_holiday(self.company, resource_id=self.technician.resource_id.id)
        self.assertEqual(order.response_deadline, datetime(2026, 3, 9, 10))

    def _create_holiday(self, company, **values):
        return (
            self.env["resource.calendar.leaves"]
            .with_company(company)
            .create(
                {
                    "name": "Holiday",
                    "date_from": datetime(2026, 3, 9),
                    "date_to": datetime(2026, 3, 9, 23, 59, 59),
                    **values,
                }
            )
        )

    def test_summer_time_begins_in_the_middle(self):
        """Berlin, clocks go forward on Sunday 29 March: 8:00 is 7:00, then 6:00 UTC."""
        calendar = self._create_calendar("Europe/Berlin")
        self._create_policy(calendar_id=calendar.id)
        order = self._create_order(received=datetime(2026, 3, 27, 13))
        # Two hours on Friday until 16:00, two on Monday from 8:00.
        self.assertEqual(order.response_deadline, datetime(2026, 3, 30, 8))
        around = self._create_calendar("Europe/Berlin", hours=(0, 24), days=7)
        self._create_policy(calendar_id=around.id, sequence=1)
        order = self._create_order(received=datetime(2026, 3, 28, 23))
        # The night has an hour less; four hours are four hours all the same.
        self.assertEqual(order.response_deadline, datetime(2026, 3, 29, 3))

    def test_the_clock_begins_with_the_requested_window(self):
        self._create_policy()
        order = self._create_order(requested_start=datetime(2026, 3, 4, 8))
        self.assertEqual(order.response_deadline, datetime(2026, 3, 4, 12))
        order.requested_start = datetime(2026, 2, 1)
        self.assertEqual(order.response_deadline, datetime(2026, 3, 2, 12))

    def test_deadlines_follow_their_inputs(self):
        """Peer 6: whatever changes, in whatever write, the deadlines follow."""
        policy = self._create_policy()
        urgent = self._create_policy(
            priority="3", response_hours=1.0, resolution_hours=2.0
        )
        orders = self._create_order() + self._create_order()
        self.assertEqual(orders.sla_id, policy)
        orders.write({"priority": "3"})
        self.assertEqual(orders.sla_id, urgent)
        for order in orders:
            self.assertEqual(order.response_deadline, datetime(2026, 3, 2, 9))
        orders[0].received_on = datetime(2026, 3, 3, 8)
        self.assertEqual(orders[0].response_deadline, datetime(2026, 3, 3, 9))
        urgent.response_hours = 2.0
        self.assertEqual(orders[1].response_deadline, datetime(2026, 3, 2, 10))
        self.calendar.attendance_ids.write({"hour_from": 9})
        self.assertEqual(orders[1].response_deadline, datetime(2026, 3, 2, 11))
        orders[1].sla_id = policy
        self.assertEqual(orders[1].response_deadline, datetime(2026, 3, 2, 13))
        orders[1].sla_id = False
        self.assertFalse(orders[1].response_deadline)
        self.assertEqual(orders[1].sla_state, "none")

    def test_bad_policies_are_refused(self):
        for values in (
            {"response_hours": -1.0},
            {"resolution_hours": -1.0},
            {"warning_hours": -1.0},
            {"resolution_hours": 1e9},
            {"response_hours": 8.0, "resolution_hours": 4.0},
        ):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self._create_policy(**values)
        empty = self._create_calendar(days=0)
        empty.attendance_ids.unlink()
        with self.assertRaisesRegex(ValidationError, "no fixed working hours"):
            self._create_policy(calendar_id=empty.id)

    def test_a_calendar_emptied_later_promises_nothing(self):
        self._create_policy()
        order = self._create_order()
        self.calendar.attendance_ids.unlink()
        self.assertFalse(order.response_deadline)
        self.assertEqual(order.sla_state, "none")


@tagged("post_install", "-at_install")
class TestSlaPauses(SlaCommon):
    def test_a_hold_needs_a_reason(self):
        order = self._create_order()
        with self.assertRaisesRegex(ValidationError, "Say why"):
            order.state = "on_hold"
        stage = self.env["field.service.stage"].search([("state", "=", "on_hold")])
        with self.assertRaisesRegex(ValidationError, "Say why"):
            order.stage_id = stage[:1]

    def test_the_chooser_asks_for_it(self):
        orders = (self._create_order() + self._create_order()).with_user(
            self.dispatcher
        )
        action = orders.action_hold()
        chooser = Form(
            self.env[action["res_model"]]
            .with_user(self.dispatcher)
            .with_context(**action["context"])
        )
        chooser.reason_id = self.waiting
        chooser.note = "Keys"
        chooser.save().action_hold()
        self.assertEqual(orders.mapped("state"), ["on_hold", "on_hold"])
        self.assertEqual(orders.hold_reason_id, self.waiting)
        self.assertEqual(orders.mapped("hold_reason"), ["Keys", "Keys"])

    def test_a_pause_moves_deadlines_by_the_business_time_lost(self):
        self._create_policy()
        order = self._create_order(received=FRIDAY)
        # Friday 15:00 to Monday 9:00 are two hours of work.
        self._hold(order, datetime(2026, 3, 6, 15), datetime(2026, 3, 9, 9))
        self.assertEqual(order.sla_paused_hours, 2.0)
        self.assertEqual(order.response_deadline, datetime(2026, 3, 9, 12))
        self._hold(order, datetime(2026, 3, 9, 11), datetime(2026, 3, 9, 12))
        self.assertEqual(order.response_deadline, datetime(2026, 3, 9, 13))
        self.assertEqual(order.resolution_deadline, datetime(2026, 3, 10, 13))
        self.assertFalse(order.hold_reason_id, "the next hold needs its own reason")
        # What begins after the deadline excuses nothing before it.
        self._hold(order, datetime(2026, 3, 10, 8), datetime(2026, 3, 10, 9))
        self.assertEqual(order.response_deadline, datetime(2026, 3, 9, 13))
        self.assertEqual(order.resolution_deadline, datetime(2026, 3, 10, 14))

    def test_not_every_reason_stops_the_clock(self):
        self._create_policy()
        order = self._create_order()
        self._hold(
            order, datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 10), self.internal
        )
        self.assertEqual(order.response_deadline, datetime(2026, 3, 2, 12))
        # What the reason said when it was chosen counts.
        self.internal.stops_clock = True
        order.priority = "2"
        self.assertEqual(order.response_deadline, datetime(2026, 3, 2, 12))

    def test_a_paused_clock_stands_still(self):
        self._create_policy()
        order = self._create_order()
        self._hold(order, datetime(2026, 3, 2, 9), None)
        self._assert_state(order, "paused", datetime(2026, 3, 30))
        with freeze_time(datetime(2026, 3, 2, 10)):
            order.hold_reason_id = self.internal
        self._assert_state(order, "breached", datetime(2026, 3, 30))
        with freeze_time(datetime(2026, 3, 2, 11)):
            order.action_resume()
        self.assertEqual(order.response_deadline, datetime(2026, 3, 2, 13))
        late = self._create_order()
        self._hold(late, datetime(2026, 3, 2, 13), None)
        self._assert_state(late, "breached", datetime(2026, 3, 30))

    def test_time_in_each_state_is_stored(self):
        order = self._create_order(release=False)
        with freeze_time(datetime(2026, 3, 2, 9)):
            order.action_release()
        self._hold(order, datetime(2026, 3, 2, 11), datetime(2026, 3, 2, 14))
        self.assertRecordValues(
            order.state_log_ids,
            [
                {"state": "draft", "hours": 1.0, "stops_clock": False},
                {"state": "released", "hours": 2.0, "stops_clock": False},
                {"state": "on_hold", "hours": 3.0, "stops_clock": True},
                {"state": "released", "hours": 0.0, "stops_clock": False},
            ],
        )
        self.assertEqual(order.state_log_ids[2].reason_id, self.waiting)
        self.assertFalse(order.state_log_ids[-1].left_on)
        self.assertEqual(
            self.env["field.service.order.state.log"]._read_group(
                [("order_id", "=", order.id)], ["state"], ["hours:sum"]
            ),
            [("draft", 1.0), ("on_hold", 3.0), ("released", 2.0)],
        )

    def test_an_order_given_up_owes_nothing(self):
        self._create_policy()
        in_time, late = self._create_order(), self._create_order()
        with freeze_time(datetime(2026, 3, 2, 9)):
            in_time.action_cancel()
        with freeze_time(datetime(2026, 3, 3, 9)):
            late.action_cancel()
        self._assert_state(in_time, "none", datetime(2026, 3, 30))
        self._assert_state(late, "breached", datetime(2026, 3, 30))
        with freeze_time(datetime(2026, 3, 3, 9)):
            in_time.action_draft()
        self.assertEqual(in_time.response_deadline, datetime(2026, 3, 3, 12))


@tagged("post_install", "-at_install")
class TestSlaState(SlaCommon):
    def test_the_answer_changes_by_itself(self):
        self._create_policy()
        order = self._create_order()
        self._assert_state(order, "on_time", datetime(2026, 3, 2, 9, 59))
        self._assert_state(order, "at_risk", datetime(2026, 3, 2, 10))
        self._assert_state(order, "at_risk", datetime(2026, 3, 2, 12))
        self._assert_state(order, "breached", datetime(2026, 3, 2, 12, 1))

    def test_a_breach_is_foreseen_from_the_plan(self):
        self._create_policy()
        order = self._create_order()
        now = MONDAY + timedelta(minutes=1)
        visit = self._create_visit(order, start=datetime(2026, 3, 2, 11))
        self._assert_state(order, "on_time", now)
        # Little time is left, but somebody is on his way to it.
        self._assert_state(order, "on_time", datetime(2026, 3, 2, 10, 30))
        # He should be there, and is not.
        self._assert_state(order, "at_risk", datetime(2026, 3, 2, 11, 30))
        visit.start = datetime(2026, 3, 2, 12, 30)
        self._assert_state(order, "at_risk", now)
        visit.write(
            {"start": datetime(2026, 3, 2, 9), "stop": datetime(2026, 3, 3, 13)}
        )
        self._assert_state(order, "at_risk", now)
        visit.write({"stop": datetime(2026, 3, 3, 11)})
        self._assert_state(order, "on_time", now)
        visit.action_cancel()
        self._assert_state(order, "on_time", now)
        self._assert_state(order, "at_risk", datetime(2026, 3, 2, 10, 30))

    def test_met_and_missed_stay_so(self):
        policy = self._create_policy()
        good = self._create_order()
        self._work(self._create_visit(good, start=datetime(2026, 3, 2, 9)), hours=1.0)
        late = self._create_order()
        visit = self._create_visit(late, start=datetime(2026, 3, 2, 13))
        self._work(visit, hours=1.0)
        self.assertEqual(good.responded_on, datetime(2026, 3, 2, 9))
        self.assertEqual(good.resolved_on, datetime(2026, 3, 2, 10))
        # The events are the technicians', whenever the office heard of them.
        for now in (datetime(2026, 3, 2, 14), datetime(2027, 1, 1)):
            self._assert_state(good, "met", now)
            self._assert_state(late, "breached", now)
        policy.response_hours = 0.5
        good.priority = "3"
        self.assertEqual(good.response_deadline, datetime(2026, 3, 2, 12))
        self._assert_state(good, "met", datetime(2027, 1, 1))
        # A corrected log corrects the answer.
        start = visit.event_ids.filtered(lambda event: event.type == "work_start")
        start.action_correct(datetime(2026, 3, 2, 11, 30), "Clock was wrong")
        self.assertEqual(late.responded_on, datetime(2026, 3, 2, 11, 30))
        self._assert_state(late, "met", datetime(2027, 1, 1))

    def test_after_the_arrival_only_the_resolution_counts(self):
        policy = self._create_policy()
        order = self._create_order()
        visit = self._create_visit(order, start=datetime(2026, 3, 2, 9))
        visit.register_event("arrived", datetime(2026, 3, 2, 9))
        self._assert_state(order, "on_time", datetime(2026, 3, 2, 13))
        self.assertEqual(order.sla_breach_on, order.resolution_deadline)
        policy.write({"response_hours": 0.5, "resolution_hours": 3.0})
        self.assertEqual(order.response_deadline, datetime(2026, 3, 2, 12))
        self.assertEqual(order.resolution_deadline, datetime(2026, 3, 2, 11))

    def test_a_reopened_order_is_not_solved(self):
        self._create_policy()
        order = self._create_order()
        self._work(self._create_visit(order, start=datetime(2026, 3, 2, 9)), hours=1.0)
        order.action_reopen()
        self.assertFalse(order.resolved_on)
        self._assert_state(order, "breached", datetime(2026, 3, 30))

    def test_historic_orders_and_copies(self):
        self._create_policy()
        historic = self._create_order(
            release=False, is_historic=True, completed_on=MONDAY
        )
        self.assertFalse(historic.sla_id)
        order = self._create_order()
        copy = order.copy()
        self.assertGreater(copy.received_on, order.received_on)
        self.assertEqual(copy.state_log_ids.mapped("state"), ["draft"])


@tagged("post_install", "-at_install")
class TestSlaPolicies(SlaCommon):
    def test_the_most_specific_policy_wins(self):
        group = self._create_partner("Group", is_company=True)
        self.partner.write({"parent_id": group.id, "is_company": True})
        site = self._create_partner("Plant", parent_id=self.partner.id)
        # From the least to the most specific.
        policies = [
            self._create_policy(company_id=False, calendar_id=False, sequence=1),
            self._create_policy(sequence=20),
            self._create_policy(sequence=10),
            self._create_policy(priority="3"),
            self._create_policy(job_type_id=self.job_type.id),
            self._create_policy(job_type_id=self.job_type.id, priority="3"),
            self._create_policy(partner_id=group.id),
            self._create_policy(partner_id=self.partner.id),
            self._create_policy(partner_id=self.partner.id, priority="3"),
            self._create_policy(partner_id=site.id),
        ]
        for policy in policies:
            policy.active = False
        for policy in policies:
            policy.active = True
            order = self._create_order(
                release=False, partner_id=site.id, priority="3", sla_id=False
            )
            self.assertFalse(order.sla_id, "what was chosen by hand stays")
            order = self._create_order(release=False, partner_id=site.id, priority="3")
            self.assertEqual(order.sla_id, policy)
        order.partner_id = self._create_partner("Other")
        self.assertEqual(order.sla_id, policies[5])
        order.job_type_id = False
        self.assertEqual(order.sla_id, policies[3])
        order.priority = "1"
        self.assertEqual(order.sla_id, policies[2])

    def test_each_company_has_its_policies(self):
        ours = self._create_policy()
        calendar = self._create_calendar(company=self.company_b)
        theirs = self._create_policy(
            company_id=self.company_b.id, calendar_id=calendar.id
        )
        self.assertEqual(self._create_order().sla_id, ours)
        order = self._create_order(company_id=self.company_b.id)
        self.assertEqual(order.sla_id, theirs)
        with self.assertRaises(UserError):
            order.sla_id = ours
        with self.assertRaises(UserError):
            ours.calendar_id = calendar
        visible = self.env["field.service.sla"].with_user(self.manager).search([])
        self.assertIn(ours, visible)
        self.assertNotIn(theirs, visible)
        lines = self.env["field.service.order.state.log"].with_user(self.manager)
        self.assertNotIn(order, lines.search([]).sudo().order_id)

    def test_what_each_role_may_do(self):
        policy = self._create_policy()
        order = self._create_order()
        other = self._create_order()
        visit = self._create_visit(order, start=datetime(2026, 3, 2, 9))
        mine = order.with_user(self.user_technician)
        self.assertEqual(mine.sla_id.name, "Policy")
        self.assertEqual(mine.sla_state, "breached")
        lines = self.env["field.service.order.state.log"]
        found = lines.with_user(self.user_technician).search([])
        self.assertEqual(found.order_id, order)
        with self.assertRaises(AccessError):
            other.with_user(self.user_technician).sla_state  # noqa: B018
        # His events move the clock that he may not set.
        visit.with_user(self.user_technician).register_event(
            "arrived", datetime(2026, 3, 2, 9)
        )
        self.assertEqual(mine.responded_on, datetime(2026, 3, 2, 9))
        self.assertEqual(mine.state_log_ids[-1].state, "in_progress")
        with self.assertRaises(AccessError):
            mine.received_on = MONDAY
        for user in (self.user_technician, self.dispatcher):
            with self.assertRaises(AccessError):
                policy.with_user(user).response_hours = 99.0
        for user in (self.user_technician, self.dispatcher, self.manager):
            with self.assertRaises(AccessError):
                order.state_log_ids.with_user(user).write({"left_on": False})
        with self.assertRaises(AccessError):
            self.env["field.service.order.hold"].with_user(self.user_technician).create(
                {"reason_id": self.waiting.id}
            )
        other.with_user(self.dispatcher).sla_id = False
        policy.with_user(self.manager).response_hours = 5.0

    def test_the_form_shows_the_promise_before_it_is_saved(self):
        policy = self._create_policy(priority="3")
        with Form(self.env["field.service.order"].with_user(self.dispatcher)) as form:
            form.partner_id = self.partner
            self.assertFalse(form.sla_id)
            form.priority = "3"
            self.assertEqual(form.sla_id, policy)
            self.assertTrue(form.response_deadline)

    def test_a_used_policy_is_archived_not_deleted(self):
        policy = self._create_policy()
        self._create_order()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            policy.unlink()
