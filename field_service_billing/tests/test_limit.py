"""The customer's limit while the work goes on; figures by hand, 80.00 an hour."""

from datetime import timedelta

from odoo.tests import freeze_time, tagged

from odoo.addons.field_service.tests.common import MONDAY

from .pricing_common import PricingCommon

HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestLimit(PricingCommon):
    def _start(self, **values):
        """Begin to work on Monday at 8; 200.00 are reached after 2 h 30."""
        self._create_terms(limit_amount=200.0, **values)
        order = self._create_order()
        visit = self._create_visit(order, start=MONDAY)
        with freeze_time(MONDAY):
            visit.register_event("work_start", MONDAY)
        return order, visit

    def _get_state(self, order, moment):
        """Return how far the limit is at a moment, for whoever looks then."""
        with freeze_time(moment):
            order.invalidate_recordset(["limit_used", "limit_state"])
            return (round(order.limit_used, 1), order.limit_state)

    def test_work_in_progress_counts(self):
        """1 h is 80.00 of 200.00; 160.00 are near, 200.00 are it."""
        order, __ = self._start()
        self.assertFalse(order.charge_ids)
        self.assertEqual(self._get_state(order, MONDAY + HOUR), (40.0, False))
        self.assertEqual(self._get_state(order, MONDAY + 2 * HOUR), (80.0, "near"))
        self.assertEqual(
            (order.limit_near_on, order.limit_reached_on),
            (MONDAY + 2 * HOUR, MONDAY + 2.5 * HOUR),
        )
        self.assertEqual(
            self._get_state(order, MONDAY + 2.5 * HOUR), (100.0, "reached")
        )
        # Nothing of it is charged, nor posted, before the visit is done.
        self.env.flush_all()
        self.assertFalse(order.charge_ids)
        posted = self.env["account.move.line"].search(
            [("service_order_id", "=", order.id)]
        )
        self.assertFalse(posted)

    def test_pause_stops_the_clock(self):
        """An hour of work, then an hour of pause: 40 %, and nothing is foreseen."""
        order, visit = self._start()
        visit.register_event("pause", MONDAY + HOUR)
        self.assertEqual(self._get_state(order, MONDAY + 9 * HOUR), (40.0, False))
        self.assertFalse(order.limit_reached_on)
        visit.register_event("resume", MONDAY + 2 * HOUR)
        self.assertEqual(order.limit_reached_on, MONDAY + 3.5 * HOUR)
        visit.register_event("work_end", MONDAY + 3 * HOUR, result="solved")
        # 2 h are charged, and stay what they are.
        self.assertEqual(self._get_state(order, MONDAY + 9 * HOUR), (80.0, "near"))
        self.assertFalse(order.limit_reached_on)

    def test_what_was_charged_before_counts_too(self):
        """1.5 h are charged; with a call-out of 45.00 only 35.00 are left: 27 min."""
        self._create_terms(limit_amount=200.0, callout="order")
        order = self._create_order()
        for hours, start in ((1.5, MONDAY), (None, MONDAY + 24 * HOUR)):
            visit = self._create_visit(order, start=start)
            visit.register_event("work_start", start)
            if hours:
                self._create_visit(order, start=start + 72 * HOUR)
                reason = self.env.ref(
                    "field_service.field_service_reason_return_more_time"
                )
                visit.register_event(
                    "work_end",
                    start + hours * HOUR,
                    result="return_needed",
                    return_reason_id=reason.id,
                )
        # 120.00 + 45.00 = 165.00; 35.00 / 80.00 = 26.25 minutes.
        self.assertEqual(
            order.limit_reached_on, MONDAY + 24 * HOUR + timedelta(minutes=27)
        )

    def test_terms_hold_for_what_is_under_way(self):
        """Rounded up to the hour, and two people: 160.00 at once, 320.00 after 1 h."""
        order, visit = self._start(time_step=60)
        visit.crew_ids = self._create_technician("Tom")
        order.invalidate_recordset()
        visit.register_event("pause", MONDAY + timedelta(minutes=1))
        self.assertEqual(self._get_state(order, MONDAY + HOUR), (80.0, "near"))
        visit.register_event("resume", MONDAY + timedelta(minutes=1))
        self.assertEqual(order.limit_reached_on, MONDAY + timedelta(minutes=61))

    def test_who_pays_otherwise_has_no_limit_to_reach(self):
        """A fixed price, or work that nobody pays: hours are no part of the limit."""
        methods = ({"coverage": "goodwill"}, {"pricing_method": "fixed"})
        for day, values in enumerate(methods):
            start = MONDAY + 24 * day * HOUR
            name = f"Terms {values}"
            self._create_terms(name, limit_amount=5000.0)
            order = self._create_order(**values)
            visit = self._create_visit(order, start=start)
            visit.register_event("work_start", start)
            # 24 h would be 1920.00; nobody is charged for any of them.
            order.limit_amount = 100.0 + order.fixed_price
            self.assertFalse(order.limit_reached_on)

    def test_dispatcher_and_technician_are_told(self):
        """The list of what needs attention, the filter, and the phone by itself."""
        order, visit = self._start()
        user = self._create_user("limit_dispatcher", "field_service.group_dispatcher")
        orders = self.env["field.service.order"].with_user(user)
        attention = self.env["field.service.attention"].with_user(user)
        page = self.env["field.service.my.day.page"].with_user(self.user_technician)
        limit = [("reason", "=", "limit"), ("order_id", "=", order.id)]
        with freeze_time(MONDAY + HOUR):
            values = page._get_page_values(visit.with_user(self.user_technician))
            warnings = values["coverage"]["warnings"]
            self.assertEqual(
                [warning["at"] for warning in warnings],
                ["2026-03-02 10:00:00", "2026-03-02 10:30:00"],
            )
            self.assertIn("80 %", warnings[0]["text"])
            self.assertNotIn("200", "".join(warning["text"] for warning in warnings))
            self.assertFalse(attention.search(limit))
            found = orders.search([("limit_state", "!=", False)])
            self.assertNotIn(order, found)
        with freeze_time(MONDAY + 2.25 * HOUR):
            self.assertIn(order, orders.search([("limit_state", "=", "near")]))
        with freeze_time(MONDAY + 3 * HOUR):
            line = attention.search(limit)
            self.assertEqual(line.visit_id, visit)
            self.assertTrue(line.next_action)
            self.assertIn(order, orders.search([("limit_state", "!=", False)]))
            self.assertNotIn(order, orders.search([("limit_state", "=", "near")]))
            self.assertNotIn(order, orders.search([("limit_state", "=", False)]))
            # What is a minute ago is another request.
            self.env.invalidate_all()
            values = page._get_page_values(visit.with_user(self.user_technician))
            self.assertIn("used up", values["coverage"]["reason"])
            self.assertFalse(values["coverage"]["warnings"])

    def test_context_from_outside_charges_nothing(self):
        """What is under way is not billed because somebody sends a context."""
        order, visit = self._start()
        given = {visit.id: {"work": 9.0, "travel": 0.0}}
        order.with_context(service_open_hours=given)._process()
        self.assertFalse(order.charge_ids)
