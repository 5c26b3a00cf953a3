from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestEquipment(FieldServiceStockCommon):
    """Parts with a serial number become equipment where they are used."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump = cls._create_pump(cls.company)
        cls.site = cls._create_partner("Plant", parent_id=cls.partner.id, type="other")
        cls.boiler = cls._create_asset("Boiler", site_id=cls.site.id)
        order = cls._create_order(site_id=cls.site.id, asset_ids=cls.boiler.ids)
        cls._create_visit(order)
        cls.order = order

    @classmethod
    def _create_pump(cls, company, **values):
        return cls._create_part_product(
            "Pump",
            company,
            **{
                "tracking": "serial",
                "service_warranty_months": 24,
                "service_repair_warranty_months": 6,
                **values,
            },
        )

    @classmethod
    def _create_lot(cls, name, product=None, cost=100.0):
        """Receive a unit with this serial number into the van, at a cost."""
        product = product or cls.pump
        company = product.company_id
        van = cls.van if company == cls.company else cls.van_b
        lot = cls.env["stock.lot"].create(
            {"name": name, "product_id": product.id, "company_id": company.id}
        )
        moves = cls.env["stock.move"].with_company(company)
        move = moves.create(
            {
                "product_id": product.id,
                "product_uom": product.uom_id.id,
                "product_uom_qty": 1.0,
                "location_id": cls.suppliers.id,
                "location_dest_id": van.id,
                "company_id": company.id,
                "picking_type_id": van.warehouse_id.in_type_id.id,
                "value_manual": cost,
            }
        )
        move._action_confirm()
        move.quantity = 1.0
        move.move_line_ids.lot_id = lot
        move.picked = True
        move._action_done()
        return lot

    def _use(self, lot, order=None, now="2026-03-02 12:00:00", **values):
        """Use one unit at some time; return its part."""
        order = order or self.order
        part = self._create_part(order, lot.product_id, 1.0, **values)
        with freeze_time(now):
            part.action_reserve()
            if part.move_ids.move_line_ids.lot_id != lot:
                part.move_ids.move_line_ids.lot_id = lot
            part.action_use()
        return part

    @classmethod
    def _get_asset(cls, lot, company=None):
        company = company or cls.company
        return (
            cls.env["field.service.asset"]
            .with_context(active_test=False)
            .search([("lot_id", "=", lot.id), ("company_id", "=", company.id)])
        )

    def _get_history(self, asset):
        """Return (site, from, until, why) of each stay, oldest first."""
        return [
            (stay.site_id, stay.date_from, stay.date_to, stay.removal)
            for stay in asset.installation_ids.sorted("id")
        ]

    # -------------------------------------------------------------------- put in
    def test_a_used_unit_becomes_equipment(self):
        lot = self._create_lot("P1")
        # 22:30 in London of the day before is the next morning at the plant.
        self.site.tz = "Asia/Vladivostok"
        part = self._create_part(self.order, self.pump).with_user(self.user_technician)
        with freeze_time("2026-03-01 22:30:00"):
            part.action_use()
        asset = self._get_asset(lot)
        self.assertRecordValues(
            asset,
            [
                {
                    "name": "Pump",
                    "serial": "P1",
                    "product_id": self.pump.id,
                    "company_id": self.company.id,
                    "partner_id": self.partner.id,
                    "site_id": self.site.id,
                    "parent_id": self.boiler.id,
                    "installed_on": date(2026, 3, 2),
                    "warranty_until": date(2028, 3, 2),
                    "repair_warranty_until": False,
                    "removed_on": False,
                }
            ],
        )
        stay = asset.installation_ids
        self.assertEqual((stay.order_id, stay.part_id.id), (self.order, part.id))
        self.assertEqual(self.order.installation_ids, stay)
        self.assertTrue(asset._is_under_warranty(date(2028, 3, 2)))
        self.assertFalse(asset._is_under_warranty(date(2028, 3, 3)))
        self._assert_posted(part.sudo().move_ids, "parts", [100.0])
        # The order goes on as often as it likes: one unit is one piece of equipment.
        self.order._process()
        part.sudo().move_ids._sync_equipment()
        self.assertEqual(asset.installation_ids, stay)

    def test_what_it_becomes_is_chosen(self):
        other = self._create_asset("Second boiler", site_id=self.site.id)
        self.order.asset_ids += other
        for number, values, parent in (
            (1, {}, False),  # part of which one?
            (2, {"install_asset_id": other.id}, other.id),
            (3, {"install_as": "new"}, False),
        ):
            lot = self._create_lot(f"P{number}")
            self._use(lot, **values)
            self.assertEqual(self._get_asset(lot).parent_id.id, parent)

    def test_the_warranty_is_that_of_the_part(self):
        lots = [self._create_lot(name) for name in ("P1", "P2")]
        self._use(lots[0], now="2024-02-29 12:00:00", warranty_months=12)
        self._use(lots[1], warranty_months=0)
        ends = [self._get_asset(lot).warranty_until for lot in lots]
        self.assertEqual(ends, [date(2025, 2, 28), False])

    def test_what_makes_no_equipment(self):
        batch = self._create_part_product("Oil", tracking="lot")
        silent = self._create_pump(self.company, service_makes_equipment=False)
        plain = self._create_part_product("Seal")
        self.assertFalse((batch + plain).filtered("service_makes_equipment"))
        before = self.env["field.service.asset"].search_count([])
        self._use(self._create_lot("L1", batch))
        self._use(self._create_lot("S1", silent))
        self._receive(plain, 1.0, 5.0)
        self._create_part(self.order, plain).action_use()
        self.assertEqual(self.env["field.service.asset"].search_count([]), before)

    def test_several_units_of_one_part(self):
        lots = [self._create_lot(name) for name in ("P1", "P2", "P3")]
        part = self._create_part(self.order, self.pump, 3.0)
        part.action_use()
        assets = self.env["field.service.asset"].union(*map(self._get_asset, lots))
        self.assertEqual(len(assets), 3)
        self.assertEqual(assets.parent_id, self.boiler)
        part.action_return(1, lots=[{"name": "P2"}])
        self.assertEqual(assets.filtered("removed_on"), self._get_asset(lots[1]))

    def test_the_warehouse_validates_it(self):
        """Whoever validates the transfer needs no right on equipment."""
        lot = self._create_lot("P1")
        stock_user = self._create_user("stock", "stock.group_stock_user")
        part = self._create_part(self.order, self.pump)
        part.action_reserve()
        picking = part.move_ids.picking_id.with_user(stock_user)
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(self._get_asset(lot).site_id, self.site)

    def test_an_archived_product_is_equipment_too(self):
        lot = self._create_lot("P1")
        part = self._create_part(self.order, self.pump)
        part.action_reserve()
        self.pump.active = False
        part.action_use()
        self.assertEqual(self._get_asset(lot).product_id, self.pump)

    # ------------------------------------------------------------------ swapped
    def test_a_swap(self):
        old_lot, new_lot = self._create_lot("OLD"), self._create_lot("NEW")
        self._use(old_lot)
        old = self._get_asset(old_lot)
        impeller = self._create_asset(
            "Impeller", parent_id=old.id, site_id=self.site.id
        )
        order = self._create_order(site_id=self.site.id, asset_ids=old.ids)
        part = self._use(
            new_lot,
            order,
            now="2026-05-04 12:00:00",
            install_as="replace",
            install_asset_id=old.id,
        )
        new = self._get_asset(new_lot)
        self.assertEqual((new.parent_id, new.site_id), (self.boiler, self.site))
        self.assertEqual(new.installation_ids.replaces_id, old)
        self.assertEqual(
            self._get_history(old),
            [(self.site, date(2026, 3, 2), date(2026, 5, 4), "taken_out")],
        )
        self.assertFalse(old.site_id)
        # What is built in went with it; the order still knows what it was about.
        self.assertEqual(impeller.removed_on, date(2026, 5, 4))
        self.assertEqual(impeller.parent_id, old)
        self.assertEqual(order.asset_ids, old)
        self.assertEqual(order.removal_ids.asset_id, old + impeller)
        self.assertEqual(old.warranty_until, date(2028, 3, 2))
        # It stayed with the customer: one move, one cost.
        self.assertEqual(order.service_move_ids, part.move_ids)
        self._assert_posted(order.service_move_ids, "parts", [100.0])

    def _swap(self, company, cost_method, old_unit):
        """Put one pump in, another one instead; return (old asset, second order)."""
        lot_valuated = cost_method == "lot"
        pump = self._create_part_product(
            f"Pump {cost_method} {old_unit}",
            company,
            "average" if lot_valuated else cost_method,
            tracking="serial",
            service_repair_warranty_months=6,
            lot_valuated=lot_valuated,
            **({"standard_price": 100.0} if cost_method == "standard" else {}),
        )
        old_lot = self._create_lot(f"OLD {old_unit}", pump)
        new_lot = self._create_lot(f"NEW {old_unit}", pump)
        first = self._create_order(company_id=company.id)
        self._use(old_lot, first, install_as="new")
        old = self._get_asset(old_lot, company)
        order = self._create_order(company_id=company.id)
        self._use(
            new_lot,
            order,
            install_as="replace",
            install_asset_id=old.id,
            old_unit=old_unit,
        )
        return old, order

    def test_what_comes_back_has_no_value(self):
        """Used 100.00, and nothing else: the old unit is the customer's."""
        for company in (self.company, self.company_b):
            for cost_method in ("standard", "average", "fifo", "lot"):
                with self.subTest(company=company.name, cost_method=cost_method):
                    self._check_comes_back(company, cost_method)

    def _check_comes_back(self, company, cost_method):
        old, order = self._swap(company, cost_method, "store")
        lot, store = old.lot_id, company.service_old_unit_location_id
        back = old.installation_ids.removal_move_id
        self.assertEqual((back.location_dest_id, back.value), (store, 0.0))
        self.assertEqual(back.service_order_id, order)
        self._assert_posted(order.service_move_ids, "parts", [100.0])
        quants = lot.quant_ids.filtered(lambda quant: quant.quantity > 0)
        self.assertEqual((quants.location_id, quants.quantity), (store, 1.0))
        self.assertEqual(quants.owner_id, self.partner)
        product = lot.product_id.with_company(company)
        # Nobody is promised it, and the value of the stock is what it was: nothing.
        self.assertEqual((product.qty_available, product.total_value), (0.0, 0.0))
        self.assertEqual(product.standard_price, 100.0)
        # Repaired, it goes back in elsewhere: no cost, the same equipment.
        other = self._create_partner("Quarry")
        again = self._create_order(company_id=company.id, partner_id=other.id)
        part = self._use(lot, again, now="2026-06-01 12:00:00", location_id=store.id)
        self.assertEqual(self._get_asset(lot, company), old)
        self.assertEqual((old.site_id, old.partner_id), (other, other))
        self.assertEqual(old.repair_warranty_until, date(2026, 12, 1))
        self._assert_posted(part.move_ids, "parts", [])
        with freeze_time("2026-06-02 12:00:00"):
            part.action_return()
        self._assert_posted(part.move_ids, "parts", [])
        self.assertEqual(
            self._get_history(old),
            [
                (self.partner, date(2026, 3, 2), date(2026, 3, 2), "taken_out"),
                (other, date(2026, 6, 1), date(2026, 6, 2), "taken_out"),
            ],
        )
        self.assertEqual(lot.location_id, store)
        self.assertEqual(product.total_value, 0.0)

    def test_the_closing_finds_nothing_of_the_swap(self):
        for cost_method in ("standard", "average", "fifo", "lot"):
            with self.subTest(cost_method=cost_method):
                old, _order = self._swap(self.company, cost_method, "store")
                closing = self.company.with_company(self.company)
                # What was received without a bill is the closing's business, once.
                closing.action_close_stock_valuation(auto_post=True)
                store = self.company.service_old_unit_location_id
                order = self._create_order()
                part = self._use(old.lot_id, order, location_id=store.id)
                part.action_return()
                with self.assertRaisesRegex(UserError, "correctly closed"):
                    closing.action_close_stock_valuation(auto_post=True)

    def test_what_is_scrapped_is_no_loss_of_ours(self):
        for company in (self.company, self.company_b):
            old, order = self._swap(company, "average", "scrap")
            move = old.installation_ids.removal_move_id
            self.assertEqual(
                (move.location_dest_id.usage, move.value), ("inventory", 0)
            )
            self.assertEqual(move.scrap_id.origin, order.name)
            self._assert_posted(order.service_move_ids, "parts", [100.0])
            self.assertFalse(
                self.env["account.move"].search([("stock_move_ids", "in", move.ids)])
            )

    def test_a_unit_we_never_sold_comes_back(self):
        """Registered by hand: its serial number enters the stock's register."""
        lot = self._create_lot("NEW")
        old = self._create_asset(
            "Pump", site_id=self.site.id, serial="X9", product_id=self.pump.id
        )
        self._use(lot, install_as="replace", install_asset_id=old.id, old_unit="store")
        self.assertEqual((old.lot_id.name, old.lot_id.product_id), ("X9", self.pump))
        store = self.company.service_old_unit_location_id
        self.assertEqual(self._get_on_hand(self.pump, store), (1.0, 0.0))

    # ------------------------------------------------------- returned and again
    def test_a_return_takes_it_away_and_it_goes_in_elsewhere(self):
        lot = self._create_lot("P1")
        part = self._use(lot)
        asset = self._get_asset(lot)
        with freeze_time("2026-03-05 12:00:00"):
            part.with_user(self.user_technician).action_return()
        self.assertRecordValues(
            asset,
            [
                {
                    "site_id": False,
                    "parent_id": False,
                    "removed_on": date(2026, 3, 5),
                    "warranty_until": False,
                    "active": True,
                }
            ],
        )
        quarry = self._create_partner("Quarry")
        order = self._create_order(partner_id=quarry.id)
        again = self._use(lot, order, now="2026-04-01 12:00:00")
        self.assertEqual(self._get_asset(lot), asset)
        self.assertEqual(asset.warranty_until, date(2028, 4, 1))
        self.assertFalse(asset.repair_warranty_until)
        self.assertEqual(asset.partner_id, quarry)
        self.assertEqual(
            self._get_history(asset),
            [
                (self.site, date(2026, 3, 2), date(2026, 3, 5), "returned"),
                (quarry, date(2026, 4, 1), False, False),
            ],
        )
        self._assert_posted(part.move_ids, "parts", [100.0, -100.0])
        self._assert_posted(again.move_ids, "parts", [100.0])
        # Earlier orders that are settled again leave it where it is now.
        (self.order + order)._process()
        part.move_ids._sync_equipment()
        self.assertEqual(asset.site_id, quarry)

    def test_odoos_return_wizard_takes_it_away_too(self):
        lot = self._create_lot("P1")
        part = self._use(lot)
        part.move_ids._return_to_origin(1.0)
        self.assertEqual(self._get_asset(lot).installation_ids.removal, "returned")

    def test_its_parts_come_along(self):
        lot = self._create_lot("P1")
        part = self._use(lot)
        pump = self._get_asset(lot)
        impeller = self._create_asset(
            "Impeller", parent_id=pump.id, site_id=self.site.id
        )
        part.action_return()
        self.assertTrue(impeller.removed_on)
        quarry = self._create_partner("Quarry")
        self._use(lot, self._create_order(partner_id=quarry.id))
        self.assertEqual((impeller.site_id, impeller.parent_id), (quarry, pump))
        self.assertFalse(impeller.removed_on)

    # ---------------------------------------------------------------- corrected
    def test_another_serial_number_was_put_in(self):
        lot, right = self._create_lot("P1"), self._create_lot("P2")
        part = self._use(lot)
        wrong = self._get_asset(lot)
        part.move_ids.move_line_ids.lot_id = right
        asset = self._get_asset(right)
        self.assertEqual((asset.site_id, asset.parent_id), (self.site, self.boiler))
        self.assertEqual(asset.warranty_until, date(2028, 3, 2))
        self.assertFalse(wrong.active or wrong.site_id or wrong.installation_ids)
        # The wrong one is in the van still, and may be used.
        self._use(lot, now="2026-03-03 12:00:00")
        self.assertTrue(wrong.active)
        self.assertEqual(wrong.installed_on, date(2026, 3, 3))

    def test_a_number_that_stood_elsewhere_goes_on_standing_there(self):
        quarry = self._create_partner("Quarry")
        lot, right = self._create_lot("P1"), self._create_lot("P2")
        asset = self._create_asset("Pump", lot_id=lot.id, site_id=quarry.id)
        part = self._use(lot)
        self.assertEqual(asset.site_id, self.site)
        part.move_ids.move_line_ids.lot_id = right
        self.assertEqual(asset.site_id, quarry)
        self.assertEqual(self._get_asset(right).site_id, self.site)

    def test_it_was_not_used_after_all(self):
        old_lot, lot = self._create_lot("OLD"), self._create_lot("P1")
        self._use(old_lot)
        old = self._get_asset(old_lot)
        part = self._use(lot, install_as="replace", install_asset_id=old.id)
        part.move_ids.quantity = 0.0
        self.assertFalse(self._get_asset(lot).active)
        self.assertEqual((old.site_id, old.removed_on), (self.site, False))
        self.assertEqual(
            sum(self._get_posted_items(part.move_ids).mapped("balance")), 0
        )

    # ---------------------------------------------------------------- companies
    def test_each_company_keeps_its_own_register(self):
        shared = self._create_pump(self.company)
        shared.product_tmpl_id.company_id = False
        lot = self.env["stock.lot"].create({"name": "S1", "product_id": shared.id})
        self.assertFalse(lot.company_id)
        orders = self.order + self._create_order(company_id=self.company_b.id)
        quants = self.env["stock.quant"]
        for order, van in zip(orders, self.van + self.van_b, strict=True):
            quants._update_available_quantity(shared, van, 1, lot_id=lot)
            part = self._use(lot, order)
            if order == self.order:
                part.action_return()
        ours = self._get_asset(lot, self.company)
        theirs = self._get_asset(lot, self.company_b)
        self.assertEqual((ours.site_id.id, theirs.site_id), (False, self.partner))
        stays = self.env["field.service.asset.installation"]
        seen = stays.with_user(self.dispatcher).search([("lot_id", "=", lot.id)])
        self.assertEqual(seen.asset_id, ours)
        with self.assertRaises(AccessError):
            theirs.installation_ids.with_user(self.dispatcher).read(["site_id"])

    def test_who_may_do_what(self):
        lot = self._create_lot("P1")
        self._use(lot)
        asset = self._get_asset(lot)
        for user in (self.user_technician, self.dispatcher, self.manager):
            stay = asset.installation_ids.with_user(user)
            self.assertEqual(stay.site_id, self.site)
            self.assertEqual(asset.with_user(user).lot_move_count, 2)
            with self.assertRaises(AccessError):
                stay.date_from = "2020-01-01"
        with self.assertRaises(AccessError):
            asset.with_user(self.user_technician).site_id = False

    # ------------------------------------------------------------------ by hand
    def test_a_dispatcher_moves_it_by_hand(self):
        lot = self._create_lot("P1")
        self._use(lot)
        asset = self._get_asset(lot).with_user(self.dispatcher)
        quarry = self._create_partner("Quarry")
        with freeze_time("2026-07-01 12:00:00"):
            asset.site_id = quarry
        with freeze_time("2026-08-01 12:00:00"):
            asset.site_id = False
        with freeze_time("2026-09-01 12:00:00"):
            asset.site_id = self.site
        self.assertEqual(
            self._get_history(asset),
            [
                (self.site, date(2026, 3, 2), date(2026, 7, 1), "moved"),
                (quarry, date(2026, 7, 1), date(2026, 8, 1), "moved"),
                (self.site, date(2026, 9, 1), False, False),
            ],
        )
        self.assertEqual(asset.installed_on, date(2026, 9, 1))
        asset.installed_on = "2026-08-30"
        self.assertEqual(asset.installation_ids[:1].date_from, date(2026, 8, 30))

    def test_a_number_is_registered_once_per_company(self):
        lot = self._create_lot("P1")
        with Form(self.env["field.service.asset"].with_user(self.manager)) as form:
            form.name = "By hand"
            form.serial = "P1"
            form.product_id = self.pump
        by_hand = form.record
        self._use(lot)
        self.assertEqual(self._get_asset(lot), by_hand)
        self.assertEqual(by_hand.site_id, self.site)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self._create_asset("Twice", lot_id=lot.id)
        other = self._create_pump(self.company)
        with self.assertRaisesRegex(ValidationError, "belongs to"):
            by_hand.product_id = other

    # ------------------------------------------------------------------ refused
    def test_what_cannot_be_swapped(self):
        values = {"order_id": self.order.id, "product_id": self.pump.id}
        values["install_as"] = "replace"
        parts = self.env["field.service.part"].with_user(self.dispatcher)
        unknown = {"install_asset_id": self.boiler.id, "old_unit": "store"}
        for wrong, message in (
            ({}, "choose the unit"),
            ({"install_asset_id": self.boiler.id, "quantity": 2}, "one unit takes"),
            (unknown, "cannot come back"),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                parts.create({**values, **wrong})
        theirs = self._create_asset("Theirs", company_id=self.company_b.id)
        with self.assertRaises(UserError):
            self.env["field.service.part"].create(
                {**values, "install_asset_id": theirs.id}
            )

    def test_somebody_took_it_out_in_the_meantime(self):
        lots = [self._create_lot(name) for name in ("P1", "P2")]
        self._use(lots[0])
        old = self._get_asset(lots[0])
        order = self._create_order(site_id=self.site.id)
        part = self._create_part(
            order, self.pump, install_as="replace", install_asset_id=old.id
        )
        old.site_id = False
        part.action_use()
        self.assertEqual(self._get_asset(lots[1]).site_id, self.site)
        self.assertEqual(len(old.installation_ids), 1)

    def test_what_is_put_in_is_changed_at_the_equipment(self):
        part = self._use(self._create_lot("P1"))
        with self.assertRaisesRegex(UserError, "change the equipment itself"):
            part.install_as = "new"
        part.install_as = "component"  # no change

    def test_it_is_chosen_on_the_form(self):
        action = self.order.with_user(self.user_technician).action_view_parts()
        parts = self.env["field.service.part"].with_user(self.user_technician)
        form = Form(
            parts.with_context(**action["context"]),
            "field_service_stock.field_service_part_view_form",
        )
        form.product_id = self.pump
        self.assertEqual(form.warranty_months, 24)
        form.install_as = "replace"
        form.install_asset_id = self.boiler
        part = form.save()
        self.assertEqual(part.old_unit, "customer")
