"""Invoice on site, cash, a difference and a hand-over: what the books say of it."""

from odoo.tests import tagged

from odoo.addons.field_service_billing.tests.common_payment import PaymentCommon

from . import oracle


@tagged("standard", "post_install", "-at_install")
class TestCashBooks(PaymentCommon):
    def test_a_day_of_cash_reconciles(self):
        """Two orders of 2 h: 160.00 each, 192.00 with tax. One is paid in full, one
        with 100.00; 290.00 of 292.00 are there, 250.00 are handed over."""
        orders = self._create_invoiced_order() | self._create_invoiced_order()
        self.assertEqual(self._pay_cash(orders[0], 192.0), ("done", ""))
        self.assertEqual(self._pay_cash(orders[1], 100.0), ("done", ""))
        count = self._create_count(
            counted_amount=290.0, handover_amount=250.0, explanation="Two coins lost"
        )
        count.action_confirm()
        self.env.flush_all()
        totals = self.env["field.service.reconciliation"]._get_totals(self.company)
        self.assertEqual(totals["unexplained"], 0.0)
        self.assertEqual(totals["rows_with_difference"], 0)
        findings = self.env["field.service.integrity"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertFalse(findings.mapped("kind"))
        self.assertEqual(oracle.reconcile(self.env, self.company)["unexplained"], 0)
        profit = orders._get_posted_profit()
        # 2 h cost 75.00; the lost coins are nobody's job.
        self.assertEqual([profit[order]["margin"] for order in orders], [85.0, 85.0])
        self.assertEqual(orders.mapped("billing_state"), ["paid", "invoiced"])
        loss = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.box.loss_account_id.id),
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(loss.mapped("balance"), [2.0])
        self.assertEqual(self.box._get_service_cash_balance(), 40.0)
        transfers = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.company.transfer_account_id.id),
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(sum(transfers.mapped("balance")), 0.0)
