from datetime import timedelta

from odoo.tests import tagged

from .replenishment_common import ReplenishmentCommon


@tagged("post_install", "-at_install")
class TestReplenishment(ReplenishmentCommon):
    """What is proposed, against figures computed by hand in the comments."""

    # --------------------------------------------------------------- planned need
    def test_planned_for_sure(self):
        self._create_part(self.order, self.product, 3.0)
        self._receive(self.product, 1.0, 10.0)
        self._receive(self.product, 5.0, 10.0, location=self.stock)
        line = self._propose()
        self.assertEqual(
            (line.kind, line.sure_qty, line.level_qty, line.free_qty),
            ("load", 3.0, 3.0, 1.0),
        )
        # 3 needed - 1 free; the warehouse has 5
        self.assertEqual((line.needed_qty, line.quantity, line.short_qty), (2, 2, 0))
        self.assertEqual(line.value, 20.0)
        self.assertEqual(
            line.explanation,
            "Visits in 7 days need 3. 3 are enough in 95 % of all cases; free in the "
            "van: 1, on the way: 0.",
        )

    def test_planned_perhaps(self):
        """Two visits with a chance of one in four each: two are needed for 95 %."""
        self._create_part(self.order, self.product, 1.0, probability=0.25)
        other = self._create_order(release=False)
        self._create_visit(other, start=self.now + timedelta(days=4))
        self._create_part(other, self.product, 1.0, probability=0.25)
        line = self._propose()
        self.assertEqual((line.planned_qty, line.sure_qty), (0.5, 0.0))
        self.assertEqual((line.level_qty, line.needed_qty), (2.0, 2.0))
        # Nothing anywhere: ask to buy both.
        self.assertEqual((line.quantity, line.short_qty), (0.0, 2.0))
        self.assertIn("ask to buy 2", line.explanation)
        self.company.service_fill_rate = 0.9
        # At most one: 0.9375
        self.assertEqual(self._propose().needed_qty, 1.0)

    def test_only_visits_that_come_soon(self):
        part = self._create_part(self.order, self.product, 1.0)
        self.assertTrue(self._propose())
        self.visit.start = self.now + timedelta(days=8)
        self.assertFalse(self._propose())
        self.company.service_replenish_days = 9
        self.assertEqual(self._propose().needed_qty, 1.0)
        part.location_id = self.stock
        self.assertFalse(self._propose(), "taken from the warehouse")

    def test_reserved_and_supplied_parts_are_provided_for(self):
        self._receive(self.product, 2.0, 10.0)
        self._receive(self.product, 1.0, 10.0, location=self.stock)
        self.order.action_release()
        part = self._create_part(self.order, self.product, 4.0, mandatory=True)
        part.action_reserve()
        # 2 are reserved in the van, the other 2 are asked for by the part itself.
        self.assertEqual(part.reserved_qty, 2.0)
        self.assertFalse(self._propose())

    def test_customer_supplied_and_not_needed(self):
        self._create_part(self.order, self.product, 1.0, customer_supplied=True)
        self._create_part(self.order, self.product, 1.0).cancelled = True
        self.assertFalse(self._propose())

    def test_consumables_are_not_counted(self):
        self.product.is_storable = False
        self._create_part(self.order, self.product, 1.0)
        self.assertFalse(self._propose())

    def test_archived_product(self):
        self._create_part(self.order, self.product, 1.0)
        self.product.active = False
        self.assertFalse(self._propose())

    def test_units(self):
        """A dozen planned, six in the van, loaded in packs of six."""
        dozen = self.env.ref("uom.product_uom_dozen")
        self._create_part(self.order, self.product, 1.0, uom_id=dozen.id)
        self._receive(self.product, 5.0, 10.0)
        self._receive(self.product, 20.0, 10.0, location=self.stock)
        self.assertEqual(self._propose().needed_qty, 7.0)
        self.product.service_load_uom_id = self.env.ref("uom.product_uom_pack_6")
        # 7 are two packs of 6
        self.assertEqual(self._propose().needed_qty, 12.0)

    # ------------------------------------------------------------- unplanned use
    def test_unplanned_use(self):
        """36 in 270 days are 0.9333 in 7 days: 2 are enough with 93 %, 3 with 98 %."""
        self._ago(self._receive(self.product, 37.0, 10.0), 270)
        self._receive(self.product, 10.0, 10.0, location=self.stock)
        self._use_unplanned(self.product, 30.0, 200)
        self._use_unplanned(self.product, 6.0, 20)
        line = self._propose()
        self.assertAlmostEqual(line.history_qty, 36.0)
        self.assertAlmostEqual(line.history_days, 270.0, 1)
        # The only van of the company: its team's rate is its own.
        self.assertAlmostEqual(line.unplanned_qty, 36 / 270 * 7, 2)
        self.assertEqual((line.level_qty, line.free_qty), (3.0, 1.0))
        self.assertEqual((line.needed_qty, line.quantity), (2.0, 2.0))

    def test_planned_use_is_no_unplanned_use(self):
        self._ago(self._receive(self.product, 40.0, 10.0), 270)
        self._use_unplanned(self.product, 39.0, 100).source = "dispatcher"
        self.assertFalse(self._propose())

    def test_returned_parts_were_not_used(self):
        self._ago(self._receive(self.product, 37.0, 10.0), 270)
        part = self._use_unplanned(self.product, 36.0, 100)
        part._return(36.0)
        self.assertFalse(self._get_unplanned(self._propose()))

    def _get_unplanned(self, lines):
        return sum(lines.mapped("unplanned_qty"))

    def test_own_history_and_the_teams(self):
        """A new van is filled like its team's, an old one by its own history."""
        new = self._create_technician("Nina")
        new_van = new._create_service_location()
        self._ago(self._receive(self.product, 36.0, 10.0), 270)
        self._use_unplanned(self.product, 36.0, 30)
        self._propose()
        # Team: 36 in 270 + 0 van-days. New van: (36/270 x 90 + 0) / 90 per day,
        # old van: (36/270 x 90 + 36) / (90 + 270).
        line = self._get_lines(van=new_van)
        self.assertAlmostEqual(line.unplanned_qty, 36 / 270 * 7, 2)
        self.assertEqual(line.needed_qty, 3.0)
        # Half of a year later the new van has used nothing.
        other = self._create_part_product("Other")
        self._ago(self._receive(other, 1.0, 1.0, location=new_van), 180)
        self._propose()
        line = self._get_lines(van=new_van)
        # Team: 36 in 450 van-days = 0.08; (0.08 x 90) / (90 + 180) x 7 = 0.1867
        self.assertAlmostEqual(line.unplanned_qty, 0.1867, 2)
        self.assertEqual(line.level_qty, 1.0)
        old = self._get_lines()
        # (0.08 x 90 + 36) / (90 + 270) x 7 = 0.84
        self.assertAlmostEqual(old.unplanned_qty, 0.84, 2)

    def test_other_teams_say_nothing(self):
        new = self._create_technician("Nina")
        new_van = new._create_service_location()
        for person in (self.technician, new):
            self.env["field.service.team"].create(
                {
                    "name": person.name,
                    "company_id": self.company.id,
                    "member_ids": [(4, person.id)],
                }
            )
        self._ago(self._receive(self.product, 36.0, 10.0), 270)
        self._use_unplanned(self.product, 36.0, 30)
        self.assertTrue(self._propose())
        self.assertFalse(self._get_lines(van=new_van))

    def test_no_history_at_all(self):
        self._receive(self.product, 2.0, 10.0, location=self.stock)
        self.assertFalse(self._propose())

    def test_old_history_is_forgotten(self):
        self._ago(self._receive(self.product, 36.0, 10.0), 700)
        self._use_unplanned(self.product, 36.0, 400)
        self.assertFalse(self._propose())

    def test_fill_rate_of_category_and_product(self):
        self._create_part(self.order, self.product, 1.0, probability=0.25)
        self.assertEqual(self._propose().fill_rate, 0.95)
        self.product.categ_id.service_fill_rate = 0.8
        # P(none) = 0.75 is not enough yet ...
        self.assertEqual(self._propose().needed_qty, 1.0)
        self.product.service_fill_rate = 0.7
        # ... but it is for 70 %.
        self.assertFalse(self._propose())

    # --------------------------------------------------------------- stock and ways
    def test_negative_van_stock(self):
        self._create_part(self.order, self.product, 3.0)
        self.env["stock.quant"]._update_available_quantity(self.product, self.van, -2)
        self._receive(self.product, 9.0, 10.0, location=self.stock)
        line = self._propose()
        # 3 - (-2): otherwise the next proposal would ask for 2 again.
        self.assertEqual((line.free_qty, line.quantity), (-2.0, 5.0))
        self.assertIn("count the van", line.explanation)

    def test_shared_stock_goes_to_who_needs_it_most(self):
        new = self._create_technician("Nina")
        new_van = new._create_service_location()
        order = self._create_order(release=False)
        self._create_visit(
            order, start=self.now + timedelta(days=2), technician_id=new.id
        )
        self._create_part(self.order, self.product, 2.0)
        self._create_part(order, self.product, 3.0, location_id=new_van.id)
        self._receive(self.product, 4.0, 10.0, location=self.stock)
        line = self._propose()
        other = self._get_lines(van=new_van)
        self.assertEqual((other.quantity, other.short_qty), (3.0, 0.0))
        self.assertEqual((line.quantity, line.short_qty), (1.0, 1.0))
        self.assertEqual(line.warehouse_qty, 1.0)

    def test_each_van_is_filled_from_its_own_warehouse(self):
        second = self.env["stock.warehouse"].create(
            {"name": "Second", "code": "SEC", "company_id": self.company.id}
        )
        self.van.location_id = second.view_location_id
        self.assertEqual(self.van.warehouse_id, second)
        self._create_part(self.order, self.product, 2.0)
        self._receive(self.product, 9.0, 10.0, location=self.stock)
        self.assertEqual(self._propose().short_qty, 2.0)
        self._receive(self.product, 2.0, 10.0, location=second.lot_stock_id)
        line = self._propose()
        self.assertEqual((line.quantity, line.short_qty), (2.0, 0.0))
        line.action_apply()
        self.assertEqual(line.picking_id.picking_type_id, second.service_load_type_id)
        self.assertEqual(line.picking_id.location_id, second.lot_stock_id)

    def test_companies_are_on_their_own(self):
        product_b = self._create_part_product("Seal B", company=self.company_b)
        order_b = self._create_order(release=False, company_id=self.company_b.id)
        self._create_visit(order_b, start=self.now + timedelta(days=2))
        self._create_part(order_b, product_b, 2.0)
        self._create_part(self.order, self.product, 1.0)
        self.company_b.service_replenish_days = 1
        self.assertEqual(self._propose().company_id, self.company)
        self.assertFalse(self._get_lines(product_b, self.van_b))
        self._propose(self.company, self.company_b)
        # The visit is in two days, the vans of B last one day.
        self.assertFalse(self._get_lines(product_b, self.van_b))
        self.company_b.service_replenish_days = 3
        self._propose(self.company_b)
        line = self._get_lines(product_b, self.van_b)
        self.assertEqual((line.company_id, line.needed_qty), (self.company_b, 2.0))
        self.assertTrue(self._get_lines(), "the other company's lines stay")

    def _count_queries(self):
        """Return the queries that reading and calculating take."""
        lines = self.lines.sudo().with_company(self.company)
        self.env.flush_all()
        vans = lines._get_vans(self.company)
        scope = lines._get_scope(self.company, vans)
        lines._prepare_proposal(scope)
        before = self.env.cr.sql_log_count
        found = lines._prepare_proposal(scope)
        return self.env.cr.sql_log_count - before, len(found)

    def test_queries_do_not_grow(self):
        self._create_part(self.order, self.product, 1.0)
        queries, found = self._count_queries()
        self.assertEqual(found, 1)
        for number in range(6):
            person = self._create_technician(f"T{number}")
            van = person._create_service_location()
            product = self._create_part_product(f"P{number}")
            self._ago(self._receive(product, 1.0, 1.0, location=van), 200)
            self._create_part(self.order, product, 1.0, location_id=self.van.id)
        more, found = self._count_queries()
        # Six to load into the first van, and six to take back from the others.
        self.assertEqual((more, found), (queries, 13))

    # -------------------------------------------------------------- what it is of
    def test_figures_open_what_they_are_sums_of(self):
        self._ago(self._receive(self.product, 37.0, 10.0), 270)
        used = self._use_unplanned(self.product, 36.0, 30)
        sure = self._create_part(self.order, self.product, 2.0)
        maybe = self._create_part(self.order, self.product, 3.0, probability=0.5)
        self._create_part(self.order, self.product, 9.0, customer_supplied=True)
        line = self._propose()
        parts = line._get_planned_parts()
        self.assertEqual(parts, sure + maybe)
        self.assertEqual(
            line.planned_qty, sum(part.quantity * part.probability for part in parts)
        )
        moves = line._get_unplanned_moves()
        self.assertEqual(sum(moves.mapped("quantity")), line.history_qty)
        self.assertEqual(moves.service_part_id, used)
        action = line.with_user(self.dispatcher).action_open_unplanned()
        self.assertEqual(action["res_model"], "field.service.part")
        self.assertEqual(action["domain"], [("id", "in", used.ids)])
        self.assertFalse(line._get_coming_moves())
