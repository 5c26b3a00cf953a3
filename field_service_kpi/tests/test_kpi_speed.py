from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .operations_common import OperationsCommon

HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestKpiSpeed(OperationsCommon):
    """Speed and reliability, with the arithmetic beside each figure.

    A policy promises 4 hours to the arrival and 8 to the solution, from 8 to 12 and
    from 13 to 17 o'clock.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["field.service.sla"].create(
            {
                "name": "Four and eight",
                "company_id": cls.company.id,
                "calendar_id": cls.company.resource_calendar_id.id,
                "response_hours": 4.0,
                "resolution_hours": 8.0,
                "job_type_id": cls.job_type.id,
            }
        )
        cls.other_type = cls.job_type.copy({"name": "Without a promise", "code": False})

    def _attend(self, received, planned, arrived, hours, **values):
        """Attend to an order that came in; its visit was planned and begun."""
        order = self._create_order(received_on=received, **values)
        visit = self._create_visit(order, planned)
        visit.register_event("work_start", arrived)
        visit.register_event("work_end", arrived + hours * HOUR, result="solved")
        return order

    def _create_three(self):
        # Friday 16:00 to Monday 9:00: one hour on either day.
        first = self._attend(
            datetime(2026, 3, 6, 16),
            datetime(2026, 3, 9, 9),
            datetime(2026, 3, 9, 9),
            2,
        )
        # Monday 8:00 to 15:00 without an hour's break: 6.
        second = self._attend(
            datetime(2026, 3, 9, 8),
            datetime(2026, 3, 9, 14),
            datetime(2026, 3, 9, 15),
            3,
        )
        # Nothing is promised: 6 hours by the clock on the wall, 2 of them stopped.
        third = self._attend(
            datetime(2026, 3, 10, 0),
            datetime(2026, 3, 10, 5, 50),
            datetime(2026, 3, 10, 6),
            1,
            job_type_id=self.other_type.id,
        )
        first.completed_on = datetime(2026, 3, 9, 16)
        second.completed_on = datetime(2026, 3, 10, 8)
        third.completed_on = datetime(2026, 3, 12)
        self.env["field.service.order.state.log"].sudo().create(
            {
                "order_id": third.id,
                "state": "on_hold",
                "stops_clock": True,
                "entered_on": datetime(2026, 3, 10, 1),
                "left_on": datetime(2026, 3, 10, 3),
            }
        )
        return first | second | third

    def test_response(self):
        self._create_three()
        # (2 + 6 + (6 - 2)) / 3
        self.assertKpi("s1", 4.0, cases=3)
        # 2 hours are in time, 6 are not; nothing was promised for the third.
        self.assertKpi("s2", 0.5, cases=2)

    def test_resolution(self):
        self._create_three()
        # Solved after 4 hours (Friday 16:00, Monday 11:00), and at 18:00 for 17:00.
        self.assertKpi("s3", 0.5, cases=2)
        # (2 + 3 + 1) / 3
        self.assertKpi("s5", 2.0, cases=3)
        # Friday 16:00 to Monday 16:00 is 3 days, then 1, then 2.
        self.assertKpi("s6", 2.0, cases=3)

    def test_schedule(self):
        orders = self._create_three()
        for order, hours in zip(orders, (3, 1, 2), strict=True):
            line = order.state_log_ids.filtered(lambda line: line.state == "scheduled")
            line.sudo().entered_on = order.received_on + hours * HOUR
        # (3 + 1 + 2) / 3
        self.assertKpi("s4", 2.0, cases=3)

    def test_arrivals(self):
        # In time: at the minute, 10 minutes late. Late: an hour.
        self._create_three()
        # An hour and a half after the plan, but in the window that was promised.
        self._attend(
            datetime(2026, 3, 11, 8),
            datetime(2026, 3, 11, 10),
            datetime(2026, 3, 11, 11, 30),
            1,
            promised_start=datetime(2026, 3, 11, 9),
            promised_stop=datetime(2026, 3, 11, 12),
        )
        # Half an hour early: nobody expected him then, but he is not late.
        self._attend(
            datetime(2026, 3, 12, 8),
            datetime(2026, 3, 12, 10),
            datetime(2026, 3, 12, 9, 30),
            1,
        )
        self.assertKpi("s7", 3 / 5, cases=5)
        self.assertKpi("s8", 1 / 5, cases=5)

    def test_arrival_is_corrected(self):
        orders = self._create_three()
        event = self._get_event(orders[1].visit_ids, "work_start")
        event.action_correct(datetime(2026, 3, 9, 14, 5), "Tapped too late")
        self.assertEqual(orders[1].visit_ids.arrived_on, datetime(2026, 3, 9, 14, 5))
        # Now all three are in time.
        self.assertKpi("s7", 1.0, cases=3)

    def _dispatch_at(self, hours):
        visit = self._create_visit(
            self._create_order(), fields.Datetime.now() + hours * HOUR
        )
        visit.action_dispatch()
        return visit

    def test_short_notice(self):
        now = fields.Datetime.now()
        moved = self._dispatch_at(3)
        moved.start = now + 6 * HOUR
        self._dispatch_at(10).action_cancel()
        # In good time.
        self._dispatch_at(48).start = now + 72 * HOUR
        # Nobody knew of it.
        quiet = self._create_visit(self._create_order(), now + 14 * HOUR)
        quiet.start = now + 18 * HOUR
        today = fields.Date.context_today(self.env.user)
        value = self._value("s9", today, today + timedelta(days=5))
        self.assertEqual((value.numerator, value.denominator), (2, 4))
        self.assertEqual(moved.late_moves, 1)

    def test_customer_cancels(self):
        portal = self._create_user("portal", "base.group_portal")
        visit = self._dispatch_at(5)
        visit.with_user(portal).sudo().action_cancel()
        self.assertFalse(visit.late_cancellation)

    def test_acknowledged(self):
        for day, minutes in ((2, 12), (3, 30)):
            visit = self._create_visit(self._create_order(), datetime(2026, 3, day, 12))
            sent = datetime(2026, 3, day, 8)
            visit.register_event("dispatched", sent)
            visit.register_event("acknowledged", sent + timedelta(minutes=minutes))
        # Sent, and never accepted.
        silent = self._create_visit(self._create_order(), datetime(2026, 3, 4, 12))
        silent.register_event("dispatched", datetime(2026, 3, 4, 8))
        # (12 + 30) / 2
        self.assertKpi("s10", 21.0, cases=2)

    def test_backlog(self):
        for _number in range(3):
            self._create_order(planned_hours=4.0, team_id=self.north.id)
        self._create_order(release=False, planned_hours=50.0)
        self._create_visit(
            self._create_order(planned_hours=50.0),
            fields.Datetime.now() + 30 * HOUR,
        )
        today = fields.Date.context_today(self.env.user)
        # 12 hours; two people work 8 hours on each working day.
        value = self._value("s11", today, today)
        self.assertEqual((value.numerator, value.denominator), (12.0, 16.0))
        self.assertEqual((value.value, value.cases), (0.75, 3))
        # North has Tina alone.
        values = self._values("s11", today, today, level="team")
        self.assertEqual(values[self.company.id, self.north.id, None].value, 1.5)
        self.assertFalse(self._values("s11"))

    def test_no_data(self):
        for code in ("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10"):
            self.assertFalse(self._values(code), code)

    def test_historic_does_not_count(self):
        order = self._create_order(
            release=False,
            is_historic=True,
            completed_on=datetime(2026, 3, 5),
            asset_ids=[Command.clear()],
        )
        order.action_close()
        self.assertFalse(self._values("s6"))
        row = self.env["field.service.order.report"].search(
            [("order_id", "=", order.id)]
        )
        self.assertTrue(row.is_historic)
        self.assertFalse(row.orders)
