from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestVans(FieldServiceStockCommon):
    """Vans are set up, shared, changed, booked with vehicles and filled by rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.van.warehouse_id
        cls.stock = cls.warehouse.lot_stock_id
        cls.second = cls.env["stock.warehouse"].create(
            {"name": "Second", "code": "SEC", "company_id": cls.company.id}
        )
        cls.tom = cls._create_technician("Tom")
        cls.vehicle = cls.env["resource.resource"].create(
            {
                "name": "Sprinter 7",
                "resource_type": "material",
                "company_id": cls.company.id,
            }
        )
        cls.seal = cls._create_part_product("Seal")

    def _open_setup(self, employees, user=None):
        action = employees.with_user(user or self.manager).action_setup_vans()
        model = self.env["field.service.van.setup"].with_user(user or self.manager)
        return model.browse(action["res_id"])

    # ------------------------------------------------------------------- set up
    def test_a_team_gets_its_vans(self):
        team = self.env["field.service.team"].create(
            {
                "name": "North",
                "company_id": self.company.id,
                "member_ids": [Command.set((self.technician + self.tom).ids)],
            }
        )
        setup = self._open_setup(team)
        tina, tom = setup.line_ids
        self.assertEqual(tina.technician_id, self.technician)
        self.assertEqual(tina.location_id, self.van)
        self.assertFalse(tom.location_id)
        self.assertEqual(tom.name, "Van Tom")
        setup.warehouse_id = self.second
        self.assertEqual(tom.warehouse_id, self.second)
        setup.action_apply()
        self.assertEqual(self.technician.service_location_id, self.van)
        van = self.tom.service_location_id
        self.assertEqual(van.warehouse_id, self.second)
        self.assertEqual(van.location_id, self.second.view_location_id)
        self.assertEqual((van.name, van.usage), ("Van Tom", "internal"))
        self.assertTrue(van.service_van)
        self.assertEqual(van.service_technician_ids, self.tom)
        # Once more: nothing is missing any longer.
        count = self.env["stock.location"].search_count([])
        self._open_setup(team).action_apply()
        self.assertEqual(self.env["stock.location"].search_count([]), count)
        self.assertEqual(self.tom.service_location_id, van)

    def test_two_companies_in_one_go(self):
        self.technician_b.service_location_id = False
        user = self._create_user("both", "field_service.group_manager")
        user.company_ids = [Command.link(self.company_b.id)]
        both = (self.tom + self.technician_b).with_context(
            allowed_company_ids=(self.company + self.company_b).ids
        )
        self._open_setup(both, user).action_apply()
        self.assertEqual(self.tom.service_location_id.company_id, self.company)
        van_b = self.technician_b.service_location_id
        self.assertEqual(van_b.company_id, self.company_b)
        self.assertEqual(van_b.warehouse_id.company_id, self.company_b)
        setup = self._open_setup(self.tom)
        line = setup.sudo().line_ids
        line.location_id = van_b
        with self.assertRaisesRegex(UserError, "one company"):
            line._apply()

    def test_a_van_of_a_vehicle(self):
        setup = self._open_setup(self.tom)
        with Form(setup) as form, form.line_ids.edit(0) as line:
            line.vehicle_id = self.vehicle
            self.assertEqual(line.name, "Sprinter 7")
        setup.action_apply()
        van = self.tom.service_location_id
        self.assertEqual(van.name, "Sprinter 7")
        self.assertEqual(self.vehicle.service_location_id, van)
        self.assertEqual(van.service_vehicle_ids, self.vehicle)

    def test_a_pool_vehicle_needs_no_technician(self):
        setup = self._open_setup(self.env["hr.employee"])
        with Form(setup) as form, form.line_ids.new() as line:
            line.vehicle_id = self.vehicle
        setup.action_apply()
        self.assertEqual(self.vehicle.service_location_id.warehouse_id, self.warehouse)
        with Form(self._open_setup(self.env["hr.employee"])) as form:
            form.line_ids.new().save()
        with self.assertRaisesRegex(UserError, "technician or a vehicle"):
            form.record.action_apply()

    def test_shared_changed_and_left_vans(self):
        self.tom.service_location_id = self.van
        self.assertEqual(self.van.service_technician_ids, self.technician + self.tom)
        self.tom._create_service_location()
        self.assertEqual(self.tom.service_location_id, self.van, "He has one.")
        # Tom gets his own van after all.
        setup = self._open_setup(self.tom)
        setup.line_ids.location_id = False
        setup.action_apply()
        own = self.tom.service_location_id
        self.assertNotEqual(own, self.van)
        self.assertEqual(self.van.service_technician_ids, self.technician)
        # He leaves: the van stays, without technician, and can be taken over.
        self.tom.action_archive()
        self.assertTrue(own.service_van)
        self.assertFalse(own.service_technician_ids)
        without = [("service_technician_ids", "=", False), ("service_van", "=", True)]
        self.assertEqual(self.env["stock.location"].search(without) & own, own)
        self.assertNotIn(self.van, self.env["stock.location"].search(without))
        new = self._create_technician("Toni")
        setup = self._open_setup(new)
        self.assertIn(own, setup.spare_ids)
        setup.line_ids.location_id = own
        setup.action_apply()
        self.assertEqual(own.service_technician_ids, new)
        self.assertNotIn(own, self._open_setup(new).spare_ids)

    def test_who_sets_up(self):
        for user in self.user_technician, self.dispatcher:
            with self.assertRaisesRegex(AccessError, "service manager"):
                self._open_setup(self.tom, user)

    def test_company_without_warehouse(self):
        company = self._create_company("Bare", "base.USD")
        self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)]
        ).active = False
        person = self._create_technician("Ann", company_id=company.id)
        setup = person.action_setup_vans()
        with self.assertRaisesRegex(UserError, "has no warehouse"):
            self.env["field.service.van.setup"].browse(setup["res_id"]).action_apply()

    # ------------------------------------------------------------- whose van
    def test_the_vehicle_booked_wins(self):
        vehicle_van = self.van.copy({"name": "Sprinter"})
        self.vehicle.service_location_id = vehicle_van
        order = self._create_order()
        part = self.env["field.service.part"].create(
            {"order_id": order.id, "product_id": self.seal.id}
        )
        self.assertEqual(part.location_id, self.stock)
        visit = self._create_visit(order)
        self.assertEqual(part.location_id, self.van)
        visit.resource_ids = self.vehicle
        self.assertEqual(part.location_id, vehicle_van)
        visit.resource_ids = False
        self.assertEqual(part.location_id, self.van)
        visit.resource_ids = self.vehicle
        other = self.van.copy({"name": "New Sprinter"})
        self.vehicle.service_location_id = other
        self.assertEqual(part.location_id, other)

    def test_parts_follow_who_changes_vans(self):
        self._receive(self.seal, 5.0, 10.0)
        order = self._create_order()
        self._create_visit(order)
        fresh = self.env["field.service.part"].create(
            {"order_id": order.id, "product_id": self.seal.id}
        )
        reserved = self._create_part(order, self.seal)
        reserved.action_reserve()
        other = self.van.copy({"name": "Other"})
        self.technician.service_location_id = other
        self.assertEqual(fresh.location_id, other)
        self.assertEqual(reserved.location_id, self.van, "It is reserved there.")

    # -------------------------------------------------------------- reordering
    def test_a_reordering_rule_fills_a_van(self):
        self._receive(self.seal, 50.0, 10.0, location=self.stock)
        rule = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.seal.id,
                "location_id": self.van.id,
                "company_id": self.company.id,
                "product_min_qty": 4.0,
                "product_max_qty": 9.0,
            }
        )
        self.assertFalse(rule.route_id)
        self.assertEqual(
            rule.effective_route_id, self.warehouse.service_pull_id.route_id
        )
        self.env["stock.rule"].run_scheduler(company_id=self.company.id)
        move = self._get_loading_moves()
        self.assertEqual(len(move), 1)
        self.assertEqual(move.picking_type_id, self.warehouse.service_load_type_id)
        self.assertEqual((move.location_id, move.product_uom_qty), (self.stock, 9.0))
        self.assertEqual(move.orderpoint_id, rule)
        self.env["stock.rule"].run_scheduler(company_id=self.company.id)
        self.assertEqual(self._get_loading_moves(), move, "It is on its way.")
        # The rule belongs to vans: the warehouse's own shelf is filled by others.
        rule = self.env["stock.rule"]._get_rule(
            self.seal, self.stock, {"warehouse_id": self.warehouse}
        )
        self.assertNotEqual(rule, self.warehouse.service_pull_id)

    def test_a_part_and_a_reordering_rule_do_not_both_bring(self):
        self._receive(self.seal, 50.0, 10.0, location=self.stock)
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.seal.id,
                "location_id": self.van.id,
                "company_id": self.company.id,
                "product_min_qty": 1.0,
                "product_max_qty": 1.0,
            }
        )
        order = self._create_order(release=False)
        self._create_part(order, self.seal, 3.0, mandatory=True)
        order.action_release()
        moves = self._get_loading_moves()
        self.assertEqual(moves.mapped("product_uom_qty"), [3.0])
        self.env["stock.rule"].run_scheduler(company_id=self.company.id)
        moves = self._get_loading_moves()
        # Three for the order, one to keep in the van.
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 4.0)

    def _get_loading_moves(self):
        return self.env["stock.move"].search(
            [
                ("product_id", "=", self.seal.id),
                ("location_dest_id", "=", self.van.id),
                ("state", "not in", ("done", "cancel")),
            ]
        )

    # ------------------------------------------------------------------- account
    def test_a_van_has_no_valuation_account(self):
        account = self.company.service_parts_account_id
        with self.assertRaisesRegex(ValidationError, "no valuation account"):
            self.van.valuation_account_id = account
        shelf = self.env["stock.location"].create(
            {
                "name": "Shelf",
                "location_id": self.van.id,
                "usage": "internal",
                "company_id": self.company.id,
            }
        )
        with self.assertRaisesRegex(ValidationError, "no valuation account"):
            shelf.valuation_account_id = account
        with self.assertRaisesRegex(ValidationError, "internal location"):
            self.van.usage = "inventory"
        bad = self.env["stock.location"].create(
            {
                "name": "Scrap",
                "location_id": self.warehouse.view_location_id.id,
                "usage": "internal",
                "company_id": self.company.id,
                "valuation_account_id": account.id,
            }
        )
        for owner in self.tom, self.vehicle:
            with self.assertRaisesRegex(ValidationError, "no valuation account"):
                owner.service_location_id = bad
