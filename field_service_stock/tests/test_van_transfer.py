from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.field_service.tests.common import MONDAY

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestVanTransfer(FieldServiceStockCommon):
    """A technician asks a colleague, who hands it over or declines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.van.warehouse_id
        cls.stock = cls.warehouse.lot_stock_id
        cls.user_tom = cls._create_user("tom", "field_service.group_technician")
        cls.user_ulf = cls._create_user("ulf", "field_service.group_technician")
        cls.tom = cls._create_technician("Tom", user_id=cls.user_tom.id)
        cls.ulf = cls._create_technician("Ulf", user_id=cls.user_ulf.id)
        cls.van_tom = cls.tom._create_service_location()
        cls.van_ulf = cls.ulf._create_service_location()
        cls.seal = cls._create_part_product("Seal")
        cls.transfers = cls.env["field.service.van.transfer"]
        cls.reason = cls.env.ref("field_service_stock.reason_van_needed")

    def _ask(self, quantity=1.0, user=None, product=None, **values):
        """Ask in the wizard, as the button on a line of the list does."""
        product = product or self.seal
        wizard = (
            self.env["field.service.van.request"]
            .with_user(user or self.user_technician)
            .create(
                {
                    "source_id": self.van_tom.id,
                    "product_id": product.id,
                    "quantity": quantity,
                    **values,
                }
            )
        )
        action = wizard.action_ask()
        return self.transfers.browse(action["res_id"])

    def _create_waiting_part(self, quantity=3.0):
        """A released order of Tina's whose part nobody has but colleagues."""
        order = self._create_order(release=False)
        self._create_visit(order)
        part = self._create_part(order, self.seal, quantity, mandatory=True)
        order.action_release()
        return part

    def _end(self, transfer, user, note=None):
        wizard = self.env["field.service.van.refusal"].with_user(user)
        wizard.create(
            {"transfer_id": transfer.id, "reason_id": self.reason.id, "note": note}
        ).action_confirm()

    def _get_told(self, transfer):
        """Return who was told what: [(title, people)], oldest first."""
        messages = transfer.message_ids.filtered("partner_ids").sorted("id")
        return [
            (message.subject.split(":")[0], set(message.partner_ids.mapped("name")))
            for message in messages
        ]

    # --------------------------------------------------------------- from the list
    def test_asked_and_handed_over_by_one_tap(self):
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        before = self.env["account.move"].search_count([])
        transfer = self._ask(2.0)
        picking = transfer.picking_id
        self.assertEqual(transfer.state, "requested")
        self.assertEqual(
            (picking.location_id, picking.location_dest_id), (self.van_tom, self.van)
        )
        self.assertEqual(picking.picking_type_id, self.warehouse.int_type_id)
        self.assertEqual(picking.move_ids.state, "assigned")
        self.assertEqual(self._get_on_hand(self.seal, self.van_tom), (5.0, 2.0))
        transfer.with_user(self.user_tom).action_hand_over()
        self.assertEqual((transfer.state, picking.state), ("done", "done"))
        self.assertEqual(self._get_on_hand(self.seal, self.van_tom), (3.0, 0.0))
        self.assertEqual(self._get_on_hand(self.seal, self.van), (2.0, 0.0))
        self.assertEqual(self.env["account.move"].search_count([]), before)
        self.assertEqual(self.seal.with_company(self.company).total_value, 50.0)
        with self.assertRaisesRegex(UserError, "over already: Handed over"):
            transfer.with_user(self.user_tom).action_hand_over()
        with self.assertRaisesRegex(UserError, "over already"):
            self._end(transfer, self.user_tom)

    def test_both_are_told_once(self):
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        tina, tom = self.user_technician.name, self.user_tom.name
        asked = ("A colleague needs a part", {tom})
        transfer = self._ask()
        self.assertEqual(self._get_told(transfer), [asked])
        transfer.with_user(self.user_tom).action_hand_over()
        self.assertEqual(
            self._get_told(transfer), [asked, ("Part handed over", {tina})]
        )
        transfer = self._ask(user=self.dispatcher, destination_id=self.van.id)
        self.assertEqual(
            self._get_told(transfer), [("A colleague needs a part", {tina, tom})]
        )
        message = transfer.message_ids.filtered("partner_ids")
        self.assertIn("Tom → Tina", message.body)
        self.assertIn("1 Units Seal", message.body)

    def test_everybody_reads_his_own_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.user_tom.lang = "ru_RU"
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        transfer = self._ask(user=self.dispatcher, destination_id=self.van.id)
        told = {tuple(people): title for title, people in self._get_told(transfer)}
        self.assertEqual(told[self.user_technician.name,], "A colleague needs a part")
        self.assertRegex(told[self.user_tom.name,], "[А-Яа-я]")

    def test_the_other_quantity_is_agreed_on(self):
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        transfer = self._ask(4.0)
        with Form(transfer.with_user(self.user_tom)) as form:
            form.quantity = 1.0
        self.assertEqual(self._get_on_hand(self.seal, self.van_tom), (5.0, 1.0))
        with self.assertRaisesRegex(UserError, "Only 5 Units of Seal are free"):
            transfer.with_user(self.user_tom).quantity = 6.0
        with self.assertRaisesRegex(UserError, "more than zero"):
            transfer.with_user(self.user_tom).quantity = 0.0
        transfer.with_user(self.user_technician).action_hand_over()
        self.assertEqual(self._get_on_hand(self.seal, self.van), (1.0, 0.0))
        with self.assertRaisesRegex(UserError, "over already"):
            transfer.with_user(self.user_tom).quantity = 2.0

    def test_somebody_was_faster(self):
        self._receive(self.seal, 2.0, 10.0, location=self.van_tom)
        transfer = self._ask(2.0)
        self.assertEqual(len(transfer), 1)
        with self.assertRaisesRegex(UserError, "Only 0 Units of Seal are free in"):
            self._ask(1.0, user=self.user_ulf)
        # What is used without reservation is not there to be handed over.
        self.env["stock.quant"]._update_available_quantity(
            self.seal, self.van_tom, -1.0
        )
        transfer.picking_id.move_ids._do_unreserve()
        with self.assertRaisesRegex(UserError, "Only 1 Units of Seal are free"):
            transfer.with_user(self.user_tom).action_hand_over()
        self.assertEqual(transfer.state, "requested")

    # ------------------------------------------------------------------- for a part
    def test_a_part_gets_ready(self):
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        part = self._create_waiting_part()
        self.assertEqual(part.readiness, "missing")
        loading = part._get_supply_moves()
        self.assertEqual(loading.product_uom_qty, 3.0)
        action = part.with_user(self.user_technician).action_view_van_stock()
        lines = self.env["field.service.van.stock"].with_user(self.user_technician)
        lines = lines.with_context(**action["context"]).search(action["domain"])
        self.assertEqual(lines.location_id, self.van_tom)
        request = lines.action_ask()
        wizard = Form(
            self.env["field.service.van.request"]
            .with_user(self.user_technician)
            .with_context(**request["context"])
        )
        self.assertEqual((wizard.quantity, wizard.free_quantity), (3.0, 5.0))
        self.assertEqual(wizard.destination_id, self.van)
        self.assertEqual(wizard.holder, "Tom")
        transfer = self.transfers.browse(wizard.save().action_ask()["res_id"])
        move = transfer.picking_id.move_ids
        self.assertEqual(move.service_part_id, part)
        self.assertEqual(move.service_order_id, part.order_id)
        self.assertEqual(transfer.order_id, part.order_id)
        self.assertEqual(loading.state, "cancel", "It need not be loaded as well.")
        self.assertEqual((part.readiness, part.order_id.readiness), ("transfer",) * 2)
        self.assertEqual(part.readiness_date, move.date)
        transfer.with_user(self.user_technician).action_hand_over()
        self.assertEqual((part.readiness, part.state), ("ready", "reserved"))
        self.assertEqual(part.used_qty, 0.0)
        self.assertFalse(self._get_part_items(part))
        part.with_user(self.user_technician).action_use()
        self._assert_posted(part._get_done_moves(), "parts", [30.0])

    def test_the_rest_comes_from_the_warehouse(self):
        self._receive(self.seal, 2.0, 10.0, location=self.van_tom)
        part = self._create_waiting_part()
        self._receive(self.seal, 9.0, 10.0, location=self.stock)._trigger_assign()
        transfer = self._ask(2.0, part_id=part.id)
        move = transfer.picking_id.move_ids
        loading = part._get_supply_moves() - move
        self.assertEqual(loading.location_id, self.stock)
        self.assertEqual(loading.product_uom_qty, 1.0)
        self.assertEqual(part.readiness, "transfer")
        with self.assertRaisesRegex(UserError, "Only 1 Units of Seal are missing"):
            self._ask(2.0, part_id=part.id)
        # The colleague has one of two: the second comes from the warehouse too.
        transfer.with_user(self.user_tom).quantity = 1.0
        loading = part._get_supply_moves() - move
        self.assertEqual(sum(loading.mapped("product_uom_qty")), 2.0)

    def test_the_colleague_declines(self):
        self._receive(self.seal, 3.0, 10.0, location=self.van_tom)
        part = self._create_waiting_part()
        transfer = self._ask(3.0, part_id=part.id)
        self.assertEqual(part.readiness, "transfer")
        self.assertTrue(transfer.with_user(self.user_tom).can_decline)
        self.assertFalse(transfer.with_user(self.user_technician).can_decline)
        self._end(transfer, self.user_tom, "Tomorrow's job")
        self.assertEqual(transfer.state, "declined")
        self.assertEqual(
            (transfer.reason_id, transfer.note), (self.reason, "Tomorrow's job")
        )
        self.assertEqual(transfer.picking_id.state, "cancel")
        self.assertEqual(self._get_on_hand(self.seal, self.van_tom), (3.0, 0.0))
        self.assertEqual(
            self._get_told(transfer)[1:],
            [("Part not handed over", {self.user_technician.name})],
        )
        # It is missing again, and the warehouse is asked.
        self.assertEqual(part.readiness, "missing")
        loading = part._get_supply_moves()
        self.assertEqual(
            (loading.location_id, loading.product_uom_qty), (self.stock, 3.0)
        )

    def test_who_asked_or_the_dispatcher_cancels(self):
        self._receive(self.seal, 3.0, 10.0, location=self.van_tom)
        for user, told in (
            (self.user_technician, {self.user_tom.name}),
            (self.dispatcher, {self.user_tom.name, self.user_technician.name}),
        ):
            transfer = self._ask()
            self._end(transfer, user)
            self.assertEqual(transfer.state, "cancelled")
            self.assertEqual(
                self._get_told(transfer)[1:], [("Part not needed any more", told)]
            )

    def test_a_cancelled_order_needs_nothing(self):
        self._receive(self.seal, 3.0, 10.0, location=self.van_tom)
        part = self._create_waiting_part()
        transfer = self._ask(3.0, part_id=part.id)
        part.order_id.action_cancel()
        self.assertEqual(transfer.state, "cancelled")
        self.assertEqual(self._get_on_hand(self.seal, self.van_tom), (3.0, 0.0))
        self.assertEqual(len(self._get_told(transfer)), 2)

    def test_a_storekeeper_validates_it(self):
        self._receive(self.seal, 3.0, 10.0, location=self.van_tom)
        transfer = self._ask()
        user = self._create_user("stock", "stock.group_stock_user")
        picking = transfer.picking_id.with_user(user)
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(transfer.state, "done")
        told = {self.user_tom.name, self.user_technician.name}
        self.assertEqual(self._get_told(transfer)[1:], [("Part handed over", told)])

    def test_a_locked_period_does_not_keep_it(self):
        self._receive(self.seal, 3.0, 10.0, location=self.van_tom)
        transfer = self._ask()
        transfer.picking_id.scheduled_date = "2026-02-10"
        self.company.fiscalyear_lock_date = "2026-02-28"
        transfer.with_user(self.user_tom).action_hand_over()
        self.assertEqual(transfer.state, "done")

    # ----------------------------------------------------------------------- serials
    def test_the_serial_that_was_asked_for(self):
        pump = self._create_part_product("Pump", tracking="serial")
        lots = self.env["stock.lot"].create(
            [
                {"name": name, "product_id": pump.id, "company_id": self.company.id}
                for name in ("P1", "P2", "P3")
            ]
        )
        for lot, place in zip(
            lots, (self.van_tom, self.van_tom, self.van_ulf), strict=True
        ):
            self.env["stock.quant"]._update_available_quantity(
                pump, place, 1.0, lot_id=lot
            )
        transfer = self._ask(product=pump, lot_id=lots[1].id)
        self.assertEqual(transfer.picking_id.move_line_ids.lot_id, lots[1])
        transfer.with_user(self.user_technician).action_hand_over()
        quant = self.env["stock.quant"].search(
            [("lot_id", "=", lots[1].id), ("quantity", ">", 0)]
        )
        self.assertEqual(quant.location_id, self.van)
        with self.assertRaisesRegex(UserError, r"P2 of Pump is not in .*but in .*Van"):
            self._ask(product=pump, lot_id=lots[1].id)
        with self.assertRaisesRegex(UserError, "P3 of Pump is not in .*Van Ulf"):
            self._ask(product=pump, lot_id=lots[2].id)
        with self.assertRaisesRegex(UserError, "is a number of Pump, not of Seal"):
            self._ask(lot_id=lots[0].id)
        # Without a number Odoo takes what is there.
        transfer = self._ask(product=pump)
        self.assertEqual(transfer.picking_id.move_line_ids.lot_id, lots[0])

    # --------------------------------------------------------------------- bad input
    def test_what_cannot_be_asked_for(self):
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        part = self._create_waiting_part()
        other = self._create_part_product("Other")
        user_c = self._create_user("nobody", "field_service.group_technician")
        count = self.env["stock.picking"].search_count([])
        for message, values in (
            ("Only 5 Units of Seal are free", {"quantity": 6.0}),
            ("more than zero", {"quantity": 0.0}),
            ("more than zero", {"quantity": -1.0}),
            ("is in .* already", {"source_id": self.van.id}),
            ("is no van", {"source_id": self.stock.id}),
            ("is not your van", {"destination_id": self.van_ulf.id}),
            ("You have no van", {"user": user_c}),
            ("Only 3 Units", {"part_id": part.id, "quantity": 4.0}),
            ("does not wait for Other", {"part_id": part.id, "product": other}),
            (
                "must be brought there",
                {"part_id": part.id, "destination_id": self.van_ulf.id},
            ),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self._ask(**values)
        self.assertEqual(self.env["stock.picking"].search_count([]), count)
        draft = self._create_order(release=False)
        self._create_visit(draft, start=MONDAY + timedelta(days=1))
        planned = self._create_part(draft, self.seal)
        with self.assertRaisesRegex(UserError, "is not released"):
            self._ask(part_id=planned.id)

    def test_another_company_sells_and_does_not_hand_over(self):
        self.seal.company_id = False
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        both = self._create_user("both", "field_service.group_dispatcher")
        both.company_ids = [Command.link(self.company_b.id)]
        companies = (self.company + self.company_b).ids
        wizard = self.env["field.service.van.request"].with_user(both)
        wizard = wizard.with_context(allowed_company_ids=companies).create(
            {
                "source_id": self.van_tom.id,
                "product_id": self.seal.id,
                "destination_id": self.van_b.id,
                "quantity": 1.0,
            }
        )
        with self.assertRaisesRegex(UserError, "different companies"):
            wizard.action_ask()
        # Who sees one company only does not even see the other's van.
        with self.assertRaises(AccessError):
            self._ask(user=self.dispatcher, destination_id=self.van_b.id)

    # ------------------------------------------------------------------------ access
    def test_only_the_two_and_the_office(self):
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        transfer = self._ask()
        mine = [("id", "=", transfer.id)]
        for user in self.user_tom, self.user_technician, self.dispatcher, self.manager:
            self.assertTrue(self.transfers.with_user(user).search(mine))
        self.assertFalse(self.transfers.with_user(self.user_ulf).search(mine))
        with self.assertRaises(AccessError):
            transfer.with_user(self.user_ulf).action_hand_over()
        clerk = self._create_user("clerk", "account.group_account_invoice")
        self.assertTrue(self.transfers.with_user(clerk).search(mine))
        with self.assertRaises(AccessError):
            transfer.with_user(clerk).action_hand_over()
        other = self._create_user("b", "field_service.group_manager")
        other.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.assertFalse(self.transfers.with_user(other).search(mine))
        self.assertEqual(transfer.state, "requested")

    def test_nobody_writes_what_is_not_his(self):
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        transfer = self._ask().with_user(self.user_tom)
        for values in (
            {"destination_id": self.van_ulf.id},
            {"part_id": False},
            {"is_declined": True},
            {"giver_ids": [Command.link(self.ulf.id)]},
        ):
            with self.assertRaises(AccessError):
                transfer.write(values)
        with self.assertRaises(AccessError):
            self.transfers.with_user(self.user_tom).create(
                {"picking_id": transfer.sudo().picking_id.id}
            )
        transfer.note = "At the petrol station"

    def test_a_technician_asks_for_his_own_orders_only(self):
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        part = self._create_waiting_part()
        with self.assertRaises(AccessError):
            self._ask(user=self.user_ulf, part_id=part.id)

    def test_whoever_shares_a_van_hands_over(self):
        self.ulf.service_location_id = self.van_tom
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        transfer = self._ask()
        self.assertEqual(transfer.giver_ids, self.tom + self.ulf)
        transfer.with_user(self.user_ulf).action_hand_over()
        self.assertEqual(transfer.state, "done")
        with self.assertRaisesRegex(UserError, "already"):
            self._ask(user=self.user_ulf)

    def test_a_van_without_technician_is_emptied_by_who_needs_it(self):
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        self.tom.action_archive()
        transfer = self._ask()
        self.assertFalse(transfer.giver_ids)
        transfer.with_user(self.user_technician).action_hand_over()
        self.assertEqual(self._get_on_hand(self.seal, self.van), (1.0, 0.0))

    def test_the_forms_open_for_those_who_use_them(self):
        self._receive(self.seal, 5.0, 10.0, location=self.van_tom)
        transfer = self._ask(part_id=self._create_waiting_part().id)
        for user in (
            *(self.user_tom, self.user_technician, self.dispatcher),
            self._create_user("stock", "stock.group_stock_user"),
        ):
            Form(transfer.with_user(user))
        action = transfer.with_user(self.user_tom).action_open_end()
        self.assertEqual(action["name"], "Decline")
        wizard = Form(
            self.env["field.service.van.refusal"]
            .with_user(self.user_tom)
            .with_context(**action["context"])
        )
        self.assertEqual(wizard.transfer_id, transfer)
