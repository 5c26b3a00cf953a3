from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.field_service_stock.valuation import Movement, replay

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestPartsExact(FieldServiceStockCommon):
    """Whatever is done to a use: a clear message or an exact cost, no wrong one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seal = cls._create_part_product("Seal", None, "fifo")
        cls._receive(cls.seal, 4.0, 10.0)
        cls._receive(cls.seal, 4.0, 14.0)

    def _use(self, product, quantity, lot=None, **values):
        part = self._create_part(self._create_order(), product, quantity, **values)
        part.action_reserve()
        if lot:
            move = part._get_open_moves()
            move.move_line_ids.unlink()
            move.move_line_ids = [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_id": product.uom_id.id,
                        "quantity": quantity,
                        "lot_id": lot.id,
                        "location_id": self.van.id,
                        "location_dest_id": move.location_dest_id.id,
                    }
                )
            ]
        part.action_use()
        return part

    def _get_cost(self, part):
        items = self._get_part_items(part).filtered(
            lambda item: item.service_order_id == part.order_id
        )
        return round(sum(items.mapped("balance")), 2)

    def _receive_lots(self, product, location=None, **costs):
        """Receive one piece of each lot, each at its own cost."""
        lots = {}
        for name, cost in costs.items():
            lots[name] = self.env["stock.lot"].create(
                {"name": name, "product_id": product.id}
            )
            move = self._receive(product, 1.0, cost, location, lot=lots[name])
            self.assertEqual(move.value, cost)
        return lots

    # ------------------------------------------------------------------- lots
    def test_each_lot_has_its_own_value(self):
        for method in ("average", "fifo"):
            with self.subTest(method=method):
                pump = self._create_part_product(
                    method, None, method, tracking="serial", lot_valuated=True
                )
                lots = self._receive_lots(pump, **{f"A{method}": 10.0, "B": 30.0})
                part = self._use(pump, 1.0, lots["B"])
                self.assertEqual(self._get_cost(part), 30.0)
                # The wrong serial number was scanned.
                part.move_ids.move_line_ids.lot_id = lots[f"A{method}"]
                self.assertEqual(self._get_cost(part), 10.0)
                part.action_return(1.0)
                self.assertEqual(self._get_cost(part), 0.0)
                self.assertEqual(pump.total_value, 40.0)

    def test_a_lot_received_twice(self):
        oil = self._create_part_product(
            "Oil", None, "fifo", tracking="lot", lot_valuated=True
        )
        lot = self._receive_lots(oil, L1=10.0)["L1"]
        self._receive(oil, 2.0, 16.0, lot=lot)
        part = self._use(oil, 2.0, lot)
        self.assertEqual(self._get_cost(part), 26.0)
        part.move_ids.move_line_ids.quantity = 3.0
        self.assertEqual(self._get_cost(part), 42.0)
        self.assertEqual(oil.total_value, 0.0)

    def test_a_serial_number_is_used_where_it_is(self):
        pump = self._create_part_product("Pump", None, "average", tracking="serial")
        stock = self.van.warehouse_id.lot_stock_id
        lot = self._receive_lots(pump, stock, P1=10.0)["P1"]
        with self.assertRaisesRegex(UserError, "P1 of Pump is not in .*Stock"):
            self._use(pump, 1.0, lot)
        here = self._receive_lots(pump, P2=10.0)["P2"]
        part = self._use(pump, 1.0, here)
        with self.assertRaisesRegex(UserError, "P1 of Pump"), self.cr.savepoint():
            part.move_ids.move_line_ids.lot_id = lot
        part.action_return(1.0)
        self.assertEqual(self._get_cost(self._use(pump, 1.0, here)), 10.0)

    def test_a_lot_of_another_product(self):
        pump = self._create_part_product("Pump", None, "average", tracking="serial")
        other = self._create_part_product("Other", None, "average", tracking="serial")
        lot = self._receive_lots(other, O1=10.0)["O1"]
        with self.assertRaisesRegex(ValidationError, "O1"):
            self._use(pump, 1.0, lot)

    # ------------------------------------------------------- after it was done
    def test_what_was_used_is_not_cancelled_or_deleted(self):
        move = self._use(self.seal, 2.0).move_ids
        for forbidden in (
            lambda: move.write({"state": "cancel"}),
            lambda: move.write({"state": "draft"}),
            lambda: move.write({"location_dest_id": self.van.id}),
            lambda: move.write({"service_order_id": self._create_order().id}),
            lambda: move._action_cancel(),
            lambda: move.picking_id.action_cancel(),
            lambda: move.picking_id.unlink(),
            lambda: move.unlink(),
            lambda: move.move_line_ids.unlink(),
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                forbidden()
        self.assertEqual(self._get_cost(move.service_part_id), 20.0)
        move.write({"state": "done", "location_dest_id": move.location_dest_id.id})

    def test_not_less_than_came_back(self):
        part = self._use(self.seal, 3.0)
        part.action_return(2.0)
        used = part._get_done_moves()
        with self.assertRaisesRegex(UserError, "come back"), self.cr.savepoint():
            used.quantity = 1.0
        used.quantity = 2.0
        self.assertEqual(self._get_cost(part), 0.0)

    def test_a_context_hides_nothing(self):
        """What another module or a call of the interface may send along."""
        part = self._use(self.seal, 2.0)
        move = part.move_ids.with_context(
            service_settling=True,
            service_contra=True,
            service_valuing=True,
            service_known_since="2020-01-01",
        )
        move.quantity = 3.0
        self.assertEqual(self._get_cost(part), 30.0)
        gives = self._get_part_items(part).account_id - (
            self.company.service_parts_account_id
        )
        self.assertEqual(gives, self.company.account_stock_valuation_id)

    def test_more_than_two_lines_to_nothing_and_back(self):
        """3 of which 1 is there, so in two lines; corrected to nothing, then to 2."""
        hose = self._create_part_product("Hose", None, "fifo")
        self._receive(hose, 1.0, 5.0)
        part = self._use(hose, 3.0)
        part.move_ids.quantity = 0.0
        self.assertEqual(self._get_cost(part), 0.0)
        part.move_ids.quantity = 2.0
        self.assertEqual(self._get_cost(part), 10.0)

    # -------------------------------------------------------------- other input
    def test_a_part_of_another_company(self):
        other = self._create_part_product("Other", self.company_b)
        with self.assertRaises(UserError), self.cr.savepoint():
            self._create_part(self._create_order(), other)
        with self.assertRaises(UserError), self.cr.savepoint():
            self._create_part(
                self._create_order(), self.seal, location_id=self.van_b.id
            )

    def test_a_unit_that_does_not_convert(self):
        with self.assertRaisesRegex(ValidationError, "cannot be converted"):
            self._create_part(
                self._create_order(),
                self.seal,
                uom_id=self.env.ref("uom.product_uom_hour").id,
            )

    def test_a_missing_account_is_named(self):
        order = self._create_order()
        part = self._create_part(order, self.seal, 2.0)
        self.company.service_parts_account_id = False
        with self.assertRaisesRegex(UserError, "Parts Used"), self.cr.savepoint():
            part.action_use()
        self.assertEqual(part.used_qty, 0.0)

    # ------------------------------------------------------------- ways to leave
    def test_a_warehouse_that_delivers_in_steps(self):
        """However the goods go from shelf to shelf, they cost once: at the site."""
        warehouse = self.van.warehouse_id
        warehouse.delivery_steps = "pick_pack_ship"
        self._receive(self.seal, 1.0, 20.0, warehouse.lot_stock_id)
        part = self._use(self.seal, 1.0, location_id=warehouse.lot_stock_id.id)
        self.assertEqual(self._get_cost(part), 10.0)
        self.assertEqual(len(self._get_part_items(part).move_id), 1)

    def test_out_of_a_package(self):
        hose = self._create_part_product("Hose")
        package = self.env["stock.package"].create({"name": "BOX"})
        self.env["stock.quant"]._update_available_quantity(
            hose, self.van, 4.0, package_id=package
        )
        hose.standard_price = 5.0
        part = self._use(hose, 3.0)
        self.assertEqual(part.move_ids.move_line_ids.package_id, package)
        self.assertEqual(self._get_cost(part), 15.0)

    # ------------------------------------------------------------------- batches
    def test_one_entry_however_many_orders_a_change_concerns(self):
        parts = [self._use(self.seal, 2.0) for _number in range(3)]
        before = self.env["account.move"].search_count([])
        first = self.env["stock.move"].search(
            [("product_id", "=", self.seal.id), ("is_in", "=", True)], order="id"
        )[0]
        first.value_manual = 44.0
        self.assertEqual(self.env["account.move"].search_count([]), before + 1)
        self.assertEqual([self._get_cost(part) for part in parts], [22.0, 22.0, 28.0])

    def test_receipts_of_what_was_there_read_no_history(self):
        """The usual receipt: nothing was used before it came."""
        self._use(self.seal, 2.0)
        product = type(self.env["product.product"])
        with patch.object(product, "_get_service_history") as history:
            self._receive(self.seal, 5.0, 9.0)
        history.assert_not_called()

    # ---------------------------------------------------------------- in a circle
    def test_returned_before_it_came(self):
        """2 used that nobody had, 1 brought back, then 5 come at 14: 1 is used."""

        def is_zero(quantity):
            return abs(quantity) < 0.005

        movements = [
            Movement(1, "out", 2.0, 0.0),
            Movement(2, "in", 1.0, 0.0, origin=1),
            Movement(3, "in", 5.0, 70.0),
        ]
        for method in ("average", "fifo"):
            values = replay(movements, method, lambda value: round(value, 2), is_zero)
            self.assertEqual((values[1], values[2]), (28.0, 14.0))
