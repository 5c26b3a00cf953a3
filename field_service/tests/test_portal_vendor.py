from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import MONDAY, FieldServiceCommon
from .test_portal import PIXEL


@tagged("post_install", "-at_install")
class TestPortalVendor(FieldServiceCommon, HttpCase):
    """A subcontractor with one technician, his office, and another subcontractor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.write({"tz": "Europe/Berlin", "phone": "+49 30 1234"})
        cls.vendor = cls._create_partner("Cool Brothers", is_company=True)
        cls.other_vendor = cls._create_partner("Other Cooling", is_company=True)
        person = cls._create_partner("Vera Vendor", parent_id=cls.vendor.id)
        cls.vera = cls._create_vendor("vera", person)
        cls.otto = cls._create_vendor("otto", cls.other_vendor)
        cls.external = cls._create_technician("Vito", service_vendor_id=cls.vendor.id)
        cls.order = cls._create_order(description="The pump leaks")
        cls.visit = cls._create_visit(cls.order, technician_id=cls.external.id)
        cls.visit.action_dispatch()
        cls.return_reason, cls.decline_reason = cls.env["field.service.reason"].create(
            [
                {"name": "Part missing", "kind": "return"},
                {"name": "No capacity", "kind": "decline"},
            ]
        )

    @classmethod
    def _create_vendor(cls, login, partner):
        return new_test_user(
            cls.env,
            login=login,
            password=login,
            groups="base.group_portal",
            partner_id=partner.id,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _url(self, suffix="", visit=None):
        return f"/my/visits/{(visit or self.visit).id}{suffix}"

    def _get(self, path, login="vera"):
        self.authenticate(login, login)
        return self.url_open(path)

    def _post(self, suffix, data, login="vera", files=None, visit=None):
        self.authenticate(login, login)
        page = self.url_open("/my/work-orders/new").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"csrf_token": token, **data}
        return self.url_open(self._url(suffix, visit), data=data, files=files)

    def _report(self, **values):
        """Report 9:00 to 11:30 by the clock of Berlin: 8:00 to 10:30 UTC."""
        files = values.pop("files", None)
        login = values.pop("login", "vera")
        form = {
            "start": "2026-03-02T09:00",
            "stop": "2026-03-02T11:30",
            "result": "solved",
            "note": "Seal replaced",
            **values,
        }
        return self._post("/report", form, login=login, files=files)

    # -------------------------------------------------------------------- his visits
    def test_he_sees_his_visit_and_no_price(self):
        self.assertIn(self.order.name, self._get("/my/visits").text)
        page = self._get(self._url()).text
        for word in ("The pump leaks", "Customer", "+49 30 1234", "Vito", "9:00"):
            self.assertIn(word, page)
        for word in ("fixed_price", "planned_cost", "$"):
            self.assertNotIn(word, page.split('id="wrap"')[1].split("<footer")[0])
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["service_visit_count"]}
        )
        self.assertEqual(counters["service_visit_count"], 1)

    def test_others_see_nothing(self):
        """Another vendor, by the list, by the number and by each form."""
        self.assertNotIn(self.order.name, self._get("/my/visits", "otto").text)
        self.assertEqual(self._get(self._url(), "otto").status_code, 404)
        self.assertEqual(self._get("/my/visits/999999999", "otto").status_code, 404)
        answers = [
            self._post("/accept", {}, login="otto"),
            self._post("/decline", {"reason_id": self.decline_reason.id}, login="otto"),
            self._report(login="otto"),
        ]
        self.assertEqual([answer.status_code for answer in answers], [404] * 3)
        self.assertEqual(self.visit.state, "dispatched")
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(self._url()).url)

    def test_no_right_on_the_models(self):
        for record in self.visit, self.order, self.visit.event_ids:
            with self.assertRaises(AccessError):
                record.with_user(self.vera).read(["display_name"])
        with self.assertRaises(AccessError):
            self.visit.with_user(self.vera).register_event("acknowledged")

    def test_own_technicians_visits_are_not_his(self):
        own = self._create_visit(self._create_order(), start=MONDAY + timedelta(days=1))
        own.action_dispatch()
        self.assertFalse(own.vendor_id)
        self.assertEqual(self._get(self._url(visit=own)).status_code, 404)

    def test_not_before_it_is_sent_nor_after_it_is_taken_away(self):
        visit = self._create_visit(
            self._create_order(),
            start=MONDAY + timedelta(days=1),
            technician_id=self.external.id,
        )
        self.assertEqual(self._get(self._url(visit=visit)).status_code, 404)
        visit.action_dispatch()
        self.assertEqual(self._get(self._url(visit=visit)).status_code, 200)
        visit.technician_id = self.technician
        self.assertEqual(self._get(self._url(visit=visit)).status_code, 404)

    def test_a_new_subcontractor_gets_what_is_open_only(self):
        done = self._create_visit(
            self._create_order(),
            start=MONDAY - timedelta(days=3),
            technician_id=self.external.id,
        )
        self._work(done, 1.0)
        self.external.service_vendor_id = self.other_vendor
        self.assertEqual(done.vendor_id, self.vendor)
        self.assertEqual(self.visit.vendor_id, self.other_vendor)
        self.assertEqual(self._get(self._url(), "otto").status_code, 200)

    def test_visit_of_another_company(self):
        """A vendor of two companies sees the visits of both, each only with him."""
        both = self._create_technician(
            "Vanja", company_id=self.company_b.id, service_vendor_id=self.vendor.id
        )
        order = self._create_order(company_id=self.company_b.id)
        visit = self._create_visit(order, technician_id=both.id)
        visit.action_dispatch()
        self.assertEqual(self._get(self._url(visit=visit)).status_code, 200)
        self._post("/accept", {}, visit=visit)
        self.assertEqual(visit.state, "acknowledged")

    # ----------------------------------------------------------------------- answers
    def test_accept(self):
        answer = self._post("/accept", {})
        self.assertIn("We count on you", answer.text)
        self.assertEqual(self.visit.state, "acknowledged")
        event = self.visit.event_ids.filtered(
            lambda event: event.type == "acknowledged"
        )
        self.assertEqual(event.source, "portal")
        self.assertEqual(event.create_uid, self.vera)

    def test_decline_needs_a_reason(self):
        for reason in ("", "x", "999999", str(self.return_reason.id)):
            answer = self._post("/decline", {"reason_id": reason})
            self.assertIn("Choose one of the reasons", answer.text)
        self.assertEqual(self.visit.state, "dispatched")
        answer = self._post(
            "/decline",
            {"reason_id": self.decline_reason.id, "decline_note": "Friday?"},
        )
        self.assertIn("You have declined", answer.text)
        self.assertTrue(answer.url.split("?")[0].endswith("/my/visits"))
        self.assertEqual(self.visit.state, "declined")
        self.assertEqual(self.visit.decline_reason_id, self.decline_reason)
        event = self.visit.event_ids.filtered(lambda event: event.type == "declined")
        self.assertEqual(event.reason, "No capacity: Friday?")

    # ------------------------------------------------------------------------ report
    def test_report_with_photo(self):
        self.authenticate("vera", "vera")
        answer = self._report(files={"photos": ("a.png", PIXEL, "image/png")})
        self.assertIn("Your report has arrived", answer.text)
        visit = self.visit
        self.assertEqual((visit.state, visit.result), ("completed", "solved"))
        self.assertEqual(visit.work_hours, 2.5)
        self.assertEqual(
            visit._get_event_times("work_start"), [datetime(2026, 3, 2, 8)]
        )
        self.assertEqual(visit.note, "Seal replaced")
        self.assertEqual(self.order.state, "done")
        photo = self.env["field.service.photo"].search([("visit_id", "=", visit.id)])
        self.assertEqual((photo.taken_by_id, photo.name), (self.vera, "a.png"))
        self.assertIn("reported already", self._report().text)
        self.assertEqual(visit.work_hours, 2.5)

    def test_another_visit_is_needed(self):
        answer = self._report(result="return_needed")
        self.assertIn("Choose one of the reasons", answer.text)
        self.assertIn("Seal replaced", answer.text)
        self.assertEqual(self.visit.state, "dispatched")
        self._report(result="return_needed", return_reason_id=self.return_reason.id)
        self.assertEqual(self.visit.return_reason_id, self.return_reason)
        self.assertEqual(self.order.state, "released")

    def test_nobody_was_there(self):
        self._report(result="no_access", note="Nobody opened")
        self.assertEqual(
            (self.visit.state, self.visit.result), ("completed", "no_access")
        )
        self.assertEqual(self.visit.work_hours, 0.0)

    def test_what_cannot_be(self):
        """Each gets a sentence, and nothing is recorded."""
        for values, sentence in (
            ({"stop": "2026-03-02T08:00"}, "in this order"),
            ({"stop": "2026-03-09T08:00"}, "more than a day"),
            ({"start": "soon"}, "Say when you began"),
            ({"start": "2096-03-02T09:00", "stop": "2096-03-02T10:00"}, "future"),
            ({"result": "sold"}, "Say what came of it"),
            ({"note": " "}, "Say what was done"),
            (
                {"files": {"photos": ("a.pdf", b"%PDF", "application/pdf")}},
                "not a photo",
            ),
        ):
            with self.subTest(values):
                self.assertIn(sentence, self._report(**values).text)
        self.assertEqual(self.visit.state, "dispatched")
        self.assertNotIn("work_start", self.visit.event_ids.mapped("type"))

    def test_the_office_has_begun_it_for_him(self):
        self.visit.register_event("work_start", MONDAY + timedelta(minutes=30))
        self._report()
        self.assertEqual(self.visit.work_hours, 2.0)
