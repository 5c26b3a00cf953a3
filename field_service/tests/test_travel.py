from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.field_service.tools.travel import Estimate, great_circle_km, round_up

from .common import FieldServiceCommon

# One degree of latitude is 6371.0088 km x pi / 180.
DEGREE_KM = 111.19508
BERLIN = (52.52, 13.405)


@tagged("post_install", "-at_install")
class TestTravel(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.travel = cls.env["field.service.travel"]
        cls.site = cls._create_partner("Site", street="Alpha 1", city="Berlin")

    def _locate(self, result, partner=None, user=None):
        """Press “Locate” while the geolocation service answers ``result``."""
        partner = partner or self.site
        geocoder = type(self.env["base.geocoder"])
        with patch.object(geocoder, "geo_find", lambda *args, **kw: result):
            partner.with_user(user or self.env.user).with_context(
                force_geo_localize=True
            ).action_service_locate()

    # ------------------------------------------------------------------- figures
    def test_distance(self):
        self.assertAlmostEqual(great_circle_km((0, 0), (1, 0)), DEGREE_KM, places=4)
        # At 60 degrees north a degree of longitude is half as long.
        self.assertAlmostEqual(
            great_circle_km((60, 10), (60, 10.001)), DEGREE_KM / 2000, places=5
        )
        # Across the date line is near, the other pole is half a turn away.
        self.assertAlmostEqual(
            great_circle_km((0, 179.5), (0, -179.5)), DEGREE_KM, places=4
        )
        self.assertAlmostEqual(
            great_circle_km((90, 0), (-90, 0)), DEGREE_KM * 180, delta=0.01
        )

    def test_minutes(self):
        estimate = Estimate(detour=1.3, speed=50.0, parking=5, unknown=15)
        a, b = (52.0, 13.0), (52.1, 13.0)
        # 11.1195 km x 1.3 = 14.4554 km; at 50 km/h 17.3 minutes, so 20; 5 to park.
        self.assertAlmostEqual(estimate.km(a, b), 14.4554, places=3)
        self.assertEqual(estimate.minutes(a, b), 25)
        self.assertEqual(estimate.minutes(a, a), 0)
        # A neighbour's house: 4 m is the same place.
        self.assertEqual(estimate.minutes(a, (52.00004, 13.0)), 0)
        self.assertEqual((estimate.minutes(a, None), estimate.km(a, None)), (15, 0.0))
        self.assertEqual(
            [round_up(m) for m in (0, 0.1, 5, 5.0000000001, 6)], [0, 5, 5, 5, 10]
        )

    def test_matrix(self):
        self.company.service_travel_unknown = 10
        a, b = (52.0, 13.0), (52.1, 13.0)
        minutes, km = self.travel._get_matrix([a, b, None], self.company)
        self.assertEqual(minutes, [[0, 25, 10], [25, 0, 10], [10, 10, 0]])
        self.assertEqual([round(value, 2) for value in km[0]], [0, 14.46, 0])

    def test_company_settings(self):
        self.company.service_travel_speed = 25.0
        estimate = self.travel.with_user(self.user_technician)._get_estimate(
            self.company
        )
        self.assertEqual(estimate, Estimate(1.3, 25.0, 5, 15))
        self.assertEqual(self.travel._get_estimate(self.company_b).speed, 50.0)
        for name, value in (
            ("service_travel_detour", 0.9),
            ("service_travel_speed", 0.0),
            ("service_travel_parking", -1),
            ("service_travel_unknown", -1),
        ):
            with self.assertRaises(ValidationError):
                self.company[name] = value

    # --------------------------------------------------------------------- sites
    def test_unlocated_is_absent(self):
        self.assertEqual(self.travel._get_coordinates(self.site), {})
        self.assertFalse(self.site._is_located())

    def test_located_before(self):
        """Coordinates that base_geolocalize found are taken over."""
        self.site.write({"partner_latitude": 52.5, "partner_longitude": 13.4})
        self.assertEqual(
            self.travel._get_coordinates(self.site), {self.site.id: (52.5, 13.4)}
        )
        self.assertEqual(self.site.service_location_source, "geocoded")

    def test_last_good_location_is_kept(self):
        self._locate(BERLIN)
        self.assertFalse(self.site.service_location_stale)
        self.site.street = "Omega 2"
        self.assertEqual(self.site.partner_latitude, 0.0)
        self.assertEqual(
            self.travel._get_coordinates(self.site), {self.site.id: BERLIN}
        )
        self.assertTrue(self.site.service_location_stale)
        self._locate((52.4, 13.1))
        self.assertFalse(self.site.service_location_stale)
        self.assertEqual(self.site.service_latitude, 52.4)

    def test_same_address_again(self):
        """An import that writes the same address makes nothing stale."""
        self._locate(BERLIN)
        self.site.write({"street": "Alpha 1", "city": "Berlin"})
        self.assertFalse(self.site.service_location_stale)
        self.assertEqual(self.site.service_latitude, BERLIN[0])

    def test_set_by_hand(self):
        self.site.write({"service_latitude": 48.1, "service_longitude": 11.5})
        self.assertEqual(self.site.service_location_source, "manual")
        self.site.city = "Munich"
        self.assertTrue(self.site.service_location_stale)
        self.site.service_latitude = 48.2
        self.assertFalse(self.site.service_location_stale)
        self.assertEqual(
            self.travel._get_coordinates(self.site), {self.site.id: (48.2, 11.5)}
        )

    def test_no_place_on_earth(self):
        for values in (
            {"service_latitude": 90.5},
            {"service_latitude": -91},
            {"service_longitude": 181},
        ):
            with self.assertRaisesRegex(ValidationError, "no place on earth"):
                self.site.write(values)

    def test_contact_is_where_its_company_is(self):
        company = self._create_partner("Plant", is_company=True)
        company.write({"service_latitude": 50.0, "service_longitude": 8.0})
        contact = self._create_partner("Ann", parent_id=company.id)
        other = self._create_partner("Annexe", parent_id=company.id, type="other")
        self.assertEqual(
            self.travel._get_coordinates(contact | other), {contact.id: (50.0, 8.0)}
        )

    def test_locate_says_what_it_did_not_find(self):
        with self.assertRaisesRegex(UserError, "Site"):
            self._locate(None)
        empty = self._create_partner("Nowhere")
        with self.assertRaisesRegex(UserError, "Nowhere"):
            self._locate(BERLIN, empty)

    def test_dispatcher_locates(self):
        """He may say where a site is without the right to edit addresses."""
        self.dispatcher.group_ids -= self.env.ref("base.group_partner_manager")
        self._locate(BERLIN, user=self.dispatcher)
        self.assertTrue(self.site._is_located())

    # ---------------------------------------------------------------------- cron
    def test_cron_is_off(self):
        self.assertFalse(self.env.ref("field_service.cron_locate_sites").active)

    def test_cron_goes_on_after_a_failure(self):
        bad = self._create_partner("Bad", street="Bad 1", city="X")
        void = self._create_partner("Void", street="Void 1", city="X")
        sites = bad | void | self.site
        for site in sites:
            self._create_order(site_id=site.id)
        partners = type(self.site)

        def geo_localize(partner):
            if partner == bad:
                raise ValueError("Service is down")
            if partner == self.site:
                partner.write({"partner_latitude": 1.5, "partner_longitude": 2.5})

        with (
            patch.object(partners, "geo_localize", geo_localize),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: 1
            ),
            self.assertLogs("odoo.addons.field_service", "WARNING"),
        ):
            self.env["res.partner"]._cron_locate_service_sites(limit=1000)
        self.assertEqual(
            self.travel._get_coordinates(sites), {self.site.id: (1.5, 2.5)}
        )
        self.assertEqual(bad.service_location_failed, date.today())
        self.assertEqual(void.service_location_failed, date.today())
        self.assertFalse(sites.filtered_domain(sites._get_locate_domain()))
        # A new address is worth another look.
        void.street = "Void 2"
        self.assertEqual(sites.filtered_domain(sites._get_locate_domain()), void)

    # --------------------------------------------------------------------- bases
    def test_bases(self):
        depot = self._create_partner("Depot")
        depot.write({"service_latitude": 52.0, "service_longitude": 13.0})
        office = self._create_partner("Office")
        office.write({"service_latitude": 51.0, "service_longitude": 12.0})
        homely, worker, lost = (
            self._create_technician(name, address_id=office.id)
            for name in ("Homely", "Worker", "Lost")
        )
        homely.write(
            {
                "service_start_from": "home",
                "service_home_latitude": 53.0,
                "service_home_longitude": 10.0,
            }
        )
        lost.address_id = False
        self.env["field.service.team"].create(
            {
                "name": "North",
                "company_id": self.company.id,
                "depot_id": depot.id,
                "member_ids": self.technician.ids,
            }
        )
        bases = self.travel.with_user(self.dispatcher)._get_bases(
            homely | worker | lost | self.technician
        )
        self.assertEqual(
            bases,
            {
                homely.id: (53.0, 10.0),
                worker.id: (51.0, 12.0),
                self.technician.id: (52.0, 13.0),
            },
        )

    def test_home_is_private(self):
        person = self.technician.with_user(self.dispatcher)
        with self.assertRaises(AccessError):
            person.read(["service_home_latitude"])
        with self.assertRaisesRegex(ValidationError, "no place on earth"):
            self.technician.service_home_latitude = 100
