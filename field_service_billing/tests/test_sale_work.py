from datetime import datetime

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common_sale import SaleWorkCommon


@tagged("post_install", "-at_install")
class TestSaleWork(SaleWorkCommon):
    """A confirmed sales order makes its work orders, which deliver it."""

    # ------------------------------------------------------------------ confirmation
    def test_confirmation_makes_the_work_order(self):
        self.company.partner_id.tz = "UTC"
        sale_order = self._sell(
            (self.flat, 1.0),
            user=self.salesman,
            client_order_ref="PO 77",
            commitment_date=datetime(2026, 3, 5, 15, 30),
        )
        order = self._get_work(sale_order)
        self.assertEqual(len(order), 1)
        self.assertEqual(
            (order.partner_id, order.site_id, order.job_type_id, order.state),
            (self.partner, self.site, self.job_type, "draft"),
        )
        self.assertEqual((order.customer_reference, order.source), ("PO 77", "sale"))
        self.assertEqual(order.requested_start, datetime(2026, 3, 5, 0, 0))
        self.assertEqual(order.requested_stop, datetime(2026, 3, 5, 23, 59, 59))
        self.assertEqual(order.sale_order_ids, sale_order.sudo())
        self.assertEqual(order.quoted_amount, 500.0)
        self.assertEqual(order.coverage_rule, "job_type")

    def test_confirmed_once_more(self):
        sale_order = self._sell((self.flat, 1.0))
        order = self._get_work(sale_order)
        sale_order._serve_lines()
        self.assertEqual(self._get_work(sale_order), order)
        sale_order._action_cancel()
        self.assertEqual(order.state, "cancelled")
        sale_order.action_draft()
        sale_order.action_confirm()
        self.assertEqual(self._get_work(sale_order), order)
        self.assertEqual((order.state, order.quoted_amount), ("draft", 500.0))

    def test_one_per_line_order_and_unit(self):
        self.flat.service_scope = "line"
        two = self._sell((self.flat, 1.0), (self.flat, 2.0))
        self.assertEqual(len(self._get_work(two)), 2)
        self.flat.service_scope = self.hours.service_scope = "order"
        one = self._sell((self.flat, 1.0), (self.hours, 3.0))
        order = self._get_work(one)
        self.assertEqual((len(order), order.planned_hours), (1, 3.0))
        self.assertEqual(order.quoted_amount, 770.0)
        self.flat.service_scope = "unit"
        units = self._sell((self.flat, 3.0, {"price_unit": 450.0, "discount": 10.0}))
        self.assertEqual(len(self._get_work(units)), 3)
        self.assertEqual(units.order_line.mapped("product_uom_qty"), [1.0] * 3)
        self.assertEqual(units.amount_untaxed, 1215.0)

    def test_units_must_be_whole(self):
        self.flat.service_scope = "unit"
        sale_order = self._sell((self.flat, 2.5), confirm=False)
        with self.assertRaisesRegex(UserError, "2.5 is no whole number"):
            sale_order.action_confirm()
        sale_order.order_line.product_uom_qty = 5000.0
        with self.assertRaisesRegex(UserError, "200 at most"):
            sale_order.action_confirm()
        self.assertEqual(sale_order.state, "draft")

    def test_line_added_to_a_confirmed_sales_order(self):
        sale_order = self._sell((self.flat, 1.0))
        line = self.env["sale.order.line"].create(
            {"order_id": sale_order.id, "product_id": self.hours.id}
        )
        self.assertEqual(line.service_order_id.state, "draft")
        self.assertEqual(len(self._get_work(sale_order)), 2)

    def test_two_companies(self):
        """Each sales order makes the work order of its own company."""
        sale_order = self._sell((self.flat, 1.0))
        other = self._sell((self.flat, 1.0), company_id=self.company_b.id)
        self.assertEqual(self._get_work(sale_order).company_id, self.company)
        order = self._get_work(other)
        self.assertEqual(order.company_id, self.company_b)
        self.assertEqual(order.currency_id.name, "EUR")
        self.assertFalse(
            self.env["field.service.order"]
            .with_user(self.dispatcher)
            .search([("id", "=", order.id)])
        )

    # --------------------------------------------------------------------- delivery
    def test_flat_price_is_delivered_when_finished(self):
        """500.00 for the whole, whatever it took: 3 h and 2 filters."""
        sale_order = self._sell((self.flat, 1.0))
        line = sale_order.order_line
        order = self._get_work(sale_order)
        order.action_release()
        self.assertEqual((line.qty_delivered, line.qty_to_invoice), (0.0, 0.0))
        self._use_part(order)
        self._do(order, 3.0)
        self.assertEqual((order.state, order.billing_state), ("done", "ready"))
        self.assertEqual((line.qty_delivered, line.qty_to_invoice), (1.0, 1.0))
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_untaxed, 500.0)
        self.assertEqual(order.billing_state, "invoiced")
        self._assert_income({order: 500.0})
        self._assert_no_cogs(invoice)
        self._assert_one_order(invoice)

    def test_hours_are_delivered_as_worked(self):
        """4 h sold at 90.00, 5 h worked: 450.00, and nothing beside it."""
        sale_order = self._sell((self.hours, 4.0))
        order = self._get_work(sale_order)
        self.assertEqual((order.planned_hours, order.quoted_amount), (4.0, 360.0))
        self._do(order, 5.0)
        line = sale_order.order_line
        self.assertEqual((line.product_uom_qty, line.qty_delivered), (4.0, 5.0))
        self.assertEqual(
            self._get_charge_figures(order), [("labour", 5.0, 5.0, 90.0, "ordered")]
        )
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_untaxed, 450.0)
        self.assertEqual(order.sale_order_ids, sale_order)
        self._assert_income({order: 450.0})

    def test_hours_invoiced_on_order_are_those_worked(self):
        self.hours.invoice_policy = "order"
        sale_order = self._sell((self.hours, 4.0))
        self.assertEqual(sale_order.order_line.qty_to_invoice, 0.0)
        self._do(self._get_work(sale_order), 3.0)
        self.assertEqual(self._invoice(sale_order).amount_untaxed, 270.0)

    def test_correction_after_the_invoice(self):
        """5 h invoiced, 1 h less was worked: 90.00 go back."""
        sale_order = self._sell((self.hours, 4.0))
        order = self._get_work(sale_order)
        visit = self._do(order, 5.0)
        self._bill(order)
        self._correct_end(visit, -1.0)
        self.assertEqual(order.charge_ids.mapped("worked_qty"), [5.0, -1.0])
        self.assertEqual(order.charge_ids.mapped("state"), ["invoiced", "ordered"])
        self.assertEqual(sale_order.order_line.qty_to_invoice, -1.0)
        self._bill(order)
        self._assert_income({order: 360.0})

    def test_credit_note_bills_nothing_twice(self):
        sale_order = self._sell((self.flat, 1.0))
        order = self._get_work(sale_order)
        self._do(order)
        invoice = self._bill(order)
        self._credit(invoice)
        self._assert_income({order: 0.0})
        self.assertEqual(sale_order.order_line.qty_to_invoice, 1.0)
        self._bill(order)
        self._assert_income({order: 500.0})

    def test_work_that_was_not_sold_is_charged(self):
        """Hours were sold: a filter comes on top, at 25.00 each."""
        sale_order = self._sell((self.hours, 2.0))
        order = self._get_work(sale_order)
        order.action_release()
        self._use_part(order, quantity=2.0)
        self._do(order, 2.0)
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_untaxed, 230.0)

    def test_parts_of_the_sales_order_go_with_the_technician(self):
        """3 filters at 25.00 sold, 2 used: 50.00; no transfer and no cost twice."""
        self.flat.service_takes_parts = True
        sale_order = self._sell((self.flat, 1.0), (self.filter, 3.0))
        order = self._get_work(sale_order)
        part = order.part_ids
        self.assertEqual((part.product_id, part.quantity), (self.filter, 3.0))
        self.assertEqual((part.source, part.quoted_qty), ("sale", 3.0))
        self.assertFalse(sale_order.picking_ids)
        self._receive(self.filter, 3.0, 10.0, self.van.warehouse_id.lot_stock_id)
        order.action_release()
        part.action_use(2.0)
        part.action_release()
        self._do(order)
        goods = sale_order.order_line.filtered("service_part_ids")
        self.assertEqual((goods.qty_delivered, goods.qty_to_invoice), (2.0, 2.0))
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_untaxed, 550.0)
        self._assert_no_cogs(invoice)
        self._assert_posted(part.move_ids.filtered("is_out"), "parts", [20.0])
        self.assertFalse(sale_order.picking_ids - order.service_picking_ids)

    def test_part_of_the_kit_is_planned_once(self):
        self.filter.company_id = False
        self.job_type.part_ids = [
            (0, 0, {"product_id": self.filter.id, "quantity": 1.0, "probability": 0.5})
        ]
        self.flat.service_takes_parts = True
        sale_order = self._sell((self.flat, 1.0), (self.filter, 3.0))
        part = self._get_work(sale_order).part_ids
        self.assertEqual((len(part), part.quantity, part.probability), (1, 3.0, 1.0))

    def test_goods_without_the_option_are_delivered(self):
        sale_order = self._sell((self.flat, 1.0), (self.filter, 3.0))
        self.assertFalse(self._get_work(sale_order).part_ids)
        self.assertEqual(sale_order.picking_ids.move_ids.product_qty, 3.0)

    # ----------------------------------------------------------------- several of each
    def test_several_orders_on_one_sales_order(self):
        """Each gets its own invoice line; the credit reduces the same order."""
        sale_order = self._sell((self.flat, 1.0), (self.hours, 2.0))
        first, second = self._get_work(sale_order)
        self._do(first, 1.0)
        self._do(second, 2.0, start=datetime(2026, 3, 3, 8, 0))
        invoice = self._bill(first | second)
        self.assertEqual(invoice.amount_untaxed, 680.0)
        self._assert_one_order(invoice)
        self._assert_income({first: 500.0, second: 180.0})
        self._credit(invoice)
        self._assert_income({first: 0.0, second: 0.0})

    def test_several_sales_orders_on_one_order(self):
        sale_order = self._sell((self.flat, 1.0))
        order = self._get_work(sale_order)
        other = self._sell(
            (
                self.fixed_product,
                1.0,
                {"service_order_id": order.id, "service_basis": "finished"},
            )
        )
        self.assertEqual(self._get_work(other), order)
        self.assertEqual(order.quoted_amount, 1700.0)
        self._do(order)
        invoices = self._bill(order)
        self.assertEqual(sum(invoices.mapped("amount_untaxed")), 1700.0)
        self._assert_income({order: 1700.0})

    def test_not_delivered_is_not_invoiced(self):
        """Hours were sold and none was worked: nothing waits to be billed."""
        sale_order = self._sell((self.flat, 1.0), (self.hours, 2.0))
        self.assertFalse(
            sale_order.order_line.filtered(lambda line: line.qty_to_invoice)
        )

    def test_goodwill_is_not_billed(self):
        sale_order = self._sell((self.hours, 4.0))
        order = self._get_work(sale_order)
        order.coverage = "goodwill"
        self._do(order, 4.0)
        self.assertEqual(sale_order.order_line.qty_to_invoice, 0.0)
        self.assertEqual(order.billing_state, "not_billable")

    def test_foreign_currency(self):
        """500.00 EUR at 0.8 a dollar are 625.00 on the order."""
        euro = self.env.ref("base.EUR")
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "currency_id": euro.id,
                "company_id": self.company.id,
                "rate": 0.8,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        sale_order = self._sell(
            (self.flat, 1.0, {"price_unit": 500.0}), pricelist_id=pricelist.id
        )
        order = self._get_work(sale_order)
        self.assertEqual(order.billing_currency_id, euro)
        self.assertEqual((order.quoted_amount, order.charge_amount), (625.0, 500.0))
        self._do(order)
        self.assertEqual(self._bill(order).amount_untaxed, 500.0)
        self._assert_income({order: 625.0})

    def test_price_with_tax_included(self):
        """119.00 with 19 % in it: 100.00 on the order."""
        tax = self._create_included_tax()
        self.flat.write({"lst_price": 119.0, "taxes_id": tax.ids})
        sale_order = self._sell((self.flat, 1.0))
        order = self._get_work(sale_order)
        self.assertEqual((sale_order.amount_total, order.quoted_amount), (119.0, 100.0))
        self._do(order)
        self.assertEqual(self._bill(order).amount_total, 119.0)
        self._assert_income({order: 100.0})

    # ----------------------------------------------------------------- cancellation
    def test_cancelled_sale_cancels_work_nobody_began(self):
        sale_order = self._sell((self.flat, 1.0), user=self.salesman)
        order = self._get_work(sale_order)
        order.action_release()
        visit = self._create_visit(order)
        sale_order.with_user(self.salesman).action_cancel()
        self.assertEqual((order.state, visit.state), ("cancelled", "cancelled"))
        self.assertEqual(order.quoted_amount, 0.0)
        self.assertFalse(order.charge_ids)

    def test_cancelled_sale_of_begun_work_asks(self):
        sale_order = self._sell((self.hours, 4.0))
        order = self._get_work(sale_order)
        visit = self._do(order, 1.0)
        self.assertEqual(visit.state, "completed")
        sale_order._action_cancel()
        self.assertEqual(order.state, "done")
        self.assertIn("cancelled", order.activity_ids.summary)
        # The hour can be billed on its own, at the price of the company.
        self.assertEqual(
            self._get_charge_figures(order), [("labour", 1.0, 1.0, 80.0, "open")]
        )
        self.assertEqual(self._bill(order).amount_untaxed, 80.0)

    def test_cancelled_work_is_not_sold_any_more(self):
        sale_order = self._sell((self.flat, 1.0), (self.hours, 2.0))
        first, second = self._get_work(sale_order)
        first.with_user(self.dispatcher).action_cancel()
        self.assertEqual(sale_order.order_line.mapped("product_uom_qty"), [0.0, 2.0])
        self.assertEqual(sale_order.state, "sale")
        self.assertIn("not sold any more", sale_order.message_ids[1].body)
        first.with_user(self.dispatcher).action_draft()
        self.assertEqual(sale_order.order_line.mapped("product_uom_qty"), [1.0, 2.0])
        self._do(first)
        self.assertEqual(self._bill(first).amount_untaxed, 500.0)
        second.with_user(self.dispatcher).action_cancel()
        self.assertEqual(second.state, "cancelled")

    def test_cancelled_work_cancels_its_only_sale(self):
        sale_order = self._sell((self.flat, 1.0))
        order = self._get_work(sale_order)
        order.action_cancel()
        self.assertEqual(sale_order.state, "cancel")
        order.action_draft()
        self.assertIn("is still cancelled", order.message_ids[:1].body)
        sale_order.action_draft()
        sale_order.action_confirm()
        self.assertEqual(self._get_work(sale_order), order)
        self._do(order)
        self.assertEqual(self._bill(order).amount_untaxed, 500.0)

    def test_invoiced_in_advance_is_not_cancelled(self):
        self.flat.invoice_policy = "order"
        sale_order = self._sell((self.flat, 1.0))
        self._invoice(sale_order)
        order = self._get_work(sale_order)
        with self.assertRaisesRegex(ValidationError, "credit the invoice first"):
            order.action_cancel()
        self.assertEqual(sale_order.state, "sale")

    def test_locked_sales_order(self):
        """The work goes on; what it cannot change it asks for."""
        sale_order = self._sell((self.hours, 4.0))
        sale_order.user_id = self.salesman
        sale_order.action_lock()
        order = self._get_work(sale_order)
        visit = self._do(order, 4.0)
        self._correct_end(visit, 1.0)
        self.assertEqual(sale_order.order_line.qty_to_invoice, 5.0)
        self.assertEqual(self._bill(order).amount_untaxed, 450.0)

    def test_cancelled_work_on_a_locked_sales_order(self):
        sale_order = self._sell((self.flat, 1.0))
        sale_order.user_id = self.salesman
        sale_order.action_lock()
        self._get_work(sale_order).action_cancel()
        self.assertEqual(sale_order.activity_ids.user_id, self.salesman)
        self.assertEqual(sale_order.order_line.qty_to_invoice, 0.0)

    def test_quotation_is_not_confirmed_by_the_work(self):
        """Offered, not accepted, done all the same: only the work is billed."""
        order = self._create_order()
        quotation = self._sell(
            (
                self.hours,
                4.0,
                {"service_order_id": order.id, "service_basis": "labour"},
            ),
            confirm=False,
        )
        self._do(order, 2.0)
        self.assertEqual(order.billing_state, "ready")
        self.assertEqual(self._bill(order).amount_untaxed, 160.0)
        self.assertEqual(quotation.state, "draft")

    def test_copied_sales_order_makes_work_of_its_own(self):
        sale_order = self._sell((self.flat, 1.0))
        copy = sale_order.copy()
        self.assertFalse(self._get_work(copy))
        copy.action_confirm()
        self.assertNotEqual(self._get_work(copy), self._get_work(sale_order))
