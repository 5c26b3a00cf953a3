from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestReadiness(FieldServiceStockCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.van.warehouse_id
        cls.stock = cls.warehouse.lot_stock_id
        cls.seal = cls._create_part_product("Seal")
        cls.pump = cls._create_part_product("Pump")
        cls.soon = fields.Datetime.now().replace(microsecond=0) + timedelta(days=3)

    def _plan(self, *demand, release=True, **values):
        """Create an order with mandatory parts: (product, quantity)."""
        order = self._create_order(release=False, **values)
        for product, quantity in demand:
            self._create_part(order, product, quantity, mandatory=True)
        if release:
            order.action_release()
        return order

    def _get_loading(self, order):
        return order.service_picking_ids.filtered(
            lambda picking: picking.picking_type_id.code == "internal"
        )

    def _validate(self, picking):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        picking._action_done()

    # ----------------------------------------------------------------- van, transfer
    def test_part_in_the_van_is_ready(self):
        self._receive(self.seal, 5.0, 10.0)
        order = self._plan((self.seal, 3.0))
        self.assertEqual(order.part_ids.reserved_qty, 3.0)
        self.assertEqual(order.part_ids.readiness, "ready")
        self.assertEqual(order.readiness, "ready")
        self.assertFalse(order.readiness_date)
        self.assertFalse(self._get_loading(order))

    def test_part_in_the_warehouse_is_transferred_by_a_rule(self):
        self._receive(self.seal, 5.0, 10.0, location=self.stock)
        order = self._plan((self.seal, 3.0))
        loading = self._get_loading(order)
        self.assertEqual(len(loading), 1)
        move = loading.move_ids
        self.assertEqual(move.rule_id, self.warehouse.service_pull_id)
        self.assertEqual(move.location_id, self.stock)
        self.assertEqual(move.location_dest_id, self.van)
        self.assertEqual(move.product_uom_qty, 3.0)
        self.assertEqual(move.service_part_id, order.part_ids)
        self.assertEqual(move.service_order_id, order)
        self.assertEqual(loading.origin, order.name)
        self.assertEqual(order.readiness, "transfer")
        self.assertEqual(order.readiness_date, move.date)
        self._validate(loading)
        self.assertEqual(order.part_ids.state, "reserved")
        self.assertEqual(order.readiness, "ready")
        # Bringing is neither using nor returning.
        self.assertEqual(order.part_ids.used_qty, 0.0)
        self.assertEqual(order.part_ids.returned_qty, 0.0)
        self.assertFalse(self._get_part_items(order.part_ids))

    def test_only_the_shortage_is_transferred(self):
        self._receive(self.seal, 1.0, 10.0)
        self._receive(self.seal, 9.0, 10.0, location=self.stock)
        order = self._plan((self.seal, 3.0))
        self.assertEqual(self._get_loading(order).move_ids.product_uom_qty, 2.0)
        self.assertEqual(order.readiness, "transfer")
        order.action_reserve_parts()
        self.assertEqual(self._get_loading(order).move_ids.product_uom_qty, 2.0)
        order.part_ids.quantity = 6.0
        open_moves = self._get_loading(order).move_ids.filtered(
            lambda move: move.state != "cancel"
        )
        self.assertEqual(sum(open_moves.mapped("product_uom_qty")), 5.0)
        order.part_ids.quantity = 2.0
        open_moves = self._get_loading(order).move_ids.filtered(
            lambda move: move.state != "cancel"
        )
        self.assertEqual(sum(open_moves.mapped("product_uom_qty")), 1.0)

    def test_what_is_nowhere_is_missing(self):
        order = self._plan((self.seal, 3.0))
        self.assertEqual(order.part_ids.readiness, "missing")
        self.assertEqual(order.readiness, "missing")
        self.assertFalse(order.readiness_date)
        # It arrives in the warehouse: the transfer that waits for it gets it.
        self._receive(self.seal, 3.0, 10.0, location=self.stock)._trigger_assign()
        self.assertEqual(order.readiness, "transfer")

    def test_two_orders_do_not_take_each_others_parts(self):
        self._receive(self.seal, 3.0, 10.0, location=self.stock)
        first = self._plan((self.seal, 2.0))
        second = self._plan((self.seal, 2.0))
        self.assertEqual(first.readiness, "transfer")
        self.assertEqual(second.readiness, "missing")
        self._validate(self._get_loading(first))
        self.assertEqual(first.readiness, "ready")
        self.assertEqual(second.readiness, "missing")

    def test_only_mandatory_parts_decide(self):
        self._receive(self.seal, 1.0, 10.0)
        order = self._plan((self.seal, 1.0))
        self._create_part(order, self.pump, 1.0)
        self.assertEqual(order.readiness, "ready")
        part = self._create_part(order, self.pump, 1.0, mandatory=True)
        self.assertEqual(order.readiness, "partial")
        part.action_release()
        self.assertEqual(order.readiness, "ready")

    def test_unlikely_parts_are_not_fetched(self):
        self._receive(self.pump, 1.0, 10.0, location=self.stock)
        order = self._create_order(release=False)
        self._create_part(order, self.pump, 1.0, probability=0.25)
        order.action_release()
        self.assertFalse(self._get_loading(order))

    def test_order_without_parts_needs_none(self):
        order = self._plan()
        self.assertFalse(order.readiness)

    def test_closed_and_cancelled_orders_wait_for_nothing(self):
        self._receive(self.seal, 3.0, 10.0, location=self.stock)
        order = self._plan((self.seal, 2.0))
        loading = self._get_loading(order)
        order.action_cancel()
        self.assertEqual(loading.state, "cancel")
        self.assertFalse(order.readiness)

    def test_draft_order_is_judged_by_free_stock(self):
        self._receive(self.seal, 2.0, 10.0)
        self._receive(self.pump, 2.0, 10.0, location=self.stock)
        order = self._plan((self.seal, 2.0), (self.pump, 2.0), release=False)
        self.assertEqual(order.part_ids.mapped("readiness"), ["ready", "transfer"])
        self.assertEqual(order.readiness, "transfer")
        self.assertFalse(order.readiness_date)
        # Free stock tells nobody: the job looks again.
        other = self._plan((self.pump, 1.0))
        self.assertEqual(other.readiness, "transfer")
        self.env["field.service.order"]._cron_update_readiness()
        self.assertEqual(order.readiness, "partial")

    def test_unit_of_the_part_is_converted(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._receive(self.seal, 15.0, 10.0, location=self.stock)
        order = self._create_order(release=False)
        self._create_part(order, self.seal, 1.0, uom_id=dozen.id, mandatory=True)
        order.action_release()
        self.assertEqual(self._get_loading(order).move_ids.product_qty, 12.0)
        self.assertEqual(order.readiness, "transfer")

    def test_batch_agrees_with_the_single_order(self):
        self._receive(self.seal, 2.0, 10.0)
        self._receive(self.pump, 2.0, 10.0, location=self.stock)
        orders = (
            self._plan((self.seal, 1.0))
            | self._plan((self.pump, 1.0))
            | self._plan((self.pump, 5.0), (self.seal, 1.0))
            | self._plan((self.pump, 9.0))
        )
        expected = ["ready", "transfer", "partial", "missing"]
        self.assertEqual(orders.mapped("readiness"), expected)
        dates = orders.mapped("readiness_date")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE field_service_part SET readiness = NULL, readiness_date = NULL"
        )
        self.env.cr.execute(
            "UPDATE field_service_order SET readiness = NULL, readiness_date = NULL"
        )
        self.env.invalidate_all(flush=False)
        orders._update_readiness()
        self.assertEqual(orders.mapped("readiness"), expected)
        self.assertEqual(orders.mapped("readiness_date"), dates)

    # ------------------------------------------------------------------- companies
    def test_each_company_supplies_its_own_vans(self):
        seal_b = self._create_part_product("Seal B", company=self.company_b)
        stock_b = self.van_b.warehouse_id.lot_stock_id
        self._receive(seal_b, 4.0, 10.0, location=stock_b)
        order = self._plan((seal_b, 2.0), company_id=self.company_b.id)
        loading = self._get_loading(order)
        self.assertEqual(loading.company_id, self.company_b)
        self.assertEqual(loading.location_id, stock_b)
        self.assertEqual(loading.location_dest_id, self.van_b)
        self._validate(loading)
        self.assertEqual(order.readiness, "ready")
        self.assertFalse(self._get_part_items(order.part_ids))

    def test_van_of_a_second_warehouse_is_supplied_from_there(self):
        second = self.env["stock.warehouse"].create(
            {
                "name": "Second",
                "code": "SEC",
                "company_id": self.company.id,
                "reception_steps": "two_steps",
                "delivery_steps": "pick_ship",
            }
        )
        self.van.location_id = second.view_location_id
        self.assertEqual(self.van.warehouse_id, second)
        self._receive(self.seal, 5.0, 10.0, location=self.stock)
        self._receive(self.pump, 5.0, 10.0, location=second.lot_stock_id)
        order = self._plan((self.seal, 1.0), (self.pump, 1.0))
        self.assertEqual(order.readiness, "partial")
        moves = self._get_loading(order).move_ids
        self.assertEqual(moves.location_id, second.lot_stock_id)
        assigned = moves.filtered(lambda move: move.state == "assigned")
        self.assertEqual(assigned.product_id, self.pump)

    # ---------------------------------------------------------------------- rights
    def test_dispatcher_without_stock_rights_has_parts_brought(self):
        self._receive(self.seal, 5.0, 10.0, location=self.stock)
        order = self._plan((self.seal, 3.0), release=False)
        order.with_user(self.dispatcher).action_release()
        mine = order.with_user(self.dispatcher)
        self.assertEqual(mine.readiness, "transfer")
        found = mine.search([("readiness", "=", "transfer"), ("id", "=", order.id)])
        self.assertEqual(found, mine)
        mine.action_update_readiness()
        self.assertEqual(mine.readiness, "transfer")
        earliest = self.env["field.service.slot.finder"].with_user(self.dispatcher)
        self.assertEqual(earliest._get_earliest_start(mine), order.readiness_date)

    def test_technician_asks_for_a_part(self):
        self._receive(self.seal, 5.0, 10.0, location=self.stock)
        order = self._plan()
        self._create_visit(order, start=self.soon)
        part = (
            self.env["field.service.part"]
            .with_user(self.user_technician)
            .create(
                {
                    "order_id": order.id,
                    "product_id": self.seal.id,
                    "quantity": 2.0,
                    "mandatory": True,
                }
            )
        )
        self.assertEqual(part.source, "technician")
        part.action_reserve()
        self.assertEqual(part.readiness, "transfer")
        self.assertEqual(part.readiness_date, self.soon)

    # -------------------------------------------------------------------- schedule
    def test_transfer_follows_the_visit(self):
        self._receive(self.seal, 5.0, 10.0, location=self.stock)
        order = self._plan((self.seal, 3.0))
        visit = self._create_visit(order, start=self.soon)
        self.assertEqual(order.readiness_date, self.soon)
        visit.start = self.soon + timedelta(days=1)
        self.assertEqual(order.readiness_date, self.soon + timedelta(days=1))
        self.assertFalse(visit._check_plan_parts())

    # --------------------------------------------------------------------- queries
    def _count_update(self, count):
        products = self.seal | self.pump
        orders = self.env["field.service.order"]
        for __ in range(count):
            order = self._create_order(release=False)
            for number in range(5):
                self._create_part(order, products[number % 2], 1.0, mandatory=True)
            orders |= order
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE field_service_part SET readiness = NULL WHERE order_id IN %s",
            [tuple(orders.ids)],
        )
        self.env.invalidate_all(flush=False)
        before = self.env.cr.sql_log_count
        orders._update_readiness()
        count = self.env.cr.sql_log_count - before
        self.assertEqual(set(orders.part_ids.mapped("readiness")), {"missing"})
        return count

    def test_number_of_queries_does_not_grow(self):
        self.assertEqual(self._count_update(50), self._count_update(5))
