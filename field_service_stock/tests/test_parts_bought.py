from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestPartsBought(FieldServiceStockCommon):
    """4 bought at 10.00, 3 of them used, and the vendor bills 12.00.

    With ``purchase_stock`` through an order and its bill; without it, which the suite
    does not need, the receipt is worth what the bill says.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._create_user("accountant", "account.group_account_invoice")

    def _buy(self, product, quantity, price):
        """Return the receipt of what was ordered."""
        if "purchase.order" not in self.env:
            return self._receive(product, quantity, price)
        order = self.env["purchase.order"].create(
            {
                "partner_id": self._create_partner("Vendor").id,
                "company_id": self.company.id,
                "picking_type_id": self.van.warehouse_id.in_type_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        order.button_confirm()
        move = order.picking_ids.move_ids
        move.picking_id.location_dest_id = self.van
        move.location_dest_id = self.van
        move.quantity = quantity
        move.picked = True
        move.picking_id._action_done()
        return move

    def _bill(self, receipt, price):
        """Enter the vendor's bill, as an accountant without any right on stock."""
        if "purchase.order" not in self.env:
            account = self.company.account_stock_valuation_id
            self._create_entry(
                [
                    (account, receipt.quantity * price, False),
                    (
                        self._get_account("expense"),
                        -receipt.quantity * price,
                        False,
                    ),
                ]
            )
            receipt.value_manual = receipt.quantity * price
            return
        order = receipt.purchase_line_id.order_id
        order.action_create_invoice()
        bill = order.invoice_ids
        bill.invoice_date = fields.Date.today()
        bill.invoice_line_ids.price_unit = price
        self.env.flush_all()
        bill.with_user(self.accountant).action_post()

    def _add_landed_cost(self, receipt, amount):
        """Pay for the freight of a receipt, with ``stock_landed_costs``."""
        service = self.env["product.product"].create(
            {"name": "Freight", "type": "service"}
        )
        cost = self.env["stock.landed.cost"].create(
            {
                "picking_ids": [Command.set(receipt.picking_id.ids)],
                "company_id": self.company.id,
                "account_journal_id": self.company.account_stock_journal_id.id,
                "cost_lines": [
                    Command.create(
                        {
                            "product_id": service.id,
                            "price_unit": amount,
                            "split_method": "by_quantity",
                            "account_id": self._get_account("expense").id,
                        }
                    )
                ],
            }
        )
        cost.button_validate()

    def _get_cost(self, part):
        items = self._get_part_items(part).filtered("service_order_id")
        return round(sum(items.mapped("balance")), 2)

    def test_the_bill_says_what_was_used(self):
        for method, cost in (("average", 36.0), ("fifo", 36.0), ("standard", 30.0)):
            with self.subTest(method=method):
                seal = self._create_part_product(method, None, method)
                seal.standard_price = 10.0
                receipt = self._buy(seal, 4.0, 10.0)
                part = self._create_part(self._create_order(), seal, 3.0)
                part.action_use()
                self.assertEqual(self._get_cost(part), 30.0)
                self._bill(receipt, 12.0)
                self.assertEqual(self._get_cost(part), cost)
                if method == "standard":
                    continue
                if "stock.landed.cost" in self.env:
                    # 2 a piece: 6 on the order, 2 on what is left.
                    self._add_landed_cost(receipt, 8.0)
                    self.assertEqual(self._get_cost(part), 42.0)
                with self.assertRaisesRegex(UserError, "correctly closed"):
                    self.company.action_close_stock_valuation()
