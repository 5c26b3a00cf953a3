"""A part that the vendor delivers straight to the site."""

from odoo import Command
from odoo.tests import tagged

from .. import story
from .common import CompanionCommon


@tagged("standard", "post_install", "-at_install")
class TestDropship(CompanionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dropship = cls.env.ref("stock_dropshipping.route_drop_shipping")

    def _sell(self, setting, order, product, quantity=2.0):
        line = {
            "product_id": product.id,
            "product_uom_qty": quantity,
            "price_unit": 30.0,
            "tax_ids": [Command.clear()],
            "service_order_id": order.id,
        }
        sale = setting.env["sale.order"].create(
            {
                "partner_id": setting.customer.id,
                "company_id": setting.company.id,
                "order_line": [Command.create(line)],
            }
        )
        sale.action_confirm()
        return sale

    def test_sold_bought_and_delivered_to_the_site(self):
        """Sold for 2 x 30.00, bought for 2 x 12.00, whatever the valuation."""
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                order = story.create_order(setting, "Dropship")
                motor = self._create_bought(setting, "Motor", 12.0, self.dropship)
                sale = self._sell(setting, order, motor)
                line = self._get_purchase_line(motor).with_company(setting.company)
                share = story.share(order, 100.0)
                self.assertEqual(line.analytic_distribution, share)
                line.order_id.button_confirm()
                self._validate(line.order_id.picking_ids)
                self.assertEqual(sale.order_line.qty_delivered, 2.0)
                bill = self._bill(line.order_id)
                self.assertEqual(bill.invoice_line_ids.analytic_distribution, share)
                self._assert_figures(order, parts=24)
                invoice = sale._create_invoices()
                invoice.invoice_date = story.first_day().date()
                invoice.action_post()
                self.assertNotIn("cogs", invoice.line_ids.mapped("display_type"))
                self._assert_figures(order, revenue=60, parts=24)
                self._check_books()

    def test_each_site_has_its_own_line(self):
        """The same motor for two orders: 12.00 for the one, 24.00 for the other."""
        motor = self._create_bought(self.aurora, "Motor", 12.0, self.dropship)
        orders = [story.create_order(self.aurora, name) for name in ("One", "Two")]
        for quantity, order in enumerate(orders, 1):
            self._sell(self.aurora, order, motor, float(quantity))
        lines = self._get_purchase_line(motor).with_company(self.aurora.company)
        self.assertEqual(
            {line.product_qty: line.analytic_distribution for line in lines},
            {1.0: story.share(orders[0], 100.0), 2.0: story.share(orders[1], 100.0)},
        )
        for purchase in lines.order_id:
            purchase.button_confirm()
            self._validate(purchase.picking_ids)
            self._bill(purchase)
        self._assert_figures(orders[0], parts=12)
        self._assert_figures(orders[1], parts=24)
        self._check_books()

    def test_credited_by_the_vendor(self):
        """24.00 billed and 24.00 credited: nothing is left on the order."""
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                order = story.create_order(setting, "Credited")
                motor = self._create_bought(setting, "Motor", 12.0, self.dropship)
                self._sell(setting, order, motor)
                line = self._get_purchase_line(motor).with_company(setting.company)
                line.order_id.button_confirm()
                self._validate(line.order_id.picking_ids)
                bill = self._bill(line.order_id)
                self._assert_figures(order, parts=24)
                day = story.first_day().date()
                bill._reverse_moves([{"date": day, "invoice_date": day}], cancel=True)
                self._assert_figures(order)
                self._check_books()
