from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_load import FRIDAY, MONDAY, LoadCommon


@tagged("post_install", "-at_install")
class TestLoad(LoadCommon):
    """Which parts are on whose list of which day."""

    # ------------------------------------------------------------------ which day
    def test_fridays_list_is_mondays(self):
        order, __ = self._plan()
        later, __ = self._plan(start=MONDAY + timedelta(days=1))
        load = self._prepare()
        self.assertEqual(load.date, MONDAY.date())
        self.assertEqual(load.location_id, self.van)
        self.assertEqual(load.state, "to_load")
        lines = self._get_lines(load)
        self.assertEqual(lines.order_id, order)
        self.assertEqual((lines.quantity, lines.available), (2.0, 2.0))
        self.assertEqual((lines.state, lines.reason), ("ready", False))
        self.assertEqual(lines.location_id, self.stock)
        self.assertFalse(later.part_ids.move_ids.service_load_id)

    def test_leave_is_respected(self):
        self._plan(start=MONDAY + timedelta(days=1))
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": self.technician.resource_id.id,
                "calendar_id": self.technician.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": MONDAY.replace(hour=0),
                "date_to": MONDAY.replace(hour=23),
            }
        )
        self.assertEqual(self._prepare().date, MONDAY.date() + timedelta(days=1))

    def test_a_visit_on_a_day_off_counts(self):
        saturday = FRIDAY + timedelta(days=1)
        self._plan(start=saturday)
        self.assertEqual(self._prepare().date, saturday.date())

    def test_the_technicians_own_day(self):
        """23:30 UTC on Sunday is Monday for him; 22:30 UTC on Monday is Tuesday."""
        self.technician.tz = "Asia/Tashkent"
        self.technician.resource_calendar_id.tz = "Asia/Tashkent"
        monday, __ = self._plan(start=datetime(2027, 3, 7, 23, 30))
        tuesday, __ = self._plan(start=datetime(2027, 3, 8, 22, 30))
        load = self._prepare()
        self.assertEqual(load.date, MONDAY.date())
        self.assertEqual(load.start, datetime(2027, 3, 7, 19, 0))
        self.assertEqual(self._get_lines(load).order_id, monday)
        self.assertFalse(tuesday.part_ids.move_ids.service_load_id)

    def test_todays_visit_is_on_todays_list(self):
        order, __ = self._plan(start=FRIDAY + timedelta(hours=4))
        self._plan()
        loads = self._prepare().sorted("date")
        self.assertEqual(loads.mapped("date"), [FRIDAY.date(), MONDAY.date()])
        self.assertEqual(self._get_lines(loads[0]).order_id, order)

    # --------------------------------------------------------------- what is on it
    def test_planned_after_the_release(self):
        """Reserved in the warehouse at the release, brought once somebody goes."""
        order = self._create_order(release=False)
        part = self.env["field.service.part"].create(
            {"order_id": order.id, "product_id": self.seal.id, "quantity": 3.0}
        )
        order.action_release()
        self.assertEqual((part.location_id, part.state), (self.stock, "reserved"))
        self._create_visit(order, start=MONDAY)
        self.assertEqual((part.location_id, part.state), (self.van, "waiting"))
        line = self._get_lines(self._prepare())
        self.assertEqual((line.part_id, line.available), (part, 3.0))

    def test_replenishment_is_on_it(self):
        self._plan()
        picking = self._create_transfer(self.seal, 3.0, self.stock)
        load = self._prepare()
        lines = self._get_lines(load)
        self.assertEqual(sorted(lines.mapped("quantity")), [2.0, 3.0])
        own = lines.filtered(lambda line: not line.order_id)
        self.assertEqual(own.picking_id, picking)
        self.assertFalse(own.reason)

    def test_later_replenishment_is_not(self):
        picking = self._create_transfer(self.seal, 3.0, self.stock)
        picking.scheduled_date = MONDAY + timedelta(days=3)
        self.assertFalse(self._prepare())

    def test_from_a_colleagues_van_is_not(self):
        self._receive(self.seal, 5.0, 5.0, location=self.tom_van)
        self._create_transfer(self.seal, 1.0, self.tom_van)
        self.assertFalse(self._prepare())

    def test_several_warehouses(self):
        north = self._create_second_warehouse()
        self._receive(self.seal, 5.0, 5.0, location=north.lot_stock_id)
        self._plan()
        self._create_transfer(self.seal, 1.0, north.lot_stock_id)
        load = self._prepare()
        self.assertEqual(
            self._get_lines(load).location_id, self.stock | north.lot_stock_id
        )
        load.action_load_all()
        self.assertEqual(load.state, "loaded")
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], 3.0)

    def test_what_is_short_and_why(self):
        self._plan(parts=[(self.seal, 15.0)])
        hose = self._create_part_product("Hose")
        self._plan(start=MONDAY + timedelta(hours=2), parts=[(hose, 1.0)])
        # Nobody else has what the other visit of the list gets.
        self._plan(start=MONDAY + timedelta(hours=6), parts=[(self.seal, 1.0)])
        lock = self._create_part_product("Lock")
        self._receive(lock, 4.0, 5.0, location=self.stock)
        self._create_transfer(lock, 4.0, self.stock, van=self.tom_van)
        self._plan(start=MONDAY + timedelta(hours=4), parts=[(lock, 1.0)])
        load = self._prepare()
        lines = {line.product_id: line for line in self._get_lines(load)[::-1]}
        seals = self._get_lines(load).filtered(
            lambda line: line.product_id == self.seal
        )
        self.assertEqual(seals.mapped("reason"), ["no_stock"] * 2)
        self.assertEqual(lines[self.seal].state, "partial")
        self.assertEqual(lines[self.seal].available, 10.0)
        self.assertEqual(lines[self.seal].reason, "no_stock")
        self.assertEqual((lines[hose].state, lines[hose].reason), ("short", "no_stock"))
        self.assertEqual((lines[lock].state, lines[lock].reason), ("short", "reserved"))
        self.assertEqual((load.line_count, load.short_count), (4, 4))

    def test_only_the_last_of_several_steps(self):
        """Pick, pack, van: what is still picked is shown, what is packed is loaded."""
        pack, out = self._create_steps()
        order, __ = self._plan()
        load = self._prepare()
        moves = order.part_ids._get_supply_moves()
        self.assertEqual(len(moves), 3)
        line = self._get_lines(load)
        self.assertEqual(line.location_id, out)
        self.assertEqual((line.state, line.reason), ("picking", "picking"))
        with self.assertRaisesRegex(UserError, "Nothing on"):
            load.action_load_all()
        for place in (self.stock, pack):
            move = moves.filtered(lambda one, place=place: one.location_id == place)
            move.quantity = 2.0
            move.picked = True
            move.picking_id._action_done()
        self.assertEqual(self._get_lines(load).state, "ready")
        load.action_load_all()
        self.assertEqual(load.state, "loaded")
        self.assertEqual(order.part_ids.state, "reserved")

    def _create_steps(self):
        """Let parts for vans pass a packing zone and an exit."""
        pack, out = self.env["stock.location"].create(
            [
                {
                    "name": name,
                    "usage": "internal",
                    "location_id": self.warehouse.view_location_id.id,
                    "company_id": self.company.id,
                }
                for name in ("Pack", "Van exit")
            ]
        )
        route, __ = self.warehouse._get_van_routes()
        self.warehouse.service_pull_id.write(
            {"location_src_id": out.id, "procure_method": "make_to_order"}
        )
        for source, target, method in (
            (pack, out, "make_to_order"),
            (self.stock, pack, "make_to_stock"),
        ):
            self.env["stock.rule"].create(
                {
                    "name": f"{source.name} to {target.name}",
                    "action": "pull",
                    "route_id": route.id,
                    "location_src_id": source.id,
                    "location_dest_id": target.id,
                    "location_dest_from_rule": True,
                    "procure_method": method,
                    "picking_type_id": self.warehouse.int_type_id.id,
                    "company_id": self.company.id,
                    "warehouse_id": self.warehouse.id,
                }
            )
        return pack, out

    def test_pushed_steps_stay_on_the_list(self):
        """The step into the van that Odoo makes at last is on the list at once."""
        exit_zone = self.env["stock.location"].create(
            {
                "name": "Van exit",
                "usage": "internal",
                "location_id": self.warehouse.view_location_id.id,
                "company_id": self.company.id,
            }
        )
        route = self.env["stock.route"].create(
            {"name": "Vans", "company_id": self.company.id}
        )
        self.env["stock.rule"].create(
            {
                "name": "Exit to van",
                "action": "push",
                "auto": "manual",
                "route_id": route.id,
                "location_src_id": exit_zone.id,
                "location_dest_id": self.van.id,
                "picking_type_id": self.warehouse.service_load_type_id.id
                or self.warehouse.int_type_id.id,
                "company_id": self.company.id,
            }
        )
        picking = self._create_transfer(
            self.seal,
            2.0,
            self.stock,
            location_dest_id=exit_zone.id,
            location_final_id=self.van.id,
            route_ids=[Command.set(route.ids)],
        )
        load = self._prepare()
        line = self._get_lines(load)
        self.assertEqual((line.id, line.state), (picking.move_ids.id, "picking"))
        picking.move_ids.picked = True
        picking._action_done()
        last = load._get_open_moves()
        self.assertEqual(
            (last.location_id, last.location_dest_id), (exit_zone, self.van)
        )
        load.action_load_all()
        self.assertEqual(self._get_on_hand(self.seal, self.van)[0], 2.0)

    def test_a_vehicle_is_loaded_for_whoever_takes_it(self):
        """Tina has a van of her own; for one visit she takes the truck."""
        truck = self.env["stock.location"].create(
            {
                "name": "Truck",
                "usage": "internal",
                "company_id": self.company.id,
                "location_id": self.warehouse.view_location_id.id,
                "service_van": True,
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
        own, __ = self._plan()
        order, visit = self._plan(start=MONDAY + timedelta(hours=3))
        visit.resource_ids = vehicle
        self.assertEqual(order.part_ids.location_id, truck)
        loads = self._prepare()
        orders = {load.location_id: self._get_lines(load).order_id for load in loads}
        self.assertEqual(orders, {self.van: own, truck: order})
        loads.action_load_all()
        self.assertEqual(self._get_on_hand(self.seal, truck), (2.0, 2.0))
        self.assertFalse(visit._check_plan_vans())

    # ------------------------------------------------------------------ idempotent
    def test_pressed_twice_changes_nothing(self):
        self._plan(parts=[(self.seal, 2.0), (self.pump, 1.0)])
        self._create_transfer(self.seal, 1.0, self.stock)
        load = self._prepare()
        moves, pickings = load.move_ids, load.move_ids.picking_id
        messages = load.message_ids
        self.assertEqual(self._prepare(), load)
        self.assertEqual(load.move_ids, moves)
        self.assertEqual(load.move_ids.picking_id, pickings)
        self.assertEqual(load.message_ids, messages)

    def test_what_is_planned_later_is_added(self):
        self._plan()
        load = self._prepare()
        order, __ = self._plan(start=MONDAY + timedelta(hours=3))
        self.assertEqual(self._prepare(), load)
        self.assertEqual(len(self._get_lines(load)), 2)
        self.assertIn(order.name, load.message_ids[0].body)

    def test_a_visit_for_somebody_else_takes_its_parts_along(self):
        order, visit = self._plan()
        mine = self._prepare()
        visit.technician_id = self.tom
        self.assertEqual(order.part_ids.location_id, self.tom_van)
        both = self._prepare(self.tom)
        self.assertFalse(self._get_lines(mine))
        self.assertEqual(mine.state, "empty")
        his = self._get_load(self.tom)
        self.assertIn(his, both)
        self.assertEqual(self._get_lines(his).order_id, order)

    def test_a_visit_on_another_day_takes_its_parts_along(self):
        __, visit = self._plan()
        load = self._prepare()
        visit.start = MONDAY + timedelta(days=1)
        self._prepare()
        self.assertEqual(load.state, "empty")
        with freeze_time(MONDAY):
            self.assertEqual(self._get_lines(self._prepare() - load).visit_id, visit)

    def test_what_is_loaded_already_stays_and_says_so(self):
        order, visit = self._plan()
        load = self._prepare()
        load.action_load_all()
        visit.technician_id = self.tom
        part = order.part_ids
        self.assertEqual(part.location_id, self.van)
        self.assertIn("hand it over", order.message_ids[0].body)
        self.assertIn("Van Tina", visit._check_plan_vans()[visit][0])
        self._prepare(self.tom)
        line = self._get_lines(load)
        self.assertEqual((line.state, line.reason), ("loaded", "astray"))
        self.assertFalse(self._get_load(self.tom))

    def test_what_is_printed_or_locked_stays(self):
        __, visit = self._plan()
        load = self._prepare()
        load.with_user(self.user_technician).action_toggle_lock()
        visit.start = MONDAY + timedelta(days=1)
        self._prepare()
        self.assertEqual(len(self._get_lines(load)), 1)
        load.action_toggle_lock()
        load.move_ids.picking_id.printed = True
        self._prepare()
        self.assertEqual(len(self._get_lines(load)), 1)
        load.move_ids.picking_id.printed = False
        self._prepare()
        self.assertFalse(self._get_lines(load))

    def test_a_cancelled_visit_is_not_loaded_for(self):
        __, visit = self._plan()
        load = self._prepare()
        visit.action_cancel()
        self._prepare()
        self.assertEqual(load.state, "empty")

    def test_a_transfer_of_two_visits_is_divided(self):
        """One transfer brings all parts of an order, each of its visits needs some."""
        order, visit = self._plan(parts=[(self.seal, 2.0), (self.seal, 3.0)])
        second = self._create_visit(order, start=MONDAY + timedelta(days=1))
        first_part, second_part = order.part_ids
        first_part.visit_id = visit
        second_part.visit_id = second
        picking = order.part_ids._get_supply_moves().picking_id
        self.assertEqual(len(picking), 1)
        load = self._prepare()
        self.assertEqual(load.move_ids.service_part_id, first_part)
        self.assertEqual(load.move_ids.picking_id.move_ids, load.move_ids)
        rest = second_part._get_supply_moves()
        self.assertEqual((rest.quantity, rest.picking_id.state), (3.0, "assigned"))
        self.assertEqual(rest.move_line_ids.picking_id, rest.picking_id)

    def test_two_people_share_a_van(self):
        self.tom.service_location_id = self.van
        picking = self._create_transfer(self.seal, 1.0, self.stock)
        order, __ = self._plan(technician=self.tom)
        self._prepare(self.tom)
        load = picking.move_ids.service_load_id
        self._prepare(self.tom)
        self.assertEqual(picking.move_ids.service_load_id, load)
        self.assertEqual(
            order.part_ids._get_supply_moves().service_load_id.technician_id, self.tom
        )

    # --------------------------------------------------------------------- buttons
    def test_buttons(self):
        order, visit = self._plan()
        team = self.env["field.service.team"].create(
            {
                "name": "North",
                "company_id": self.company.id,
                "member_ids": [Command.set((self.technician | self.tom).ids)],
            }
        )
        for record in (order, visit, team, self.technician):
            action = record.with_user(self.dispatcher).action_prepare_loads()
            self.assertEqual(action["res_id"], self._get_load().id)
        everything = self.loads.with_user(self.dispatcher).action_prepare_all()
        self.assertEqual(everything["res_id"], self._get_load().id)
        nothing = self.tom.with_user(self.dispatcher).action_prepare_loads()
        self.assertEqual(nothing["tag"], "display_notification")
        self.tom.service_location_id = False
        with self.assertRaisesRegex(UserError, "has a van"):
            self.tom.with_user(self.dispatcher).action_prepare_loads()
        with self.assertRaises(AccessError):
            order.with_user(self.user_technician).action_prepare_loads()

    # ------------------------------------------------------------------------ cron
    def _run_cron(self):
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: 1)
        self.loads._cron_prepare()

    def test_cron_at_the_cut_off_in_the_companys_time_zone(self):
        self.company.partner_id.tz = "Asia/Tashkent"
        self.company.service_load_cutoff = 16.5
        self._plan()
        for hour, minute, there in ((11, 20, False), (11, 40, True)):
            with freeze_time(FRIDAY.replace(hour=hour, minute=minute)):
                self._run_cron()
            self.assertEqual(bool(self._get_load()), there, (hour, minute))
        self.assertEqual(self.company.service_load_made_on, FRIDAY.date())
        order, __ = self._plan(start=MONDAY + timedelta(hours=3))
        with freeze_time(FRIDAY.replace(hour=13)):
            self._run_cron()
        self.assertFalse(order.part_ids.move_ids.service_load_id, "once a day")

    def test_cron_is_switched_off(self):
        self._plan()
        self.company.service_load_auto = False
        with freeze_time(FRIDAY.replace(hour=20)):
            self._run_cron()
        self.assertFalse(self._get_load())

    def test_one_failure_stops_nobody_else(self):
        self._plan()
        self._plan(technician=self.tom)
        broken, message = self.technician, "Broken"
        gather = type(self.loads)._gather

        def fail(records, technician, *args):
            if technician == broken:
                raise UserError(message)
            return gather(records, technician, *args)

        self.patch(type(self.loads), "_gather", fail)
        with freeze_time(FRIDAY.replace(hour=20)):
            self._run_cron()
        self.assertFalse(self._get_load())
        self.assertTrue(self._get_load(self.tom))
        self.assertFalse(self.company.service_load_made_on, "tried again")

    # -------------------------------------------------------------- two companies
    def test_two_companies(self):
        seal_b = self._create_part_product("Seal B", company=self.company_b)
        stock_b = self.van_b.warehouse_id.lot_stock_id
        self._receive(seal_b, 5.0, 7.0, location=stock_b)
        order = self._create_order(release=False, company_id=self.company_b.id)
        self.env["field.service.part"].create(
            {"order_id": order.id, "product_id": seal_b.id, "quantity": 2.0}
        )
        order.action_release()
        self._create_visit(order, start=MONDAY)
        self._plan()
        loads = self._prepare(self.technician_b)
        self.assertEqual(len(loads), 2)
        theirs = loads.filtered(lambda load: load.company_id == self.company_b)
        self.assertEqual(theirs.technician_id, self.technician_b)
        self.assertEqual(self._get_lines(theirs).product_id, seal_b)
        mine = self.loads.with_user(self.dispatcher)
        self.assertEqual(mine.search([("id", "in", loads.ids)]), loads - theirs)
        with self.assertRaises(AccessError):
            theirs.with_user(self.dispatcher).read(["state"])

    # --------------------------------------------------------------------- batches
    def test_one_batch_per_list_where_there_are_batches(self):
        """With ``stock_picking_batch``; without it the list alone groups them."""
        self._plan()
        self._plan(start=MONDAY + timedelta(hours=3))
        load = self._prepare()
        pickings = load.move_ids.picking_id
        self.assertEqual(len(pickings), 2)
        if not self.loads._has_batches():
            load.action_load_all()
            self.assertEqual(load.state, "loaded")
            return
        batch = pickings.batch_id
        self.assertEqual((len(batch), batch.state), (1, "in_progress"))
        self.assertEqual(batch.description, load.name)
        first = load.move_ids[0]
        load.confirm(self._count(load, (first, 2.0)))
        self.assertEqual((batch.state, batch.picking_ids), ("done", first.picking_id))
        rest = load._get_open_moves().picking_id.batch_id
        self.assertEqual((len(rest), rest.state), (1, "in_progress"))
        self._prepare()
        self.assertEqual(load._get_open_moves().picking_id.batch_id, rest)

    def test_a_wave_of_the_warehouse_stays_its_own(self):
        """A transfer that the warehouse walks for with others is no batch of ours."""
        self._plan()
        other = self._create_transfer(self.seal, 1.0, self.stock, van=self.tom_van)
        supply = self.env["field.service.part"].search([])._get_supply_moves()
        picking = supply.picking_id
        other.picking_type_id = picking.picking_type_id
        if self.loads._has_batches():
            wave = self.env["stock.picking.batch"].create(
                {
                    "description": "Morning walk",
                    "company_id": self.company.id,
                    "picking_ids": (picking | other).ids,
                }
            )
            wave.action_confirm()
        load = self._prepare()
        if self.loads._has_batches():
            self.assertEqual(picking.batch_id, wave)
        load.action_load_all()
        self.assertEqual((load.state, other.state), ("loaded", "assigned"))
        if self.loads._has_batches():
            self.assertEqual((wave.picking_ids, wave.state), (other, "in_progress"))
