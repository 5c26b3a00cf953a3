from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from odoo.addons.field_service.tests.common import MONDAY
from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon

NOTHING = dict.fromkeys(
    ("revenue", "parts", "labour", "travel", "subcontract", "other"), 0.0
)


@tagged("post_install", "-at_install")
class TestLadder(FieldServiceBillingCommon):
    """2 h planned at 80.00, which cost 37.50; 3 filters at 25.00, which cost 10.00.

    Expected at the release: 160.00 + 75.00 = 235.00, and 75.00 + 30.00 = 105.00.
    An hour on the road is sold at 50.00 and costs 20.00.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(release=False)
        cls.part = cls._create_part(cls.order, cls.filter, 3.0)
        cls.order.action_release()

    def _ladder(self, order=None):
        self.env.flush_all()
        self.env.invalidate_all()
        order = order or self.order
        return order._get_margin_ladder()[order]

    def _assert_rung(self, rung, order=None, **figures):
        """Check all figures of a rung; those that are not given must be zero."""
        found = self._ladder(order)[rung]
        expected = {**NOTHING, **figures}
        self.assertEqual({kind: found[kind] for kind in expected}, expected, rung)
        cost = sum(expected.values()) - expected["revenue"]
        self.assertAlmostEqual(found["cost"], cost, 2)
        self.assertAlmostEqual(found["margin"], expected["revenue"] - cost, 2)
        return found

    # --------------------------------------------------------------------- rungs
    def test_released_and_not_planned(self):
        baseline = self._assert_rung("baseline", revenue=235.0, labour=75.0, parts=30.0)
        self.assertAlmostEqual(baseline["rate"], 130.0 / 235.0)
        self._assert_rung("committed", revenue=235.0, labour=75.0, parts=30.0)
        self._assert_rung("accrued")
        self._assert_rung("posted")
        self._assert_rung("forecast", revenue=235.0, labour=75.0, parts=30.0)
        self.assertIsNone(self._ladder()["quoted"]["revenue"])
        self.assertEqual(self.order.forecast_margin, 130.0)

    def test_expected_cost_entered_by_hand(self):
        """200.00 instead of 105.00: what is beyond the details is a rest."""
        order = self._create_order(release=False, planned_cost=200.0)
        self._create_part(order, self.filter, 3.0)
        order.action_release()
        self._assert_rung(
            "baseline", order, revenue=235.0, labour=75.0, parts=30.0, other=95.0
        )

    def test_at_work(self):
        """He left at 7:30, began at 8:00, and it is 12:30: 4.5 h instead of 2."""
        visit = self._create_visit(self.order, travel_before_minutes=30)
        # 0.5 h to go: 25.00 and 10.00.
        self._assert_rung(
            "committed", revenue=260.0, labour=75.0, parts=30.0, travel=10.0
        )
        visit.register_event("travel_start", MONDAY - timedelta(minutes=30))
        visit.register_event("work_start", MONDAY)
        with freeze_time(MONDAY + timedelta(hours=1)):
            # 1 h done, 1 h to go.
            self._assert_rung("accrued", revenue=105.0, labour=37.5, travel=10.0)
            self._assert_rung("committed", revenue=155.0, labour=37.5, parts=30.0)
        with freeze_time(MONDAY + timedelta(hours=4.5)):
            # 4.5 x 80.00 + 25.00; 4.5 x 37.50 = 168.75.
            self._assert_rung("accrued", revenue=385.0, labour=168.75, travel=10.0)
            self._assert_rung("committed", revenue=75.0, parts=30.0)
            self._assert_rung(
                "forecast", revenue=460.0, labour=168.75, travel=10.0, parts=30.0
            )

    def test_done_billed_posted(self):
        """4.5 h and 3 filters: 360.00 + 25.00 + 75.00, posted costs 208.75."""
        visit = self._create_visit(self.order)
        self.part.action_use()
        self._assert_rung("posted", parts=30.0)
        # What is used is charged, and to be invoiced.
        self._assert_rung("accrued", revenue=75.0)
        self._assert_rung("committed", revenue=160.0, labour=75.0)
        self._work(visit, 4.5, travel=0.5)
        costs = {"labour": 168.75, "travel": 10.0, "parts": 30.0}
        self._assert_rung("posted", **costs)
        self._assert_rung("accrued", revenue=460.0)
        self._assert_rung("committed")
        invoice = self._bill(self.order, post=False)
        self._assert_rung("accrued", revenue=460.0)
        self._post(invoice)
        self._assert_rung("posted", revenue=460.0, **costs)
        self._assert_rung("accrued")
        forecast = self._assert_rung("forecast", revenue=460.0, **costs)
        self.assertAlmostEqual(forecast["rate"], 251.25 / 460.0)
        # What is credited in full is billed anew.
        self._credit(invoice)
        self._assert_rung("posted", **costs)
        self._assert_rung("accrued", revenue=460.0)

    def test_credited_in_part(self):
        """One of 3 filters is credited: 25.00 that nobody bills again."""
        self.part.action_use()
        self._work(self._create_visit(self.order), 2.0)
        credit = self._create_credit(self._bill(self.order))
        for line in credit.invoice_line_ids:
            line.quantity = 1.0 if line.product_id == self.filter else 0.0
        credit.action_post()
        self._assert_rung("posted", revenue=210.0, labour=75.0, parts=30.0)
        self._assert_rung("accrued")
        self._assert_rung("committed")

    def test_return_visit(self):
        """1 h of 2 was worked; another visit of 3 h is planned: 3 h to come."""
        reason = self.env.ref("field_service.field_service_reason_return_more_time")
        visit = self._create_visit(self.order)
        self._work(visit, 1.0, result="return_needed", return_reason_id=reason.id)
        self._assert_rung("committed", revenue=155.0, labour=37.5, parts=30.0)
        self._create_visit(self.order, start=MONDAY + timedelta(days=1), duration=3.0)
        self._assert_rung("committed", revenue=315.0, labour=112.5, parts=30.0)
        self._assert_rung("posted", labour=37.5)

    def test_crew_and_average_rate(self):
        """Two people for 2 h, 37.50 and 42.50: 4 h at 40.00."""
        second = self._create_technician("Second")
        self._create_rate(second, 42.5)
        order = self._create_order(crew_size=2)
        self._create_visit(order, crew_ids=second.ids)
        self._assert_rung("committed", order, revenue=320.0, labour=160.0)

    def test_fixed_price(self):
        order = self._create_order(pricing_method="fixed", fixed_price=500.0)
        self._assert_rung("committed", order, revenue=500.0, labour=75.0)
        visit = self._create_visit(order)
        self._assert_rung("committed", order, revenue=500.0, labour=75.0)
        self._work(visit, 2.0)
        self._assert_rung("accrued", order, revenue=500.0)
        self._bill(order)
        self._assert_rung("posted", order, revenue=500.0, labour=75.0)
        self._assert_rung("accrued", order)
        self._assert_rung("committed", order)

    def test_quotation(self):
        """Offered and accepted for 235.00; 2 h and 3 filters are delivered."""
        sale_order = self.order._get_quotation()
        self.assertEqual(self._ladder()["quoted"]["revenue"], 235.0)
        self.assertIsNone(self._ladder()["quoted"]["margin"])
        self._assert_rung("committed", revenue=235.0, labour=75.0, parts=30.0)
        sale_order.action_confirm()
        self._assert_rung("committed", revenue=235.0, labour=75.0, parts=30.0)
        self.part.action_use()
        self._work(self._create_visit(self.order), 2.0)
        self._assert_rung("accrued", revenue=235.0)
        self._assert_rung("committed")
        self._bill(self.order)
        self._assert_rung("posted", revenue=235.0, labour=75.0, parts=30.0)
        self._assert_rung("accrued")
        self.assertEqual(self._ladder()["quoted"]["revenue"], 235.0)

    def test_parts_that_may_not_be_needed(self):
        """One in four: 0.25 x 10.00."""
        order = self._create_order(release=False, planned_hours=0.0)
        self._create_part(order, self.filter, 1.0, probability=0.25)
        self._create_part(order, self.filter, 5.0, cancelled=True)
        self._assert_rung("committed", order, revenue=6.25, parts=2.5)

    def test_cancelled_and_historic(self):
        self.order.action_cancel()
        self._assert_rung("forecast")
        self.assertIsNone(self._ladder()["forecast"]["rate"])

    def test_labour_that_the_ledger_does_not_carry(self):
        self.company.service_absorb_labour = False
        self._assert_rung("committed", revenue=235.0, parts=30.0)

    def test_subcontractor(self):
        """2 h agreed at 45.00: to come, then owed, then billed."""
        vendor = self._create_partner("Subcontractor")
        person = self._create_technician("Sub", service_vendor_id=vendor.id)
        self.env["field.service.subcontract.price"].create(
            {
                "vendor_id": vendor.id,
                "method": "hour",
                "price": 45.0,
                "date_from": "2026-01-01",
                "company_id": self.company.id,
            }
        )
        order = self._create_order()
        visit = self._create_visit(order, technician_id=person.id)
        self._assert_rung("committed", order, revenue=160.0, subcontract=90.0)
        self._work(visit, 3.0)
        self._assert_rung("accrued", order, revenue=240.0, subcontract=135.0)
        self._assert_rung("committed", order)

    def test_two_companies(self):
        """Boris costs 30.00 in euro; nothing of A is in the ladder of B."""
        order = self._create_order(company_id=self.company_b.id)
        both = order + self.order
        ladders = both._get_margin_ladder()
        self.assertEqual(ladders[order]["committed"]["labour"], 60.0)
        self.assertEqual(ladders[self.order]["committed"]["labour"], 75.0)

    # ------------------------------------------------------------------- reading
    def test_each_figure_opens_what_it_is_the_sum_of(self):
        visit = self._create_visit(self.order, travel_before_minutes=30)
        self.part.action_use()
        self._create_part(self.order, self.filter, 2.0)
        visit.register_event("work_start", MONDAY)
        with freeze_time(MONDAY + timedelta(hours=1)):
            ladder = self._ladder()
            for rung, figures in ladder.items():
                for kind, amount in figures.items():
                    if amount is None or kind == "rate":
                        continue
                    action = self.order.action_open_ladder(rung, kind)
                    lines = self.env[action["res_model"]].search(action["domain"])
                    self.assertAlmostEqual(
                        sum(lines.mapped("amount")), amount, 2, f"{rung} {kind}"
                    )
                    for line in lines:
                        self.assertTrue(line.action_open_source()["res_id"])

    def test_who_sees_it(self):
        manager = self.order.with_user(self.manager)
        self.assertEqual(manager.forecast_margin, 130.0)
        self.assertEqual(
            manager.margin_ladder["currency_id"], self.env.ref("base.USD").id
        )
        action = manager.action_open_ladder("forecast", "margin")
        lines = self.env[action["res_model"]].with_user(self.manager)
        self.assertEqual(sum(lines.search(action["domain"]).mapped("amount")), 130.0)
        for user in (self.dispatcher, self.user_technician):
            order = self.order.with_user(user)
            with self.assertRaises(AccessError):
                order.read(["margin_ladder"])
            with self.assertRaises(AccessError):
                order.action_open_ladder("forecast", "margin")
            with self.assertRaises(AccessError):
                lines.with_user(user).search([])

    def test_no_such_figure(self):
        for rung, kind in (("posted", "weather"), ("weather", "revenue")):
            with self.assertRaisesRegex(Exception, "no such figure"):
                self.order.action_open_ladder(rung, kind)

    def test_not_saved_yet(self):
        new = self.env["field.service.order"].new({})
        self.assertFalse(new.margin_ladder)
        self.assertEqual(new.forecast_margin, 0.0)

    # -------------------------------------------------------------------- budget
    def test_queries_do_not_grow_with_orders(self):
        orders = self.env["field.service.order"].browse()
        for index in range(80):
            order = self._create_order(release=False)
            self._create_part(order, self.filter, 1.0)
            if index % 2:
                self._create_visit(order, start=MONDAY + timedelta(days=index))
            orders |= order

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            ladders = records._get_margin_ladder()
            self.assertEqual(len(ladders), len(records))
            return self.env.cr.sql_log_count - before

        count(orders[:2])  # fills the registry's own caches
        few, many = count(orders[:8]), count(orders)
        self.assertLessEqual(many, few + 2)
        self.assertLessEqual(many, 60)
