from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestBillingState(FieldServiceBillingCommon):
    def test_from_work_to_payment(self):
        order = self._create_order()
        visit = self._create_visit(order)
        self.assertEqual(order.billing_state, "incomplete")
        self._work(visit, 2.0)
        self.assertEqual((order.state, order.billing_state), ("done", "ready"))
        order._create_sale_orders()
        self.assertEqual(order.billing_state, "ready")
        invoice = self._bill(order, post=False)
        self.assertEqual(order.billing_state, "drafted")
        self._post(invoice)
        self.assertEqual(order.billing_state, "invoiced")
        self._pay(invoice)
        self.assertEqual(order.billing_state, "paid")

    def test_closing_needs_settled_billing(self):
        order = self._create_worked_order(2.0)
        with self.assertRaisesRegex(ValidationError, "billing clerk"):
            order.action_close()
        with self.assertRaisesRegex(ValidationError, "billing clerk"):
            order.with_user(self.dispatcher).write({"state": "closed"})
        self._bill(order)
        order.with_user(self.dispatcher).action_close()
        self.assertEqual(order.state, "closed")

    def test_covered_order_closes(self):
        order = self._create_worked_order(2.0, coverage="goodwill")
        order.action_close()
        self.assertEqual(order.billing_state, "not_billable")

    def test_chargeable_without_any_charge(self):
        """Work that nobody charged is a leak, not a finished order."""
        order = self._create_worked_order(2.0)
        for event in order.visit_ids.event_ids.filtered(
            lambda event: event.type in ("work_start", "work_end")
        ):
            event.action_correct(False, "No work was needed")
        self.assertFalse(order.charge_ids)
        self.assertEqual(order.billing_state, "incomplete")
        order.coverage = "goodwill"
        self.assertEqual(order.billing_state, "not_billable")

    def test_everything_left_out_with_a_reason(self):
        order = self._create_worked_order(2.0)
        reason = self.env.ref("field_service.field_service_reason_leakage_goodwill")
        order.charge_ids.write({"quantity": 0.0, "leakage_reason_id": reason.id})
        self.assertEqual(order.billing_state, "not_billable")
        order.action_close()

    def test_invoiced_order_is_not_cancelled(self):
        order = self._create_order(pricing_method="fixed")
        visit = self._create_visit(order)
        self._work(visit, 1.0, result="no_access")
        self._create_visit(order, start=visit.stop)
        order.action_cannot_complete()
        invoice = self._bill(order)
        with self.assertRaisesRegex(ValidationError, "INV/2026/"):
            order.action_cancel()
        self._credit(invoice)
        order.action_cancel()
        self.assertEqual(order.state, "cancelled")
        self.assertEqual(order.sale_order_ids.state, "cancel")

    def test_historic_order_is_not_billed(self):
        order = self._create_order(release=False)
        order.write(
            {
                "is_historic": True,
                "completed_on": "2025-05-05 10:00:00",
                "state": "closed",
                "historic_cost": 12.5,
            }
        )
        self.assertEqual(order.billing_state, "not_billable")
        self._assert_posted(order, "other", [12.5])

    def test_reopened_after_closing(self):
        order = self._create_worked_order(2.0)
        self._bill(order)
        order.action_close()
        order.action_reopen()
        self.assertEqual(order.billing_state, "invoiced")

    def test_rest_of_an_invoice_that_was_changed(self):
        """1 h of 2 h is invoiced: the other one is ready, nothing is drafted."""
        order = self._create_worked_order(2.0)
        invoice = self._bill(order, post=False)
        invoice.invoice_line_ids.quantity = 1.0
        self._post(invoice)
        self.assertEqual(order.billing_state, "ready")
        self._bill(order)
        self.assertEqual(order.billing_state, "invoiced")
        self._assert_income({order: 160.0})

    def test_deleted_invoice(self):
        order = self._create_worked_order(2.0)
        self._bill(order, post=False).unlink()
        self.assertEqual(order.billing_state, "ready")

    def test_sales_order_cancelled_after_invoicing(self):
        order = self._create_worked_order(2.0)
        self._bill(order)
        order.sale_order_ids._action_cancel()
        self.assertEqual(order.billing_state, "invoiced")
