from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged

from odoo.addons.field_service.tests.common import MONDAY
from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon

from ..tools.bridge import STEPS, Facts, Plan, Sale, split_variance

amounts = st.decimals(-9999, 9999, places=2).map(float)
positive = st.decimals(0, 999, places=2).map(float)
keys = st.sampled_from(
    [("labour", None), ("part", 1), ("part", 2), ("minimum", None), ("flat", 3)]
)
sales = st.dictionaries(keys, st.builds(Sale, positive, positive, amounts, amounts))
# Rules are for what was worked: nothing of them is planned.
planned = st.dictionaries(
    keys, st.builds(Sale, positive, positive, st.just(0.0), amounts)
)
costs = st.dictionaries(
    st.sampled_from(["labour", "travel", "subcontract", "other", "parts"]),
    st.tuples(positive, positive),
)
parts = st.dictionaries(st.integers(1, 4), st.tuples(positive, amounts))
plans = st.none() | st.builds(Plan, planned, costs, parts)


@st.composite
def facts(draw):
    kinds = ("parts", "labour", "travel", "subcontract", "other")
    posted = {kind: draw(amounts) for kind in kinds}
    revenue = draw(amounts)
    margin = round(revenue - sum(posted.values()), 2)
    return Facts(
        posted={**posted, "revenue": revenue, "margin": margin},
        baseline_revenue=draw(amounts),
        baseline_cost=draw(amounts),
        plan=draw(plans),
        sales=draw(sales),
        hours=draw(positive),
        parts=draw(parts),
        is_settled=draw(st.booleans()),
        is_callback=draw(st.booleans()),
        has_baseline=draw(st.booleans()),
    )


@tagged("post_install", "-at_install")
class TestBridgeArithmetic(BaseCase):
    @settings(max_examples=400, deadline=None)
    @given(facts())
    def test_every_cent_is_in_one_step(self, order):
        steps = split_variance(order, lambda amount: round(amount, 2))
        self.assertEqual(tuple(steps), STEPS)
        cents = round(100 * order.start) + sum(
            round(100 * amount) for amount in steps.values()
        )
        self.assertEqual(cents, round(100 * order.posted["margin"]))

    @settings(max_examples=400, deadline=None)
    @given(facts())
    def test_nothing_hides_under_other(self, order):
        """Only what its formula says, and cents of rounding."""
        if order.plan is None or order.is_callback or not order.has_baseline:
            return
        steps = split_variance(order, lambda amount: round(amount, 2))
        plan = order.plan
        costs = sum(amount for _quantity, amount in plan.costs.values())
        costs += sum(amount for _quantity, amount in plan.parts.values())
        expected = plan.costs.get("other", (0, 0))[1] - order.posted["other"]
        expected += sum(
            sale.value + sale.rules - sale.given for sale in plan.sales.values()
        )
        expected -= order.baseline_revenue + costs - order.baseline_cost
        if order.is_settled:
            expected += order.posted["revenue"] - sum(
                sale.value + sale.rules - sale.given for sale in order.sales.values()
            )
        self.assertAlmostEqual(steps["other"], expected, delta=0.07)


