from datetime import date

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.field_service.tests.common import MONDAY

from .coverage_common import CoverageCommon


@tagged("post_install", "-at_install")
class TestCoverageShown(CoverageCommon):
    def setUp(self):
        super().setUp()
        self._create_agreement(
            coverage={
                "labour_scope": "visits",
                "included_visits": 1,
                "hours_per_visit": 2.0,
                "labour_discount": 10.0,
            }
        )

    def test_a_technician_reads_no_price(self):
        order = self._create_order(promised_start=MONDAY)
        visit = self._create_visit(order)
        page = self.env["field.service.my.day.page"].with_user(self.user_technician)
        values = page._get_page_values(visit.with_user(self.user_technician))
        self.assertEqual(values["coverage"]["text"], "Covered by the agreement")
        self.assertIn("0 of 1 visits", values["coverage"]["reason"])
        self.assertNotRegex(values["coverage"]["reason"], "80|%")

    def test_covered_work_is_a_note_on_the_invoice_if_wanted(self):
        """2 of 3 h are included, worth 160.00; 1 h at 80.00 less 10 %."""
        self.company.service_show_covered = True
        order = self._create_worked_order(3.0)
        invoice = self._bill(order)
        note = invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "line_note"
        )
        self.assertEqual(len(note), 1)
        self.assertIn("Contract: 2.00 Hours Labour", note.name)
        self.assertIn("160.00", note.name)
        self.assertEqual(invoice.amount_total, 72.0)
        self._assert_income({order: 72.0})
        order._create_sale_orders()
        notes = order.sale_order_ids.order_line.filtered("display_type")
        self.assertEqual(len(notes), 1, "said once")

    def test_nothing_is_shown_by_default(self):
        invoice = self._bill(self._create_worked_order(3.0))
        self.assertEqual(len(invoice.invoice_line_ids), 1)

    def test_expected_revenue_knows_who_pays(self):
        """2 h x 80.00, at entry; with a warranty for parts labour is still paid."""

        def expect(**values):
            return self._create_order(promised_start=MONDAY, **values).planned_revenue

        self.assertEqual(expect(), 0.0)
        self._create_worked_order(1.0)
        self.assertEqual(expect(), 144.0, "the visit is used up: 10 % less")
        self.boiler.write(
            {"warranty_until": date(2030, 1, 1), "warranty_scope": "parts"}
        )
        stranger = self._create_partner("No agreement")
        self.boiler.partner_id = stranger
        self.assertEqual(
            expect(asset_ids=self.boiler.ids, partner_id=stranger.id), 160.0
        )


@tagged("post_install", "-at_install")
class TestCoverageInTheBrowser(CoverageCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As in the other tours: packages of Odoo leave this file out.
        cls.env["ir.asset"].create(
            {
                "name": "No background blur",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
        cls.user_technician.tz = "UTC"
        cls.boiler.warranty_until = date(2099, 1, 1)
        cls.order = cls._create_order(asset_ids=cls.boiler.ids)

    def test_on_the_phone(self):
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0)
        self._create_visit(self.order, start=noon)
        self.start_tour(
            "/odoo/my-day",
            "field_service_coverage",
            login=self.user_technician.login,
            timeout=120,
        )

    def test_on_the_portal(self):
        user = new_test_user(
            self.env,
            login="fs_portal_coverage",
            groups="base.group_portal",
            partner_id=self.partner.id,
        )
        self.authenticate(user.login, user.login)
        page = self.url_open(f"/my/work-orders/{self.order.id}").text
        self.assertIn("Covered by warranty", page)
        self.order.coverage = "goodwill"
        page = self.url_open(f"/my/work-orders/{self.order.id}").text
        self.assertNotIn("field_service_portal_coverage", page)
