from datetime import datetime, time, timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .common import FieldServiceCommon
from .common_tour import TourCase


def make_suite_id(name):
    """Return the number that a suite of browser tests is called by."""
    number = 0
    for letter in name:
        number = (number * 31 + ord(letter)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestUnits(TourCase):
    def test_layout(self):
        """Where things are on the board: unit tests, in the browser."""
        suite = make_suite_id("@field_service")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&id={suite}",
            "",
            "",
            login="admin",
            success_signal="[HOOT] Test suite succeeded",
        )


@tagged("post_install", "-at_install")
class TestPlanningTours(FieldServiceCommon, TourCase):
    """A dispatcher plans by hand in a real browser, today, in his own time zone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dispatcher.tz = "UTC"
        cls.company.resource_calendar_id.tz = "UTC"
        cls.today = datetime.combine(fields.Date.today(), time.min)

    def _at(self, hour):
        return self.today + timedelta(hours=hour)

    def _create_named(self, name, hour=None, technician=None, **values):
        partner = self._create_partner(name, phone="+1 555 0100")
        order = self._create_order(partner_id=partner.id, **values)
        if hour is not None:
            person = technician or self.technician
            self._create_visit(order, start=self._at(hour), technician_id=person.id)
        return order

    def test_calendar(self):
        """Drag from the list, a refused drop and a refused move, undo."""
        first = self._create_named("First Customer", hour=8)
        second = self._create_named("Second Customer", hour=14)
        third = self._create_named("Third Customer")
        self.start_tour(
            "/odoo/action-field_service.field_service_visit_action",
            "field_service_calendar",
            login=self.dispatcher.login,
        )
        self.assertEqual(first.visit_ids.start, self._at(8))
        self.assertEqual(second.visit_ids.start, self._at(14))
        # Planned at 11 by dragging, planned again after undo.
        self.assertEqual(third.visit_ids.start, self._at(11))
        self.assertEqual(third.visit_ids.technician_id, self.technician)

    def test_board(self):
        """From the list to a technician, to another, refused, longer, undone, keys."""
        user = self._create_user("tom", "field_service.group_technician")
        tom = self._create_technician("Tom", user_id=user.id)
        self.env["calendar.event"].create(
            {
                "name": "Doctor",
                "privacy": "private",
                "start": self._at(14),
                "stop": self._at(15),
                "user_id": user.id,
                "partner_ids": [Command.set(user.partner_id.ids)],
            }
        )
        self._create_named("First Customer", hour=8)
        third = self._create_named("Third Customer")
        self.start_tour(
            "/odoo/dispatch-board", "field_service_board", login=self.dispatcher.login
        )
        visit = third.visit_ids
        self.assertEqual(visit.technician_id, tom)
        self.assertEqual((visit.start, visit.stop), (self._at(9), self._at(11)))