@tagged("post_install", "-at_install")
class TestBridge(FieldServiceBillingCommon):
    """Work sells at 80.00 and costs 37.50, a filter 25.00 and 10.00, travel 50 and 20.

    Planned: 2 h and 3 filters in every second case.
    """

    def _release(self, **values):
        order = self._create_order(release=False, **values)
        part = self._create_part(order, self.filter, 3.0, probability=0.5)
        order.action_release()
        self.part = part
        return order

    def _finish(self, order, hours=2.0, travel=0.0, used=0.0, days=0):
        visit = self._create_visit(order, start=MONDAY + timedelta(days=days))
        self._work(visit, hours, travel)
        if used:
            self.part.action_use(used)
        return order

    def _bridge(self, orders):
        self.env.flush_all()
        self.env.invalidate_all()
        return orders.get_variance_bridge([("id", "in", orders.ids)])

    def _assert_steps(self, orders, start, end, **expected):
        bridge = self._bridge(orders)
        steps = {step["key"]: step["amount"] for step in bridge["steps"]}
        self.assertEqual(steps, {**dict.fromkeys(STEPS, 0.0), **expected})
        self.assertEqual((bridge["start"], bridge["end"]), (start, end))
        self.assertAlmostEqual(start + sum(steps.values()), end, places=2)
        return bridge

    def test_every_step_by_hand(self):
        order = self._release()
        self.assertEqual(order.baseline_margin, 107.5)
        self.labour_product.lst_price = 90.0
        self._create_rate(self.technician, 40.0, date_from="2026-02-01")
        self._receive(self.filter, 10.0, 30.0)
        self.assertEqual(self.filter.standard_price, 20.0, "(10 x 10 + 10 x 30) / 20")
        self._finish(order, 3.0, 0.5, used=2.0)
        self._bill(order)
        bridge = self._assert_steps(
            order,
            107.5,
            # 270 + 50 + 25 revenue, 3 x 40 labour, 2 x 20 parts, 0.5 x 20 travel
            175.0,
            price=30.0,  # (90 - 80) x 3 h
            # (3 - 2) h x 80, (2 - 1.5) x 25, 0.5 h of travel x 50 nobody has planned
            scope=117.5,
            labour_hours=-37.5,  # (2 - 3) h x 37.50
            labour_rate=-7.5,  # 3 h x (37.50 - 40)
            part_quantity=-5.0,  # (1.5 - 2) x 10
            part_price=-20.0,  # 2 x (10 - 20)
            travel=-10.0,
        )
        self.assertEqual((bridge["n"], bridge["left_out"]), (1, 0))
        self.assertEqual(bridge["n_without_detail"], 0)

    def test_what_is_not_invoiced_is_no_question_of_price(self):
        order = self._finish(self._release(), 2.0, used=1.5)
        # 160 + 37.50 to bill; 75 + 15 cost
        self._assert_steps(order, 107.5, -90.0, unbilled=-197.5)
        self._bill(order)
        self._assert_steps(order, 107.5, 107.5)

    def test_given_away(self):
        order = self._finish(self._release(), 2.0, used=1.5)
        order.write({"coverage": "goodwill", "coverage_reason": "Angry customer"})
        self._assert_steps(order, 107.5, -90.0, coverage=-197.5)

    def test_expected_to_be_given_away(self):
        order = self._finish(self._release(coverage="warranty"), 3.0, used=1.5)
        # An hour more: worth 80, given away as expected of the whole order.
        self._assert_steps(
            order, -90.0, -127.5, scope=80.0, coverage=-80.0, labour_hours=-37.5
        )

    def test_a_callback_is_rework(self):
        first = self._finish(self._release(), 2.0, used=1.5)
        self._bill(first)
        again = self._release(callback_of_id=first.id, coverage="goodwill")
        self._finish(again, 1.0, days=1)
        self._assert_steps(first | again, 107.5, 70.0, rework=-37.5)
        self._assert_steps(again, 0.0, -37.5, rework=-37.5)

    def test_released_before_the_details_were_kept(self):
        order = self._release()
        order.sudo().baseline_detail = False
        self._finish(order, 3.0)
        bridge = self._assert_steps(order, 107.5, -112.5, other=-220.0)
        self.assertEqual(bridge["n_without_detail"], 1)
        self.assertEqual(bridge["n_without_baseline"], 0)
        order.sudo().baseline_date = False
        bridge = self._assert_steps(order, 0.0, -112.5, other=-112.5)
        self.assertEqual(bridge["n_without_baseline"], 1)

    def test_a_baseline_entered_by_hand(self):
        order = self._create_order(release=False, planned_revenue=500.0)
        order.action_release()
        self._finish(order, 2.0)
        self._bill(order)
        # 160 instead of 500, and nobody has said what the 500 were made of.
        self._assert_steps(order, 425.0, 85.0, other=-340.0)

    def test_flat_rate_and_fixed_price(self):
        order = self._finish(self._release(pricing_method="fixed"), 4.0, used=1.5)
        self._bill(order)
        self._assert_steps(order, 1110.0, 1035.0, labour_hours=-75.0)

    def test_two_currencies_are_not_added(self):
        self.company_b.currency_id = self.env.ref("base.CHF")
        other = self._create_order(company_id=self.company_b.id)
        order = self._finish(self._release(), 2.0, used=1.5)
        bridge = self._bridge(order | other)
        self.assertEqual((bridge["n"], bridge["left_out"]), (1, 1))

    def test_no_order(self):
        bridge = self._bridge(self.env["field.service.order"])
        self.assertEqual((bridge["n"], bridge["start"], bridge["end"]), (0, 0.0, 0.0))

    def test_a_step_opens_its_orders(self):
        one = self._finish(self._release(), 3.0)
        two = self._finish(self._release(), 2.0, days=1)
        three = self._finish(self._release(), 1.0, days=2)
        orders = one | two | three
        self.env.flush_all()
        self.env.invalidate_all()
        action = orders.action_open_variance([("id", "in", orders.ids)], "labour_hours")
        found = self.env["field.service.order"].search(action["domain"])
        self.assertEqual(found, one | three)
        found = found.with_context(**action["context"])
        self.assertEqual(
            {order: order.variance_amount for order in found}, {one: -37.5, three: 37.5}
        )
        self.assertEqual(
            one.with_context(service_variance_step=False).variance_amount,
            one.posted_margin - one.baseline_margin,
        )
        self.assertEqual(one.variance_bridge["end"], one.posted_margin)

    def test_access(self):
        order = self._finish(self._release(), 2.0)
        self.env.flush_all()
        domain = [("id", "=", order.id)]
        model = self.env["field.service.order"]
        for user in (self.dispatcher, self.user_technician):
            with self.assertRaises(AccessError):
                model.with_user(user).get_variance_bridge(domain)
        bridge = model.with_user(self.manager).get_variance_bridge(domain)
        self.assertEqual(bridge["n"], 1)
        action = model.with_user(self.manager).action_open_variance(domain, "end")
        self.assertEqual(action["domain"], [("id", "in", order.ids)])

    @settings(
        max_examples=8,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        st.integers(1, 30).map(lambda tenth: tenth / 10),
        st.integers(0, 20).map(lambda tenth: tenth / 10),
        st.integers(0, 5).map(float),
        st.sampled_from(["chargeable", "goodwill", "warranty"]),
        st.booleans(),
        st.sampled_from([80.0, 91.37]),
    )
    def test_real_orders_add_up(self, hours, travel, used, coverage, bill, price):
        with self.env.cr.savepoint() as savepoint:
            self.labour_product.lst_price = 80.0
            order = self._release(coverage=coverage)
            self.labour_product.lst_price = price
            self._finish(order, hours, travel, used=used)
            if not used:
                # A planned part is used, returned or released before work is finished.
                self.part.action_release()
            if bill and coverage == "chargeable":
                self._bill(order)
            bridge = self._bridge(order)
            steps = {step["key"]: step["amount"] for step in bridge["steps"]}
            total = round(100 * bridge["start"]) + sum(
                round(100 * amount) for amount in steps.values()
            )
            self.assertEqual(total, round(100 * order.posted_margin))
            self.assertAlmostEqual(steps["other"], 0.0, delta=0.05)
            savepoint.rollback()
            self.env.invalidate_all()
