from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestPartsGate(FieldServiceStockCommon):
    """What open parts stand in the way of, who may move them, peer defects."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seal = cls._create_part_product("Seal")
        cls._receive(cls.seal, 10.0, 12.0)

    # --------------------------------------------------------------------- gate
    def test_open_parts_block_completion(self):
        order = self._create_order()
        reserved = self._create_part(order, self.seal, 2.0)
        mandatory = self._create_part(order, self.seal, mandatory=True)
        self._create_part(order, self.seal)
        reserved.action_reserve()
        self._work(self._create_visit(order), 1.0)
        self.assertEqual(order.state, "in_progress")
        for door in (order.action_done, lambda: order.write({"state": "done"})):
            with self.assertRaisesRegex(ValidationError, "use or release"):
                door()
        reserved.action_use(1.0)
        self.assertEqual(order.state, "in_progress")
        mandatory.action_release()
        self.assertEqual(mandatory.state, "cancelled")
        self.assertEqual(order.state, "done")
        reserved.action_return()
        self.assertEqual(order.state, "done")

    def test_missing_accounts_block_the_release(self):
        order = self._create_order(release=False)
        self.company.service_parts_account_id = False
        order.action_release()
        order = self._create_order(release=False)
        self._create_part(order, self.seal)
        with self.assertRaisesRegex(ValidationError, "Parts Used"):
            order.action_release()
        self.company.service_parts_contra_account_id = False
        self.company.action_propose_service_accounts()
        self.company.service_parts_contra_account_id = False
        order.action_release()

    # ------------------------------------------------------------------- rights
    def test_a_technician_uses_parts_without_stock_rights(self):
        order = self._create_order()
        self._create_visit(order)
        planned = self._create_part(order, self.seal, 2.0)
        order.with_user(self.dispatcher).action_reserve_parts()
        parts = self.env["field.service.part"].with_user(self.user_technician)
        with self.assertRaises(AccessError):
            self.env["stock.move"].with_user(self.user_technician).search([])
        planned.with_user(self.user_technician).action_use(1.0)
        unplanned = parts.create({"order_id": order.id, "product_id": self.seal.id})
        unplanned.action_use()
        self.assertEqual(unplanned.location_id, self.van)
        wizard = self.env["field.service.part.wizard"].with_user(self.user_technician)
        wizard.browse(unplanned.action_open_return()["res_id"]).action_apply()
        self.assertEqual((unplanned.used_qty, unplanned.returned_qty), (1.0, 1.0))
        self._assert_posted(planned._get_done_moves(), "parts", [12.0])
        with self.assertRaises(AccessError):
            unplanned.unlink()

    def test_the_forms_open_for_those_who_use_them(self):
        order = self._create_order()
        self._create_visit(order)
        part = self._create_part(order, self.seal, 2.0)
        part.action_reserve()
        parts = self.env["field.service.part"].with_user(self.user_technician)
        with Form(parts.with_context(default_order_id=order.id)) as form:
            form.product_id = self.seal
            form.quantity = 3.0
        self.assertEqual(form.record.uom_id, self.seal.uom_id)
        self.assertEqual(form.record.location_id, self.van)
        wizard = parts.browse(part.id).action_open_use()
        form = Form(
            self.env["field.service.part.wizard"]
            .with_user(self.user_technician)
            .browse(wizard["res_id"])
        )
        self.assertEqual(form.quantity, 2.0)
        with (
            Form(order.with_user(self.dispatcher)) as form,
            form.part_ids.new() as line,
        ):
            line.product_id = self.seal
        self.assertEqual(len(order.part_ids), 3)
        user = self._create_user("stock", "stock.group_stock_user")
        Form(part.move_ids.picking_id.with_user(user))

    def test_figures_of_many_parts_take_one_query(self):
        order = self._create_order()
        few, many = (
            self.env["field.service.part"].union(
                *(self._create_part(order, self.seal) for _number in range(count))
            )
            for count in (2, 20)
        )
        (few + many).action_use()
        self.env.flush_all()
        counts = []
        for parts in few, many:
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            parts._get_move_totals()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_a_technician_sees_the_parts_of_his_orders_only(self):
        mine = self._create_order()
        self._create_visit(mine)
        own = self._create_part(mine, self.seal)
        foreign = self._create_part(self._create_order(), self.seal)
        parts = self.env["field.service.part"].with_user(self.user_technician)
        self.assertEqual(parts.search([]), own)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_technician).action_use()
        with self.assertRaises(AccessError):
            parts.create({"order_id": foreign.order_id.id, "product_id": self.seal.id})

    def test_a_warehouse_man_validates_without_knowing_work_orders(self):
        part = self._create_part(self._create_order(), self.seal, 2.0)
        part.action_reserve()
        self._work(self._create_visit(part.order_id), 1.0)
        user = self._create_user("stock", "stock.group_stock_user")
        picking = part.move_ids.picking_id.with_user(user)
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(part.state, "used")
        self.assertEqual(part.order_id.state, "done")
        self._assert_posted(part.move_ids, "parts", [24.0])

    def test_orders_with_used_parts_are_not_deleted(self):
        order = self._create_order()
        part = self._create_part(order, self.seal)
        part.action_reserve()
        order.action_cancel()
        picking = order.service_picking_ids
        order.unlink()
        self.assertEqual(picking.state, "cancel")
        sticker = self._create_part_product("Sticker", is_storable=False)
        order = self._create_order()
        self._create_part(order, sticker).action_use()
        order.action_cancel()
        with self.assertRaises(UserError):
            order.unlink()

    # ----------------------------------------------------------- peer defect 21
    def test_moves_added_to_the_transfer_belong_to_the_order(self):
        order = self._create_order()
        self._create_part(order, self.seal, 1.0).action_reserve()
        picking = order.service_picking_ids
        added = self.env["stock.move"].create(
            {
                "product_id": self.seal.id,
                "product_uom_qty": 2.0,
                "picking_id": picking.id,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )
        self.assertEqual(added.service_order_id, order)
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        self._assert_posted(added, "parts", [24.0])
        self.assertRecordValues(
            added.service_part_id,
            [{"order_id": order.id, "consumed_qty": 2.0, "state": "used"}],
        )
        with self.assertRaises(UserError):
            picking.service_order_id = self._create_order()
        self.assertFalse(picking.copy().service_order_id)

    def test_the_transfers_button_opens_returns_only_too(self):
        order = self._create_order()
        self.assertEqual(order.service_picking_count, 0)
        self.assertTrue(order.action_view_service_pickings()["domain"])
        warehouse = self.van.warehouse_id
        self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_customers").id,
                "location_dest_id": self.van.id,
                "service_order_id": order.id,
            }
        )
        order.invalidate_recordset()
        self.assertEqual(order.service_picking_count, 1)
        action = order.action_view_service_pickings()
        self.assertEqual(self.env["stock.picking"].search_count(action["domain"]), 1)
