from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import MONDAY, FieldServiceCommon

NASTY = "<img src=x onerror=\"document.title='broken'\">"


@tagged("post_install", "-at_install")
class TestTripMap(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls._create_partner(
            "Site", service_latitude=50.1, service_longitude=10.0
        )
        cls.lost = cls._create_partner("Lost")
        cls.visit = cls._create_visit(cls._create_order(site_id=cls.site.id))
        cls.waiting = cls._create_order(site_id=cls.site.id)
        cls.draft = cls._create_order(site_id=cls.site.id, release=False)
        cls.nowhere = cls._create_order(site_id=cls.lost.id)
        cls.trips = cls.env["field.service.trip"].with_user(cls.dispatcher)

    def test_day_map(self):
        data = self.trips.get_day_map("2026-03-02")
        self.assertEqual(
            data["technicians"], [{"id": self.technician.id, "name": "Tina"}]
        )
        (stop,) = data["stops"]
        self.assertEqual(stop["id"], self.visit.id)
        self.assertEqual((stop["latitude"], stop["longitude"]), (50.1, 10.0))
        self.assertEqual(stop["number"], 1)
        orders = {order["id"]: order for order in data["orders"]}
        self.assertEqual(set(orders), {self.waiting.id, self.nowhere.id})
        self.assertNotIn("latitude", orders[self.nowhere.id])
        self.assertFalse(self.trips.get_day_map("2026-03-03")["stops"])

    def test_day_of_the_user(self):
        """The dispatcher's Monday begins on Sunday, 13:00 in Greenwich."""
        visit = self._create_visit(
            self.waiting, MONDAY - timedelta(hours=18), technician_id=False
        )
        self.dispatcher.tz = "Pacific/Auckland"
        data = self.trips.with_context(tz=None).get_day_map("2026-03-02")
        self.assertIn(visit.id, [stop["id"] for stop in data["stops"]])

    def test_other_company(self):
        order = self._create_order(
            company_id=self.company_b.id,
            job_type_id=self.job_type.copy({"company_id": self.company_b.id}).id,
            site_id=self.site.id,
        )
        self._create_visit(order)
        data = self.trips.get_day_map("2026-03-02")
        self.assertEqual([stop["id"] for stop in data["stops"]], self.visit.ids)

    def test_technician_sees_his_own(self):
        other = self._create_technician("Other")
        self._create_visit(self.waiting, technician_id=other.id)
        data = self.trips.with_user(self.user_technician).get_day_map("2026-03-02")
        self.assertEqual([stop["id"] for stop in data["stops"]], self.visit.ids)

    def test_tiles(self):
        self.assertEqual(
            self.trips.get_day_map("2026-03-02")["tiles"],
            {"url": "", "attribution": ""},
        )
        url = "https://tiles.example.com/{z}/{x}/{y}.png"
        self.company.write({"service_tile_url": url, "service_tile_attribution": "©"})
        self.assertEqual(
            self.trips.get_day_map("2026-03-02")["tiles"],
            {"url": url, "attribution": "©"},
        )

    def test_who_may_ask(self):
        user = self._create_user("plain", "base.group_user")
        with self.assertRaises(AccessError):
            self.trips.with_user(user).get_day_map("2026-03-02")


@tagged("post_install", "-at_install")
class TestTripTour(FieldServiceCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Packages of Odoo leave this file out although the manifest of `mail` names
        # it; the browser then reports an error that has nothing to do with us.
        cls.env["ir.asset"].create(
            {
                "name": "No background blur",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
        # A working day to come, so that there is something to be moved.
        day = datetime.now() + timedelta(days=3)
        while day.weekday() > 4:
            day += timedelta(days=1)
        cls.day = day.replace(hour=8, minute=0, second=0, microsecond=0)
        cls.technician.resource_calendar_id.tz = "UTC"
        # Far, near, far, near: the near ones in one go are better.
        for hours, (name, latitude) in enumerate(
            (("First", 50.3), (NASTY, 50.1), ("Third", 50.35), ("Lost", 0.0))
        ):
            partner = cls._create_partner(
                name, service_latitude=latitude, service_longitude=10 if latitude else 0
            )
            order = cls._create_order(partner_id=partner.id)
            start = cls.day + timedelta(hours=2 * hours + (hours > 1))
            cls._create_visit(order, start, stop=start + timedelta(minutes=45))
        waiting = cls._create_partner(
            "Waiting", service_latitude=50.2, service_longitude=10.1
        )
        cls._create_order(partner_id=waiting.id)
        cls.trip = cls.env["field.service.trip"].create(
            {"technician_id": cls.technician.id, "date": cls.day.date()}
        )

    def test_trip(self):
        """The map works without tiles, names are text, a proposal is applied."""
        self.start_tour("/odoo/trips", "field_service_trip", login="fs_dispatcher")
        self.assertTrue(self.trip.can_undo)
        names = self.trip.leg_ids.visit_id.partner_id.mapped("name")
        self.assertEqual(len(names), 4)

    def test_day_map(self):
        """Dispatchers plan what is grey."""
        self.start_tour(
            "/odoo/service-map", "field_service_day_map", login="fs_dispatcher"
        )
