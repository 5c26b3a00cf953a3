"""What calls of the interface may not do, though no button of ours would do it."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import FieldServiceCommon


@tagged("post_install", "-at_install")
class TestInterface(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        now = fields.Datetime.now()
        cls.start = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
        cls.visit = cls._create_visit(cls.order, start=cls.start)
        cls.other = cls._create_technician("Olaf")
        cls.other_visit = cls._create_visit(
            cls._create_order(), start=cls.start, technician_id=cls.other.id
        )
        cls.own = cls.visit.with_user(cls.user_technician)
        cls.planned = cls.visit.with_user(cls.dispatcher)
        cls.board = cls.env["field.service.board"].with_user(cls.dispatcher)
        cls.my_day = cls.env["field.service.my.day"].with_user(cls.user_technician)

    def _refuses(self, call, *arguments, **options):
        """Check that a call is answered with a sentence, and changes nothing."""
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            call(*arguments, **options)
            self.env.flush_all()
        self.assertTrue(str(caught.exception))

    # ------------------------------------------------------ what the system knows
    def test_hours_are_not_entered(self):
        for user in (self.user_technician, self.dispatcher, self.manager):
            visit = self.visit.with_user(user)
            for name, value in (
                ("work_hours", 50.0),
                ("travel_hours", 50.0),
                ("work_date", "2020-01-01"),
                ("acknowledgement", "done"),
                ("dispatched_on", "2020-01-01 00:00:00"),
                ("dispatch_snapshot", {}),
                ("told_snapshot", {}),
            ):
                self._refuses(visit.write, {name: value})
        self.assertFalse(self.visit.work_hours)

    def test_hours_are_not_created(self):
        visits = self.env["field.service.visit"].with_user(self.dispatcher)
        values = {"order_id": self.order.id}
        self._refuses(visits.create, {**values, "work_hours": 50.0})
        self._refuses(visits.with_context(default_work_hours=50.0).create, values)

    def test_nobody_points_a_visit_to_a_meeting(self):
        """The calendar's job would end a meeting that is not a visit's."""
        meeting = self.env["calendar.event"].create(
            {
                "name": "Board of directors",
                "start": self.start,
                "stop": self.start + timedelta(hours=1),
                "user_id": self.manager.id,
            }
        )
        self._refuses(self.own.write, {"calendar_event_id": meeting.id})
        self.visit._attempt_push()
        self.assertTrue(meeting.active)

    def test_office_decides_what_does_not_take_place(self):
        for state in ("planned", "dispatched", "missed", "cancelled"):
            if state != self.visit.state:
                self._refuses(self.own.write, {"state": state})
        self._refuses(self.own.register_event, "cancelled")
        self.own.write({"state": "acknowledged"})
        self.planned.write({"state": "cancelled"})
        self.assertEqual(self.visit.state, "cancelled")

    # -------------------------------------------------------------------- events
    def test_event_needs_a_visit_that_moves_on(self):
        for user in (self.user_technician, self.dispatcher, self.manager):
            self._refuses(
                self.env["field.service.event"].with_user(user).create,
                {
                    "visit_id": self.visit.id,
                    "type": "work_start",
                    "device_time": "2026-01-01 08:00:00",
                },
            )
        events = self.env["field.service.event"].with_user(self.user_technician)
        self._refuses(
            events.with_context(service_logging=True).create,
            {"visit_id": self.visit.id, "type": "work_start", "device_time": "x"},
        )

    def test_author_and_moment_of_an_event_are_true(self):
        before = fields.Datetime.now() - timedelta(seconds=1)
        event = self.own.register_event(
            "acknowledged",
            server_time="2000-01-01 00:00:00",
            employee_id=self.other.id,
            visit_id=self.other_visit.id,
        )
        self.assertEqual(event.visit_id, self.visit)
        self.assertEqual(event.employee_id, self.technician)
        self.assertGreaterEqual(event.server_time, before)
        correction = event.action_correct(False, "I have not")
        self.assertEqual(correction.employee_id, self.technician)

    def test_context_does_not_make_events(self):
        forged = {"type": "work_end", "server_time": "2000-01-01 00:00:00"}
        self.own.with_context(service_event_values=forged).write(
            {"state": "acknowledged"}
        )
        self.assertEqual(self.visit.event_ids.mapped("type"), ["acknowledged"])
        reasoned = self.own.with_context(service_event_values={"reason": "no"})
        self._refuses(reasoned.write, {"state": "declined"})

    def test_words_that_are_no_event(self):
        for kind in ("x", ["x"], None, 5):
            self._refuses(self.own.register_event, kind)
        for moment in ("garbage", 5, "9999-12-31 23:00:00"):
            self._refuses(self.own.register_event, "acknowledged", moment)

    # ------------------------------------------------------------------ bookings
    def test_context_does_not_put_off_bookings(self):
        forged = self.other_visit.with_user(self.dispatcher).with_context(
            service_defer_bookings=True
        )
        with self.assertRaisesRegex(ValidationError, "Tina is already booked"):
            forged.write({"technician_id": self.technician.id})

    # ------------------------------------------------------------------- ratings
    def test_ratings_are_not_told_by_figures(self):
        for user in (self.user_technician, self.dispatcher):
            order = self.order.with_user(user)
            for call in (order.rating_get_stats, order.rating_get_grades):
                with self.assertRaises(AccessError):
                    call()
            with self.assertRaises(AccessError):
                order.search([("rating_avg", ">", 1)])
        order = self.order.with_user(self.manager)
        self.assertEqual(order.rating_get_stats()["total"], 0)
        self.assertFalse(order.search([("rating_avg", ">", 1)]))

    def test_report_is_one_of_the_order(self):
        report = self.env["field.service.report"].create(
            {"order_id": self.other_visit.order_id.id, "revision": 3}
        )
        content = self.env["report.field_service.report_service"].with_user(
            self.user_technician
        )
        values = content.with_context(service_report_id=report.id)._get_report_values(
            self.order.ids
        )
        self.assertFalse(values["report"])

    # ----------------------------------------------------------------- bad values
    def test_days_that_nobody_means(self):
        for day in ("9999-12-31", "0001-01-01"):
            for model, values in (
                ("field.service.trip", {"technician_id": self.technician.id}),
                ("field.service.trip.day", {}),
            ):
                model = self.env[model].with_user(self.dispatcher)
                self._refuses(model.create, {**values, "date": day})
            self._refuses(
                self.env["field.service.slot.wizard"].with_user(self.dispatcher).create,
                {"order_id": self.order.id, "first_day": day, "last_day": day},
            )
            self._refuses(self.planned.write, {"start": f"{day} 00:30:00"})
            self._refuses(self.my_day.get_my_day, day)
        trips = self.env["field.service.trip"].with_user(self.user_technician)
        for day in ("x", 5, None, [], "9999-12-31"):
            self._refuses(trips.get_day_map, day)

    def test_lengths_that_no_visit_has(self):
        for hours in (1e18, 10_001, float("nan"), float("inf"), -1):
            self._refuses(self.planned.write, {"duration": hours})
        self.assertEqual(self.visit.duration, 2.0)

    def test_board_does_not_trust_its_caller(self):
        order = self._create_order()
        start = fields.Datetime.to_string(self.start)
        for arguments in (
            ("x", self.technician.id, start),
            (order.id, "x", start),
            (order.id, 10**9, start),
            (order.id, self.technician.id, "x"),
            (order.id, self.technician.id, 5),
            (order.id, False, start, "x"),
        ):
            self._refuses(self.board.plan_order, *arguments)
        self.assertFalse(order.visit_ids)
        for values in (5, None, {"start": "x"}, {"technician_id": 10**9}):
            self._refuses(self.board.move_visit, self.visit.id, values)
        step = self.board.move_visit(self.visit.id, {})["undo"]
        for wrong in ({}, None, 5, {**step, "before": 5}):
            self._refuses(self.board.undo, wrong)
        self._refuses(self.board.undo, {**step, "before": {"technician_id": 10**9}})

    def test_board_reads_what_it_understands(self):
        period = ("2026-03-02 00:00:00", "2026-03-09 00:00:00")
        for wrong in ([["nothing", "=", 1]], [["id", "?", 1]], "id", [5], 5):
            self._refuses(self.board.get_board_data, *period, domain=wrong)
        for wrong in ((5, 6), (["x"], period[1]), (period[1], period[0])):
            self._refuses(self.board.get_board_data, *wrong)
        self.assertIn("visits", self.board.get_board_data(*period, team_id="x"))
        waiting = self._create_order()
        found = self.board.get_orders_to_plan(f"{waiting.name}\0", team_id=["x"])
        self.assertEqual([one["id"] for one in found["records"]], waiting.ids)
        for wrong in ({"limit": "x"}, {"limit": 10**9}, {"offset": None}):
            self._refuses(self.board.get_orders_to_plan, **wrong)

    def test_context_does_not_keep_a_dispatch_quiet(self):
        quiet = self.planned.with_context(service_changed=True)
        quiet.write({"state": "dispatched"})
        self.assertEqual(self.visit.dispatched_by_id, self.dispatcher)
        self.assertTrue(self.visit.dispatch_snapshot)

    # --------------------------------------------------------------------- phone
    def test_phone_is_answered_whatever_it_sends(self):
        """One report that cannot be read does not keep the others from arriving."""
        now = fields.Datetime.to_string(fields.Datetime.now())
        good = {
            "kind": "note",
            "visit_id": self.visit.id,
            "device_time": now,
            "payload": {"note": "Done"},
        }
        strange = [
            {**good, "key": key} for key in (["a"], {"a": 1}, "a\0b", None, 5)
        ] + [
            {**good, "key": "b", "visit_id": True},
            {**good, "key": "c", "visit_id": [1]},
            {**good, "key": "d", "visit_id": [1], "kind": "event"},
            {**good, "key": "e", "latitude": 10**400, "longitude": 1},
            {**good, "key": "f", "visit_id": self.other_visit.id},
            None,
        ]
        actions = [*strange, {**good, "key": "good"}]
        results = self.my_day.apply_actions(actions)["results"]
        statuses = [result["status"] for result in results]
        self.assertEqual(statuses, ["refused"] * len(strange) + ["done"])
        self.assertTrue(all(result["message"] for result in results[:-1]))
        self.assertEqual(self.visit.note, "Done")
        self.assertFalse(self.other_visit.note)
        for wrong in (5, None, {"a": 1}):
            self._refuses(self.my_day.apply_actions, wrong)
        for wrong in (True, [1], None, self.other_visit.id):
            self._refuses(self.my_day.get_visit_page, wrong)

    def test_phone_with_a_clock_beyond_time(self):
        action = {
            "key": "k",
            "kind": "note",
            "visit_id": self.visit.id,
            "device_time": "0001-01-01 00:00:00",
            "payload": {"note": "x"},
        }
        result = self.my_day.apply_actions([action], "9999-12-31 00:00:00")
        self.assertEqual(result["results"][0]["status"], "refused")
