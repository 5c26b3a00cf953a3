from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestInvoicing(FieldServiceBillingCommon):
    def test_time_and_material(self):
        """2.0 h x 80 + 0.5 h x 50 + 2 x 25 = 235.00; COGS never doubles the part."""
        order = self._create_order()
        part = self._use_part(order, quantity=2.0)
        self._work(self._create_visit(order), 2.0, travel=0.5)
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 235.0)
        self._assert_one_order(invoice)
        self._assert_income({order: 235.0})
        self._assert_no_cogs(invoice)
        # The two filters at 10.00 were posted when they were used, once.
        cost = self._get_part_items(part).filtered("service_order_id")
        self.assertEqual(cost.mapped("balance"), [20.0])

    def test_unfinished_work_is_not_invoiced(self):
        order = self._create_order(pricing_method="fixed")
        order._create_sale_orders()
        with self.assertRaisesRegex(UserError, "not finished"):
            order.action_create_invoice()
        # Nor by the sales order itself: nothing is delivered yet.
        self.assertEqual(order.sale_line_ids.qty_to_invoice, 0.0)
        self._work(self._create_visit(order), 1.0)
        self.assertEqual(order.sale_line_ids.qty_to_invoice, 1.0)

    def test_two_orders_on_one_sale_order(self):
        """Each order gets exactly its own invoice lines (peers 16 and 17)."""
        first = self._create_worked_order(2.0)
        second = self._create_worked_order(3.0, start=MONDAY + timedelta(hours=4))
        orders = first | second
        orders._create_sale_orders(grouped=True)
        invoice = self._bill(orders)
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.amount_total, 400.0)
        self._assert_one_order(invoice)
        self._assert_income({first: 160.0, second: 240.0})
        self.assertEqual(first.invoice_ids, invoice)
        self.assertEqual(invoice.service_order_ids, orders)

    def test_order_without_work_has_no_revenue(self):
        """A new order next to an invoiced one shows nothing (peer 16)."""
        first = self._create_worked_order(2.0)
        second = self._create_order()
        self._bill(first)
        self._assert_income({first: 160.0, second: 0.0})
        self.assertFalse(second.invoice_ids)

    def test_several_orders_on_one_invoice(self):
        first = self._create_worked_order(2.0)
        second = self._create_worked_order(1.0, start=MONDAY + timedelta(hours=4))
        invoice = self._bill(first | second)
        self.assertEqual(len(invoice), 1)
        self._assert_income({first: 160.0, second: 80.0})

    def _create_euro_pricelist(self, rate):
        """An hour costs 80.00 EUR; ``rate`` EUR are one USD."""
        euro = self.env.ref("base.EUR")
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": rate,
            }
        )
        item = {
            "applied_on": "0_product_variant",
            "product_id": self.labour_product.id,
            "compute_price": "fixed",
            "fixed_price": 80.0,
        }
        return self.env["product.pricelist"].create(
            {
                "name": "Euro",
                "currency_id": euro.id,
                "item_ids": [Command.create(item)],
            }
        )

    def test_foreign_currency(self):
        """160.00 EUR at 0.8 EUR per USD are 200.00 USD on the order."""
        pricelist = self._create_euro_pricelist(0.8)
        euro = pricelist.currency_id
        order = self._create_order(pricelist_id=pricelist.id)
        self._work(self._create_visit(order), 2.0)
        self.assertEqual(order.charge_ids.currency_id, euro)
        invoice = self._bill(order)
        self.assertEqual((invoice.currency_id, invoice.amount_total), (euro, 160.0))
        self._assert_income({order: 200.0})

    def test_sales_tax_stays_off_the_order(self):
        """The chart's 15 % go to a liability."""
        self.labour_product.taxes_id = self.company.account_sale_tax_id
        order = self._create_worked_order(2.0)
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 184.0)
        self._assert_income({order: 160.0})

    def _pay_down(self, sale_order, percent):
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_ids=sale_order.ids, active_id=sale_order.id)
            .create({"advance_payment_method": "percentage", "amount": percent})
        )
        return wizard._create_invoices(sale_order)

    def test_down_payment(self):
        """25 % of 1200.00 now, the rest later: 1200.00 in all."""
        order = self._create_order(pricing_method="fixed")
        sale_order = order._create_sale_orders()
        down = self._post(self._pay_down(sale_order, 25.0))
        self.assertEqual(down.amount_total, 300.0)
        self._assert_one_order(down)
        self._assert_income({order: 300.0})
        self.assertEqual(order.billing_state, "incomplete")
        self._work(self._create_visit(order), 1.0)
        final = self._bill(order)
        self.assertEqual(final.amount_total, 900.0)
        self._assert_one_order(final)
        self._assert_income({order: 1200.0})
        self.assertEqual(order.billing_state, "invoiced")

    def test_down_payment_on_two_orders(self):
        """Each order has its own down payment line, no shares."""
        first = self._create_order(pricing_method="fixed")
        second = self._create_order(pricing_method="fixed", fixed_price=800.0)
        orders = first | second
        sale_order = orders._create_sale_orders(grouped=True)
        down = self._post(self._pay_down(sale_order, 10.0))
        self._assert_one_order(down)
        self._assert_income({first: 120.0, second: 80.0})
        for number, order in enumerate(orders):
            start = MONDAY + timedelta(hours=4 * number)
            self._work(self._create_visit(order, start=start), 1.0)
        final = self._bill(orders)
        self._assert_one_order(final)
        self._assert_income({first: 1200.0, second: 800.0})

    def _discount(self, sale_order, **values):
        self.env["sale.order.discount"].create(
            {"sale_order_id": sale_order.id, **values}
        ).action_apply_discount()

    def test_global_discount(self):
        """10 % off two orders: 16.00 and 24.00 where they belong."""
        first = self._create_worked_order(2.0)
        second = self._create_worked_order(3.0, start=MONDAY + timedelta(hours=4))
        orders = first | second
        sale_order = orders._create_sale_orders(grouped=True)
        self._discount(sale_order, discount_type="so_discount", discount_percentage=0.1)
        invoice = self._bill(orders)
        self.assertEqual(invoice.amount_total, 360.0)
        self._assert_one_order(invoice)
        self._assert_income({first: 144.0, second: 216.0})
        self.assertEqual(first.billing_state, "invoiced")

    def test_fixed_amount_discount(self):
        order = self._create_worked_order(2.0)
        sale_order = order._create_sale_orders()
        self._discount(sale_order, discount_type="amount", discount_amount=30.0)
        invoice = self._bill(order)
        self._assert_one_order(invoice)
        self._assert_income({order: 130.0})

    def test_normal_line_next_to_ours(self):
        """A line of no work order stays off the orders, also in a discount."""
        order = self._create_worked_order(2.0)
        sale_order = order._create_sale_orders()
        self.env["sale.order.line"].create(
            {
                "order_id": sale_order.id,
                "product_id": self.fixed_product.id,
                "product_uom_qty": 1.0,
                "qty_delivered": 1.0,
            }
        )
        self._discount(sale_order, discount_type="so_discount", discount_percentage=0.1)
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 1224.0)
        self._assert_income({order: 144.0})

    def _create_bill(self, amount, distribution):
        line = {
            "name": "Crane",
            "price_unit": amount,
            "account_id": self._get_account("expense").id,
            "analytic_distribution": distribution,
            "tax_ids": [Command.clear()],
        }
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.partner.id,
                "invoice_date": "2026-03-05",
                "invoice_line_ids": [Command.create(line)],
            }
        )
        bill.action_post()
        return bill

    def test_subcontractor_on_a_fixed_price_order(self):
        """1200.00 fixed, 300.00 of a bill shared 60/40: core documents are enough."""
        order = self._create_order(pricing_method="fixed")
        other = self._create_order()
        shares = {
            str(order._get_analytic_account().id): 60.0,
            str(other._get_analytic_account().id): 40.0,
        }
        bill = self._create_bill(500.0, shares)
        self._work(self._create_visit(order), 1.0)
        self._bill(order)
        self._assert_income({order: 1200.0, other: 0.0})
        self.assertEqual(bill.service_order_ids, order | other)
        column = order._get_plan_column()
        costs = self.env["account.analytic.line"].search(
            [("move_line_id", "in", bill.line_ids.ids)]
        )
        self.assertEqual(
            {line[column]: line.amount for line in costs},
            {order.analytic_account_id: -300.0, other.analytic_account_id: -200.0},
        )
