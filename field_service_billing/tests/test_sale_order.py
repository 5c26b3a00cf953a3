from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestSaleOrder(FieldServiceBillingCommon):
    def test_confirmed_with_what_was_delivered(self):
        order = self._create_order()
        self._use_part(order, quantity=2.0)
        self._work(self._create_visit(order), 1.5)
        pickings = order.service_picking_ids
        sale_order = order._create_sale_orders()
        self.assertEqual(sale_order.state, "sale")
        self.assertEqual(sale_order.amount_untaxed, 170.0)
        for line in sale_order.order_line:
            self.assertEqual(line.qty_delivered, line.product_uom_qty)
            self.assertEqual(line.qty_to_invoice, line.product_uom_qty)
            self.assertEqual(line.service_order_id, order)
            self.assertEqual(
                line.analytic_distribution, order._get_analytic_distribution()
            )
        self.assertEqual(sale_order.picking_ids - pickings, self.env["stock.picking"])
        part_line = sale_order.order_line.filtered("move_ids")
        self.assertEqual(part_line.move_ids, order.part_ids.move_ids)
        self.assertEqual(part_line.qty_delivered_method, "work_order")

    def test_no_second_delivery_from_a_quotation(self):
        """Charges on a quotation with a normal line: only that line is delivered."""
        order = self._create_order()
        self._use_part(order, quantity=2.0)
        self._work(self._create_visit(order), 1.0)
        other = self._create_part_product("Spare", lst_price=12.0)
        quotation = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "partner_shipping_id": order.site_id.id,
                "order_line": [
                    (0, 0, {"product_id": other.id, "product_uom_qty": 1.0}),
                    (
                        0,
                        0,
                        {
                            "product_id": self.fixed_product.id,
                            "service_order_id": order.id,
                        },
                    ),
                ],
            }
        )
        self.assertEqual(order._create_sale_orders(), quotation)
        self.assertEqual(quotation.state, "sale")
        new = quotation.picking_ids - order.service_picking_ids
        self.assertEqual(new.move_ids.product_id, other)

    def test_once(self):
        order = self._create_worked_order(2.0)
        sale_order = order._create_sale_orders()
        self.assertEqual(order._create_sale_orders(), sale_order)
        self.assertEqual(len(sale_order.order_line), 1)

    def test_ordered_charge_follows_the_work(self):
        order = self._create_worked_order(2.0)
        line = order._create_sale_orders().order_line
        self._correct_end(order.visit_ids, 1.0)
        self.assertEqual((line.product_uom_qty, line.qty_delivered), (3.0, 3.0))
        order.charge_ids.price_unit = 70.0
        self.assertEqual(line.price_subtotal, 210.0)
        order.coverage = "goodwill"
        self.assertEqual((line.product_uom_qty, line.qty_to_invoice), (0.0, 0.0))

    def test_price_of_the_line_is_the_charge_s(self):
        order = self._create_worked_order(2.0)
        order.charge_ids.price_unit = 70.0
        sale_order = order._create_sale_orders()
        self.labour_product.lst_price = 500.0
        sale_order.action_update_prices()
        sale_order.order_line.with_context(skip_procurement=True).product_uom_qty = 4.0
        self.assertEqual(sale_order.order_line.price_unit, 70.0)

    def test_nothing_to_bill(self):
        order = self._create_worked_order(2.0, coverage="warranty")
        with self.assertRaisesRegex(UserError, "nothing to bill"):
            order.action_create_sale_order()

    def test_missing_product_and_price(self):
        self.company.service_labour_product_id = False
        order = self._create_worked_order(2.0)
        self.assertEqual(order.billing_state, "incomplete")
        self.assertIn("Labour Product", order.billing_issues)
        with self.assertRaisesRegex(UserError, "Labour Product"):
            order.action_create_invoice()
        self.company.service_labour_product_id = self._create_service("Free", 0.0)
        order._process()
        with self.assertRaisesRegex(UserError, "has no price"):
            order.action_create_invoice()
        order.charge_ids.price_unit = 10.0
        self.assertEqual(self._bill(order).amount_total, 20.0)

    def test_cancelled_sale_order_gives_charges_back(self):
        order = self._create_order()
        self._use_part(order, quantity=2.0)
        self._work(self._create_visit(order), 1.0)
        sale_order = order._create_sale_orders()
        self.assertEqual(order.billing_state, "ready")
        sale_order._action_cancel()
        self.assertEqual(order.charge_ids.mapped("state"), ["open", "open"])
        self.assertEqual(order.billing_state, "ready")
        self.assertFalse(order.part_ids.move_ids.sale_line_id)
        self.assertIn("is cancelled", order.message_ids[:1].body)
        # Taken back to draft it does not bill the same work a second time.
        sale_order.action_draft()
        self.assertFalse(sale_order.order_line)
        again = order._create_sale_orders()
        self.assertEqual(again.amount_untaxed, 130.0)

    def test_cancelled_work_order_cancels_its_sale_order(self):
        order = self._create_order(pricing_method="fixed")
        sale_order = order._create_sale_orders()
        order.action_cancel()
        self.assertEqual(sale_order.state, "cancel")
        self.assertEqual(order.billing_state, "not_billable")

    def test_cancelled_work_order_on_a_shared_sale_order(self):
        first = self._create_order(pricing_method="fixed")
        second = self._create_order(pricing_method="fixed")
        orders = first | second
        sale_order = orders._create_sale_orders(grouped=True)
        first.action_cancel()
        self.assertEqual(sale_order.state, "sale")
        self.assertEqual(sale_order.amount_untaxed, 1200.0)
        self.assertIn(first.name, sale_order.message_ids[:1].body)

    def test_deleted_quotation_line_gives_its_charge_back(self):
        order = self._create_worked_order(2.0)
        sale_order = order._create_sale_orders()
        sale_order.with_context(disable_cancel_warning=True).write({"state": "draft"})
        sale_order.order_line.unlink()
        self.assertEqual(order.charge_ids.state, "open")

    def test_locked_sale_order_gets_no_more_lines(self):
        order = self._create_worked_order(2.0)
        first = order._create_sale_orders()
        first.action_lock()
        self._correct_end(order.visit_ids, 1.0)
        self.assertEqual(order.charge_ids.mapped("quantity"), [2.0, 1.0])
        sale_orders = order._create_sale_orders()
        self.assertEqual(len(sale_orders), 2)
        self.assertEqual(sum(sale_orders.mapped("amount_untaxed")), 240.0)

    def test_copied_sale_order_bills_nothing_twice(self):
        sale_order = self._create_worked_order(2.0)._create_sale_orders()
        self.assertFalse(sale_order.copy().order_line)

    def test_grouped_per_customer(self):
        orders = self._create_worked_order(2.0)
        orders |= self._create_order(pricing_method="fixed")
        sale_order = orders._create_sale_orders(grouped=True)
        self.assertEqual(len(sale_order), 1)
        self.assertEqual(sale_order.order_line.service_order_id, orders)

    def test_one_per_order(self):
        orders = self._create_worked_order(2.0)
        orders |= self._create_order(pricing_method="fixed")
        self.assertEqual(len(orders._create_sale_orders()), 2)

    def test_two_companies_at_once(self):
        order_a = self._create_worked_order(2.0)
        order_b = self._create_worked_order(3.0, company_id=self.company_b.id)
        self._bill(order_a | order_b)
        self._assert_income({order_a: 160.0})
        self.assertEqual(order_b.sale_order_ids.company_id, self.company_b)
        self.assertEqual(self._get_income(order_b), 240.0)

    def test_what_a_sales_order_delivers_is_not_used_as_well(self):
        """Its invoice bears the cost; a use on an order would be a second one."""
        sale_order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "order_line": [Command.create({"product_id": self.filter.id})],
            }
        )
        sale_order.action_confirm()
        with self.assertRaisesRegex(UserError, sale_order.name):
            sale_order.picking_ids.service_order_id = self._create_order()
