from lxml import html

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged

from .common import FieldServiceCommon


@tagged("post_install", "-at_install")
class TestAsset(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls._create_partner(
            "Plant",
            parent_id=cls.partner.id,
            type="other",
            service_access_note="Gate code 1234",
            service_safety_note="Hard hat",
        )
        cls.asset = cls._create_asset("Boiler", site_id=cls.site.id, serial="B-1")
        cls.pump = cls._create_asset("Pump", parent_id=cls.asset.id)

    def test_equipment_is_no_part_of_itself(self):
        for inside in (self.pump, self.asset):
            with self.assertRaisesRegex(UserError, "part of itself"):
                self.asset.parent_id = inside
        self.assertEqual(self.asset.child_ids, self.pump)

    def test_its_history_is_counted(self):
        order = self._create_order(asset_ids=(self.asset + self.pump).ids)
        self.env["field.service.finding"].create(
            {"name": "Rust", "order_id": order.id, "asset_id": self.asset.id}
        )
        self.env["field.service.asset.reading"].create(
            [
                {"name": "Hours", "asset_id": self.asset.id, "value": value}
                for value in (1.0, 2.0)
            ]
        )
        names = ["order_count", "finding_count", "reading_count", "child_count"]
        counts = [
            [asset[name] for name in names]
            for asset in (self.asset + self.pump).with_user(self.dispatcher)
        ]
        self.assertEqual(counts, [[1, 1, 2, 1], [1, 0, 0, 0]])
        self.assertEqual(
            self.env["field.service.asset"].search(
                self.asset.action_view_children()["domain"]
            ),
            self.pump,
        )
        # A technician counts what he may see: none of these orders is his.
        self.env.invalidate_all()
        self.assertEqual(self.asset.with_user(self.user_technician).order_count, 0)

    def test_a_problem_becomes_an_order(self):
        action = self.asset.with_user(self.dispatcher).action_report_problem()
        orders = self.env["field.service.order"].with_user(self.dispatcher)
        form = Form(orders.with_context(**action["context"]))
        form.job_type_id = self.job_type
        order = form.save()
        self.assertRecordValues(
            order,
            [
                {
                    "partner_id": self.partner.id,
                    "site_id": self.site.id,
                    "asset_ids": self.asset.ids,
                    "source": "equipment",
                }
            ],
        )

    def test_labels_carry_the_code_and_stay_the_same(self):
        assets = (self.asset + self.pump).with_user(self.user_technician)
        url = assets[0]._get_label_url()
        self.asset.name = "Renamed"
        self.assertEqual(self.asset._get_label_url(), url)
        self.assertNotEqual(self.pump._get_label_url(), url)
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "field_service.report_asset_label", assets.ids
        )
        tree = html.fromstring(page)
        images = tree.xpath("//img[@alt='QR code']/@src")
        self.assertEqual(len(images), 2)
        self.assertTrue(all(src.startswith("data:image/png;base64,") for src in images))
        self.assertIn("B-1", tree.text_content())
        with self.assertRaises(AccessError):
            self.asset.with_user(self.user_technician).read(["token"])

    # ------------------------------------------------------------------------ site
    def test_a_technician_reads_the_site_and_changes_nothing(self):
        order = self._create_order(asset_ids=self.asset.ids)
        visit = self._create_visit(order).with_user(self.user_technician)
        self.assertEqual(visit.access_note, "Gate code 1234")
        self.assertEqual(visit.order_id.safety_note, "Hard hat")
        site = self.site.with_user(self.user_technician)
        self.assertEqual(site.service_access_note, "Gate code 1234")
        self.assertEqual(site.service_order_count, 1)
        self.assertEqual(site.service_asset_count, 1)
        with self.assertRaises(AccessError):
            site.write({"service_access_note": "x"})
        stranger = self._create_user("stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self.site.with_user(stranger).read(["service_access_note"])

    def test_partners_count_what_is_theirs_and_their_sites(self):
        owner = self._create_partner("Owner")
        self._create_order(asset_ids=self.asset.ids)
        self._create_order(partner_id=owner.id, site_id=self.site.id)
        self._create_order(company_id=self.company_b.id, partner_id=owner.id)
        partners = (self.partner + self.site + owner).with_user(self.dispatcher)
        # The first order is the customer's at his own site: one order, not two.
        self.assertEqual(partners.mapped("service_order_count"), [2, 2, 1])
        self.assertEqual(partners.mapped("service_asset_count"), [2, 1, 0])
        self.assertEqual(partners.mapped("service_agreement_count"), [0, 0, 0])
        for partner in partners:
            action = partner.action_view_service_orders()
            orders = self.env["field.service.order"].with_user(self.dispatcher)
            self.assertEqual(
                orders.search_count(action["domain"]), partner.service_order_count
            )

    def test_counts_take_as_many_queries_for_one_as_for_many(self):
        partners = self.partner + self.site + self._create_partner("Owner")
        partners = partners.with_user(self.dispatcher)

        def count(records):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            records.mapped("service_order_count")
            return self.cr.sql_log_count - before

        count(partners)
        count(partners[:1])
        self.assertLessEqual(count(partners), count(partners[:1]))


@tagged("post_install", "-at_install")
class TestLabel(HttpCase, FieldServiceCommon):
    """Scanning a label."""

    def _scan(self, asset, login):
        self.authenticate(login, login)
        url = "/field-service/equipment/" + asset._get_label_url().rsplit("/", 1)[-1]
        return self.url_open(url, allow_redirects=False)

    def test_who_may_see_it_is_led_to_it_and_nobody_else(self):
        asset = self._create_asset("Boiler")
        theirs = self._create_asset("Theirs", company_id=self.company_b.id)
        portal = self._create_user("portal", "base.group_portal")
        stranger = self._create_user("stranger", "base.group_user")
        for user in (self.user_technician, portal, stranger):
            user.password = user.login
        found = self._scan(asset, self.user_technician.login)
        self.assertEqual(found.status_code, 303)
        self.assertTrue(
            found.headers["Location"].endswith(f"/odoo/service-equipment/{asset.id}")
        )
        self.assertEqual(self._scan(theirs, "fs_technician").status_code, 404)
        self.assertEqual(self._scan(asset, "fs_portal").status_code, 404)
        self.assertEqual(self._scan(asset, "fs_stranger").status_code, 404)
        self.user_technician.company_ids = [Command.link(self.company_b.id)]
        self.assertEqual(self._scan(theirs, "fs_technician").status_code, 303)
        self.authenticate("fs_technician", "fs_technician")
        wrong = self.url_open(
            "/field-service/equipment/nonsense", allow_redirects=False
        )
        self.assertEqual(wrong.status_code, 404)
        self.authenticate(None, None)
        anonymous = self.url_open(
            "/field-service/equipment/nonsense", allow_redirects=False
        )
        self.assertIn("/web/login", anonymous.headers["Location"])
