from datetime import date, datetime, timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .common_accrual import APRIL, MARCH, AccrualCommon
from .pricing_common import PricingCommon


@tagged("post_install", "-at_install")
class TestAccrualPricing(AccrualCommon, PricingCommon):
    def _start(self, order):
        """2.0 h on Monday; somebody has to come again."""
        reason = self.env.ref("field_service.field_service_reason_return_more_time")
        self._work(
            self._create_visit(order),
            2.0,
            result="return_needed",
            return_reason_id=reason.id,
        )

    def test_limit_as_far_as_it_is_reached(self):
        """Limit 200.00: 160.00 in March, 240.00 of work by April are 200.00."""
        self._create_terms(limit_amount=200.0)
        order = self._create_order()
        self._start(order)
        self._work(self._create_visit(order, start=MONDAY + timedelta(days=35)), 1.0)
        self.assertEqual(
            self._get_figures(self._create_accrual()), {(order, "work"): 160.0}
        )
        self.assertEqual(
            self._get_figures(self._create_accrual(APRIL)), {(order, "work"): 200.0}
        )
        self._bill_on(order, date(2026, 4, 20))
        self.assertEqual(
            self._get_figures(self._create_accrual()), {(order, "work"): 160.0}
        )
        self.assertFalse(self._create_accrual(APRIL).line_ids)

    def test_minimum_when_finished(self):
        """80.00 are topped up to 100.00 when the order is done."""
        self._create_terms(minimum_amount=100.0)
        order = self._create_worked_order(1.0)
        order.completed_on = datetime(2026, 4, 1, 8, 0)
        self.assertEqual(
            self._get_figures(self._create_accrual()), {(order, "work"): 80.0}
        )
        self.assertEqual(
            self._get_figures(self._create_accrual(APRIL)), {(order, "work"): 100.0}
        )

    def test_outside_costs_with_the_bill(self):
        """A bill of 50.00 in April, charged on at plus 20 %: 60.00 of April."""
        self._create_terms(is_external_billed=True, external_markup=20.0)
        order = self._create_worked_order(1.0)
        line = {
            "name": "Crane",
            "price_unit": 50.0,
            "tax_ids": [Command.clear()],
            "account_id": self._get_account("expense").id,
            "analytic_distribution": order._get_analytic_distribution(),
        }
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "invoice_date": date(2026, 4, 3),
                "date": date(2026, 4, 3),
                "invoice_line_ids": [Command.create(line)],
            }
        )
        bill.action_post()
        self.assertEqual(
            self._get_figures(self._create_accrual()), {(order, "work"): 80.0}
        )
        self.assertEqual(
            self._get_figures(self._create_accrual(APRIL)), {(order, "work"): 140.0}
        )

    def test_less_was_worked_than_billed(self):
        """3.0 h are invoiced in March, 2.0 h were worked: 80.00 go back once."""
        order = self._create_worked_order(3.0)
        self._bill_on(order, date(2026, 3, 5))
        self._correct_end(order.visit_ids, -1.0)
        accrual = self._create_accrual()
        self.assertEqual(self._get_figures(accrual), {(order, "work"): -80.0})
        accrual.action_post()
        self.assertEqual(self._get_revenue(order, MARCH), 160.0)
        self._assert_reversed(accrual)
