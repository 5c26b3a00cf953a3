from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, FieldServiceCommon


@tagged("post_install", "-at_install")
class TestBooking(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.visit = cls._create_visit(cls.order)

    def test_double_booking_names_the_conflict(self):
        with self.assertRaisesRegex(ValidationError, f"Tina.*{self.order.name}"):
            self._create_visit(self._create_order(), start=MONDAY + timedelta(hours=1))

    def test_visits_may_touch(self):
        after = self._create_visit(self.order, start=MONDAY + timedelta(hours=2))
        before = self._create_visit(self.order, start=MONDAY - timedelta(hours=2))
        self.assertTrue(after.booking_ids and before.booking_ids)

    def test_the_crew_is_booked_too(self):
        tom = self._create_technician("Tom")
        self.visit.crew_ids = tom
        self.assertEqual(
            self.visit.booking_ids.resource_id,
            self.technician.resource_id + tom.resource_id,
        )
        with self.assertRaisesRegex(ValidationError, "Tom"):
            self._create_visit(self._create_order(), technician_id=tom.id)
        self.visit.crew_ids = False
        self._create_visit(self._create_order(), technician_id=tom.id)

    def test_bookings_follow_the_visit(self):
        tom = self._create_technician("Tom")
        self.visit.technician_id = tom
        self.assertEqual(self.visit.booking_ids.resource_id, tom.resource_id)
        self.visit.start = MONDAY + timedelta(days=1)
        self.assertEqual(self.visit.booking_ids.start, MONDAY + timedelta(days=1))
        self.visit.action_cancel()
        self.assertFalse(self.visit.booking_ids)
        self.visit.action_replan()
        self.assertEqual(len(self.visit.booking_ids), 1)

    def test_a_refused_move_changes_nothing(self):
        later = self._create_visit(
            self._create_order(), start=MONDAY + timedelta(hours=4)
        )
        with self.assertRaises(ValidationError), self.cr.savepoint():
            later.start = MONDAY
        later.invalidate_recordset()
        self.assertEqual(later.start, MONDAY + timedelta(hours=4))
        self.assertEqual(later.booking_ids.start, MONDAY + timedelta(hours=4))

    def test_overlap_only_for_those_entitled(self):
        order = self._create_order()
        values = {
            "order_id": order.id,
            "technician_id": self.technician.id,
            "start": MONDAY,
            "allow_overlap": True,
            "overlap_reason": "Both are next door",
        }
        visit = self.env["field.service.visit"].with_user(self.manager).create(values)
        self.assertTrue(visit.sudo().booking_ids.allow_overlap)
        other = self._create_visit(order, start=MONDAY + timedelta(days=1))
        with self.assertRaisesRegex(UserError, "Only a service manager"):
            other.with_user(self.dispatcher).allow_overlap = True
        with self.assertRaisesRegex(UserError, "Only a service manager"):
            self.env["field.service.visit"].with_user(self.dispatcher).create(values)
