"""Work that was sold before it was done, to the ledger: each amount once.

Prices and costs are those of ``FieldServiceBillingCommon``: an hour of Tina costs
37.50, a filter 10.00; the service is sold for 500.00, an hour for 90.00.
"""

from datetime import datetime

from odoo.tests import tagged

from odoo.addons.field_service_billing.tests.common_sale import SaleWorkCommon

from . import oracle


@tagged("post_install", "-at_install")
class TestSoldWork(SaleWorkCommon):
    def _check_books(self):
        """Difference 0.00 by two ways, and nothing for the integrity list."""
        self.env.flush_all()
        for company in self.company, self.company_b:
            totals = self.env["field.service.reconciliation"]._get_totals(company)
            self.assertEqual(totals["unexplained"], 0.0)
            self.assertEqual(totals["rows_with_difference"], 0)
            self.assertEqual(oracle.reconcile(self.env, company)["unexplained"], 0)
            findings = self.env["field.service.integrity"].search(
                [("company_id", "=", company.id)]
            )
            self.assertFalse(findings.mapped("kind"))

    def test_sold_worked_billed_credited(self):
        """500.00 for 3 h and 2 filters: 500.00 - 112.50 - 20.00 = 367.50."""
        sale_order = self._sell((self.flat, 1.0))
        order = self._get_work(sale_order)
        order.action_release()
        self._use_part(order, quantity=2.0)
        self._do(order, 3.0)
        invoice = self._bill(order)
        profit = order._get_posted_profit()[order]
        self.assertEqual(
            (profit["revenue"], profit["labour"], profit["parts"], profit["margin"]),
            (500.0, 112.5, 20.0, 367.5),
        )
        self._check_books()
        self._credit(invoice)
        self.assertEqual(order._get_posted_profit()[order]["margin"], -132.5)
        self._check_books()

    def test_revenue_of_two_jobs_is_not_mixed(self):
        """Each line of the sale was shown on each of its orders, also on new ones.

        90.00 x 2 - 75.00 on the one that was done; 0.00 on the other.
        """
        sale_order = self._sell((self.hours, 4.0), (self.flat, 1.0))
        done, new = self._get_work(sale_order)
        self._do(done, 2.0)
        self._bill(done)
        profit = (done | new)._get_posted_profit()
        self.assertEqual(profit[done]["margin"], 105.0)
        self.assertEqual(profit.get(new, {}).get("revenue", 0.0), 0.0)
        self._check_books()

    def test_each_piece_has_its_job(self):
        """Three pieces made one job; one job per sale was never delivered."""
        self.flat.service_scope = "unit"
        orders = self._get_work(self._sell((self.flat, 3.0)))
        self.assertEqual(len(orders), 3)
        self.hours.service_scope = "order"
        sale_order = self._sell((self.hours, 4.0))
        self._do(self._get_work(sale_order), 3.0, start=datetime(2026, 3, 4, 8))
        self.assertEqual(sale_order.order_line.qty_delivered, 3.0)

    def test_cancelled_sale_leaves_no_open_job(self):
        sale_order = self._sell((self.flat, 1.0))
        sale_order._action_cancel()
        self.assertEqual(self._get_work(sale_order).state, "cancelled")
        self._check_books()
