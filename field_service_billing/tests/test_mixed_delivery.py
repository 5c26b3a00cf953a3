from odoo import Command
from odoo.tests import tagged

from .common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestMixedDelivery(FieldServiceBillingCommon):
    """A sold line of which a work order used some, and transfers brought the rest."""

    def _sell(self, quantity, **values):
        """Return the line of a confirmed sales order."""
        self.filter.invoice_policy = "order"
        sale_order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.filter.id,
                            "product_uom_qty": quantity,
                            "price_unit": 50.0,
                            **values,
                        }
                    )
                ],
            }
        )
        sale_order.action_confirm()
        return sale_order.order_line

    def _deliver(self, line, quantity):
        """Bring some of it with an ordinary transfer; the rest is not brought so."""
        self._receive(self.filter, quantity, 10.0, self.van.warehouse_id.lot_stock_id)
        move = line.move_ids.filtered(lambda move: not move.service_order_id)
        move.quantity = quantity
        move.picked = True
        move.picking_id._action_done()
        move.picking_id.backorder_ids.action_cancel()

    def _use_for(self, line, quantity):
        """Use some of it on a work order."""
        part = self._use_part(self._create_order(), self.filter, quantity)
        part.move_ids.filtered("is_out").sale_line_id = line
        return part

    def _get_cogs(self, *documents):
        items = (
            self.env["account.move"]
            .union(*documents)
            .line_ids.filtered(
                lambda item: item.display_type == "cogs"
                and item.account_id.account_type.startswith("expense")
            )
        )
        return sum(items.mapped("balance"))

    def test_each_piece_costs_once(self):
        """5 sold: 3 delivered cost 30 when invoiced, 2 used cost 20 when used."""
        line = self._sell(5.0)
        self._deliver(line, 3.0)
        part = self._use_for(line, 2.0)
        invoice = self._post(line.order_id._create_invoices())
        self.assertEqual(self._get_cogs(invoice), 30.0)
        cost = self._get_part_items(part).filtered("service_order_id")
        self.assertEqual(sum(cost.mapped("balance")), 20.0)
        credit = self._post(invoice._reverse_moves())
        self.assertEqual(self._get_cogs(invoice, credit), 0.0)

    def test_delivered_goods_are_invoiced_first(self):
        line = self._sell(5.0)
        self._deliver(line, 3.0)
        self._use_for(line, 2.0)
        first = line.order_id._create_invoices()
        first.invoice_line_ids.quantity = 2.0
        self._post(first)
        self.assertEqual(self._get_cogs(first), 20.0)
        second = self._post(line.order_id._create_invoices())
        self.assertEqual(self._get_cogs(first, second), 30.0)

    def test_invoiced_before_anything_is_delivered(self):
        line = self._sell(5.0)
        self._use_for(line, 5.0)
        line.move_ids.filtered(lambda move: not move.service_order_id)._action_cancel()
        invoice = self._post(line.order_id._create_invoices())
        self._assert_no_cogs(invoice)
