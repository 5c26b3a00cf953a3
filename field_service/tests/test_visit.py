from datetime import timedelta

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import MONDAY, FieldServiceCommon


@tagged("post_install", "-at_install")
class TestVisit(FieldServiceCommon):
    def test_a_new_start_moves_the_end(self):
        """Peer 1 and 3: start, end and duration agree after any write, for many."""
        visit = self._create_visit(self._create_order())
        other = self._create_visit(self._create_order(), start=MONDAY.replace(day=4))
        self.assertEqual(visit.duration, 2.0)
        visit.start = MONDAY + timedelta(days=1)
        self.assertEqual(visit.stop, MONDAY + timedelta(days=1, hours=2))
        self.assertEqual(visit.duration, 2.0)
        visit.duration = 3.5
        self.assertEqual(visit.stop, MONDAY + timedelta(days=1, hours=3.5))
        visit.write({"start": MONDAY, "duration": 1.0})
        self.assertEqual(visit.stop, MONDAY + timedelta(hours=1))
        visit.write({"start": MONDAY, "stop": MONDAY + timedelta(hours=3)})
        self.assertEqual(visit.duration, 3.0)
        (visit + other).write({"travel_before_minutes": 10, "duration": 1.0})
        self.assertEqual((visit + other).mapped("duration"), [1.0, 1.0])

    def test_two_visits_move_together_and_keep_their_lengths(self):
        order = self._create_order()
        visits = self._create_visit(order) + self._create_visit(
            order, technician_id=self._create_technician("Tom").id, duration=5.0
        )
        visits.write({"start": MONDAY + timedelta(days=2)})
        self.assertEqual(visits.mapped("duration"), [2.0, 5.0])

    def _assert_refused(self, message, function, *args, **kwargs):
        with self.assertRaisesRegex(UserError, message), self.cr.savepoint():
            function(*args, **kwargs)

    def test_a_period_that_is_none_is_refused(self):
        """Peer 4: negative durations do not reach the table."""
        visit = self._create_visit(self._create_order())
        for values in (
            {"stop": MONDAY - timedelta(hours=1)},
            {"stop": MONDAY},
            {"duration": -1.0},
            {"start": MONDAY, "duration": -1.0},
        ):
            self._assert_refused("must end after it starts", visit.write, values)
        self._assert_refused("both a start and an end", visit.write, {"start": False})
        order = self._create_order()
        for values, message in (
            ({"start": MONDAY, "duration": -1.0}, "must end after it starts"),
            ({"start": MONDAY, "stop": MONDAY}, "must end after it starts"),
            ({"start": False, "stop": MONDAY}, "both a start and an end"),
            ({"technician_id": self.technician_b.id}, "Boris"),
        ):
            self._assert_refused(message, self._create_visit, order, **values)
        self.assertFalse(order.visit_ids)
        self.assertEqual(visit.stop, MONDAY + timedelta(hours=2))

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_it_too(self):
        visit = self._create_visit(self._create_order())
        visit.flush_recordset()
        with self.assertRaises(psycopg2.errors.CheckViolation), self.cr.savepoint():
            self.cr.execute(
                "UPDATE field_service_visit SET stop = start WHERE id = %s", [visit.id]
            )

    def test_form_moves_the_end_with_the_start(self):
        order = self._create_order()
        with Form(self.env["field.service.visit"]) as form:
            form.order_id = order
            form.technician_id = self.technician
            form.start = MONDAY
            self.assertEqual(form.stop, MONDAY + timedelta(hours=2))
        visit = form.save()
        self.assertEqual(visit.duration, 2.0)
        with Form(visit) as form:
            form.start = MONDAY + timedelta(hours=5)
            self.assertEqual(form.stop, MONDAY + timedelta(hours=7))
            form.stop = MONDAY + timedelta(hours=8)
        self.assertEqual(visit.duration, 3.0)

    def test_nobody_drives_to_an_order_that_is_not_released(self):
        order = self._create_order(release=False)
        visit = self._create_visit(order)
        with self.assertRaisesRegex(ValidationError, "release it first"):
            visit.action_dispatch()
        order.action_release()
        visit.technician_id = False
        with self.assertRaisesRegex(ValidationError, "no technician"):
            visit.action_dispatch()

    def test_completing_needs_a_result_and_a_reason_for_a_return(self):
        visit = self._create_visit(self._create_order())
        visit.action_start()
        with self.assertRaisesRegex(ValidationError, "say what came of it"):
            visit.register_event("work_end")
        with self.assertRaisesRegex(ValidationError, "why another visit"):
            visit.register_event("work_end", result="return_needed")
        self.assertEqual(visit.state, "working")
        visit.action_finish()
        self.assertEqual(visit.result, "solved")

    def test_no_access_ends_a_visit_without_work(self):
        visit = self._create_visit(self._create_order())
        visit.action_arrive()
        with self.assertRaisesRegex(ValidationError, "work was not started"):
            visit.action_finish()
        visit.register_event("work_end", result="no_access")
        self.assertEqual(visit.state, "completed")
        self.assertEqual(visit.work_hours, 0.0)

    def test_a_visit_with_history_is_not_deleted(self):
        visit = self._create_visit(self._create_order())
        visit.action_start()
        with self.assertRaisesRegex(UserError, "has a history"):
            visit.unlink()

    def test_a_completed_visit_stays_completed(self):
        visit = self._create_visit(self._create_order())
        self._work(visit, hours=1.0)
        with self.assertRaisesRegex(ValidationError, "cannot go from Completed"):
            visit.action_cancel()

    def test_a_visit_stays_on_its_order(self):
        visit = self._create_visit(self._create_order())
        other = self._create_order()
        with self.assertRaisesRegex(UserError, "belongs to its work order"):
            visit.order_id = other
        visit.write({"order_id": visit.order_id.id, "note": "Same order"})

    def test_who_has_left_was_there(self):
        tom = self._create_technician("Tom")
        visit = self._create_visit(self._create_order(), crew_ids=tom.ids)
        tom.active = False
        self.env.invalidate_all()
        self.assertEqual(visit.crew_ids, tom)
