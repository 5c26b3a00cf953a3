from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, FieldServiceCommon


@tagged("post_install", "-at_install")
class TestEvent(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_visit(cls._create_order())

    def _at(self, minutes):
        return MONDAY + timedelta(minutes=minutes)

    def _do_a_day(self):
        for event_type, minutes in (
            ("travel_start", 0),
            ("arrived", 30),
            ("work_start", 45),
            ("pause", 105),
            ("resume", 120),
        ):
            self.visit.register_event(event_type, self._at(minutes))
        return self.visit.register_event("work_end", self._at(180), result="solved")

    def test_hours_are_derived(self):
        self._do_a_day()
        self.assertRecordValues(
            self.visit,
            [
                {
                    "travel_hours": 0.5,
                    "wait_hours": 0.25,
                    "work_hours": 2.0,
                    "pause_hours": 0.25,
                    "work_date": MONDAY.date(),
                }
            ],
        )
        self.assertEqual(self.visit.order_id.work_hours, 2.0)

    def test_a_correction_is_a_new_event(self):
        end = self._do_a_day()
        correction = end.action_correct(self._at(210), "Forgot to press finish")
        self.assertEqual(self.visit.work_hours, 2.5)
        self.assertEqual(end.device_time, self._at(180), "the original is untouched")
        self.assertEqual(correction.correction_of_id, end)
        end.action_correct(self._at(195), "Looked it up")
        self.assertEqual(self.visit.work_hours, 2.25, "the latest correction counts")

    def test_an_event_that_did_not_happen_is_struck_out(self):
        self._do_a_day()
        for event_type in ("pause", "resume"):
            event = self.visit.event_ids.filtered(
                lambda event, wanted=event_type: event.type == wanted
            )
            event.action_correct(False, "No pause was made")
        self.assertEqual(self.visit.work_hours, 2.25)
        self.assertEqual(self.visit.pause_hours, 0.0)

    def test_events_keep_their_order(self):
        end = self._do_a_day()
        with self.assertRaisesRegex(ValidationError, "cannot be before Paused"):
            end.action_correct(self._at(100), "Too early")

    def test_an_event_out_of_order_is_refused(self):
        self.visit.register_event("work_start", self._at(60))
        with self.assertRaisesRegex(ValidationError, "cannot be before Work started"):
            self.visit.register_event("work_end", self._at(30), result="solved")

    def test_the_future_is_refused(self):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        with self.assertRaisesRegex(ValidationError, "clock of the device"):
            self.visit.register_event("work_start", tomorrow)

    def test_a_double_tap_counts_once(self):
        first = self.visit.register_event("work_start", self._at(0), key="tap-1")
        again = self.visit.register_event("work_start", self._at(0), key="tap-1")
        self.assertEqual(first, again)
        self.assertFalse(
            self.visit.register_event("work_start", self._at(1), key="tap-2"),
            "already working: nothing happened",
        )
        self.assertEqual(len(self.visit.event_ids), 1)

    def test_the_log_is_append_only(self):
        event = self.visit.register_event("work_start", self._at(0))
        with self.assertRaisesRegex(UserError, "not rewritten"):
            event.device_time = self._at(5)
        with self.assertRaisesRegex(UserError, "not deleted"):
            event.unlink()

    def test_every_change_of_state_is_logged(self):
        self.visit.action_dispatch()
        self.visit.write({"state": "acknowledged"})
        self.visit.register_event("declined", reason="Ill")
        self.visit.action_replan()
        self.assertEqual(
            self.visit.event_ids.sorted("id").mapped("type"),
            ["dispatched", "acknowledged", "declined", "planned"],
        )

    def test_unknown_events_and_reasons_missing(self):
        with self.assertRaisesRegex(ValidationError, "is not a kind of event"):
            self.visit.register_event("teleported")

    def test_work_date_is_the_technicians_day(self):
        """Half past midnight in Auckland is still yesterday in UTC."""
        self.technician.tz = "Pacific/Auckland"
        order = self._create_order()
        visit = self._create_visit(order, start=MONDAY.replace(day=9, hour=11))
        visit.register_event("work_start", MONDAY.replace(day=9, hour=11, minute=30))
        self.assertEqual(str(visit.work_date), "2026-03-10")
