import io
from datetime import timedelta

from freezegun import freeze_time
from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools.barcode import make_code128
from .common_load import FRIDAY, MONDAY, LoadCommon


@tagged("post_install", "-at_install")
class TestLoadConfirm(LoadCommon):
    """What is loaded is moved, once; what is wrong is said, and nothing is lost."""

    def _load_one(self, *args, **kwargs):
        self._plan(*args, **kwargs)
        load = self._prepare()
        return load, load.move_ids

    # --------------------------------------------------------------------- loading
    def test_technician_without_stock_rights_loads_all(self):
        load, move = self._load_one()
        mine = load.with_user(self.user_technician)
        with self.assertRaises(AccessError):
            mine.env["stock.picking"].search([])
        mine.action_load_all()
        self.assertEqual((load.state, move.state), ("loaded", "done"))
        self.assertEqual(self._get_on_hand(self.seal, self.van), (2.0, 2.0))
        self.assertEqual(self._get_on_hand(self.seal, self.stock), (8.0, 0.0))
        self.assertEqual(move.service_part_id.state, "reserved")
        self.assertEqual(load.confirmed_by_id, self.user_technician)
        self.assertEqual(load.confirmation_ids.loaded, "2 Seal")
        self.assertFalse(load.confirmation_ids.missing)

    def test_clerk_loads_a_part_of_it(self):
        """5 are needed, 2 were loaded: 3 stay on the list, with the reason."""
        load, move = self._load_one(parts=[(self.seal, 5.0)])
        picking = move.picking_id
        load.with_user(self.clerk).confirm(
            self._count(load, (move, 2.0), reason="damaged")
        )
        self.assertEqual((picking.state, move.quantity), ("done", 2.0))
        rest = load._get_open_moves()
        self.assertEqual(rest.product_uom_qty, 3.0)
        self.assertEqual(rest.picking_id.backorder_id, picking)
        line = self._get_lines(load) - self.env["field.service.load.line"].browse(
            move.id
        )
        self.assertEqual((line.quantity, line.reason), (3.0, "damaged"))
        self.assertEqual(load.state, "partial")
        self.assertEqual(load.confirmation_ids.missing, "3 Seal: Damaged")
        self._prepare()
        self.assertEqual(load._get_open_moves(), rest)
        load.action_load_all()
        self.assertEqual(load.state, "loaded")
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], 5.0)

    def test_one_transfer_is_left_behind(self):
        self._plan()
        self._plan(start=MONDAY + timedelta(hours=3))
        load = self._prepare()
        first, second = load.move_ids
        load.confirm(self._count(load, (first, 2.0), (second, 0.0)))
        self.assertEqual((first.state, second.state), ("done", "assigned"))
        self.assertEqual(second.service_load_reason, "left")

    def test_two_parts_of_one_transfer(self):
        """What is not loaded of a transfer becomes its backorder, still reserved."""
        hose = self._create_part_product("Hose")
        self._receive(hose, 5.0, 2.0, location=self.stock)
        load, moves = self._load_one(parts=[(self.seal, 2.0), (hose, 1.0)])
        self.assertEqual(len(moves.picking_id), 1)
        move = moves.filtered(lambda one: one.product_id == hose)
        load.confirm(self._count(load, (move, 1.0)))
        rest = load._get_open_moves()
        self.assertEqual((rest.product_id, rest.quantity), (self.seal, 2.0))
        self.assertEqual(rest.picking_id.backorder_id, move.picking_id)
        self.assertEqual(move.picking_id.state, "done")

    def test_nothing_was_there(self):
        load, move = self._load_one()
        load.confirm(self._count(load, (move, 0.0), reason="not_found"))
        self.assertEqual((move.state, load.state), ("assigned", "to_load"))
        self.assertTrue(load.confirmed_on)
        self.assertEqual(self._get_lines(load).reason, "not_found")

    def test_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._create_order(release=False)
        self._receive(self.seal, 20.0, 5.0, location=self.stock)
        self.env["field.service.part"].create(
            {
                "order_id": order.id,
                "product_id": self.seal.id,
                "quantity": 2.0,
                "uom_id": dozen.id,
            }
        )
        order.action_release()
        self._create_visit(order, start=MONDAY)
        load = self._prepare()
        line = load._get_page()["lines"][0]
        self.assertEqual((line["needed"], line["unit"]), (24.0, self.seal.uom_id.name))
        load.action_load_all()
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], 24.0)

    # ------------------------------------------------------------------- serials
    def test_serials_by_scan(self):
        """SN1 is reserved, SN2 is what he has in his hands: SN2 is moved."""
        first, second = self._create_serials("SN1", "SN2")
        load, move = self._load_one(parts=[(self.pump, 1.0)])
        self.assertEqual(move.move_line_ids.lot_id, first)
        found = self.loads.with_user(self.user_technician).scan(load.id, "SN2")
        self.assertEqual(found["moves"], move.ids)
        self.assertEqual(found["lot"], {"id": second.id, "name": "SN2"})
        mine = load.with_user(self.user_technician)
        mine.confirm(self._count(load, (move, 1.0, second)))
        self.assertEqual(move.move_line_ids.lot_id, second)
        self.assertEqual(second.location_id, self.van)
        self.assertEqual(first.location_id, self.stock)
        self.assertEqual(self._get_on_hand(self.pump, self.stock), (1.0, 0.0))

    def test_lots_in_two_places(self):
        """3 of a lot lie on two shelves, 2 of another on one: 4 of them are loaded."""
        oil = self._create_part_product("Oil", tracking="lot")
        shelves = self.env["stock.location"].create(
            [{"name": name, "location_id": self.stock.id} for name in ("A", "B")]
        )
        old, new = self.env["stock.lot"].create(
            [{"name": name, "product_id": oil.id} for name in ("OLD", "NEW")]
        )
        for shelf, lot, quantity in (
            (shelves[0], old, 2.0),
            (shelves[1], old, 1.0),
            (shelves[1], new, 2.0),
        ):
            self.env["stock.quant"]._update_available_quantity(
                oil, shelf, quantity, lot_id=lot
            )
        load, move = self._load_one(parts=[(oil, 5.0)])
        lots = [{"id": old.id, "quantity": 3.0}, {"id": new.id, "quantity": 1.0}]
        load.confirm([{"move_id": move.id, "quantity": 4.0, "lots": lots}])
        quants = self.env["stock.quant"].search(
            [("location_id", "=", self.van.id), ("product_id", "=", oil.id)]
        )
        self.assertEqual(
            {quant.lot_id: quant.quantity for quant in quants}, {old: 3.0, new: 1.0}
        )
        self.assertEqual(load._get_open_moves().product_uom_qty, 1.0)

    def test_all_loaded_takes_the_reserved_serials(self):
        self._create_serials("SN1", "SN2")
        load, move = self._load_one(parts=[(self.pump, 2.0)])
        load.action_load_all()
        self.assertEqual(move.move_line_ids.lot_id.mapped("name"), ["SN1", "SN2"])

    # ------------------------------------------------------------------------ once
    def test_repeated_confirmation_does_nothing(self):
        load, move = self._load_one(parts=[(self.seal, 4.0)])
        lines = self._count(load, (move, 3.0))
        page = self.loads.with_user(self.user_technician)
        first = page.confirm_page(load.id, lines, "key")
        again = page.confirm_page(load.id, lines, "key")
        self.assertEqual((first["status"], again["status"]), ("done", "duplicate"))
        self.assertEqual(first["page"], again["page"])
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], 3.0)
        self.assertEqual(len(load.confirmation_ids), 1)

    def test_another_phone_has_been_first(self):
        load, move = self._load_one()
        lines = self._count(load, (move, 2.0))
        load.with_user(self.clerk).confirm(lines, "clerk")
        with self.assertRaisesRegex(UserError, "2 Seal .* loaded already"):
            load.with_user(self.user_technician).confirm(lines, "technician")
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], 2.0)

    # ------------------------------------------------------------------- bad input
    def _assert_refused(self, load, lines, message):
        quants = self._get_on_hand(self.seal, self.stock)
        states = load.move_ids.mapped("state")
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            load.with_user(self.user_technician).confirm(lines, "bad")
        self.assertEqual(self._get_on_hand(self.seal, self.stock), quants)
        self.assertEqual(load.move_ids.mapped("state"), states)
        self.assertFalse(load.confirmation_ids)

    def test_more_than_on_the_list_or_in_stock(self):
        load, move = self._load_one(parts=[(self.seal, 12.0)])
        self.assertEqual(move.quantity, 10.0)
        self._assert_refused(
            load, self._count(load, (move, 13.0)), "13 were counted, but only 12"
        )
        self._assert_refused(
            load, self._count(load, (move, 11.0)), "11 were counted, but only 10"
        )
        load.confirm(self._count(load, (move, 10.0)))
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], 10.0)

    def test_two_lines_of_one_product_share_the_stock(self):
        self._plan(parts=[(self.seal, 6.0)])
        self._plan(start=MONDAY + timedelta(hours=3), parts=[(self.seal, 6.0)])
        load = self._prepare()
        first, second = load.move_ids
        self._assert_refused(
            load,
            self._count(load, (first, 6.0), (second, 5.0)),
            "11 were counted, but only 10",
        )
        load.confirm(self._count(load, (first, 4.0), (second, 6.0)))
        self.assertEqual((first.quantity, second.quantity), (4.0, 6.0))
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], 10.0)

    def test_what_is_reserved_for_others_stays_there(self):
        self._create_transfer(self.seal, 9.0, self.stock, van=self.tom_van)
        load, move = self._load_one()
        self.assertEqual(move.quantity, 1.0)
        self._assert_refused(load, self._count(load, (move, 2.0)), "only 1 are free in")

    def test_figures_that_are_none(self):
        load, move = self._load_one()
        for quantity in (-1.0, float("nan"), float("inf")):
            self._assert_refused(
                load, self._count(load, (move, quantity)), "zero or more"
            )
        self._assert_refused(load, self._count(load, (move, 0.123456)), "divided")
        for lines in (
            [{"move_id": "x", "quantity": 1.0}],
            [{"quantity": 1.0}],
            [None],
            7,
            [*self._count(load, (move, 1.0)), *self._count(load, (move, 1.0))],
        ):
            self._assert_refused(load, lines, "could not be understood")
        self._assert_refused(
            load, [{"move_id": 2**31 - 1, "quantity": 1.0}], "not on the list"
        )

    def test_wrong_lots(self):
        self._create_serials("SN1", "SN2")
        other = self._create_part_product("Motor", tracking="serial")
        (motor,) = self._create_serials("M1", product=other)
        load, move = self._load_one(parts=[(self.pump, 2.0)])
        first = move.move_line_ids.lot_id[0]
        self._assert_refused(
            load, self._count(load, (move, 1.0, motor)), "M1 is a Motor, not a Pump"
        )
        self._assert_refused(load, self._count(load, (move, 1.0)), "scan the lot")
        self._assert_refused(
            load,
            [
                {
                    "move_id": move.id,
                    "quantity": 2.0,
                    "lots": [{"id": first.id, "quantity": 2.0}],
                }
            ],
            "scan the lot",
        )
        (away,) = self._create_serials("SN3", location=self.tom_van)
        self._assert_refused(
            load, self._count(load, (move, 1.0, away)), "Pump SN3: 1 were counted"
        )
        lots = self._count(load, (move, 1.0, first))
        lots[0]["lots"][0]["id"] = 2**31 - 1
        self._assert_refused(load, lots, "deleted meanwhile")

    def test_lot_of_another_company(self):
        shared = self._create_part_product("Shared", tracking="lot", company_id=False)
        theirs = self.env["stock.lot"].create(
            {"name": "B1", "product_id": shared.id, "company_id": self.company_b.id}
        )
        self._create_serials("A1", product=shared)
        load, move = self._load_one(parts=[(shared, 1.0)])
        self._assert_refused(
            load, self._count(load, (move, 1.0, theirs)), "B1 belongs to another"
        )
        found = self.loads.with_user(self.user_technician).scan(load.id, "B1")
        self.assertIn("another company", found["message"])

    def test_cancelled_by_somebody_meanwhile(self):
        self._plan()
        self._plan(start=MONDAY + timedelta(hours=3))
        load = self._prepare()
        first, second = load.move_ids
        first.picking_id.action_cancel()
        self._assert_refused(
            load,
            self._count(load, (first, 2.0), (second, 2.0)),
            "not needed any more",
        )
        load.confirm(self._count(load, (second, 2.0)))
        self.assertEqual(load.state, "loaded")

    def test_taken_off_the_list_meanwhile(self):
        __, visit = self._plan()
        load = self._prepare()
        move = load.move_ids
        visit.start = MONDAY + timedelta(days=2)
        self._prepare()
        self._assert_refused(
            load, self._count(load, (move, 2.0)), "not on this list any more"
        )

    # ------------------------------------------------------------------------ scan
    def test_scan(self):
        self._create_serials("SN1")
        pack = self.env.ref("uom.product_uom_dozen")
        self.env["product.uom"].create(
            {"product_id": self.seal.id, "uom_id": pack.id, "barcode": "FS-LOAD-BOX"}
        )
        stranger = self._create_part_product("Hose", barcode="FS-LOAD-HOSE")
        self._create_serials("H1", product=stranger)
        load, moves = self._load_one(parts=[(self.seal, 2.0), (self.pump, 1.0)])
        seal = moves.filtered(lambda move: move.product_id == self.seal)
        scan = self.loads.with_user(self.user_technician).scan
        self.assertEqual(
            scan(load.id, " FS-LOAD-SEAL "), {"moves": seal.ids, "quantity": 1.0}
        )
        self.assertEqual(scan(load.id, "FS-LOAD-BOX")["quantity"], 12.0)
        self.assertEqual(scan(load.id, "SN1")["lot"]["name"], "SN1")
        for code, message in (
            ("FS-LOAD-HOSE", "Hose is not on this list"),
            ("H1", "H1 is a Hose, which is not on this list"),
            ("FS-LOAD-NOTHING", "Nothing is known under “FS-LOAD-NOTHING”"),
            ("", "Nothing was scanned"),
            (None, "Nothing was scanned"),
        ):
            self.assertIn(message, scan(load.id, code)["message"])
        (away,) = self._create_serials("SN9", location=self.tom_van)
        self.assertIn("is not free", scan(load.id, away.name)["message"])

    def test_scan_a_code_of_many_fields(self):
        """GS1: the number of the product, its expiry, and its serial number."""
        self.company.nomenclature_id = self.env.ref(
            "barcodes_gs1_nomenclature.default_gs1_nomenclature"
        )
        self.pump.barcode = "09501101530003"
        self._create_serials("SN7")
        load, move = self._load_one(parts=[(self.pump, 1.0)])
        found = self.loads.scan(load.id, "0109501101530003\x1d21SN7")
        self.assertEqual((found["moves"], found["lot"]["name"]), (move.ids, "SN7"))

    # ---------------------------------------------------------------------- access
    def test_whose_list_it_is(self):
        load, move = self._load_one()
        stranger = load.with_user(self.tom_user)
        with self.assertRaises(AccessError):
            stranger.action_load_all()
        page = self.loads.with_user(self.tom_user)
        self.assertFalse(page.get_pages())
        for call in (page.scan, page.refresh_page):
            with self.assertRaisesRegex(UserError, "not yours"):
                call(load.id, *(["X"] if call == page.scan else []))
        with self.assertRaisesRegex(UserError, "not yours"):
            page.confirm_page("1; DROP", [], "key")
        accountant = self._create_user("accountant", "account.group_account_readonly")
        self.assertEqual(load.with_user(accountant).line_ids.quantity, 2.0)
        with self.assertRaises(AccessError):
            load.with_user(accountant).action_load_all()
        self.assertEqual(move.state, "assigned")
        for user in (self.dispatcher, self.manager, self.clerk, self.user_technician):
            pages = self.loads.with_user(user).get_pages()
            self.assertEqual([one["id"] for one in pages], load.ids, user.name)
            self.assertEqual(pages[0]["lines"][0]["needed"], 2.0)

    def test_nobody_writes_the_list_by_hand(self):
        load, __ = self._load_one()
        mine = load.with_user(self.user_technician)
        mine.note = "Keys at the gate"
        for values in (
            {"date": "2027-03-09"},
            {"confirmed_on": FRIDAY},
            {"state": "x"},
        ):
            with self.assertRaisesRegex(UserError, "follows from"):
                mine.write(values)
        with self.assertRaises(AccessError):
            mine.unlink()
        with self.assertRaises(AccessError):
            self.loads.with_user(self.dispatcher).create(
                {"technician_id": self.technician.id, "date": "2027-03-09"}
            )
        load.action_load_all()
        with self.assertRaisesRegex(UserError, "part of its history"):
            load.with_user(self.dispatcher).unlink()

    # ------------------------------------------------------------------- dispatcher
    def test_the_visit_shows_it(self):
        __, visit = self._plan()
        none = self._create_visit(
            self._create_order(), start=MONDAY + timedelta(hours=4)
        )
        visits = (visit | none).with_user(self.dispatcher)
        self.assertEqual(visits.mapped("load_state"), [False, False])
        load = self._prepare()
        self.assertEqual(visits.mapped("load_state"), ["to_load", False])
        self.assertEqual(visits[0].load_ids, load)
        board = self.env["field.service.board"].with_user(self.dispatcher)
        card = board.get_visit_card(visit.id)
        self.assertEqual((card["load_label"], card["load_done"]), ("To load", False))
        load.action_load_all()
        self.assertEqual(visits.mapped("load_state"), ["loaded", False])
        self.assertTrue(board.get_visit_card(visit.id)["load_done"])

    def _get_reason(self, order):
        self.env.flush_all()
        self.env.invalidate_all()
        line = self.env["field.service.attention"].with_user(self.dispatcher)
        return line.search([("order_id", "=", order.id)]).reason

    def test_attention_when_the_day_begins_unloaded(self):
        """The first visit needs nothing, the second one needs what is not loaded."""
        self._create_visit(self._create_order(), start=MONDAY)
        order, __ = self._plan(start=MONDAY + timedelta(hours=3))
        load = self._prepare()
        with freeze_time(MONDAY - timedelta(minutes=5)):
            self.assertFalse(self._get_reason(order))
        with freeze_time(MONDAY + timedelta(minutes=5)):
            self.assertEqual(self._get_reason(order), "not_loaded")
            load.action_load_all()
            self.assertFalse(self._get_reason(order))

    # ----------------------------------------------------------------------- print
    def test_print(self):
        self.seal.barcode = "FS-ЗАПЧАСТЬ"
        self._create_serials("SN1")
        order, __ = self._plan(parts=[(self.seal, 2.0), (self.pump, 2.0)])
        load = self._prepare()
        html = (
            self.env["ir.actions.report"]
            .with_user(self.user_technician)
            ._render_qweb_html("field_service_stock.report_load", load.ids)[0]
            .decode()
        )
        for text in (order.name, "Seal", "SN1", "Not in stock", "Monday, 8 March 2027"):
            self.assertIn(text, html)
        # The place, the seal, and the serial number of the one pump that is there.
        self.assertEqual(html.count("data:image/png;base64"), 3)
        with self.assertRaises(AccessError):
            self.env["report.field_service_stock.report_load"].with_user(
                self.tom_user
            )._get_report_values(load.ids)

    def test_code128(self):
        """“A” is 33 in set B, whose start is 104; their sum modulo 103 is 34."""
        widths = "211214" + "111323" + "131123" + "2331112"
        expected = "".join(
            ("1" if place % 2 else "0") * int(width)
            for place, width in enumerate(widths)
        )
        image = Image.open(io.BytesIO(make_code128("A", height=5)))
        row = [image.getpixel((x, 2)) for x in range(0, image.width, 3)]
        self.assertEqual(
            "".join("1" if pixel else "0" for pixel in row),
            "1" * 10 + expected + "1" * 10,
        )

    # ---------------------------------------------------------------------- money
    def test_loading_costs_nobody_anything(self):
        """What is moved into a van is an asset still; its use is a cost."""
        order, __ = self._plan()
        before = self.env["account.move"].search_count(
            [("company_id", "=", self.company.id)]
        )
        load = self._prepare()
        load.action_load_all()
        after = self.env["account.move"].search_count(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(after, before)
        order.part_ids.with_user(self.user_technician).action_use()
        self._assert_posted(order.part_ids._get_done_moves(), "parts", [10.0])
