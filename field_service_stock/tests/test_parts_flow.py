from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestPartsFlow(FieldServiceStockCommon):
    """Reserve, use, return, release; who may do it, and what stands in the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seal = cls._create_part_product("Seal")
        cls._receive(cls.seal, 10.0, 12.0)

    # ----------------------------------------------------------------------- kit
    def test_the_kit_is_copied_and_editable(self):
        hose = self._create_part_product("Hose")
        job_type = self.job_type.copy(
            {
                "company_id": self.company.id,
                "part_ids": [
                    Command.create(
                        {
                            "product_id": self.seal.id,
                            "quantity": 2.0,
                            "probability": 0.25,
                            "mandatory": True,
                        }
                    ),
                    Command.create({"product_id": hose.id}),
                ],
            }
        )
        order = self._create_order(release=False, job_type_id=job_type.id)
        self.assertRecordValues(
            order.part_ids,
            [
                {"quantity": 2.0, "probability": 0.25, "mandatory": True},
                {"quantity": 1.0, "probability": 1.0, "mandatory": False},
            ],
        )
        order.part_ids[1].quantity = 5.0
        self._create_part(order, hose, 3.0)
        order.job_type_id = self.job_type
        self.assertEqual(order.part_ids.mapped("quantity"), [3.0])

    def test_the_kit_shows_in_the_form_before_saving(self):
        job_type = self.job_type.copy(
            {
                "company_id": self.company.id,
                "part_ids": [Command.create({"product_id": self.seal.id})],
            }
        )
        with Form(self.env["field.service.order"]) as form:
            form.partner_id = self.partner
            form.job_type_id = job_type
            self.assertEqual(len(form.part_ids), 1)
        self.assertEqual(form.record.part_ids.product_id, self.seal)

    # --------------------------------------------------------------- where from
    def test_parts_come_from_the_technicians_van(self):
        order = self._create_order()
        part = self.env["field.service.part"].create(
            {"order_id": order.id, "product_id": self.seal.id}
        )
        warehouse = self.van.warehouse_id
        self.assertEqual(part.location_id, warehouse.lot_stock_id)
        visit = self._create_visit(order)
        self.assertEqual(part.location_id, self.van)
        tom = self._create_technician("Tom")
        van = tom._create_service_location()
        self.assertEqual(van.warehouse_id, warehouse)
        visit.technician_id = tom
        self.assertEqual(part.location_id, van)
        # Reserved, it follows whoever is planned; what is used stays where it was used.
        part.action_reserve()
        visit.technician_id = self.technician
        self.assertEqual((part.location_id, part.state), (self.van, "reserved"))
        part.action_use()
        visit.technician_id = tom
        self.assertEqual(part.location_id, self.van)

    def test_a_warehouse_gets_the_operation_types_with_its_first_part(self):
        for company in self.company, self.company_b:
            warehouse = self.env["stock.warehouse"].create(
                {"name": "Depot", "code": "DEP", "company_id": company.id}
            )
            self.assertFalse(warehouse.service_type_id + warehouse.service_load_type_id)
            order = self._create_order(company_id=company.id)
            hose = self._create_part_product("Hose", company=company)
            part = self._create_part(order, hose, location_id=warehouse.lot_stock_id.id)
            part.action_reserve()
            service_type = warehouse.service_type_id
            self.assertEqual(part.move_ids.picking_type_id, service_type)
            self.assertEqual(service_type.code, "outgoing")
            self.assertEqual(service_type.return_picking_type_id, warehouse.in_type_id)
            self.assertEqual(warehouse._get_service_type(), service_type)
            warehouse.code = "X" + warehouse.code[:3]
            self.assertTrue(service_type.sequence_id.prefix.startswith("XDEP/WO"))
            self.assertEqual(service_type.barcode, "XDEPWO")

    # ------------------------------------------------------------------ reserve
    def test_release_reserves_one_transfer_per_order(self):
        hose = self._create_part_product("Hose")
        order = self._create_order(release=False)
        seal = self._create_part(order, self.seal, 3.0)
        missing = self._create_part(order, hose, 1.0)
        order.action_release()
        picking = order.service_picking_ids.filtered(
            lambda picking: picking.location_dest_id.usage == "customer"
        )
        self.assertEqual(len(picking), 1)
        self.assertEqual(picking.location_id, self.van)
        # What is not in the van is asked for from the warehouse.
        loading = order.service_picking_ids - picking
        self.assertEqual(loading.move_ids.product_id, hose)
        self.assertEqual(picking.move_ids.service_order_id, order)
        self.assertEqual((seal.state, seal.reserved_qty), ("reserved", 3.0))
        self.assertEqual((missing.state, missing.reserved_qty), ("waiting", 0.0))
        self.assertEqual(self._get_on_hand(self.seal, self.van), (10.0, 3.0))
        order.action_reserve_parts()
        self.assertEqual(order.service_picking_ids, picking | loading)
        self._receive(hose, 1.0, 5.0)
        order.action_reserve_parts()
        self.assertEqual(missing.state, "reserved")

    def test_equal_parts_are_not_merged(self):
        order = self._create_order(release=False)
        parts = self._create_part(order, self.seal) + self._create_part(
            order, self.seal
        )
        order.action_release()
        self.assertEqual(parts.mapped("reserved_qty"), [1.0, 1.0])
        self.assertEqual(len(order.service_move_ids), 2)

    def test_the_planned_quantity_moves_the_demand(self):
        order = self._create_order()
        part = self._create_part(order, self.seal, 3.0)
        part.action_reserve()
        part.quantity = 5.0
        self.assertEqual((part.open_qty, part.reserved_qty), (5.0, 5.0))
        part.quantity = 2.0
        self.assertEqual((part.open_qty, part.reserved_qty), (2.0, 2.0))
        self.assertEqual(self._get_on_hand(self.seal, self.van), (10.0, 2.0))
        with self.assertRaises(UserError):
            part.product_id = self._create_part_product("Other")
        part.quantity = 0.0
        self.assertEqual((part.open_qty, part.state), (0.0, "draft"))

    def test_cancelling_the_order_frees_its_parts(self):
        for action in "action_cancel", "action_cannot_complete":
            order = self._create_order()
            part = self._create_part(order, self.seal, 3.0)
            part.action_reserve()
            getattr(order, action)()
            self.assertEqual(order.service_picking_ids.state, "cancel")
            self.assertEqual((part.state, part.open_qty), ("draft", 0.0))
            self.assertEqual(self._get_on_hand(self.seal, self.van), (10.0, 0.0))

    # ---------------------------------------------------------------------- use
    def test_partial_use_frees_the_rest(self):
        order = self._create_order()
        part = self._create_part(order, self.seal, 5.0)
        other = self._create_part(order, self.seal, 1.0)
        order.action_reserve_parts()
        part.action_use(2.0)
        self.assertEqual((part.state, part.used_qty, part.open_qty), ("used", 2.0, 0.0))
        self.assertEqual((other.state, other.reserved_qty), ("reserved", 1.0))
        self.assertEqual(other.move_ids.picking_id.service_order_id, order)
        self.assertEqual(self._get_on_hand(self.seal, self.van), (8.0, 1.0))
        part.action_use(1.0)
        self.assertEqual(part.used_qty, 3.0)

    def test_more_than_reserved_and_more_than_there_is(self):
        order = self._create_order()
        part = self._create_part(order, self.seal, 1.0)
        part.action_reserve()
        part.action_use(12.0)
        self.assertEqual(part.used_qty, 12.0)
        self.assertEqual(self._get_on_hand(self.seal, self.van), (-2.0, 0.0))
        self._assert_posted(part._get_done_moves(), "parts", [144.0])

    def test_another_unit(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._receive(self.seal, 20.0, 12.0)
        part = self._create_part(self._create_order(), self.seal, 2.0, uom_id=dozen.id)
        part.action_use()
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], 6.0)
        self._assert_posted(part._get_done_moves(), "parts", [288.0])
        part.action_return(1.0)
        self.assertEqual((part.used_qty, part.returned_qty), (2.0, 1.0))
        with self.assertRaises(ValidationError):
            part.copy({"uom_id": self.env.ref("uom.product_uom_hour").id})

    def test_two_parts_of_two_orders_at_once(self):
        orders = self._create_order() + self._create_order()
        parts = self.env["field.service.part"]
        for order in orders:
            parts |= self._create_part(order, self.seal, 2.0)
        parts.action_use()
        self.assertEqual(parts.mapped("state"), ["used", "used"])
        for part in parts:
            self._assert_posted(part._get_done_moves(), "parts", [24.0])

    def test_two_companies_at_once(self):
        product_b = self._create_part_product("Seal B", self.company_b)
        self._receive(product_b, 5.0, 7.0)
        part = self._create_part(self._create_order(), self.seal, 2.0)
        order_b = self._create_order(company_id=self.company_b.id)
        part_b = self._create_part(order_b, product_b, 2.0)
        (part + part_b).action_use()
        self._assert_posted(part._get_done_moves(), "parts", [24.0])
        self._assert_posted(part_b._get_done_moves(), "parts", [14.0])
        entries = self._get_part_items(part + part_b).move_id
        self.assertEqual(entries.company_id, self.company + self.company_b)
        with self.assertRaises(UserError):
            self._create_part(order_b, self.seal)

    def test_nothing_and_less_than_nothing(self):
        part = self._create_part(self._create_order(), self.seal)
        for quantity in 0.0, -1.0:
            with self.assertRaises(UserError):
                part.action_use(quantity)
        with self.assertRaises(UserError):
            part.action_return(1.0)

    def test_parts_are_used_on_open_orders_only(self):
        order = self._create_order(release=False)
        part = self._create_part(order, self.seal)
        with self.assertRaisesRegex(UserError, "released"):
            part.action_use()

    def test_serial_numbers_end_up_at_the_customer(self):
        pump = self._create_part_product("Pump", tracking="serial")
        lot = self.env["stock.lot"].create(
            {"name": "P1", "product_id": pump.id, "company_id": self.company.id}
        )
        self.env["stock.quant"]._update_available_quantity(
            pump, self.van, 1, lot_id=lot
        )
        part = self._create_part(self._create_order(), pump)
        part.action_use()
        self.assertEqual(part.move_ids.lot_ids, lot)
        part.action_return()
        self.assertEqual(self._get_on_hand(pump, self.van)[0], 1.0)

    # ------------------------------------------------------------------- return
    def test_return_goes_back_to_the_van(self):
        part = self._create_part(self._create_order(), self.seal, 3.0)
        part.action_use()
        part.action_return(1.0)
        part.action_return(2.0)
        self.assertEqual((part.state, part.consumed_qty), ("returned", 0.0))
        self.assertEqual(self._get_on_hand(self.seal, self.van), (10.0, 0.0))
        with self.assertRaises(UserError):
            part.action_return(1.0)
        with self.assertRaises(UserError):
            part.unlink()

    def test_a_return_may_span_several_uses(self):
        part = self._create_part(self._create_order(), self.seal, 2.0)
        part.action_use()
        part.action_use(2.0)
        part.action_return(3.0)
        self.assertEqual((part.used_qty, part.returned_qty), (4.0, 3.0))

    def test_odoos_own_return_wizard_works(self):
        order = self._create_order()
        part = self._create_part(order, self.seal, 3.0)
        part.action_use()
        picking = order.service_picking_ids
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 2.0
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        self.assertEqual(back.service_order_id, order)
        self.assertEqual(back.location_dest_id, self.van)
        back.button_validate()
        self.assertEqual((part.returned_qty, part.consumed_qty), (2.0, 1.0))
        self._assert_posted(back.move_ids, "parts", [-24.0])

    # -------------------------------------------------------------------- report
    def test_used_parts_are_on_the_service_report(self):
        """Three used and one returned are two; what was only planned is not there."""
        hose = self._create_part_product("Hose")
        order = self._create_order()
        part = self._create_part(order, self.seal, 3.0)
        spare = self._create_part(order, hose, 1.0)
        order.action_reserve_parts()
        part.action_use(3.0)
        spare.action_release()
        self._work(self._create_visit(order), hours=1.0)
        self.assertEqual(order.state, "done")
        report = order._make_report()
        part.action_return(1.0)
        row = order._get_report_data()["parts"][0]
        self.assertEqual(
            (row["name"], row["quantity"], row["unit"]), ("Seal", "2", "Units")
        )
        self.assertEqual(len(order._get_report_data()["parts"]), 1)
        self.assertTrue(order.report_due_on)
        second = order._make_report()
        self.assertEqual(second.reason, "Changed: Parts used")
        self.assertIn("Seal", report.attachment_id.raw.decode())
        self.assertNotIn("Hose", second.attachment_id.raw.decode())

    def test_a_part_is_named_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.seal.with_context(lang="ru_RU").name = "Уплотнение"
        order = self._create_order()
        plain = self._create_part(order, self.seal)
        special = self._create_part(order, self.seal, name="Seal from the old stock")
        russian = (plain + special).with_context(lang="ru_RU")
        self.assertEqual(russian[0]._get_report_name(), "Уплотнение")
        self.assertEqual(russian[1]._get_report_name(), "Seal from the old stock")
