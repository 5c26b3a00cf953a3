"""What subcontractors did and have not billed; what real fees share. By hand."""

from datetime import date, timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .common_accrual import APRIL, MARCH, AccrualCommon
from .fee_common import FeeCommon


@tagged("post_install", "-at_install")
class TestAccrualSubcontract(AccrualCommon):
    """Cool Brothers take 55.00 an hour: 2 h in March are 110.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls._create_partner("Cool Brothers", is_company=True)
        cls.vito = cls._create_technician("Vito", service_vendor_id=cls.vendor.id)
        cls.expense = cls._get_account("expense")
        cls.service = cls._create_service(
            "Subcontracted work",
            0.0,
            property_account_expense_id=cls.expense.id,
            supplier_taxes_id=[Command.clear()],
        )
        cls.price = cls.env["field.service.subcontract.price"].create(
            {
                "vendor_id": cls.vendor.id,
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "date_from": date(2026, 1, 1),
                "method": "hour",
                "price": 55.0,
                "product_id": cls.service.id,
            }
        )
        # Nothing to bill to anybody, so that only the cost is accrued.
        cls.order = cls._create_order(coverage="goodwill")
        visit = cls._create_visit(cls.order, start=MONDAY, technician_id=cls.vito.id)
        cls._work(visit, 2.0)
        cls.subcontract = visit.subcontract_ids

    def _bill_work(self, price=55.0, day=date(2026, 4, 10)):
        self.subcontract.action_create_bill()
        bill = self.subcontract.bill_id
        bill.write({"invoice_date": day, "date": day})
        bill.invoice_line_ids.price_unit = price
        bill.action_post()
        return bill

    def _get_cost(self, until):
        """Return what the order has cost by a day, from its posted items."""
        column = self.order._get_plan_column()
        lines = self.env["account.analytic.line"].search(
            [
                (column, "=", self.order._get_analytic_account().id),
                ("move_line_id.parent_state", "=", "posted"),
                ("move_line_id.account_id.internal_group", "=", "expense"),
                ("move_line_id.date", "<=", until),
            ]
        )
        return -round(sum(lines.mapped("amount")), 2)

    def test_unbilled_visit(self):
        accrual = self._accrue()
        self.assertEqual(self._get_figures(accrual), {(self.order, "purchase"): 110.0})
        self.assertEqual(accrual.cost_amount, 110.0)
        line = accrual.line_ids
        self.assertEqual(
            (line.account_id, line.cost_type), (self.expense, "subcontract")
        )
        action = line.action_open_source()
        self.assertEqual(action["res_id"], self.subcontract.id)
        self._assert_reversed(accrual)
        self.assertEqual(self._get_cost(MARCH), 110.0)
        self.assertEqual(self._get_cost(APRIL), 0.0)

    def test_the_bill_takes_its_place(self):
        """Billed in April, and for more: March has the 110.00, April the rest."""
        self._accrue()
        self._bill_work(price=60.0)
        self.assertEqual(self._get_cost(MARCH), 110.0)
        self.assertEqual(self._get_cost(APRIL), 120.0)
        # At the end of April nothing is owed any more, at the end of March it was.
        april = self._create_accrual(APRIL)
        self.assertFalse(april.line_ids)
        again = self._create_accrual()
        self.assertEqual(round(sum(again.line_ids.mapped("amount")), 2), 0.0)

    def test_run_again_posts_the_difference(self):
        """Half an hour more is 27.50 more."""
        self._accrue()
        self._correct_end(self.subcontract.visit_id, 0.5)
        again = self._accrue()
        self.assertEqual(self._get_figures(again), {(self.order, "purchase"): 27.5})
        self.assertEqual(self._get_cost(MARCH), 137.5)

    def test_billed_in_time(self):
        """What the bill says is what it cost, also when it is less than agreed."""
        self._bill_work(price=50.0, day=date(2026, 3, 20))
        self.assertFalse(self._create_accrual().line_ids)
        self.assertEqual(self._get_cost(MARCH), 100.0)

    def test_credited_in_full_is_owed_again(self):
        bill = self._bill_work(day=date(2026, 3, 20))
        day = date(2026, 3, 25)
        credit = bill._reverse_moves([{"invoice_date": day, "date": day}])
        credit.action_post()
        accrual = self._accrue()
        self.assertEqual(self._get_figures(accrual), {(self.order, "purchase"): 110.0})

    def test_later_work_is_not_of_the_period(self):
        """An hour in April is 55.00 of April; March keeps its 110.00."""
        self.order.action_reopen()
        start = MONDAY + timedelta(days=35)
        visit = self._create_visit(self.order, start=start, technician_id=self.vito.id)
        self._work(visit, 1.0)
        for day, amount in ((MARCH, 110.0), (APRIL, 165.0)):
            figures = self._get_figures(self._create_accrual(day))
            self.assertEqual(figures, {(self.order, "purchase"): amount})

    def test_no_price_is_said(self):
        self.price.price = 0.0
        self.order._process()
        accrual = self._create_accrual()
        self.assertFalse(accrual.line_ids)
        self.assertIn("No price is agreed", "".join(self._get_reasons(accrual)))

    def test_accountant_needs_no_right_on_the_work(self):
        accrual = self._create_accrual(user=self.accountant)
        accrual.action_post()
        self.assertEqual((accrual.state, accrual.cost_amount), ("posted", 110.0))


@tagged("post_install", "-at_install")
class TestFeeShare(AccrualCommon, FeeCommon):
    """A fee of 100.01 a month that was billed by the run, shared to three orders."""

    def test_a_billed_fee_is_shared_to_the_cent(self):
        """100.01 by 2 h, 1 h and 1 h: 50.01, 25.00 and 25.00; credited, nothing."""
        agreement = self._create_agreement()
        agreement.write(
            {
                "fee_posting": "post",
                "fee_ids": [
                    Command.create(
                        {
                            "product_id": self.fee_product.id,
                            "price_unit": 100.01,
                            "date_from": date(2026, 3, 1),
                            "date_to": MARCH,
                        }
                    )
                ],
            }
        )
        orders = [
            self._create_worked_order(hours, start=MONDAY + timedelta(days=day))
            for day, hours in enumerate((2.0, 1.0, 1.0))
        ]
        invoice = self._bill_until(agreement, MARCH)
        self.assertEqual(invoice.amount_untaxed, 100.01)
        day = date(2026, 3, 2)
        if invoice.date != day:
            invoice.button_draft()
            invoice.write({"invoice_date": day, "date": day})
            invoice.action_post()
        shared = self._create_accrual(kind="agreement", share_method="value")
        shared.action_post()
        found = [self._get_revenue(order, MARCH) for order in orders]
        self.assertEqual(found, [50.01, 25.0, 25.0])
        self.assertEqual(self._get_revenue(agreement, MARCH), 0.0)
        # Credited in the same month, all of it goes back.
        credit = invoice._reverse_moves([{"invoice_date": MARCH, "date": MARCH}])
        credit.action_post()
        again = self._create_accrual(kind="agreement", share_method="value")
        again.action_post()
        found = [self._get_revenue(order, MARCH) for order in orders]
        self.assertEqual(found, [0.0, 0.0, 0.0])
        self.assertEqual(self._get_revenue(agreement, MARCH), 0.0)
