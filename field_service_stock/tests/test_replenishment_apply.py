from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .replenishment_common import ReplenishmentCommon


@tagged("post_install", "-at_install")
class TestReplenishmentApply(ReplenishmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._create_part_product("Valve")

    def _plan(self, quantity=3.0, product=None):
        product = product or self.product
        self._receive(product, 9.0, 10.0, location=self.stock)
        return self._create_part(self.order, product, quantity)

    # ------------------------------------------------------------------------ load
    def test_one_transfer_per_van(self):
        self._plan()
        self._plan(1.0, self.second)
        lines = self._propose() + self._get_lines(self.second)
        lines.with_user(self.dispatcher).action_apply()
        picking = lines.picking_id
        self.assertEqual(len(picking), 1)
        self.assertEqual(picking.picking_type_id, self.warehouse.service_load_type_id)
        self.assertEqual(picking.location_dest_id, self.van)
        self.assertEqual(picking.state, "assigned")
        self.assertEqual(
            {move.product_id: move.quantity for move in picking.move_ids},
            {self.product: 3.0, self.second: 1.0},
        )
        self.assertFalse(picking.move_ids.service_order_id, "nobody's order pays")

    def test_what_comes_is_not_proposed_again(self):
        self._plan()
        line = self._propose()
        line.action_apply()
        self.assertFalse(self._propose())
        # Also not after it has arrived ...
        moves = self.env["stock.move"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_dest_id", "=", self.van.id),
            ]
        )
        moves.picked = True
        moves.picking_id._action_done()
        self.assertEqual(self._get_on_hand(self.product, self.van)[0], 3.0)
        self.assertFalse(self._propose())

    def test_cancelled_transfer_is_proposed_again(self):
        self._plan()
        line = self._propose()
        line.action_apply()
        line.picking_id.action_cancel()
        self.assertEqual(self._propose().needed_qty, 3.0)

    def test_line_of_yesterday(self):
        """Somebody else has computed the proposal while this one was looked at."""
        self._plan()
        line = self._propose()
        self._propose()
        with self.assertRaisesRegex(UserError, "computed anew"):
            line.action_apply()
        # The chosen lines do not matter to the next proposal.
        line.with_user(self.dispatcher).action_propose()
        self.assertEqual(self._get_lines().quantity, 3.0)

    def test_line_after_line_is_one_transfer(self):
        self._plan()
        self._plan(1.0, self.second)
        first, second = self._propose(), self._get_lines(self.second)
        first.action_apply()
        second.action_apply()
        self.assertEqual(first.picking_id, second.picking_id)
        with self.assertRaises(UserError):
            first.action_apply()
        self.assertEqual(len(first.picking_id.move_ids), 2)

    def test_edited_quantity(self):
        self._plan()
        line = self._propose().with_user(self.dispatcher)
        line.quantity = 5.0
        line.action_apply()
        self.assertEqual(line.sudo().picking_id.move_ids.product_uom_qty, 5.0)
        with self.assertRaisesRegex(UserError, "transfer already"):
            line.quantity = 6.0

    def test_left_out_stays_left_out(self):
        self._plan()
        line = self._propose()
        line.with_user(self.dispatcher).exclude_reason = "Does not fit in"
        with self.assertRaisesRegex(UserError, "left out"):
            line.action_apply()
        again = self._propose()
        self.assertEqual((again, again.excluded), (line, True))
        self.assertEqual(again.exclude_reason, "Does not fit in")
        # Figures follow: no need, nothing proposed.
        self.order.part_ids.cancelled = True
        self.assertEqual(self._propose().needed_qty, 0.0)
        self.order.part_ids.cancelled = False
        again.exclude_reason = False
        self.assertEqual(self._propose().quantity, 3.0)

    def test_one_van_fails_others_are_loaded(self):
        self._plan()
        nina = self._create_technician("Nina")
        lost = nina._create_service_location()
        order = self._create_order(release=False)
        self._create_visit(
            order, start=self.now + timedelta(days=2), technician_id=nina.id
        )
        self._create_part(order, self.product, 1.0, location_id=lost.id)
        self._propose()
        lines = self.lines.search([("company_id", "=", self.company.id)])
        self.assertEqual(lines.location_id, self.van + lost)
        lost.location_id = False
        self.assertFalse(lost.warehouse_id)
        action = lines.action_apply()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn(
            "Van Nina: The van is in no warehouse", action["params"]["message"]
        )
        self.assertEqual(self._get_lines().picking_id.state, "assigned")
        left = lines.filtered(lambda line: line.location_id == lost)
        with self.assertRaisesRegex(UserError, "no warehouse"):
            left.action_apply()
        self.assertEqual((left.quantity, left.picking_id.id), (1.0, False))

    # ------------------------------------------------------------------- take back
    def test_slow_mover(self):
        self._ago(self._receive(self.product, 4.0, 12.5), 200)
        line = self._propose()
        self.assertEqual((line.kind, line.quantity, line.value), ("return", 4.0, 50.0))
        self.assertIn("Never used from this van", line.explanation)
        line.with_user(self.dispatcher).action_apply()
        picking = line.picking_id
        self.assertEqual(picking.location_id, self.van)
        self.assertEqual(picking.location_dest_id, self.stock)
        self.assertEqual(picking.state, "assigned")
        # Reserved to go back: not proposed a second time.
        self.assertFalse(self._propose())
        picking.move_ids.picked = True
        picking._action_done()
        self.assertEqual(self._get_on_hand(self.product, self.stock)[0], 4.0)

    def test_what_is_used_or_new_or_planned_stays(self):
        self._ago(self._receive(self.product, 4.0, 10.0), 119)
        self.assertFalse(self._propose(), "came 119 days ago")
        self._ago(self._receive(self.second, 4.0, 10.0), 200)
        part = self._use_unplanned(self.second, 1.0, 119)
        part.source = "dispatcher"
        self._propose()
        self.assertFalse(self._get_lines(self.second), "used 119 days ago")
        self._ago(part.move_ids, 121)
        self._propose()
        line = self._get_lines(self.second)
        self.assertEqual((line.kind, line.quantity), ("return", 3.0))
        # Needed by a visit, however late.
        self.visit.start = self.now + timedelta(days=300)
        self._create_part(self.order, self.second, 1.0)
        self._propose()
        self.assertFalse(self._get_lines(self.second))

    def test_level_for_unplanned_use_stays(self):
        """10 used in 300 days, the last 130 days ago: 0.2333 in 7 days, so 1 stays."""
        self._ago(self._receive(self.product, 15.0, 10.0), 300)
        self._use_unplanned(self.product, 10.0, 130)
        line = self._propose()
        # e^-0.2333 = 0.792; 0.792 x 1.2333 = 0.977
        self.assertEqual((line.level_qty, line.free_qty, line.quantity), (1, 5, 4))
        self.assertIn("1 stay", line.explanation)

    def test_value_is_odoos_own(self):
        """FIFO: after the oldest are gone, what is left costs what it cost."""
        fifo = self._create_part_product("Belt", cost_method="fifo")
        self._ago(self._receive(fifo, 2.0, 10.0), 300)
        self._ago(self._receive(fifo, 2.0, 30.0), 250)
        self._use_unplanned(fifo, 2.0, 200).source = "dispatcher"
        self._propose()
        line = self._get_lines(fifo)
        self.assertEqual((line.quantity, line.value), (2.0, 60.0))
        quant = self.env["stock.quant"].search(
            [("product_id", "=", fifo.id), ("location_id", "=", self.van.id)]
        )
        self.assertEqual(quant.value, 60.0)

    def test_goods_of_others_tie_up_no_money(self):
        owner = self._create_partner("Owner")
        self.env["stock.quant"]._update_available_quantity(
            self.product,
            self.van,
            4.0,
            owner_id=owner,
            in_date=self.now - timedelta(days=200),
        )
        self.product.standard_price = 9.0
        line = self._propose()
        self.assertEqual((line.quantity, line.value), (4.0, 0.0))

    # --------------------------------------------------------------------- rights
    def test_technician_reads_his_own_van(self):
        self._plan()
        nina = self._create_technician("Nina")
        van = nina._create_service_location()
        self._ago(self._receive(self.second, 4.0, 10.0, location=van), 200)
        line = self._propose()
        other = self._get_lines(self.second, van)
        self.assertEqual(other.kind, "return")
        lines = self.lines.with_user(self.user_technician)
        self.assertEqual(lines.search([]), line)
        self.assertTrue(line.with_user(self.user_technician).explanation)
        for field in ("value", "unit_cost"):
            with self.assertRaises(AccessError):
                line.with_user(self.user_technician).read([field])
        with self.assertRaises(AccessError):
            other.with_user(self.user_technician).read(["quantity"])
        for call in (lines.action_propose, line.with_user(lines.env.user).action_apply):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            line.with_user(self.user_technician).quantity = 1.0

    def test_dispatcher_decides_and_the_rest_is_computed(self):
        self._plan()
        lines = self.lines.with_user(self.dispatcher)
        lines.action_propose()
        line = lines.search([("product_id", "=", self.product.id)])
        self.assertEqual(line.quantity, 3.0)
        with self.assertRaises(AccessError):
            line.read(["value"])
        self.assertEqual(line.with_user(self.manager).value, 30.0)
        with self.assertRaisesRegex(UserError, "decided by hand"):
            line.needed_qty = 99.0
        with self.assertRaises(AccessError):
            lines.create({"product_id": self.product.id})
        with self.assertRaises(AccessError):
            line.unlink()

    def test_other_company_sees_nothing(self):
        self._plan()
        line = self._propose()
        user = new_test_user(
            self.env,
            login="fs_dispatcher_b",
            groups="field_service.group_dispatcher",
            company_id=self.company_b.id,
            company_ids=[(6, 0, self.company_b.ids)],
        )
        self.assertFalse(self.lines.with_user(user).search([]))
        with self.assertRaises(AccessError):
            line.with_user(user).action_apply()

    # ----------------------------------------------------------------------- cron
    @mute_logger("odoo.addons.field_service_stock.models.field_service_replenishment")
    def test_cron_goes_on_after_a_failure(self):
        self._plan()
        every = self.env["res.company"].search([])
        every.service_replenish_weekly = False
        (self.company + self.company_b).service_replenish_weekly = True
        original = type(self.lines)._prepare_proposal

        def fail_for_b(self, scope):
            if scope.company.name == "Service B":
                raise ValueError("broken")
            return original(self, scope)

        cron = type(self.env["ir.cron"])
        with (
            patch.object(type(self.lines), "_prepare_proposal", fail_for_b),
            patch.object(cron, "_commit_progress", lambda *args, **kwargs: 1),
        ):
            self.lines._cron_propose()
        self.assertEqual(self._get_lines().quantity, 3.0)

    def test_cron_leaves_others_alone(self):
        self._plan()
        self.env["res.company"].search([]).service_replenish_weekly = False
        cron = type(self.env["ir.cron"])
        with patch.object(cron, "_commit_progress", lambda *args, **kwargs: 1):
            self.lines._cron_propose()
        self.assertFalse(self._get_lines())

    # ---------------------------------------------------------------- bad input
    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        self._plan()
        line = self._propose()
        with self.assertRaises(IntegrityError) as refused, self.env.cr.savepoint():
            line.quantity = -1.0
            line.flush_recordset()
        self.assertIn("quantity_positive", str(refused.exception))
        for name, value in (
            ("service_fill_rate", 1.0),
            ("service_fill_rate", 0.0),
            ("service_replenish_days", 0),
        ):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.company[name] = value
                self.company.flush_recordset()
        with self.assertRaisesRegex(UserError, "cannot be loaded|counted in"):
            self.product.service_load_uom_id = self.env.ref("uom.product_uom_hour")
