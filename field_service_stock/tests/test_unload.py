from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_load import MONDAY, LoadCommon


@tagged("post_install", "-at_install")
class TestUnload(LoadCommon):
    """What came back or is not needed is proposed to leave the van, and no more."""

    def _propose(self, user=None):
        action = self.technician.with_user(
            user or self.dispatcher
        ).action_propose_unload()
        return (
            self.env["field.service.unload"]
            .with_user(user or self.dispatcher)
            .browse(action["res_id"])
        )

    def _load(self, **values):
        order, visit = self._plan(**values)
        self._prepare().action_load_all()
        return order, visit

    def test_of_a_cancelled_order(self):
        order, __ = self._load()
        self.assertFalse(self._propose().line_ids, "still needed")
        order.action_cancel()
        wizard = self._propose()
        line = wizard.line_ids
        self.assertEqual((line.product_id, line.quantity), (self.seal, 2.0))
        self.assertEqual(line.location_dest_id, self.stock)
        self.assertEqual(line.reason, f"Loaded for {order.name}, which is “Cancelled”")
        action = wizard.action_create()
        self.assertEqual(action["tag"], "display_notification")
        move = (
            self.env["stock.move"]
            .search(
                [("location_id", "=", self.van.id), ("service_part_id", "!=", False)]
            )
            .filtered(lambda one: one.location_dest_id == self.stock)
        )
        self.assertEqual((move.state, move.quantity), ("assigned", 2.0))
        self.assertFalse(self._propose().line_ids, "on its way already")
        move.picked = True
        move.picking_id._action_done()
        self.assertEqual(self._get_on_hand(self.seal, self.stock), (10.0, 0.0))
        self._receive(self.seal, 5.0, 5.0)
        self.assertFalse(self._propose().line_ids, "once")

    def test_what_was_not_used(self):
        """2 of 5 were used, and the technician says that 3 stay in the van."""
        order, visit = self._load(parts=[(self.seal, 5.0)])
        order.part_ids.action_use(2.0)
        order.part_ids.action_release()
        with freeze_time(MONDAY + timedelta(hours=3)):
            visit.register_event("work_start", MONDAY)
            visit.register_event(
                "work_end", MONDAY + timedelta(hours=1), result="solved"
            )
            self.assertEqual(order.state, "done")
            line = self._propose().line_ids
        self.assertEqual(line.quantity, 3.0)
        self.assertEqual(line.reason, f"Loaded for {order.name}, not used")

    def test_what_was_brought_back(self):
        """Used from the van's own stock and taken back: one is in the van again."""
        self._receive(self.seal, 4.0, 5.0)
        order, __ = self._plan(parts=[(self.seal, 3.0)])
        part = order.part_ids
        part.action_use()
        part.action_return(1.0)
        part.cancelled = True
        line = self._propose(self.clerk).line_ids
        self.assertEqual(line.quantity, 1.0)
        self.assertEqual(line.reason, f"Brought back from {order.name}")

    def test_what_is_needed_or_kept_stays(self):
        order, __ = self._load(parts=[(self.seal, 6.0)])
        order.action_cancel()
        draft = self._create_order(release=False)
        self.env["field.service.part"].create(
            {"order_id": draft.id, "product_id": self.seal.id, "quantity": 2.0}
        )
        self._create_visit(draft, start=MONDAY + timedelta(days=1))
        self.assertEqual(self._propose().line_ids.quantity, 4.0)
        later = self._create_order(release=False)
        self.env["field.service.part"].create(
            {"order_id": later.id, "product_id": self.seal.id, "quantity": 1.0}
        )
        self._create_visit(later, start=MONDAY + timedelta(days=20))
        self.assertEqual(self._propose().line_ids.quantity, 4.0, "in 20 days")
        self.company.service_unload_days = 30
        self.assertEqual(self._propose().line_ids.quantity, 3.0)
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.seal.id,
                "location_id": self.van.id,
                "warehouse_id": self.warehouse.id,
                "product_min_qty": 1.0,
                "product_max_qty": 2.0,
            }
        )
        self.assertEqual(self._propose().line_ids.quantity, 1.0)

    def test_own_stock_of_the_van_stays(self):
        self._receive(self.seal, 9.0, 5.0)
        self.assertFalse(self._propose().line_ids)

    def test_serials(self):
        """SN1 was loaded for the order, SN0 is stock of the van."""
        self._create_serials("SN0", location=self.van)
        self._create_serials("SN1", "SN2")
        order, __ = self._plan(parts=[(self.pump, 2.0)])
        self._prepare().action_load_all()
        loaded = order.part_ids.move_ids.filtered(
            lambda move: move.location_dest_id == self.van
        ).move_line_ids.lot_id
        order.action_cancel()
        wizard = self._propose()
        self.assertEqual(wizard.line_ids.lot_id, loaded)
        wizard.action_create()
        lines = self.env["stock.move.line"].search(
            [("location_id", "=", self.van.id), ("state", "=", "assigned")]
        )
        self.assertEqual(lines.lot_id, loaded)
        self.assertEqual(lines.mapped("quantity"), [1.0] * len(loaded))

    def test_more_than_proposed(self):
        order, __ = self._load()
        order.action_cancel()
        wizard = self._propose()
        wizard.line_ids.quantity = 3.0
        with self.assertRaisesRegex(UserError, "only 2 can be taken out"):
            wizard.action_create()
        wizard.line_ids.quantity = 0.0
        with self.assertRaisesRegex(UserError, "Nothing is chosen"):
            wizard.action_create()
        wizard.line_ids.quantity = 1.0
        wizard.action_create()
        self.assertEqual(self._propose().line_ids.quantity, 1.0)

    def test_technicians_do_not_decide(self):
        with self.assertRaises(AccessError):
            self._propose(self.user_technician)

    def test_back_to_where_it_came_from(self):
        north = self._create_second_warehouse()
        self._receive(self.seal, 5.0, 5.0, location=north.lot_stock_id)
        order, __ = self._plan()
        move = order.part_ids._get_supply_moves()
        move._do_unreserve()
        move.location_id = north.lot_stock_id
        move._action_assign()
        self._prepare().action_load_all()
        order.action_cancel()
        self.assertEqual(self._propose().line_ids.location_dest_id, north.lot_stock_id)

    def test_teams_of_two(self):
        order, __ = self._load()
        order.action_cancel()
        other, __ = self._plan(technician=self.tom)
        self._prepare(self.tom)
        self._get_load(self.tom).action_load_all()
        other.action_cancel()
        both = (self.technician | self.tom).with_user(self.dispatcher)
        wizard = self.env["field.service.unload"].browse(
            both.action_propose_unload()["res_id"]
        )
        wizard.with_user(self.dispatcher).action_create()
        pickings = (
            self.env["stock.picking"]
            .search([("location_id", "in", (self.van | self.tom_van).ids)])
            .filtered(lambda one: one.location_dest_id == self.stock)
        )
        self.assertEqual(pickings.location_id, self.van | self.tom_van)

    def test_commands_are_no_way_around(self):
        """A line of one's own making names a van, but proposes nothing."""
        self._receive(self.seal, 9.0, 5.0)
        wizard = (
            self.env["field.service.unload"]
            .with_user(self.dispatcher)
            .create(
                {
                    "line_ids": [
                        Command.create(
                            {
                                "technician_id": self.technician.id,
                                "location_id": self.van.id,
                                "location_dest_id": self.stock.id,
                                "product_id": self.seal.id,
                                "quantity": 5.0,
                            }
                        )
                    ]
                }
            )
        )
        with self.assertRaisesRegex(UserError, "only 0 can be taken out"):
            wizard.action_create()
