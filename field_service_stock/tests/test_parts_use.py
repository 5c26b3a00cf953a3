from uuid import uuid4

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import FieldServiceStockCommon

LOGGER = "odoo.addons.field_service.models.field_service_my_day_action"


class PartsUseCommon(FieldServiceStockCommon):
    """A technician, his van, a colleague's van, and parts with and without numbers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.van.warehouse_id
        cls.stock = cls.warehouse.lot_stock_id
        cls.colleague = cls._create_technician("Tom")
        cls.colleague_van = cls.colleague._create_service_location()
        cls.seal = cls._create_part_product("Seal", default_code="S-1", barcode="40001")
        cls._receive(cls.seal, 10.0, 12.0)
        cls.order = cls._create_order()
        cls.begin = fields.Datetime.subtract(fields.Datetime.now(), hours=4)
        cls.visit = cls._create_visit(cls.order, start=cls.begin)

    @classmethod
    def _create_lot(cls, product, name, location=None, quantity=1.0):
        lot = cls.env["stock.lot"].create(
            {
                "name": name,
                "product_id": product.id,
                "company_id": (product.company_id or cls.company).id,
            }
        )
        if location:
            cls.env["stock.quant"]._update_available_quantity(
                product, location, quantity, lot_id=lot
            )
        return lot

    @classmethod
    def _create_pump(cls, name="Pump", **values):
        return cls._create_part_product(
            name, tracking="serial", standard_price=100.0, **values
        )

    def _plan(self, product, quantity=1.0, **values):
        return self._create_part(self.order, product, quantity, **values)

    def _as_technician(self, record):
        return record.with_user(self.user_technician)

    def _get_cost(self, order=None):
        """Return what the journal items say that the order's parts have cost."""
        items = self.env["account.move.line"].search(
            [
                ("service_order_id", "=", (order or self.order).id),
                ("service_cost_type", "=", "parts"),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(items.mapped("balance"))

    def _get_taken_from_valuation(self):
        """Return what the entries of the order have taken from the stock's value."""
        product = self.seal.with_company(self.company)
        items = self.env["account.move.line"].search(
            [("service_order_id", "=", self.order.id)]
        )
        account = product._get_product_accounts()["stock_valuation"]
        lines = items.move_id.line_ids
        return sum(
            lines.filtered(lambda line: line.account_id == account).mapped("balance")
        )


@tagged("post_install", "-at_install")
class TestPartsUse(PartsUseCommon):
    """From where, and which piece."""

    # ----------------------------------------------------------------- the place
    def test_from_the_warehouse_or_a_colleagues_van(self):
        """What is reserved in the own van is free again; each place loses its own."""
        self._receive(self.seal, 5.0, 12.0, self.stock)
        self._receive(self.seal, 5.0, 12.0, self.colleague_van)
        part = self._plan(self.seal, 3.0)
        part.action_reserve()
        use = self._as_technician(part).action_use
        use(2.0, location_id=self.stock.id)
        self.assertEqual(self._get_on_hand(self.seal, self.van), (10.0, 0.0))
        self.assertEqual(self._get_on_hand(self.seal, self.stock), (3.0, 0.0))
        use(1.0, location_id=self.colleague_van.id)
        self.assertEqual(self._get_on_hand(self.seal, self.colleague_van), (4.0, 0.0))
        self.assertEqual((part.state, part.used_qty), ("used", 3.0))
        self.assertEqual(self._get_cost(), 36.0)
        self._as_technician(part).action_return(3.0)
        self.assertEqual(self._get_on_hand(self.seal, self.stock), (5.0, 0.0))
        self.assertEqual(self._get_on_hand(self.seal, self.colleague_van), (5.0, 0.0))
        self.assertEqual(self._get_cost(), 0.0)

    def test_places_parts_are_not_taken_from(self):
        part = self._plan(self.seal)
        attic = self.env["stock.location"].create(
            {
                "name": "Attic",
                "usage": "internal",
                "location_id": self.warehouse.view_location_id.id,
                "company_id": self.company.id,
            }
        )
        for location, message in (
            (self.van_b, "no stock of"),
            (self.suppliers, "no stock of"),
            (attic, "vans and warehouses"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self._as_technician(part).action_use(1.0, location_id=location.id)
        part.with_user(self.dispatcher).action_use(1.0, location_id=attic.id)
        self.assertEqual(self._get_on_hand(self.seal, attic)[0], -1.0)

    def test_places_of_a_technician(self):
        part = self._as_technician(self.env["field.service.part"])
        usable = part._get_usable_locations(self.company)
        self.assertEqual(usable[0], self.van)
        self.assertIn(self.colleague_van, usable)
        self.assertIn(self.stock, usable)
        self.assertNotIn(self.van_b, usable)

    def test_the_vehicle_of_a_visit_is_a_van_of_the_technician(self):
        truck = self.env["stock.location"].create(
            {
                "name": "Truck",
                "usage": "internal",
                "location_id": self.warehouse.view_location_id.id,
                "company_id": self.company.id,
            }
        )
        vehicle = self.env["resource.resource"].create(
            {
                "name": "Truck",
                "resource_type": "material",
                "company_id": self.company.id,
                "service_location_id": truck.id,
            }
        )
        my_day = self.env["field.service.my.day"].with_user(self.user_technician)
        self.assertEqual(my_day._get_own_vans(self.company), self.van)
        self.visit.resource_ids = vehicle
        self.assertEqual(my_day._get_own_vans(self.company), self.van + truck)

    # ------------------------------------------------------------------ warnings
    def test_less_in_stock_than_used_is_a_warning(self):
        part = self._as_technician(self._plan(self.seal))
        self.assertFalse(part._get_use_warning(10.0))
        self.assertRegex(
            part._get_use_warning(11.0), "believes that 10 Units of .*Seal"
        )
        dozen = self.env.ref("uom.product_uom_dozen")
        dozens = self._as_technician(self._plan(self.seal, uom_id=dozen.id))
        self.assertRegex(dozens._get_use_warning(1.0), "10 Units")
        part.action_use(11.0)
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], -1.0)
        self.assertEqual(self._get_cost(), 132.0)

    def test_goods_without_stock_warn_of_nothing(self):
        rags = self._create_part_product("Rags", is_storable=False, standard_price=2.5)
        part = self._as_technician(self._plan(rags, 4.0))
        self.assertFalse(part._get_use_warning(4.0))
        part.action_use(4.0)
        self.assertEqual(self._get_cost(), 10.0)

    # ------------------------------------------------------------ serial numbers
    def test_the_serial_number_that_was_said(self):
        pump = self._create_pump()
        first = self._create_lot(pump, "P1", self.van)
        second = self._create_lot(pump, "P2", self.van)
        part = self._plan(pump)
        part.action_reserve()
        self.assertEqual(part.move_ids.lot_ids, first)
        mine = self._as_technician(part)
        mine.action_use(1.0, lots=[{"name": " P2 ", "quantity": 1}])
        self.assertEqual(part._get_used_lots(), second)
        self.assertEqual(first.location_id, self.van)
        self.assertEqual(second.location_id.usage, "customer")
        self.assertEqual(self._get_on_hand(pump, self.van), (1.0, 0.0))
        mine.action_return()
        self.assertEqual(second.location_id, self.van)
        mine.action_use(1.0, lots=[{"lot_id": second.id}])
        self.assertEqual(part._get_used_lots(), second)
        self.assertEqual(self._get_cost(), 100.0)

    def test_a_serial_number_reserved_for_another_order(self):
        """Who holds it in his hands is right; the other order waits again."""
        pump = self._create_pump()
        lot = self._create_lot(pump, "P1", self.van)
        other = self._create_part(self._create_order(), pump)
        other.action_reserve()
        self.assertEqual(other.state, "reserved")
        part = self._plan(pump)
        self._as_technician(part).action_use(1.0, lots=[{"lot_id": lot.id}])
        self.assertEqual(part._get_used_lots(), lot)
        self.assertEqual((other.state, other.reserved_qty), ("waiting", 0.0))
        self.assertEqual(self._get_on_hand(pump, self.van), (0.0, 0.0))

    def test_serial_numbers_that_cannot_be(self):
        pump, valve = self._create_pump(), self._create_pump("Valve")
        self._create_lot(pump, "P1", self.van)
        self._create_lot(pump, "P2", self.van)
        self._create_lot(pump, "P3", self.colleague_van)
        self._create_lot(pump, "P4")
        self._create_lot(valve, "V1", self.van)
        part = self._as_technician(self._plan(pump))
        for quantity, lots, message in (
            (1.0, [{"name": "P3"}], "not in .*Van .* but in .*Van Tom"),
            (1.0, [{"name": "P4"}], "has it nowhere"),
            (1.0, [{"name": "V1"}], "number of Valve, not of Pump"),
            (1.0, [{"name": "P9"}], "knows no P9"),
            (2.0, [{"name": "P1", "quantity": 2}], "one piece, not 2"),
            (1.0, [{"name": "P1"}, {"name": "P1"}], "given twice"),
            (1.0, [{"name": "P1"}, {"name": "P2"}], "are 2 Units, but 1 Units"),
            (1.0, None, "say which"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                part.action_use(quantity, lots=lots)
        self.assertEqual(part.used_qty, 0.0)
        self.assertEqual(self._get_on_hand(pump, self.van), (2.0, 0.0))
        # From where it is, it can be taken.
        part.action_use(1.0, location_id=self.colleague_van.id, lots=[{"name": "P3"}])
        part.action_use(2.0, lots=[{"name": "P1"}, {"name": "P2"}])
        self.assertEqual(part.used_qty, 3.0)
        with self.assertRaisesRegex(UserError, "Customers"):
            part.action_use(1.0, lots=[{"name": "P1"}])

    def test_a_lot_of_another_company(self):
        pump = self._create_pump(company_id=False)
        lot = self.env["stock.lot"].create(
            {"name": "B1", "product_id": pump.id, "company_id": self.company_b.id}
        )
        part = self._as_technician(self._plan(pump))
        with self.assertRaisesRegex(UserError, "knows no B1"):
            part.action_use(1.0, lots=[{"lot_id": lot.id}])

    def test_a_return_names_the_piece(self):
        pump = self._create_pump()
        lots = self.env["stock.lot"]
        for name in ("P1", "P2", "P3"):
            lots |= self._create_lot(pump, name, self.van)
        part = self._as_technician(self._plan(pump, 3.0))
        part.action_use(2.0, lots=[{"name": "P1"}, {"name": "P2"}])
        part.action_use(1.0, lots=[{"name": "P3"}])
        with self.assertRaisesRegex(UserError, "say which"):
            part.action_return(1.0)
        part.action_return(2.0, lots=[{"name": "P2"}, {"name": "P3"}])
        self.assertEqual(part.sudo()._get_used_lots(), lots[0])
        self.assertEqual(lots[1].location_id, self.van)
        with self.assertRaisesRegex(UserError, "is back already"):
            part.action_return(1.0, lots=[{"name": "P2"}])
        self.assertEqual(self._get_cost(), 100.0)

    # ---------------------------------------------------------------------- lots
    def test_lots_may_become_negative_and_keep_their_own_cost(self):
        """Two lots with costs of their own: 5 at 3.00 and 5 at 7.00."""
        oil = self._create_part_product("Oil", tracking="lot", lot_valuated=True)
        dear = self._receive_lot(oil, "DEAR", 5.0, 7.0)
        self._receive_lot(oil, "CHEAP", 5.0, 3.0)
        part = self._as_technician(self._plan(oil, 2.0))
        part.action_use(2.0, lots=[{"name": "DEAR", "quantity": 2}])
        self.assertEqual(self._get_cost(), 14.0)
        self.assertRegex(
            part._get_use_warning(4.0, lots={dear: 4.0}), "believes that 3 Units"
        )
        part.action_use(4.0, lots=[{"lot_id": dear.id, "quantity": 4}])
        self.assertEqual(self._get_cost(), 42.0)
        self.assertEqual(part._get_believed(oil, self.van, dear), -1.0)
        part.action_return(1.0, lots=[{"lot_id": dear.id, "quantity": 1}])
        self.assertEqual(self._get_cost(), 35.0)

    def _receive_lot(self, product, name, quantity, unit_cost):
        lot = self._create_lot(product, name)
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom": product.uom_id.id,
                "product_uom_qty": quantity,
                "location_id": self.suppliers.id,
                "location_dest_id": self.van.id,
                "company_id": self.company.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "price_unit": unit_cost,
                "value_manual": unit_cost * quantity,
            }
        )
        move._action_confirm()
        move._take({lot: quantity})
        move.picked = True
        move._action_done()
        return lot

    def test_the_only_lot_there_needs_no_words(self):
        oil = self._create_part_product("Oil", tracking="lot")
        lot = self._create_lot(oil, "L1", self.van, 5.0)
        part = self._as_technician(self._plan(oil, 2.0))
        part.action_use(2.0)
        self.assertEqual(part.sudo()._get_used_lots(), lot)
        self._create_lot(oil, "L2", self.van, 5.0)
        with self.assertRaisesRegex(UserError, "say which"):
            part.action_use(2.0)

    # --------------------------------------------------------------- corrections
    def test_a_wrong_quantity_is_corrected(self):
        part = self._as_technician(self._plan(self.seal, 3.0))
        part.action_use(3.0, location_id=self.colleague_van.id)
        part.action_correct(1.0)
        self.assertEqual((part.consumed_qty, self._get_cost()), (1.0, 12.0))
        part.action_correct(4.0)
        self.assertEqual((part.consumed_qty, self._get_cost()), (4.0, 48.0))
        part.action_correct(4.0)
        self.assertEqual(self._get_on_hand(self.seal, self.colleague_van)[0], -4.0)
        with self.assertRaisesRegex(UserError, "cannot be negative"):
            part.action_correct(-1.0)
        part.action_correct(0.0)
        self.assertEqual((part.state, self._get_cost()), ("returned", 0.0))

    def test_units_are_exact_or_refused(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        part = self._plan(self.seal, 2.0)
        self.assertEqual(part._from_unit(2.0, dozen), 24.0)
        dozens = self._plan(self.seal, uom_id=dozen.id)
        self.assertEqual(dozens._from_unit(6.0, self.seal.uom_id), 0.5)
        for unit in (self.seal.uom_id, self.env.ref("uom.product_uom_hour")):
            with self.assertRaisesRegex(UserError, "cannot be expressed in Dozens"):
                dozens._from_unit(5.0, unit)

    # ---------------------------------------------------------------- the office
    def test_the_wizard_does_the_same(self):
        pump = self._create_pump()
        self._create_lot(pump, "P1", self.van)
        second = self._create_lot(pump, "P2", self.van)
        part = self._plan(pump)
        part.action_reserve()
        action = part.with_user(self.dispatcher).action_open_use()
        wizard = self.env["field.service.part.wizard"].with_user(self.dispatcher)
        with Form(wizard.browse(action["res_id"])) as form:
            self.assertEqual(form.location_id, self.van)
            with form.lot_ids.edit(0) as line:
                self.assertEqual((line.name, line.quantity), ("P1", 1.0))
                line.quantity = 0.0
            with form.lot_ids.edit(1) as line:
                line.quantity = 1.0
        wizard.browse(action["res_id"]).action_apply()
        self.assertEqual(part._get_used_lots(), second)

    def test_the_wizard_warns_and_takes_a_number_from_elsewhere(self):
        pump = self._create_pump()
        lot = self._create_lot(pump, "P3", self.colleague_van)
        part = self._as_technician(self._plan(pump))
        wizard = self.env["field.service.part.wizard"].with_user(self.user_technician)
        with Form(wizard.browse(part.action_open_use()["res_id"])) as form:
            self.assertRegex(form.warning, "believes that 0 Units of Pump")
            form.lot_name = "P3"
            wizard = form.save()
            with self.assertRaisesRegex(UserError, "but in .*Van Tom"):
                wizard.action_apply()
            form.location_id = self.colleague_van
            self.assertFalse(form.warning)
            form.lot_name = "P3"
        wizard.action_apply()
        self.assertEqual(part.sudo()._get_used_lots(), lot)
        back = wizard.browse(part.action_open_return()["res_id"])
        self.assertEqual(back.lot_ids.mapped("name"), ["P3"])
        back.action_apply()
        self.assertEqual(lot.location_id, self.colleague_van)

    # ------------------------------------------------------------------ the gate
    def _load(self, product, quantity):
        """A mandatory part that the warehouse brings into the van for the order."""
        self._receive(product, quantity, 12.0, self.stock)
        part = self._plan(product, quantity, mandatory=True)
        part.action_reserve()
        loading = part._get_supply_moves()
        loading.picked = True
        loading.picking_id._action_done()
        return part

    def test_what_was_loaded_is_accounted_for(self):
        """Loaded 3, used 2: one stays in the van, and somebody says so."""
        product = self._create_part_product("Hose")
        part = self._load(product, 3.0)
        self.assertEqual((part.loaded_qty, part.unaccounted_qty), (3.0, 3.0))
        self._as_technician(part).action_use(2.0)
        self.assertEqual(part.unaccounted_qty, 1.0)
        self._work(self.visit, 1.0)
        self.assertEqual(self.order.state, "in_progress")
        with self.assertRaisesRegex(ValidationError, "1 Units Hose"):
            self.order.action_done()
        self._as_technician(part).action_release()
        self.assertEqual((part.kept_qty, part.unaccounted_qty), (1.0, 0.0))
        self.assertEqual((part.state, part.cancelled), ("used", False))
        self.assertEqual(self.order.state, "done")
        self.assertEqual(self._get_on_hand(product, self.van), (1.0, 0.0))

    def test_what_comes_back_is_accounted_for(self):
        part = self._load(self._create_part_product("Hose"), 3.0)
        part.action_use(3.0)
        part.action_return(3.0)
        self._work(self.visit, 1.0)
        self.assertEqual(self.order.state, "done")
        self.assertEqual(self._get_cost(), 0.0)

    def test_used_from_elsewhere_leaves_the_loaded_ones(self):
        product = self._create_part_product("Hose")
        part = self._load(product, 2.0)
        self._receive(product, 2.0, 12.0, self.colleague_van)
        part.action_use(2.0, location_id=self.colleague_van.id)
        self.assertEqual(part.unaccounted_qty, 2.0)
        part.action_release()
        self.assertEqual(part.unaccounted_qty, 0.0)

    def test_a_manager_may_let_it_pass(self):
        part = self._load(self._create_part_product("Hose"), 2.0)
        part.action_use(1.0)
        self._work(self.visit, 1.0)
        reason = self.env["field.service.reason"].create(
            {"name": "Fetched tomorrow", "kind": "override"}
        )
        with self.assertRaises(UserError):
            self.order.with_user(self.dispatcher).override_reason_id = reason
        self.order.with_user(self.manager).override_reason_id = reason
        self.assertEqual(self.order.state, "done")
        self.assertEqual(part.unaccounted_qty, 1.0)


@tagged("post_install", "-at_install")
class TestPartsOnThePhone(PartsUseCommon):
    """What the technician's phone is told, and what it reports."""

    def _my_day(self):
        return self.env["field.service.my.day"].with_user(self.user_technician)

    def _send(self, time=None, visit=None, **payload):
        action = {
            "key": str(uuid4()),
            "kind": payload.pop("kind", "part"),
            "visit_id": (visit or self.visit).id,
            "device_time": fields.Datetime.to_string(time or fields.Datetime.now()),
            "payload": payload,
        }
        answer = self._my_day().apply_actions([action])
        again = self._my_day().apply_actions([action])["results"][0]["status"]
        status = answer["results"][0]["status"]
        self.assertEqual(again, "duplicate" if status == "done" else "refused")
        return answer

    def _assert_refused(self, message, **payload):
        (result,) = self._send(**payload)["results"]
        self.assertEqual(result["status"], "refused")
        self.assertRegex(result["message"], message)

    def _assert_done(self, **payload):
        answer = self._send(**payload)
        (result,) = answer["results"]
        self.assertEqual((result["status"], result["message"]), ("done", ""))
        return answer

    # ---------------------------------------------------------- what it is told
    def test_the_van_travels_with_the_day_without_costs(self):
        pump = self._create_pump()
        self._create_lot(pump, "P1", self.van)
        rags = self._create_part_product("Rags", is_storable=False)
        self._plan(rags)
        stock = self._my_day().get_my_day(fields.Date.to_string(fields.Date.today()))[
            "setup"
        ]["stock"]
        items = {item["name"]: item for item in stock["items"]}
        self.assertEqual(items["[S-1] Seal"]["quantity"], 10.0)
        self.assertEqual([lot["name"] for lot in items["Pump"]["lots"]], ["P1"])
        self.assertFalse(items["Rags"]["stored"])
        self.assertEqual(stock["places"][0]["id"], self.van.id)
        self.assertTrue(stock["places"][0]["own"])
        names = {key for item in stock["items"] for key in item}
        self.assertFalse([key for key in names if "cost" in key or "price" in key])

    def test_parts_are_found_elsewhere(self):
        pump = self._create_pump(barcode="40002")
        self._create_lot(pump, "P3", self.colleague_van)
        self._create_part_product("Sealant B", self.company_b)
        find = self._my_day().find_parts
        for text in ("pum", "40002", "P3"):
            (item,) = find(self.visit.id, text, self.colleague_van.id)
            self.assertEqual((item["name"], item["quantity"]), ("Pump", 1.0))
        names = [item["name"] for item in find(self.visit.id, "seal")]
        self.assertEqual(names, ["[S-1] Seal"])
        self.assertEqual(find(self.visit.id, ""), [])
        foreign = self._create_visit(
            self._create_order(), technician_id=self.colleague.id
        )
        with self.assertRaisesRegex(UserError, "not yours"):
            find(foreign.id, "seal")

    # ---------------------------------------------------------- what it reports
    def test_a_part_nobody_planned(self):
        answer = self._assert_done(product_id=self.seal.id, quantity=2)
        part = self.order.part_ids
        self.assertEqual((part.source, part.used_qty), ("technician", 2.0))
        self.assertEqual(self._get_cost(), 24.0)
        (item,) = answer["setup"]["stock"]["items"]
        self.assertEqual(item["quantity"], 8.0)
        # The same again is the same part, used once more.
        self._assert_done(code="40001", quantity=1)
        self.assertEqual((self.order.part_ids, part.used_qty), (part, 3.0))

    def test_a_planned_part_is_meant_when_its_product_is_scanned(self):
        part = self._plan(self.seal, 3.0)
        part.action_reserve()
        self._assert_done(code="S-1", quantity=3)
        self.assertEqual((part.used_qty, part.open_qty), (3.0, 0.0))

    def test_a_serial_number_is_scanned_without_a_network(self):
        pump = self._create_pump()
        lot = self._create_lot(pump, "P1", self.van)
        self._assert_done(code="P1", quantity=1)
        self.assertEqual(self.order.part_ids._get_used_lots(), lot)

    def test_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._receive(self.seal, 20.0, 12.0)
        self._assert_done(product_id=self.seal.id, quantity=2, uom_id=dozen.id)
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], 6.0)
        self._assert_refused(
            "cannot be converted",
            product_id=self.seal.id,
            quantity=1,
            uom_id=self.env.ref("uom.product_uom_hour").id,
        )

    def test_a_warning_is_answered_and_kept_with_the_order(self):
        (result,) = self._send(product_id=self.seal.id, quantity=11)["results"]
        self.assertEqual(result["status"], "done")
        self.assertIn("believes that 10 Units", result["message"])
        self.assertIn("believes", self.order.message_ids[0].body)

    def test_what_is_refused_is_undone_and_said(self):
        pump = self._create_pump()
        self._create_lot(pump, "P3", self.colleague_van)
        foreign = self._create_part_product("Foreign", self.company_b)
        for message, payload in (
            ("but in .*Van Tom", {"product_id": pump.id, "lots": [{"name": "P3"}]}),
            ("say which", {"product_id": pump.id}),
            ("another company", {"product_id": foreign.id}),
            ("No part has the code 999", {"code": "999"}),
            ("no stock of", {"product_id": self.seal.id, "location_id": self.van_b.id}),
            ("more than zero", {"product_id": self.seal.id, "quantity": 0}),
        ):
            with self.subTest(message):
                self._assert_refused(message, **{"quantity": 1, **payload})
        self.assertFalse(self.order.part_ids)
        self.assertEqual(self._get_cost(), 0.0)

    def test_what_is_no_report(self):
        for payload in ({"quantity": "nan"}, {"quantity": "two"}, {}):
            with self.assertLogs(LOGGER, "WARNING"):
                self._assert_refused(
                    "could not be understood", product_id=self.seal.id, **payload
                )

    def test_returned_corrected_and_released(self):
        part = self._plan(self.seal, 3.0)
        spare = self._plan(self.seal, 1.0)
        (part + spare).action_reserve()
        self._assert_done(part_id=part.id, quantity=3)
        self._assert_done(**{"part_id": part.id, "return": True, "quantity": 1})
        self.assertEqual((part.consumed_qty, self._get_cost()), (2.0, 24.0))
        self._assert_done(part_id=part.id, total=1)
        self.assertEqual((part.consumed_qty, self._get_cost()), (1.0, 12.0))
        self._assert_done(part_id=spare.id, release=True)
        self.assertEqual(spare.state, "cancelled")
        self.assertEqual(self._get_on_hand(self.seal, self.van), (9.0, 0.0))
        self.assertEqual(self._get_taken_from_valuation(), -12.0)

    def test_the_customers_own_part(self):
        part = self._plan(self.seal, customer_supplied=True, mandatory=True)
        self._assert_done(part_id=part.id, on_site=True)
        self.assertTrue(part.on_site)
        self._assert_done(product_id=self.seal.id, quantity=1, customer_supplied=True)
        self.assertEqual(self.order.part_ids, part)
        hose = self._create_part_product("Hose")
        self._assert_done(product_id=hose.id, quantity=1, customer_supplied=True)
        self.assertTrue((self.order.part_ids - part).on_site)
        self.assertEqual(self._get_cost(), 0.0)

    def test_an_order_that_was_cancelled_meanwhile(self):
        part = self._plan(self.seal, 1.0)
        part.action_reserve()
        self._assert_done(part_id=part.id, quantity=1)
        self.order.action_cancel()
        self._assert_refused("dispatcher", product_id=self.seal.id, quantity=1)
        self._assert_done(**{"part_id": part.id, "return": True, "quantity": 1})
        self.assertEqual(self._get_cost(), 0.0)
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], 10.0)

    def test_reported_a_day_later(self):
        """It costs today, when the stock hears of it; the order says when it was."""
        yesterday = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self._send(time=yesterday, product_id=self.seal.id, quantity=1)
        self.assertIn("reported later", self.order.message_ids[0].body)
        item = self.env["account.move.line"].search(
            [("service_order_id", "=", self.order.id)]
        )
        self.assertEqual(item.date, fields.Date.context_today(self.order))
        self.assertEqual(item.balance, 12.0)

    def test_reserved_before_the_period_was_locked(self):
        part = self._plan(self.seal, 1.0)
        part.action_reserve()
        today = fields.Date.today()
        part.move_ids.picking_id.scheduled_date = fields.Datetime.subtract(
            fields.Datetime.now(), days=40
        )
        self.company.sudo().fiscalyear_lock_date = fields.Date.subtract(today, days=5)
        self._assert_done(part_id=part.id, quantity=1)
        self.assertEqual(self._get_cost(), 12.0)

    # ------------------------------------------------------------------ the gate
    def test_nothing_is_solved_before_parts_are_settled(self):
        part = self._plan(self.seal, 1.0)
        part.action_reserve()
        self._send(kind="event", type="work_start", time=self.begin)
        page = self._my_day().get_visit_page(self.visit.id)["visits"][0]
        self.assertEqual([line["code"] for line in page["missing"]], ["parts"])
        end = {"kind": "event", "type": "work_end", "result": "solved"}
        later = fields.Datetime.add(part.create_date, seconds=1)
        self._assert_refused("in the van.*Seal", time=later, **end)
        self.assertEqual(self.visit.state, "working")
        self._assert_done(part_id=part.id, release=True)
        self._assert_done(time=later, **end)
        self.assertEqual(self.order.state, "done")

    def test_what_was_asked_for_later_holds_nobody(self):
        self._send(kind="event", type="work_start", time=self.begin)
        part = self._plan(self.seal, 1.0, mandatory=True)
        earlier = fields.Datetime.subtract(part.create_date, seconds=5)
        self._assert_done(time=earlier, kind="event", type="work_end", result="solved")
        self.assertEqual(self.visit.state, "completed")
        self.assertEqual(self.order.state, "in_progress")
