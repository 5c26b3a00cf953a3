from datetime import date

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestPartsValuation(FieldServiceStockCommon):
    """What is learned after the use is on the order, as if it had been known."""

    def _use(self, product, quantity, **values):
        order = self._create_order(company_id=(product.company_id or self.company).id)
        part = self._create_part(order, product, quantity, **values)
        part.action_use()
        return part

    def _get_costs(self, *parts):
        """Return what is posted on the order of each part."""
        return [
            round(
                sum(
                    self._get_part_items(part)
                    .filtered(lambda i, o=part.order_id: i.service_order_id == o)
                    .mapped("balance")
                ),
                2,
            )
            for part in parts
        ]

    @mute_logger("odoo.models.unlink")
    def _assert_closed(self, *receipts):
        """Enter the bills of the receipts: the closing then finds nothing."""
        company = receipts[0].company_id
        account = company.account_stock_valuation_id
        lines = [
            Command.create({"account_id": account.id, "balance": move.value})
            for move in receipts
        ]
        lines.append(
            Command.create(
                {
                    "account_id": self._get_account("expense").id,
                    "balance": -sum(move.value for move in receipts),
                }
            )
        )
        self.env["account.move"].create(
            {"company_id": company.id, "line_ids": lines}
        ).action_post()
        with self.assertRaisesRegex(UserError, "correctly closed"):
            company.with_company(company).action_close_stock_valuation()

    # -------------------------------------------------------------- known later
    def test_used_before_it_came(self):
        """3 used; 1 comes at 14, so the others cost 14 too; then 5 come at 16."""
        for method in ("average", "fifo"):
            for company in (self.company, self.company_b):
                with self.subTest(method=method, company=company.name):
                    seal = self._create_part_product(method, company, method)
                    part = self._use(seal, 3.0)
                    self.assertEqual(self._get_costs(part), [0.0])
                    self._receive(seal, 1.0, 14.0)
                    self.assertEqual(self._get_costs(part), [42.0])
                    self._receive(seal, 5.0, 16.0)
                    self.assertEqual(self._get_costs(part), [46.0])
                    self.assertEqual(part.move_ids.value, 46.0)

    def test_standard_cost_follows_no_receipt(self):
        seal = self._create_part_product("Seal", None, "standard", standard_price=10.0)
        part = self._use(seal, 3.0)
        self._receive(seal, 5.0, 14.0)
        self.assertEqual(self._get_costs(part), [30.0])

    def test_closing_finds_nothing_of_what_came_later(self):
        for method in ("average", "fifo"):
            with self.subTest(method=method):
                seal = self._create_part_product(method, None, method)
                self._use(seal, 3.0)
                first = self._receive(seal, 2.0, 14.0)
                second = self._receive(seal, 4.0, 16.5)
                self._assert_closed(first, second)

    def test_a_receipt_that_turns_out_dearer(self):
        """3 of 4 are used, one of those came back: 2 more each, but on stock."""
        for method in ("average", "fifo"):
            with self.subTest(method=method):
                seal = self._create_part_product(method, None, method)
                receipt = self._receive(seal, 4.0, 10.0)
                part = self._use(seal, 3.0)
                part.action_return(1.0)
                receipt.value_manual = 48.0
                self.assertEqual(self._get_costs(part), [24.0])
                self._assert_closed(receipt)

    def test_a_cost_entered_for_what_is_missing(self):
        """Nobody knew the price; somebody says it before anything comes."""
        for method in ("average", "standard"):
            with self.subTest(method=method):
                seal = self._create_part_product(method, None, method)
                part = self._use(seal, 3.0)
                seal.standard_price = 7.0
                self.assertEqual(self._get_costs(part), [21.0])
                seal.standard_price = 8.0
                self.assertEqual(self._get_costs(part), [24.0])

    def test_what_is_extra_comes_from_the_contra_account(self):
        """Of 8 landed cost on 4 pieces core puts what is left, a fourth, in stock."""
        seal = self._create_part_product("Seal", None, "fifo")
        receipt = self._receive(seal, 4.0, 10.0)
        part = self._use(seal, 3.0)
        extra = {"value": 8.0, "quantity": 0.0, "description": "Freight"}
        self.patch(
            type(self.env["stock.move"]),
            "_get_value_from_extra",
            lambda move, quantity, at_date=None: dict(
                extra, value=8.0 if move == receipt else 0.0
            ),
        )
        self.env["product.value"].search([("move_id", "=", receipt.id)]).unlink()
        self.patch(
            type(self.env["stock.move"]),
            "_get_value_from_quotation",
            lambda move, quantity, at_date=None: dict(
                extra, value=40.0, quantity=quantity
            ),
        )
        receipt._set_value()
        self.assertEqual(receipt.value, 48.0)
        contra = self.company.service_parts_contra_account_id
        self._assert_items(
            self._get_part_items(part)[-2:],
            [
                (self.company.service_parts_account_id, 6.0, part.order_id),
                (contra, -6.0, None),
            ],
        )
        receipt._set_value()
        self.assertEqual(self._get_costs(part), [36.0])

    # -------------------------------------------------------------- the day of it
    def _use_in_january(self):
        """Return a receipt of 4 at 10, and a part of which 3 were used."""
        seal = self._create_part_product("Seal", None, "fifo")
        receipt = self._receive(seal, 4.0, 10.0)
        self._receive_on(receipt, "2026-01-10 08:00:00")
        part = self._create_part(self._create_order(), seal, 3.0)
        part.with_context(force_period_date=date(2026, 1, 16)).action_use()
        part.move_ids.date = "2026-01-16 08:00:00"
        return receipt, part

    def _get_days(self, part):
        items = self._get_part_items(part).filtered("service_order_id")
        return list(zip(items.mapped("date"), items.mapped("balance"), strict=True))

    def test_posted_on_the_day_it_is_known(self):
        receipt, part = self._use_in_january()
        self._receive_value(receipt, 48.0, "2026-02-03 08:00:00")
        self._receive_value(receipt, 44.0, "2026-02-05 08:00:00")
        self.assertEqual(
            self._get_days(part),
            [
                (date(2026, 1, 16), 30.0),
                (date(2026, 2, 3), 6.0),
                (date(2026, 2, 5), -3.0),
            ],
        )

    def test_posted_today_when_that_day_is_locked(self):
        receipt, part = self._use_in_january()
        self.company.fiscalyear_lock_date = "2026-02-28"
        self._receive_value(receipt, 48.0, "2026-02-03 08:00:00")
        self._receive_value(receipt, 44.0, "2026-02-05 08:00:00")
        today = fields.Date.context_today(part)
        self.assertEqual(self._get_days(part)[1:], [(today, 6.0), (today, -3.0)])

    def _receive_on(self, receipt, moment):
        receipt.date = moment
        values = self.env["product.value"].search([("move_id", "=", receipt.id)])
        values.date = moment

    def _receive_value(self, receipt, value, moment):
        """Say on a day what a receipt is worth."""
        self.env["product.value"].create(
            {
                "move_id": receipt.id,
                "value": value,
                "date": moment,
                "company_id": receipt.company_id.id,
            }
        )

    # ---------------------------------------------------------------- corrections
    def test_a_correction_leaves_what_the_right_quantity_would_have(self):
        """4 at 10 and 4 at 14: the second order took one of the first, after all."""
        seal = self._create_part_product("Seal", None, "fifo")
        receipts = self._receive(seal, 4.0, 10.0), self._receive(seal, 4.0, 14.0)
        first, second = self._use(seal, 4.0), self._use(seal, 4.0)
        self.assertEqual(self._get_costs(first, second), [40.0, 56.0])
        first.move_ids.quantity = 3.0
        self.assertEqual(self._get_costs(first, second), [30.0, 52.0])
        first.move_ids.quantity = 0.0
        self.assertEqual(self._get_costs(first, second), [0.0, 40.0])
        first.move_ids.quantity = 2.0
        self.assertEqual(self._get_costs(first, second), [20.0, 48.0])
        self._assert_closed(*receipts)

    def test_a_receipt_that_was_counted_wrong(self):
        """3 came for the money, not 4."""
        for method in ("average", "fifo"):
            with self.subTest(method=method):
                seal = self._create_part_product(method, None, method)
                receipt = self._receive(seal, 4.0, 12.0)
                part = self._use(seal, 2.0)
                receipt.quantity = 3.0
                self.assertEqual(receipt.value, 48.0)
                self.assertEqual(self._get_costs(part), [32.0])
                self._assert_closed(receipt)

    def test_the_average_of_later_uses_follows(self):
        """2 left of 4 at 10 and 2 at 16 make 13; 1 left of them makes 14."""
        seal = self._create_part_product("Seal")
        receipts = [self._receive(seal, 4.0, 10.0)]
        first = self._use(seal, 2.0)
        receipts.append(self._receive(seal, 2.0, 16.0))
        second = self._use(seal, 2.0)
        self.assertEqual(self._get_costs(first, second), [20.0, 26.0])
        first.move_ids.quantity = 3.0
        self.assertEqual(self._get_costs(first, second), [30.0, 28.0])
        self._assert_closed(*receipts)

    def test_lines_of_a_done_transfer(self):
        """Edited line by line, and with a line more: the cost is that of all."""
        seal = self._create_part_product("Seal", None, "fifo")
        hose = self._create_part_product("Hose", None, "fifo")
        receipts = [self._receive(seal, 4.0, 10.0), self._receive(hose, 2.0, 5.0)]
        part = self._use(seal, 2.0)
        line = part.move_ids.move_line_ids
        line.quantity = 3.0
        self.assertEqual(self._get_costs(part), [30.0])
        part.move_ids.picking_id.is_locked = False
        values = line.copy_data({"quantity": 1.0, "picked": True})[0]
        self.env["stock.move.line"].create(dict(values, move_id=part.move_ids.id))
        self.assertEqual(self._get_costs(part), [40.0])
        self.env["stock.move.line"].create(
            {
                "picking_id": part.move_ids.picking_id.id,
                "product_id": hose.id,
                "product_uom_id": hose.uom_id.id,
                "quantity": 2.0,
                "picked": True,
                "location_id": line.location_id.id,
                "location_dest_id": line.location_dest_id.id,
            }
        )
        added = part.order_id.part_ids - part
        self.assertEqual((added.product_id, added.used_qty), (hose, 2.0))
        self.assertEqual(self._get_costs(part, added), [40.0, 10.0])
        self._assert_closed(*receipts)

    # ---------------------------------------------------------------------- cents
    def test_no_cent_is_lost(self):
        """3 for 10.00, one after the other; and back, one after the other."""
        for method in ("average", "fifo"):
            with self.subTest(method=method):
                seal = self._create_part_product(method, None, method)
                receipt = self._receive(seal, 3.0, 10.0 / 3)
                parts = [self._use(seal, 1.0) for _number in range(3)]
                self.assertEqual(round(sum(self._get_costs(*parts)), 2), 10.0)
                self._assert_closed(receipt)

    def test_returns_add_up_to_the_use(self):
        seal = self._create_part_product("Seal", None, "fifo")
        self._receive(seal, 4.0, 10.0)
        self._receive(seal, 4.0, 14.0)
        part = self._use(seal, 6.0)
        for left in (56.67, 45.33, 34.0, 22.67, 11.33, 0.0):
            part.action_return(1.0)
            self.assertEqual(self._get_costs(part), [left])

    def test_a_dozen_is_twelve_pieces(self):
        """12 at 10 come as a dozen; 14 are used: the missing ones cost 10 each."""
        seal = self._create_part_product("Seal", None, "fifo")
        receipt = self._receive_dozen(seal, 120.0)
        self.assertEqual(receipt.value, 120.0)
        part = self._use(seal, 14.0)
        self.assertEqual(self._get_costs(part), [140.0])
        dozen = self.env.ref("uom.product_uom_dozen")
        self._receive(seal, 22.0, 10.0)
        other = self._use(seal, 1.0, uom_id=dozen.id)
        self.assertEqual(self._get_costs(other), [120.0])

    def _receive_dozen(self, product, value):
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom": self.env.ref("uom.product_uom_dozen").id,
                "product_uom_qty": 1.0,
                "location_id": self.suppliers.id,
                "location_dest_id": self.van.id,
                "company_id": self.company.id,
                "picking_type_id": self.van.warehouse_id.in_type_id.id,
                "value_manual": value,
            }
        )
        move._action_confirm()
        move.quantity = 1.0
        move.picked = True
        move._action_done()
        return move

    # ------------------------------------------------------------- whose and where
    def test_stock_of_another_company_is_another(self):
        """A product of both: first in, first out of its own company."""
        seal = self._create_part_product("Seal", None, "fifo")
        seal.company_id = False
        seal.categ_id.with_company(self.company_b).property_cost_method = "fifo"
        self._receive(seal, 1.0, 10.0)
        self._receive(seal, 1.0, 14.0)
        self._receive(seal.with_company(self.company_b), 5.0, 99.0, self.van_b)
        first, second = self._use(seal, 1.0), self._use(seal, 1.0)
        self.assertEqual(self._get_costs(first, second), [10.0, 14.0])

    def test_goods_of_another_owner_cost_nothing(self):
        seal = self._create_part_product("Seal", None, "fifo")
        self._receive(seal, 1.0, 10.0)
        part = self._use(seal, 1.0)
        part.move_ids.move_line_ids.owner_id = self.partner
        self.assertEqual(self._get_costs(part), [0.0])

    def test_technician_and_accountant_need_no_rights_on_stock(self):
        seal = self._create_part_product("Seal", None, "fifo")
        receipt = self._receive(seal, 4.0, 10.0)
        technician = self.technician.user_id
        order = self._create_order()
        self._create_visit(order)
        part = self._create_part(order, seal, 3.0)
        part.with_user(technician).action_use()
        self.assertEqual(self._get_costs(part), [30.0])
        storekeeper = self._create_user("Storekeeper", "stock.group_stock_manager")
        receipt.with_user(storekeeper).quantity = 5.0
        self.assertEqual(self._get_costs(part), [24.0])
