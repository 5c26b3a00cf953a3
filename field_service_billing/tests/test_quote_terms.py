"""Quotations under pricing terms say what the bill says; figures by hand."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .pricing_common import PricingCommon

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestQuoteTerms(PricingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls._create_partner("Site", parent_id=cls.partner.id)
        cls.site.service_distance_km = 12.0

    def _quote(self, visits=1, hours=0.5, **terms):
        """Return an order of some visits and its quotation."""
        self._create_terms(**terms)
        order = self._create_order(site_id=self.site.id, planned_hours=hours)
        for number in range(visits):
            self._create_visit(order, start=MONDAY + number * DAY)
        return order, order._get_quotation()

    def _do(self, order, *hours, km=0.0):
        """Work off the planned visits."""
        for visit, time in zip(order.visit_ids.sorted("start"), hours, strict=True):
            visit.travel_km = km
            self._work(visit, time)

    def _get_lines(self, sale_order):
        return [
            (line.service_basis, line.product_uom_qty, line.price_unit)
            for line in sale_order.order_line
        ]

    def _assert_billed(self, order, sale_order, amount):
        """Check that the bill is one invoice of the quotation's sales order."""
        invoice = self._bill(order)
        self.assertEqual(order.sale_order_ids, sale_order)
        self.assertEqual(invoice.amount_untaxed, amount)
        self._assert_one_order(invoice)
        self._assert_income({order: amount})
        self._assert_balanced(order)
        self.assertEqual(order.billing_state, "invoiced")
        return invoice

    def _quote_everything(self):
        """80.00 for the least of an hour, 25.00 zone, 45.00 call-out, 50.00 up."""
        zone = {"name": "Town", "km_to": 50.0, "price": 25.0}
        return self._quote(
            time_step=30,
            minimum_hours=1.0,
            callout="order",
            travel_method="zone",
            zone_ids=[Command.create(zone)],
            minimum_amount=200.0,
        )

    def test_done_as_quoted(self):
        order, sale_order = self._quote_everything()
        self.assertEqual(
            self._get_lines(sale_order),
            [
                ("labour", 1.0, 80.0),
                ("travel", 1.0, 25.0),
                ("callout", 1.0, 45.0),
                ("minimum", 1.0, 50.0),
            ],
        )
        self.assertEqual(sale_order.amount_untaxed, 200.0)
        # Asked once more, nothing is added.
        self.assertEqual(order._get_quotation().amount_untaxed, 200.0)
        sale_order.action_confirm()
        # The plan is half an hour still, whatever is billed for it.
        self.assertEqual((order.quoted_amount, order.planned_hours), (200.0, 0.5))
        self._do(order, 0.5)
        self._assert_billed(order, sale_order, 200.0)
        self.assertEqual(sale_order.amount_untaxed, 200.0)

    def test_more_work_needs_no_minimum(self):
        """3 h are 240.00, with 25.00 and 45.00: 310.00, and no 50.00."""
        order, sale_order = self._quote_everything()
        sale_order.action_confirm()
        self._do(order, 3.0)
        self._assert_billed(order, sale_order, 310.0)

    def test_minimum_follows_the_work(self):
        """1.5 h are 120.00, with 70.00 beside: 10.00 are lacking, not 50.00."""
        order, sale_order = self._quote_everything()
        sale_order.action_confirm()
        self._do(order, 1.5)
        line = sale_order.order_line.filtered(
            lambda one: one.service_basis == "minimum"
        )
        self.assertEqual((line.price_unit, line.qty_delivered), (10.0, 1.0))
        invoice = self._assert_billed(order, sale_order, 200.0)
        self._credit(invoice)
        self._assert_income({order: 0.0})
        self._assert_billed(order, sale_order, 200.0)

    def test_two_visits_by_the_km(self):
        """2 x 2 h of 1.5 h each, 2 x 12 km at 0.90, 2 x 45.00: 431.60."""
        order, sale_order = self._quote(
            visits=2, hours=3.0, time_step=60, callout="visit", travel_method="km"
        )
        self.assertEqual(
            self._get_lines(sale_order),
            [("labour", 4.0, 80.0), ("travel", 24.0, 0.9), ("callout", 2.0, 45.0)],
        )
        self.assertEqual(sale_order.amount_untaxed, 431.6)
        sale_order.action_confirm()
        self.assertEqual(order.planned_hours, 3.0)
        self._do(order, 1.5, 1.5, km=12.0)
        self._assert_billed(order, sale_order, 431.6)

    def test_limit(self):
        """2 h are 160.00 of 100.00: 60.00 less, on the quotation and on the bill."""
        order, sale_order = self._quote(hours=2.0, limit_amount=100.0)
        self.assertEqual(
            self._get_lines(sale_order), [("labour", 2.0, 80.0), ("limit", 1.0, -60.0)]
        )
        sale_order.action_confirm()
        self._do(order, 2.0)
        self._assert_billed(order, sale_order, 100.0)

    def test_limit_that_is_not_reached(self):
        """1 h is 80.00: nothing comes off."""
        order, sale_order = self._quote(hours=2.0, limit_amount=100.0)
        sale_order.action_confirm()
        self._do(order, 1.0)
        self._assert_billed(order, sale_order, 80.0)

    def test_covered_work_has_no_minimum(self):
        """An hour that is given away is not quoted; neither is a minimum for it."""
        self._create_terms(minimum_amount=200.0)
        order = self._create_order(coverage="goodwill")
        with self.assertRaisesRegex(UserError, "nothing to quote"):
            order._get_quotation()

    def test_site_without_zone(self):
        zone = {"name": "Town", "km_to": 5.0, "price": 25.0}
        with self.assertRaisesRegex(UserError, "No travel zone of “Standard” fits"):
            self._quote(travel_method="zone", zone_ids=[Command.create(zone)])

    def test_crew(self):
        """Two people, 0.5 h each, are 1 h to bill; the plan stays 0.5 h."""
        self._create_terms(time_step=15)
        order = self._create_order(planned_hours=0.5, crew_size=2)
        sale_order = order._get_quotation()
        self.assertEqual(self._get_lines(sale_order), [("labour", 1.0, 80.0)])
        sale_order.order_line.product_uom_qty = 3.0
        sale_order.action_confirm()
        self.assertEqual((order.quoted_hours, order.planned_hours), (3.0, 1.5))
