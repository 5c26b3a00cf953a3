from datetime import date, datetime, timedelta
from uuid import uuid4

from psycopg2.errors import UniqueViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import MONDAY
from .common_slots import NOW, SlotCommon


class ToolCommon(SlotCommon):
    """Insulation testers: one is valid until the 6th of March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["field.service.tool.category"].create(
            {
                "name": "Insulation tester",
                "needs_calibration": True,
                "calibration_months": 6,
            }
        )
        cls.tester = cls._create_tool("Tester 1", "IT-1")
        cls._calibrate(cls.tester, "2026-03-06")
        cls.reason = cls.env["field.service.reason"].create(
            {"name": "Only looking", "kind": "override"}
        )
        cls.order = cls._create_order(site_id=cls.site.id)

    @classmethod
    def _create_tool(cls, name, serial=False, **values):
        return cls.env["resource.resource"].create(
            {
                "name": name,
                "service_serial": serial,
                "resource_type": "material",
                "company_id": cls.company.id,
                "service_tool_category_id": cls.category.id,
                **values,
            }
        )

    @classmethod
    def _calibrate(cls, tool, until, day="2025-09-06", **values):
        return cls.env["field.service.calibration"].create(
            {"resource_id": tool.id, "date": day, "valid_until": until, **values}
        )

    def _plan(self, start=MONDAY, tools=None, order=None, **values):
        tools = self.tester if tools is None else tools
        return self._create_visit(
            order or self.order, start=start, resource_ids=tools.ids, **values
        )


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCalibration(ToolCommon):
    def test_the_latest_calibration_counts(self):
        tool = self._create_tool("Tester 2", "IT-2")
        self.assertTrue(tool.service_needs_calibration)
        self.assertEqual(tool.service_calibration_state, "missing")
        passed = self._calibrate(tool, False, "2026-01-31", valid_until="2026-07-31")
        self.assertEqual(tool.service_valid_until, date(2026, 7, 31))
        self.assertEqual(tool.service_calibration_state, "valid")
        # Entered later, done before: it says nothing about today.
        self._calibrate(tool, "2026-02-01", "2025-08-01")
        self.assertEqual(tool.service_valid_until, date(2026, 7, 31))
        failed = self._calibrate(tool, False, "2026-02-10", result="fail")
        self.assertEqual(tool.service_calibration_state, "failed")
        self.assertFalse(tool.service_valid_until)
        failed.unlink()
        self.assertEqual(tool.service_calibration_state, "valid")
        passed.valid_until = "2026-03-01"
        self.assertEqual(tool.service_calibration_state, "expired")
        tool.service_needs_calibration = False
        self.assertFalse(tool.service_calibration_state)

    def test_a_form_proposes_how_long_it_is_valid(self):
        form = Form(
            self.env["field.service.calibration"].with_user(self.dispatcher),
            "field_service.field_service_calibration_view_form",
        )
        form.resource_id = self.tester
        form.date = "2025-08-31"
        # Six months after the last day of August: the last day of February.
        self.assertEqual(form.valid_until, date(2026, 2, 28))
        form.result = "fail"
        self.assertFalse(form.valid_until)
        form.save()
        self.assertEqual(self.tester.service_valid_until, date(2026, 3, 6))

    def test_states_are_found(self):
        tools = {"due": self.tester}
        for state, until in (("valid", "2026-12-31"), ("expired", "2026-03-01")):
            tools[state] = self._create_tool(state)
            self._calibrate(tools[state], until)
        tools["missing"] = self._create_tool("missing")
        tools["failed"] = self._create_tool("failed")
        self._calibrate(tools["failed"], False, result="fail")
        tools[False] = self._create_tool("ladder", service_tool_category_id=False)
        mine = self.env["resource.resource"].browse(
            [tool.id for tool in tools.values()]
        )
        for state, tool in tools.items():
            self.assertEqual(tool.service_calibration_state, state)
            found = mine.search(
                [("id", "in", mine.ids), ("service_calibration_state", "=", state)]
            )
            self.assertEqual(found, tool, state)

    def test_what_is_no_calibration(self):
        with self.assertRaisesRegex(ValidationError, "recorded when it is done"):
            self._calibrate(self.tester, "2027-01-01", "2026-03-20")
        for values in ({"valid_until": "2025-01-01"}, {"valid_until": False}):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(Exception) as caught,
                self.env.cr.savepoint(),
            ):
                calibration = self._calibrate(self.tester, "2026-03-06")
                calibration.write(values)
                calibration.flush_recordset()
            self.assertIn("CheckViolation", type(caught.exception).__name__)

    def test_who_keeps_calibrations(self):
        calibration = self.tester.service_calibration_ids
        for user in (self.user_technician, self.dispatcher, self.manager):
            self.assertEqual(calibration.with_user(user).valid_until, date(2026, 3, 6))
        calibrations = self.env["field.service.calibration"]
        values = {"resource_id": self.tester.id, "valid_until": "2026-09-01"}
        with self.assertRaises(AccessError):
            calibrations.with_user(self.user_technician).create(values)
        calibrations.with_user(self.dispatcher).create(values)
        self.assertEqual(self.tester.service_valid_until, date(2026, 9, 1))
        with self.assertRaises(AccessError):
            calibration.with_user(self.dispatcher).write({"valid_until": "2030-01-01"})
        theirs = self._create_tool("Theirs", company_id=self.company_b.id)
        done = self._calibrate(theirs, "2027-01-01")
        with self.assertRaises(AccessError):
            done.with_user(self.manager).read(["date"])
        self.assertNotIn(theirs, theirs.search([]).with_user(self.manager).search([]))

    def test_people_are_left_alone(self):
        """Resources are people, too: nothing is tracked or followed for them."""
        env = self.env(context={})
        person = env["hr.employee"].create(
            {"name": "Nora", "company_id": self.company.id}
        )
        self.assertFalse(person.resource_id.message_ids)
        tool = env["resource.resource"].create(
            {"name": "Camera", "resource_type": "material"}
        )
        self.assertTrue(tool.message_ids)
        self.assertFalse(person.resource_id.service_calibration_state)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestToolsOfVisits(ToolCommon):
    def test_a_visit_is_not_sent_with_an_expired_tool(self):
        visit = self._plan(MONDAY + timedelta(days=7))
        mine = visit.with_user(self.dispatcher)
        self.assertIn("valid until 03/06/2026", mine.plan_warnings)
        self.assertIn("Tester 1 (IT-1)", mine.tools_not_valid)
        with self.assertRaisesRegex(ValidationError, "Tester 1.*03/06/2026"):
            mine.action_dispatch()
        wizard = (
            self.env["field.service.tools.override"]
            .with_user(self.dispatcher)
            .create(
                {"visit_ids": visit.ids, "reason_id": self.reason.id, "note": "No test"}
            )
        )
        self.assertIn("Tester 1", wizard.missing)
        wizard.action_dispatch()
        self.assertEqual(visit.state, "dispatched")
        self.assertTrue(visit.dispatched_without_tools)
        self.assertIn("Tester 1", visit.tools_override_missing)
        self.assertEqual(visit.tools_override_by_id, self.dispatcher)
        # Planned again, it needs valid tools, or another decision.
        visit.write({"state": "planned"})
        self.assertFalse(visit.tools_override_reason_id)
        with self.assertRaises(ValidationError):
            mine.action_dispatch()
        self._calibrate(self.tester, "2026-09-01", "2026-03-02")
        mine.action_dispatch()
        self.assertFalse(visit.dispatched_without_tools)

    def test_a_valid_tool_stands_in_nobodys_way(self):
        visit = self._plan()
        self.assertFalse(visit._check_plan_tools())
        visit.with_user(self.dispatcher).action_dispatch()
        self.assertEqual(visit.state, "dispatched")

    def test_a_failed_tool(self):
        self._calibrate(self.tester, False, "2026-03-01", result="fail")
        visit = self._plan()
        with self.assertRaisesRegex(ValidationError, "failed its last calibration"):
            visit.with_user(self.dispatcher).action_dispatch()

    def test_the_last_day_counts_where_the_work_is_done(self):
        """New York changes its clocks on Sunday, the 8th of March, at two."""
        self.site.tz = "America/New_York"
        visit = self._plan(duration=1.0)
        lines = self.env["field.service.attention"]
        for until, stop, valid in (
            ("2026-03-07", datetime(2026, 3, 8, 4, 59), True),  # 23:59, UTC-5
            ("2026-03-07", datetime(2026, 3, 8, 5, 0), True),  # ends at midnight
            ("2026-03-07", datetime(2026, 3, 8, 5, 1), False),
            ("2026-03-08", datetime(2026, 3, 9, 3, 59), True),  # 23:59, UTC-4
            ("2026-03-08", datetime(2026, 3, 9, 4, 1), False),
        ):
            with self.subTest(until=until, stop=stop):
                self.tester.service_calibration_ids.valid_until = until
                visit.write({"start": stop - timedelta(hours=1), "stop": stop})
                self.assertEqual(not visit._get_tool_problems(), valid)
                self.env.flush_all()
                found = lines.search(
                    [
                        ("order_id", "=", self.order.id),
                        ("reason", "=", "tools_not_valid"),
                    ]
                )
                self.assertEqual(not found, valid)

    def test_somebody_has_to_look_at_it(self):
        visit = self._plan(MONDAY + timedelta(days=7))
        lines = self.env["field.service.attention"].with_user(self.manager)
        line = lines.search([("order_id", "=", self.order.id)])
        self.assertEqual((line.reason, line.visit_id), ("tools_not_valid", visit))
        self.assertEqual(line.action_attend()["res_id"], visit.id)
        visit.tools_override_reason_id = self.reason
        self.env.flush_all()
        self.assertNotEqual(
            lines.search([("order_id", "=", self.order.id)]).reason, "tools_not_valid"
        )

    def test_a_technician_decides_nothing_and_is_not_stopped(self):
        visit = self._plan(MONDAY + timedelta(days=7))
        mine = visit.with_user(self.user_technician)
        with self.assertRaisesRegex(UserError, "Only a dispatcher"):
            mine.tools_override_reason_id = self.reason
        with self.assertRaisesRegex(ValidationError, "not a reason for an override"):
            visit.tools_override_reason_id = self.env.ref(
                "field_service.field_service_reason_return_more_time"
            )
        mine.register_event("work_start", fields.Datetime.now())
        self.assertEqual(visit.state, "working")

    def test_another_tool_is_acknowledged_again(self):
        other = self._create_tool("Tester 2", "IT-2")
        self._calibrate(other, "2026-12-31")
        visit = self._plan()
        visit.action_dispatch()
        visit.with_user(self.user_technician).action_acknowledge()
        visit.with_user(self.dispatcher).resource_ids = other
        self.assertEqual(visit.state, "dispatched")
        self.assertIn("Tester 1 (IT-1) → Tester 2 (IT-2)", visit.dispatch_changes)

    # ---------------------------------------------------------------- categories
    def test_a_visit_takes_any_tool_that_is_free_and_valid(self):
        expired = self._create_tool("A tester", "IT-0")
        self._calibrate(expired, "2026-03-01")
        other = self._create_tool("Tester 2", "IT-2")
        self._calibrate(other, "2026-12-31")
        self.job_type.tool_category_ids = self.category
        orders = [self._create_order(site_id=self.site.id) for _number in range(3)]
        people = (self.technician, self.tom, self._create_technician("Lea"))
        visits = [
            self._create_visit(order, technician_id=person.id)
            for order, person in zip(orders, people, strict=True)
        ]
        self.assertEqual(
            [visit.resource_ids for visit in visits],
            [self.tester, other, other.browse()],
        )
        # The third one has none: it is said, and not sent.
        self.assertIn(
            "No Insulation tester is planned.",
            visits[2].with_user(self.dispatcher).plan_warnings,
        )
        with self.assertRaisesRegex(ValidationError, "No Insulation tester"):
            visits[2].with_user(self.dispatcher).action_dispatch()
        # Nobody books a tool twice, whoever chooses it.
        with (
            self.assertRaisesRegex(ValidationError, "already booked"),
            self.env.cr.savepoint(),
        ):
            visits[2].resource_ids = other
        self.env.invalidate_all()
        visits[0].action_cancel()
        visits[2].with_user(self.dispatcher).action_choose_tools()
        self.assertEqual(visits[2].resource_ids, self.tester)

    def test_another_tool_takes_the_place_of_one_that_is_not_valid(self):
        visit = self._plan(MONDAY + timedelta(days=7)).with_user(self.dispatcher)
        answer = visit.action_choose_tools()
        self.assertIn("No other tool", answer["params"]["message"])
        self.assertEqual(visit.resource_ids, self.tester)
        other = self._create_tool("Tester 2", "IT-2")
        self._calibrate(other, "2026-12-31")
        visit.action_choose_tools()
        self.assertEqual(visit.resource_ids, other)
        self.assertFalse(visit.tools_not_valid)

    def test_the_technicians_own_tool_comes_first(self):
        other = self._create_tool("Tester 2", "IT-2")
        self._calibrate(other, "2026-12-31")
        other._hand_over(self.technician)
        self.job_type.tool_category_ids = self.category
        visit = self._create_visit(self._create_order(site_id=self.site.id))
        self.assertEqual(visit.resource_ids, other)

    def test_categories_of_other_companies(self):
        theirs = self.category.copy({"name": "X", "company_id": self.company_b.id})
        with self.assertRaises(UserError):
            self.job_type.tool_category_ids = theirs
        with self.assertRaises(UserError):
            self.order.tool_category_ids = theirs

    # -------------------------------------------------------------------- search
    def test_slots_end_with_the_calibration(self):
        self.order.resource_ids = self.tester
        slots = self._find(self.order, days=14, limit=100)
        self.assertTrue(slots)
        self.assertEqual(max(slot.stop for slot in slots).date(), date(2026, 3, 6))
        (sentence,) = self._explain(
            self.order, start=MONDAY + timedelta(days=7), days=5
        )
        self.assertIn("Tester 1 (IT-1)", sentence)
        self.tester.service_calibration_ids.unlink()
        self.assertIn("not calibrated", self._explain(self.order)[0])

    def test_slots_leave_room_for_the_tool(self):
        """Booked from 8 to 10 with Tom: the two hours begin at 10 at the earliest."""
        other = self._create_order(site_id=self.site.id)
        self._plan(order=other, technician_id=self.tom.id)
        self.order.resource_ids = self.tester
        slots = self._find(self.order, days=1, technicians=self.technician, limit=50)
        self.assertEqual(min(slot.start for slot in slots), self._at(10))
        # Any other one does, too.
        self.order.write(
            {"resource_ids": False, "tool_category_ids": self.category.ids}
        )
        slots = self._find(self.order, days=1, technicians=self.technician, limit=50)
        self.assertEqual(min(slot.start for slot in slots), self._at(10))
        second = self._create_tool("Tester 2", "IT-2")
        self._calibrate(second, "2026-12-31")
        slots = self._find(self.order, days=1, technicians=self.technician, limit=50)
        self.assertEqual(min(slot.start for slot in slots), self._at(8))
        visit = self.order._book_slot(min(slots, key=lambda slot: slot.start))
        self.assertEqual(visit.resource_ids, second)


@tagged("post_install", "-at_install")
class TestCustody(ToolCommon):
    def test_who_has_it_since_when(self):
        tom_user = self._create_user("tom", "field_service.group_technician")
        self.tom.user_id = tom_user
        tool = self.tester
        with freeze_time("2026-03-02 08:00:00"):
            tool.with_user(self.user_technician).action_take()
        self.assertEqual(tool.service_holder_id, self.technician)
        self.assertEqual(tool.service_held_since, datetime(2026, 3, 2, 8))
        # Who has it hands it over; who wants it asks for it.
        with self.assertRaisesRegex(UserError, "Tester 1 .IT-1. is with Tina"):
            tool.with_user(tom_user).action_take()
        wizard = self.env["field.service.tool.handover"].with_user(self.user_technician)
        with freeze_time("2026-03-03 08:00:00"):
            wizard.create(
                {
                    "resource_ids": [Command.link(tool.id)],
                    "employee_id": self.tom.id,
                    "note": "With case",
                }
            ).action_apply()
        with self.assertRaisesRegex(UserError, "is with Tom"):
            tool.with_user(self.user_technician).action_give_back()
        with freeze_time("2026-03-04 08:00:00"):
            tool.with_user(self.dispatcher).action_give_back()
        self.assertFalse(tool.service_holder_id)
        with self.assertRaisesRegex(UserError, "in the store"):
            tool.with_user(tom_user)._hand_over(self.technician)
        history = [
            (held.employee_id, held.date_from.day, held.date_to.day, held.user_id)
            for held in tool.service_holding_ids.sorted("id")
        ]
        self.assertEqual(
            history,
            [
                (self.technician, 2, 3, self.user_technician),
                (self.tom, 3, 4, self.user_technician),
            ],
        )
        self.assertEqual(tool.service_holding_ids.sorted("id")[1].note, "With case")
        with self.assertRaises(AccessError):
            tool.service_holding_ids.with_user(self.manager).write({"note": "x"})

    def test_taking_it_twice_changes_nothing(self):
        tool = self.tester.with_user(self.user_technician)
        tool.action_take()
        tool.action_take()
        self.assertEqual(len(tool.service_holding_ids), 1)

    def test_two_cannot_have_it_at_once(self):
        self.tester._hand_over(self.technician)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.env["field.service.tool.holding"].create(
                {
                    "resource_id": self.tester.id,
                    "employee_id": self.tom.id,
                    "date_from": MONDAY,
                }
            )

    def test_who_cannot_get_it(self):
        with self.assertRaisesRegex(UserError, "works for another"):
            self.tester._hand_over(self.technician_b)
        self.tester.active = False
        with self.assertRaisesRegex(UserError, "archived"):
            self.tester.with_user(self.dispatcher)._hand_over(self.tom)
        stranger = self._create_user("stranger", "field_service.group_technician")
        self.tester.active = True
        with self.assertRaisesRegex(UserError, "no employee"):
            self.tester.with_user(stranger).action_take()

    # --------------------------------------------------------------------- phone
    def test_the_phone_shows_and_takes_tools(self):
        now = fields.Datetime.now()
        self._calibrate(self.tester, now.date() + timedelta(days=9), now.date())
        visit = self._plan(start=now)
        my_day = self.env["field.service.my.day"].with_user(self.user_technician)
        page = my_day.get_visit_page(visit.id)
        (shown,) = page["visits"][0]["tools"]
        self.assertEqual(shown["name"], "Tester 1 (IT-1)")
        self.assertTrue(shown["may_take"])
        self.assertFalse(shown["mine"] or shown["problem"] or shown["holder"])
        self.assertEqual(page["setup"]["held_tools"], [])

        def send(**payload):
            action = {
                "key": str(uuid4()),
                "kind": "tool",
                "visit_id": visit.id,
                "device_time": fields.Datetime.to_string(fields.Datetime.now()),
                "payload": payload,
            }
            return my_day.apply_actions([action])

        answer = send(resource_id=self.tester.id)
        self.assertEqual(answer["results"][0]["status"], "done")
        self.assertTrue(answer["visits"][0]["tools"][0]["mine"])
        held = my_day.get_visit_page(visit.id)["setup"]["held_tools"]
        self.assertEqual([tool["id"] for tool in held], self.tester.ids)
        send(resource_id=self.tester.id, give_back=True)
        self.assertFalse(self.tester.service_holder_id)
        ladder = self._create_tool("Ladder")
        refused = send(resource_id=ladder.id)["results"][0]
        self.assertEqual(refused["status"], "refused")
        self.assertIn("not planned", refused["message"])

    # ------------------------------------------------------------------- notices
    def _tell(self, day):
        """Run the job on a day; return {login: subjects} of who was told."""
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        cron = self.env.ref("field_service.cron_tell_calibrations")
        with freeze_time(f"{day} 05:00:00"), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        told = {}
        messages = self.env["mail.message"].search(
            [("id", ">", before), ("model", "=", "resource.resource")]
        )
        for message in messages:
            for user in message.notified_partner_ids.user_ids:
                told.setdefault(user.login, []).append(message.subject)
        return told

    def test_holder_and_dispatcher_are_told_in_time_and_once(self):
        self.env["field.service.team"].create(
            {
                "name": "North",
                "company_id": self.company.id,
                "leader_id": self.dispatcher.id,
                "member_ids": self.technician.ids,
            }
        )
        self.tester._hand_over(self.technician)
        self.assertEqual(self._tell("2026-02-03"), {})  # 31 days before
        soon = {
            login: ["Tester 1 (IT-1): the calibration ends soon"]
            for login in ("fs_technician", "fs_dispatcher")
        }
        self.assertEqual(self._tell("2026-02-04"), soon)
        self.assertEqual(self._tell("2026-02-05"), {})
        self.assertEqual(self._tell("2026-03-06"), {})
        over = {login: ["Tester 1 (IT-1): the calibration has ended"] for login in soon}
        self.assertEqual(self._tell("2026-03-07"), over)
        self.assertEqual(self._tell("2026-03-08"), {})
        self._calibrate(self.tester, "2026-04-01", "2026-03-01")
        self.assertEqual(self._tell("2026-03-09"), soon)

    @mute_logger("odoo.addons.field_service.models.field_service_tool_notice")
    def test_one_failure_stops_no_other(self):
        self.env["field.service.team"].create(
            {"name": "North", "leader_id": self.dispatcher.id}
        )
        second = self._create_tool("Tester 2", "IT-2")
        self._calibrate(second, "2026-03-06")
        original = type(second)._get_people_to_tell

        def fail(tool):
            if tool == self.tester:
                raise ValueError
            return original(tool)

        self.patch(type(second), "_get_people_to_tell", fail)
        told = self._tell("2026-03-02")
        self.assertEqual(
            told, {"fs_dispatcher": ["Tester 2 (IT-2): the calibration ends soon"]}
        )
