"""Every pricing method, coverage and currency, billed, credited, reset and billed anew.

Each order is the same work: two hours, half an hour on the road, two filters. It sells
at 80.00 an hour, 50.00 on the road and 25.00 a filter, and costs 37.50, 20.00 and
10.00: 75.00 + 10.00 + 20.00 = 105.00, whoever pays. A euro is 1.25 dollars.
"""

from datetime import timedelta
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY
from odoo.addons.field_service_billing.tests.pricing_common import PricingCommon

from . import oracle

COST = 105.0
# What is worth how much, in dollars: {method: {coverage: revenue}}.
REVENUE = {
    # 2 x 80.00 + 0.5 x 50.00 + 2 x 25.00
    "time_material": {
        "chargeable": 235.0,
        "warranty": 0.0,
        "goodwill": 0.0,
        # 10 % off labour and travel, 20 % off parts: 144.00 + 22.50 + 40.00
        "discounts": 206.5,
        # One hour and its way are included: 80.00 + 50.00
        "hour": 130.0,
        "everything": 0.0,
    },
    # Agreed at 500.00, whatever the work took: an agreement has no part in it.
    "fixed": {
        "chargeable": 500.0,
        "warranty": 0.0,
        "goodwill": 0.0,
        "discounts": 500.0,
    },
    # Descaling 200.00, the way and the filters as they were
    "flat": {
        "chargeable": 275.0,
        "warranty": 0.0,
        "goodwill": 0.0,
        # 180.00 + 22.50 + 40.00
        "discounts": 242.5,
    },
}
AGREEMENTS = {
    "discounts": {
        "labour_scope": "none",
        "labour_discount": 10.0,
        "travel_discount": 10.0,
        "part_discount": 20.0,
    },
    "hour": {"labour_scope": "hours", "included_hours": 1.0, "includes_travel": True},
    "everything": {"labour_scope": "all", "includes_travel": True, "part_scope": "all"},
}


@tagged("post_install", "-at_install")
class TestMoneyMatrix(PricingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._receive(cls.filter, 100.0, 10.0)
        euro = cls.env.ref("base.EUR")
        euro.active = True
        cls.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "currency_id": euro.id,
                "company_id": cls.company.id,
                "rate": 0.8,
            }
        )
        cls.pricelists = {"USD": cls.env["product.pricelist"]}
        cls.pricelists["EUR"] = cls.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": cls.company.id}
        )
        cls.descaling = cls.env["field.service.flat.rate"].create(
            {
                "product_id": cls._create_service("Descaling", 200.0, uom=False).id,
                "standard_hours": 2.0,
            }
        )
        cls.day = MONDAY

    # ------------------------------------------------------------------------ set-up
    def _create_customer(self, coverage, currency):
        """Return a customer who has the agreement of a case, and the currency."""
        customer = self._create_partner(f"{coverage} {currency}")
        customer = customer.with_company(self.company)
        customer.property_product_pricelist = self.pricelists[currency]
        if coverage in AGREEMENTS:
            values = {"name": coverage, **AGREEMENTS[coverage]}
            self.env["field.service.agreement"].create(
                {
                    "partner_id": customer.id,
                    "company_id": self.company.id,
                    "date_start": "2026-01-01",
                    "coverage_ids": [Command.create(values)],
                }
            ).action_activate()
        return customer

    def _do_work(self, method, coverage, currency):
        """Do the work of a case, on a working day of its own."""
        values = {"pricing_method": method}
        if coverage in ("warranty", "goodwill"):
            values["coverage"] = coverage
        if method == "fixed":
            values["fixed_price"] = 400.0 if currency == "EUR" else 500.0
        if method == "flat":
            line = {"flat_rate_id": self.descaling.id, "quantity": 1.0}
            values["flat_line_ids"] = [Command.create(line)]
        order = self._create_order(
            partner_id=self._create_customer(coverage, currency).id, **values
        )
        self._use_part(order, quantity=2.0)
        self._work(self._create_visit(order, start=type(self).day), 2.0, travel=0.5)
        type(self).day += timedelta(days=3 if self.day.weekday() == 4 else 1)
        return order

    # -------------------------------------------------------------------- assertions
    def _assert_books(self, order, revenue):
        """Check the order's own figures, and that all of them make the books."""
        self.env.flush_all()
        profit = order._get_posted_profit()[order]
        self.assertEqual(
            (profit["revenue"], profit["margin"]), (revenue, revenue - COST)
        )
        totals = self.env["field.service.reconciliation"]._get_totals(self.company)
        self.assertEqual(totals["unexplained"], 0.0)
        self.assertEqual(totals["rows_with_difference"], 0)
        findings = self.env["field.service.integrity"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertFalse(findings.mapped("kind"))
        self._assert_balanced(order)

    def _assert_corrections(self, order, revenue):
        """Bill, reset, credit a share, credit the rest, and bill anew."""
        invoice = self._bill(order)
        self._assert_one_order(invoice)
        self._assert_books(order, revenue)
        invoice.button_draft()
        self._assert_books(order, 0.0)
        invoice.action_post()
        self._assert_books(order, revenue)
        # A tenth off each line, as a concession.
        part = self._create_credit(invoice)
        for line in part.invoice_line_ids:
            line.price_unit /= 10.0
        part.action_post()
        self._assert_books(order, order.currency_id.round(revenue * 0.9))
        rest = self._create_credit(invoice)
        for line in rest.invoice_line_ids:
            line.price_unit *= 0.9
        rest.action_post()
        self._assert_books(order, 0.0)
        self.assertEqual(order.billing_state, "ready")
        self._bill(order)
        self._assert_books(order, revenue)
        self.assertEqual(order.billing_state, "invoiced")

    # -------------------------------------------------------------------------- test
    def test_matrix(self):
        revenues = {}
        for currency in self.pricelists:
            for method, cases in REVENUE.items():
                for coverage, revenue in cases.items():
                    with self.subTest(
                        method=method, coverage=coverage, currency=currency
                    ):
                        order = self._do_work(method, coverage, currency)
                        self.assertEqual(order.billing_currency_id.name, currency)
                        self._assert_books(order, 0.0)
                        if revenue:
                            self._assert_corrections(order, revenue)
                        else:
                            self.assertEqual(order.billing_state, "not_billable")
                        revenues[order] = revenue
        self.assertEqual(len(revenues), 28)
        # The whole of it, by the way that shares no code with the reports.
        margins = oracle.margin_by_order(self.env, self.company)
        self.assertEqual(
            {order: margins[order] for order in revenues},
            {
                order: Decimal(f"{revenue - COST:.2f}")
                for order, revenue in revenues.items()
            },
        )
        self.assertEqual(oracle.reconcile(self.env, self.company)["unexplained"], 0)
