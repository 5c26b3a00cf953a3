from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import FieldServiceStockCommon

# Ten in the morning in London, four in the afternoon in Almaty.
NOW = "2026-03-04 10:00:00"


@tagged("post_install", "-at_install")
class TestVanStock(FieldServiceStockCommon):
    """Who has a part, how many of it, and how far away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_tom = cls._create_user("tom", "field_service.group_technician")
        cls.tom = cls._create_technician("Tom", user_id=cls.user_tom.id)
        cls.ulf = cls._create_technician("Ulf")
        cls.van_tom = cls.tom._create_service_location()
        cls.van_ulf = cls.ulf._create_service_location()
        cls.seal = cls._create_part_product("Seal", barcode="4006381333931")
        for van, quantity in (
            (cls.van, 1.0),
            (cls.van_tom, 5.0),
            (cls.van_ulf, 7.0),
        ):
            cls._receive(cls.seal, quantity, 10.0, location=van)
        cls.lines = cls.env["field.service.van.stock"].with_user(cls.user_technician)

    def _place(self, latitude, longitude):
        return self._create_partner(
            f"Site {latitude}",
            service_latitude=latitude,
            service_longitude=longitude,
        )

    def _visit(self, technician, site, start, **values):
        order = self._create_order(site_id=site.id)
        return self._create_visit(
            order, start=start, technician_id=technician.id, **values
        )

    def _search(self, domain=(), **context):
        self.env.invalidate_all()
        lines = self.lines.with_context(**context)
        return lines.search([("product_id", "=", self.seal.id), *domain])

    # ------------------------------------------------------------------- content
    def test_what_is_where_and_whose(self):
        order = self._create_order()
        part = self._create_part(order, self.seal, 2.0, location_id=self.van_tom.id)
        part.action_reserve()
        found = {line.location_id: line for line in self._search()}
        self.assertEqual(set(found), {self.van, self.van_tom, self.van_ulf})
        tom = found[self.van_tom]
        self.assertEqual(
            (tom.quantity, tom.reserved_quantity, tom.free_quantity), (5.0, 2.0, 3.0)
        )
        self.assertEqual((tom.holder, tom.uom_id), ("Tom", self.seal.uom_id))
        self.assertEqual(tom.technician_id, self.tom)
        self.assertFalse(tom.is_own)
        self.assertTrue(found[self.van].is_own)
        self.ulf.service_location_id = self.van_tom
        (tom,) = self._search([("location_id", "=", self.van_tom.id)])
        self.assertEqual(tom.holder, "Tom, Ulf")

    def test_a_shelf_inside_a_van_is_the_van(self):
        shelf = self.env["stock.location"].create(
            {
                "name": "Shelf",
                "location_id": self.van_tom.id,
                "usage": "internal",
                "company_id": self.company.id,
            }
        )
        self._receive(self.seal, 2.0, 10.0, location=shelf)
        line = self._search([("location_id", "=", self.van_tom.id)])
        self.assertEqual((len(line), line.quantity), (1, 7.0))
        self.assertEqual(line.with_user(self.manager).value, 70.0)

    def test_search_by_barcode_name_and_serial(self):
        serial = self._create_part_product("Sensor", tracking="serial")
        lot = self.env["stock.lot"].create(
            {"name": "SN-0815", "product_id": serial.id, "company_id": self.company.id}
        )
        self.env["stock.quant"]._update_available_quantity(
            serial, self.van_tom, 1.0, lot_id=lot
        )
        self.assertEqual(len(self.lines.search([("barcode", "=", "4006381333931")])), 3)
        line = self.lines.search([("lot_name", "ilike", "sn-08")])
        self.assertEqual((line.product_id, line.lot_id.id), (serial, lot.id))
        self.assertEqual(
            len(self.lines.search([("product_id", "ilike", "4006381333931")])), 3
        )

    def test_vans_without_technician_are_shown_as_such(self):
        self.tom.action_archive()
        line = self._search([("technician_id", "=", False)])
        self.assertEqual(line.location_id, self.van_tom)
        self.assertFalse(line.holder)

    # ------------------------------------------------------------------- access
    def test_who_may_read_and_who_sees_value(self):
        with self.assertRaises(AccessError):
            self.lines.create({})
        line = self._search([("location_id", "=", self.van_tom.id)])
        with self.assertRaises(AccessError):
            line.read(["value"])
        (read,) = line.with_user(self.manager).read(["value"])
        self.assertEqual(read["value"], 50.0)
        clerk = self._create_user("clerk", "account.group_account_invoice")
        self.assertEqual(line.with_user(clerk).value, 50.0)
        nobody = self._create_user("nobody", "base.group_user")
        with self.assertRaises(AccessError):
            line.with_user(nobody).read(["quantity"])

    def test_each_company_sees_its_own_vans(self):
        product = self._create_part_product("Shared")
        product.company_id = False
        self._receive(product, 1.0, 10.0, location=self.van_tom)
        self.env["stock.quant"]._update_available_quantity(product, self.van_b, 1.0)
        lines = self.lines.search([("product_id", "=", product.id)])
        self.assertEqual(lines.location_id, self.van_tom)
        user = self._create_user("other", "field_service.group_technician")
        user.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        lines = self.env["field.service.van.stock"].with_user(user)
        self.assertEqual(
            lines.search([("product_id", "=", product.id)]).location_id, self.van_b
        )

    # ------------------------------------------------------------------- nearest
    @freeze_time(NOW)
    def test_the_nearest_van_comes_first(self):
        """One degree of latitude is 111.2 km, times the detour of 1.3: 144.6 km."""
        self.company.service_travel_detour = 1.3
        self._visit(self.technician, self._place(50.0, 8.0), NOW)
        self._visit(self.tom, self._place(51.0, 8.0), NOW)
        self._visit(self.ulf, self._place(50.5, 8.0), NOW)
        lines = self._search()
        self.assertEqual(
            lines.mapped("location_id"), self.van + self.van_ulf + self.van_tom
        )
        self.assertEqual(lines.mapped("distance"), ["My van", "72.3 km", "144.6 km"])
        # From the site of an order, that the user may see.
        later = "2026-03-04 14:00:00"
        site = self._place(51.1, 8.0)
        order = self._visit(self.technician, site, later).order_id
        lines = self._search(service_van_order_id=order.id)
        self.assertEqual(lines[1:].mapped("location_id"), self.van_tom + self.van_ulf)
        foreign = self._create_order(site_id=self._place(51.1, 8.0).id)
        lines = self._search(service_van_order_id=foreign.id)
        self.assertEqual(lines[1:].mapped("location_id"), self.van_ulf + self.van_tom)

    @freeze_time(NOW)
    def test_the_visit_under_way_says_where_he_is(self):
        self._visit(self.technician, self._place(50.0, 8.0), NOW)
        early = self._visit(self.tom, self._place(50.1, 8.0), "2026-03-04 06:00:00")
        self._visit(self.tom, self._place(50.0, 8.0), NOW).state = "cancelled"
        self._visit(self.tom, self._place(53.0, 8.0), "2026-03-04 11:00:00")
        self._visit(self.ulf, self._place(51.0, 8.0), NOW)
        nearest = [self.van, self.van_ulf, self.van_tom]
        self.assertEqual(list(self._search().mapped("location_id")), nearest)
        # He is still at the first one.
        early.register_event("work_start", early.start)
        nearest = [self.van, self.van_tom, self.van_ulf]
        self.assertEqual(list(self._search().mapped("location_id")), nearest)

    @freeze_time("2026-03-04 20:00:00")
    def test_today_is_the_technicians_day(self):
        """Late in the evening in London it is tomorrow in Almaty."""
        self._visit(self.technician, self._place(50.0, 8.0), "2026-03-04 18:00:00")
        for person, zone in ((self.tom, "UTC"), (self.ulf, "Asia/Almaty")):
            person.tz = zone
            self._visit(person, self._place(51.0, 8.0), "2026-03-05 04:00:00")
        found = {line.location_id: line.distance for line in self._search()}
        self.assertFalse(found[self.van_tom], "His visit is tomorrow.")
        self.assertEqual(found[self.van_ulf], "144.6 km")

    @freeze_time(NOW)
    def test_without_coordinates_the_team_comes_first(self):
        self._visit(self.tom, self.partner, NOW)
        self.env["field.service.team"].create(
            {
                "name": "South",
                "company_id": self.company.id,
                "member_ids": [Command.set((self.technician + self.ulf).ids)],
            }
        )
        lines = self._search()
        self.assertEqual(
            list(lines.mapped("location_id")), [self.van, self.van_ulf, self.van_tom]
        )
        self.assertEqual(lines[1].distance, "My team")
        self.assertFalse(lines[2].distance)

    @freeze_time(NOW)
    def test_a_vehicle_is_where_its_visit_is(self):
        vehicle = self.env["resource.resource"].create(
            {
                "name": "Crane truck",
                "resource_type": "material",
                "company_id": self.company.id,
                "service_location_id": self.van_tom.copy({"name": "Truck"}).id,
            }
        )
        truck = vehicle.service_location_id
        self._receive(self.seal, 1.0, 10.0, location=truck)
        self._visit(self.technician, self._place(50.0, 8.0), NOW)
        self._visit(
            self.ulf,
            self._place(50.5, 8.0),
            NOW,
            resource_ids=[Command.set(vehicle.ids)],
        )
        line = self._search([("location_id", "=", truck.id)])
        self.assertEqual((line.distance, line.vehicle), ("72.3 km", "Crane truck"))

    @freeze_time(NOW)
    def test_more_vans_take_no_more_queries(self):
        self._visit(self.technician, self._place(50.0, 8.0), NOW)
        self._visit(self.ulf, self._place(50.1, 8.0), NOW)
        counts = []
        for _round in range(2):
            self._search().mapped("distance")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._search().mapped("distance")
            counts.append(self.env.cr.sql_log_count - before)
            for number in range(8):
                person = self._create_technician(f"Person {number}")
                van = person._create_service_location()
                self._receive(self.seal, 1.0, 10.0, location=van)
                self._visit(person, self._place(50.2, 8.0 + number), NOW)
        self.assertEqual(*counts)
