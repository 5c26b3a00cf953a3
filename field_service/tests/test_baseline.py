from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.field_service_order_baseline import PlannedCost
from .common import FieldServiceCommon


@tagged("post_install", "-at_install")
class TestBaseline(FieldServiceCommon):
    def _plan(self, revenue, *costs):
        """Have an upper module expect this."""
        model = type(self.env["field.service.order"])
        lines = [PlannedCost("labour", cost, "Work") for cost in costs]
        for name, value in (
            ("_get_planned_revenue", revenue),
            ("_get_planned_cost_lines", lines),
        ):
            patcher = patch.object(model, name, lambda order, value=value: value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def test_it_is_frozen_at_the_first_release(self):
        self._plan(200.0, 50.005, 20.0)
        orders = self._create_order(release=False) + self._create_order(
            release=False, planned_hours=3.0
        )
        self.assertFalse(any(orders.mapped("baseline_date")))
        # A dispatcher releases without seeing any of it.
        orders.with_user(self.dispatcher).action_release()
        self.assertEqual(orders.mapped("baseline_hours"), [2.0, 3.0])
        self.assertEqual(orders.mapped("baseline_revenue"), [200.0, 200.0])
        # 50.005 + 20 = 70.005, rounded half up.
        self.assertEqual(orders.mapped("baseline_cost"), [70.01, 70.01])
        self.assertEqual(orders.mapped("baseline_margin"), [129.99, 129.99])
        self.assertEqual(orders.mapped("planned_margin"), [129.99, 129.99])
        order = orders[0]
        frozen = order.baseline_date
        order.write({"planned_hours": 9.0, "planned_revenue": 1.0})
        self.assertEqual(order.baseline_hours, 2.0)
        self.assertEqual(order.baseline_revenue, 200.0)
        # Going on and coming back is no new plan.
        self._create_visit(order).action_cancel()
        self.assertEqual(order.state, "released")
        self.assertEqual(order.baseline_date, frozen)
        self.assertEqual(order.baseline_hours, 2.0)

    def test_a_new_plan_gets_a_new_baseline(self):
        self._plan(200.0, 70.0)
        order = self._create_order()
        order.state = "draft"
        order.planned_hours = 4.0
        self._plan(400.0, 140.0)
        order.action_release()
        self.assertEqual(order.baseline_hours, 4.0)
        self.assertEqual(order.baseline_revenue, 400.0)
        self.assertEqual(order.planned_margin, 260.0)

    def test_a_figure_entered_by_hand_is_the_plan(self):
        self._plan(200.0, 70.0)
        order = self._create_order(release=False)
        order.with_user(self.manager).planned_revenue = 500.0
        order.action_release()
        self.assertEqual(order.baseline_revenue, 500.0)
        self.assertEqual(order.baseline_margin, 430.0)
        self.assertEqual(order.planned_revenue, 500.0)

    def test_it_is_for_those_who_may_see_costs(self):
        self._plan(200.0, 70.0)
        order = self._create_order()
        self.assertEqual(order.with_user(self.manager).baseline_margin, 130.0)
        for user in (self.dispatcher, self.user_technician):
            with self.assertRaises(AccessError):
                order.with_user(user).read(["baseline_margin"])
            with self.assertRaises(AccessError):
                order.with_user(user).read(["baseline_hours"])
        with self.assertRaisesRegex(UserError, "frozen"):
            order.with_user(self.manager).baseline_margin = 1.0

    def test_a_copy_has_none(self):
        self._plan(200.0, 70.0)
        copy = self._create_order().copy()
        self.assertFalse(copy.baseline_date)
        self.assertEqual(copy.baseline_revenue, 0.0)
