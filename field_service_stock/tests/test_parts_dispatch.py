from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestPartsDispatch(FieldServiceStockCommon):
    """A visit without its parts: warned about, not sent, or sent with a reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock = cls.van.warehouse_id.lot_stock_id
        cls.seal = cls._create_part_product("Seal")
        cls.pump = cls._create_part_product("Pump")
        cls.reason = cls.env["field.service.reason"].create(
            {"name": "Parts come by courier", "kind": "override"}
        )
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        cls.start = now + timedelta(days=2)

    def _plan(self, quantity=1.0):
        order = self._create_order(release=False)
        part = self._create_part(order, self.seal, quantity, mandatory=True)
        order.action_release()
        return order, part, self._create_visit(order, start=self.start)

    # -------------------------------------------------------------------- warnings
    def test_plan_warns_of_missing_parts(self):
        order, part, visit = self._plan()
        mine = visit.with_user(self.dispatcher)
        self.assertIn("Seal", mine.plan_warnings)
        self.assertIn("Missing", mine.parts_not_ready)
        self._receive(self.seal, 1.0, 10.0)
        order.action_reserve_parts()
        self.assertEqual(part.state, "reserved")
        self.assertFalse(visit._check_plan_parts())
        self.assertFalse(mine.parts_not_ready)

    def test_plan_before_the_transfer_arrives(self):
        self._receive(self.seal, 1.0, 10.0, location=self.stock)
        order, part, visit = self._plan()
        self.assertFalse(visit._check_plan_parts())
        part._get_supply_moves().date = self.start + timedelta(days=1)
        self.assertEqual(order.readiness_date, self.start + timedelta(days=1))
        self.assertIn("Waiting for transfer", visit._check_plan_parts()[visit][0])

    def test_parts_of_another_visit_do_not_matter(self):
        order, part, visit = self._plan()
        other = self._create_visit(order, start=self.start + timedelta(days=1))
        part.visit_id = other
        self.assertFalse(visit._check_plan_parts())
        self.assertIn(other, other._check_plan_parts())

    # -------------------------------------------------------------------- dispatch
    def test_dispatch_needs_the_parts_or_a_reason(self):
        __, __, visit = self._plan()
        mine = visit.with_user(self.dispatcher)
        with self.assertRaisesRegex(ValidationError, "Seal"):
            mine.action_dispatch()
        wizard = (
            self.env["field.service.parts.override"]
            .with_user(self.dispatcher)
            .create(
                {
                    "visit_ids": visit.ids,
                    "reason_id": self.reason.id,
                    "note": "At noon",
                }
            )
        )
        self.assertIn("Seal", wizard.missing)
        wizard.action_dispatch()
        self.assertEqual(visit.state, "dispatched")
        self.assertTrue(visit.dispatched_without_parts)
        self.assertIn("Seal", visit.parts_override_missing)
        self.assertEqual(visit.parts_override_by_id, self.dispatcher)
        self.assertTrue(visit.parts_override_on)

    def test_loaded_on_the_way_is_enough(self):
        self._receive(self.seal, 1.0, 10.0, location=self.stock)
        __, __, visit = self._plan()
        visit.with_user(self.dispatcher).action_dispatch()
        self.assertEqual(visit.state, "dispatched")
        self.assertFalse(visit.dispatched_without_parts)

    def test_reason_is_forgotten_when_planned_again(self):
        __, __, visit = self._plan()
        visit.parts_override_reason_id = self.reason
        visit.action_dispatch()
        visit.write({"state": "planned"})
        self.assertFalse(visit.parts_override_reason_id)
        self.assertFalse(visit.dispatched_without_parts)
        with self.assertRaises(ValidationError):
            visit.action_dispatch()

    def test_technician_decides_nothing_and_is_not_stopped(self):
        __, __, visit = self._plan()
        mine = visit.with_user(self.user_technician)
        with self.assertRaisesRegex(UserError, "Only a dispatcher"):
            mine.parts_override_reason_id = self.reason
        # He stands at the door already: a fact is not refused.
        mine.register_event("work_start", fields.Datetime.now())
        self.assertEqual(visit.state, "working")

    def test_reason_of_another_kind(self):
        __, __, visit = self._plan()
        with self.assertRaisesRegex(ValidationError, "not a reason for an override"):
            visit.parts_override_reason_id = self.env.ref(
                "field_service.field_service_reason_return_missing_part"
            )

    # -------------------------------------------------------------------- snapshot
    def test_technician_is_told_which_parts_change(self):
        self._receive(self.seal, 5.0, 10.0)
        self._receive(self.pump, 5.0, 10.0)
        order, part, visit = self._plan()
        visit.action_dispatch()
        visit.action_acknowledge()
        self.assertEqual(visit.state, "acknowledged")
        self._create_part(order, self.pump, 1.0, source="dispatcher")
        self.assertEqual(visit.state, "dispatched")
        self.assertEqual(visit.dispatch_changes, "Parts: +1 Pump")
        visit.action_acknowledge()
        part.quantity = 2.0
        self.assertEqual(visit.dispatch_changes, "Parts: +2 Seal, −1 Seal")
        visit.action_acknowledge()
        part.action_release()
        self.assertEqual(visit.dispatch_changes, "Parts: −2 Seal")

    def test_technician_knows_what_he_adds_himself(self):
        order, __, visit = self._plan()
        visit.parts_override_reason_id = self.reason
        visit.action_dispatch()
        visit.action_acknowledge()
        self.env["field.service.part"].with_user(self.user_technician).create(
            {"order_id": order.id, "product_id": self.pump.id}
        )
        self.assertEqual(visit.state, "acknowledged")

    # ------------------------------------------------------------------- attention
    def _get_reason(self, order):
        self.env.flush_all()
        self.env.invalidate_all()
        line = self.env["field.service.attention"].with_user(self.dispatcher)
        return line.search([("order_id", "=", order.id)]).reason

    def test_parts_that_come_too_late_need_attention(self):
        order, __, visit = self._plan()
        self.assertEqual(self._get_reason(order), "parts_late")
        visit.parts_override_reason_id = self.reason
        self.assertFalse(self._get_reason(order))
        visit.parts_override_reason_id = False
        self._receive(self.seal, 1.0, 10.0)
        order.action_reserve_parts()
        self.assertFalse(self._get_reason(order))

    # ----------------------------------------------------------------------- board
    def test_board_shows_what_is_not_there(self):
        order, __, visit = self._plan()
        board = self.env["field.service.board"].with_user(self.dispatcher)
        card = board.get_visit_card(visit.id)
        self.assertEqual(card["parts_label"], "Missing")
        self.assertTrue(card["parts_missing"])
        self._receive(self.seal, 1.0, 10.0)
        order.action_reserve_parts()
        self.assertEqual(board.get_visit_card(visit.id)["parts_label"], "")
        waiting = self._create_order(release=False)
        self._create_part(waiting, self.pump, 1.0, mandatory=True)
        waiting.action_release()
        listed = board.get_orders_to_plan(search=waiting.name)["records"]
        self.assertEqual(listed[0]["parts_label"], "Missing")
