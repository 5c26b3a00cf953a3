import base64
import hashlib
import io
from datetime import timedelta
from unittest.mock import patch

from PIL import Image

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import MONDAY
from .common_documents import DocumentsCommon, picture

REPORT = "field_service.service_report"


class ReportCommon(DocumentsCommon):
    """An order whose every section of the report has something to say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asset.serial = "EX-4711"
        cls.partner.write({"email": "customer@example.com", "tz": "Asia/Tokyo"})
        cls.team = cls.env["field.service.team"].create(
            {
                "name": "North",
                "company_id": cls.company.id,
                "leader_id": cls.dispatcher.id,
            }
        )
        cls.cron = cls.env.ref("field_service.cron_make_reports")

    def _documented(self, start=MONDAY, **values):
        """Return an order that is done and well documented."""
        order = self._create_order(
            description="Pump loses pressure", team_id=self.team.id, **values
        )
        visit = self._create_visit(order, start=start)
        self._answer_all(order, but=("Pressure",))
        self._answer_of(order, "Pressure").value_input = "5.5"
        self._photo(order_id=order.id, tag="before", name="Hose")
        visit.write({"note": "Hose replaced", "signature": picture((90, 30))})
        self._work(visit, hours=1.5, travel=0.5)
        self.assertEqual(order.state, "done")
        return order

    def _make(self, **context):
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: 1
        ):
            self.env["field.service.order"].with_context(**context)._cron_make_reports()

    def _html(self, order, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.env.user)
        content, _kind = report._render_qweb_html(REPORT, order.ids)
        return " ".join(content.decode().split())

    def _correct(self, order, minutes):
        end = order.visit_ids.event_ids.filtered(lambda event: event.type == "work_end")
        return end.action_correct(end.device_time + timedelta(minutes=minutes), "Late")


@tagged("post_install", "-at_install")
class TestReportContent(ReportCommon):
    def test_the_customer_reads_what_was_documented(self):
        order = self._documented()
        html = self._html(order)
        for text in (
            "Service A",
            order.name,
            "Customer",
            "Excavator",
            "EX-4711",
            "Repair",
            "Pump loses pressure",
            "Tina",
            "Hose replaced",
            "5.5 bar",
            "2 – 4 bar",
            "out of range",
            "1200 h",
            "Before · Hose",
        ):
            self.assertIn(text, html)
        # Two photos, made smaller; the signature; no logo where nobody has set one.
        self.assertEqual(html.count("data:image/jpg;base64,"), 2)
        self.assertEqual(html.count("data:image/png;base64,"), 1)
        order.company_id.logo = picture((40, 20))
        self.assertEqual(self._html(order).count("data:image/png;base64,"), 2)
        self.assertNotIn("Preview", html)

    def test_times_are_those_of_the_customer(self):
        """Monday 08:00 UTC is 17:00 in Tokyo; half an hour of travel before."""
        row = self._documented()._get_report_data()["visits"][0]
        self.assertEqual(row["date"], "03/02/2026")
        self.assertRegex(row["begin"], r"^5:00\s?PM$")
        self.assertRegex(row["end"], r"^6:30\s?PM$")
        self.assertEqual((row["travel"], row["work"]), ("0:30", "1:30"))

    def test_the_site_decides_on_the_time_zone(self):
        site = self._create_partner("Mine", tz="Australia/Perth")
        order = self._create_order(site_id=site.id)
        self.assertEqual(order._get_report_tz(), "Australia/Perth")
        order.site_id.tz = False
        self.assertEqual(order._get_report_tz(), "Asia/Tokyo")

    def test_slots_portal_messages_and_report_read_one_clock(self):
        """Whoever looks, and however much of it is known."""
        order = self._create_order()
        visit = self._create_visit(order)
        self.env.user.tz = "Asia/Tokyo"
        self.company.partner_id.tz = self.partner.tz = False
        for zone, record in (
            ("Europe/Berlin", self.company.resource_calendar_id),
            ("Europe/Lisbon", self.company.partner_id),
            ("America/Lima", self.partner),
        ):
            record.tz = zone
            self.assertEqual(order._get_site_tz(), zone)
            self.assertEqual(order._get_report_tz(), zone)
            self.assertEqual(visit._get_site_tz(), zone)

    def test_the_customer_reads_his_own_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.partner.lang = "ru_RU"
        order = self._documented()
        row = order._get_report_data()["checklist"][1]
        self.assertEqual(row["answer"], "5,5 bar")
        self.assertIn('data-oe-lang="ru_RU"', self._html(order))

    def test_nothing_internal_is_on_it(self):
        order = self._documented(priority="3", origin="Internal source 77")
        order.write(
            {"planned_cost": 98765, "hold_reason": "Bad payer", "planned_revenue": 4321}
        )
        order.message_post(body="Between us: he never pays")
        html = self._html(order)
        for text in ("98765", "98,765", "4321", "4,321", "Bad payer", "Between us"):
            self.assertNotIn(text, html)
        self.assertNotIn("Internal source 77", html)

    def test_a_refusal_is_on_it_with_its_reason(self):
        order = self._create_order()
        visit = self._create_visit(order)
        self._answer_all(order)
        visit.write({"signature_refused": True, "refusal_reason": "Nobody there"})
        self._work(visit, hours=1.0)
        html = self._html(order)
        self.assertIn("did not sign", html)
        self.assertIn("Nobody there", html)

    def test_a_preview_says_so(self):
        order = self._create_order()
        self._create_visit(order)
        self.assertIn("Preview", self._html(order))
        action = order.action_service_report()
        self.assertEqual(action["report_name"], "field_service.report_service")
        self.assertFalse(order.report_ids)

    def test_photos_are_scaled_down(self):
        order = self._create_order()
        photo = self._photo(order_id=order.id, image=picture((1600, 1200)))
        stored = photo._get_report_image()
        image = Image.open(io.BytesIO(base64.b64decode(stored)))
        self.assertEqual((image.size, image.format), ((640, 480), "JPEG"))

    def test_whoever_may_not_see_the_order_gets_no_report(self):
        order = self._documented()
        tom = self._create_user("tom", "field_service.group_technician")
        with self.assertRaises(AccessError):
            self._html(order, tom)
        self.assertIn(order.name, self._html(order, self.user_technician))

    def test_orders_are_printed_one_at_a_time(self):
        orders = self._create_order() + self._create_order()
        with self.assertRaisesRegex(UserError, "one at a time"):
            self.env["ir.actions.report"]._render_qweb_pdf_prepare_streams(
                REPORT, {}, res_ids=orders.ids
            )


@tagged("post_install", "-at_install")
class TestReportRevisions(ReportCommon):
    def test_completion_makes_the_first_revision(self):
        order, other = self._documented(), self._create_order()
        self.assertTrue(order.report_due_on)
        self.assertFalse(order.report_ids)
        self._make()
        report = order.report_ids
        self.assertEqual((report.revision, len(report)), (1, 1))
        self.assertEqual(report.reason, "Work order completed")
        self.assertEqual(report.lang, "en_US")
        self.assertEqual(
            report.sha256, hashlib.sha256(report.attachment_id.raw).hexdigest()
        )
        self.assertFalse(order.report_due_on)
        self.assertFalse(other.report_ids)
        self._make()
        self.assertEqual(order.report_ids, report)

    def test_a_correction_makes_the_second_and_keeps_the_first(self):
        order = self._documented()
        self._make()
        first = order.report_ids
        content = first.attachment_id.raw
        self._correct(order, 30)
        self.assertTrue(order.report_due_on)
        self._make()
        second = order.report_ids - first
        self.assertEqual((second.revision, second.reason), (2, "Changed: Visits"))
        self.assertEqual(first.attachment_id.raw, content)
        self.assertIn("Changed: Visits", order.message_ids[0].body)
        self.assertIn("2:00", second.attachment_id.raw.decode())

    def test_each_documented_fact_counts(self):
        order = self._documented()
        for change, reason in (
            (lambda: order.visit_ids.write({"note": "Hose and seal"}), "Work done"),
            (lambda: order.finding_ids.action_solve(), "Findings"),
            (
                lambda: order.visit_ids.write(
                    {"crew_ids": [Command.link(self._create_technician("Jim").id)]}
                ),
                "Visits",
            ),
        ):
            self._make()
            change()
            self.assertTrue(order.report_due_on, reason)
            self._make()
            last = order.report_ids.sorted("revision")[-1]
            self.assertEqual(last.reason, f"Changed: {reason}")
        self.assertEqual(len(order.report_ids), 4)

    def test_reopened_and_changed_makes_another(self):
        order = self._documented()
        self._make()
        for change in (
            lambda: self._answer_of(order, "Pressure").write({"value_input": "3"}),
            lambda: self._photo(order_id=order.id, tag="after"),
            lambda: order.visit_ids.write({"signature": picture((60, 30))}),
        ):
            order.with_user(self.manager).action_reopen()
            change()
            self.assertEqual(order.state, "done")
        self._make()
        self.assertEqual(
            order._get_last_report().reason,
            "Changed: Checklist, Findings, Photos, Signature",
        )
        self.assertEqual(len(order.report_ids), 2)

    def test_reopened_and_unchanged_makes_none(self):
        order = self._documented()
        self._make()
        order.with_user(self.manager).action_reopen()
        order.action_done()
        self._make()
        self.assertEqual(len(order.report_ids), 1)
        self.assertFalse(order.report_due_on)

    def test_other_words_for_the_same_facts_make_none(self):
        order = self._documented()
        self._make()
        self.asset.name = "Digger"
        self.partner.write({"name": "Renamed", "tz": "Europe/Berlin"})
        order._process()
        self.assertFalse(order.report_due_on)

    def test_a_report_that_fails_holds_up_nobody(self):
        bad = self._documented()
        good = self._documented(start=MONDAY + timedelta(days=1))
        render = type(bad)._render_report

        def broken(order, report):
            if order.id == bad.id:
                raise ValueError("no renderer")
            return render(order, report)

        with patch.object(type(bad), "_render_report", broken):
            self._make()
        self.assertEqual(bad.state, "done")
        self.assertFalse(bad.report_ids)
        self.assertEqual(len(good.report_ids), 1)
        activity = bad.activity_ids
        self.assertEqual(activity.user_id, self.dispatcher)
        self.assertIn("no renderer", activity.note)
        bad.action_service_report()
        self.assertEqual(bad.report_ids.revision, 1)

    def test_a_forged_document_is_found_out(self):
        order = self._documented()
        self._make()
        report = order.report_ids
        self.assertEqual(report.action_check()["params"]["type"], "success")
        report.attachment_id.sudo().raw = b"forged"
        result = report.action_check()["params"]
        self.assertEqual(result["type"], "danger")
        self.assertIn(order.name, result["message"])

    def test_nobody_rewrites_a_report(self):
        order = self._documented()
        self._make()
        report = order.report_ids
        for user in (self.user_technician, self.dispatcher, self.manager):
            own = report.with_user(user)
            self.assertEqual(own.revision, 1)
            self.assertTrue(own.attachment_id.raw)
            with self.assertRaises(AccessError):
                own.write({"sent_on": MONDAY})
            with self.assertRaises(AccessError):
                own.attachment_id.write({"raw": b"forged"})
            with self.assertRaises(AccessError):
                own.attachment_id.unlink()
        with self.assertRaises(UserError):
            report.reason = "Other"

    def test_strangers_see_no_report(self):
        order = self._documented()
        self._make()
        report = order.report_ids
        tom = self._create_user("tom", "field_service.group_technician")
        portal = self._create_user("portal", "base.group_portal")
        other = self._create_user("other", "field_service.group_manager")
        other.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        for user in (tom, portal, other):
            with self.assertRaises(AccessError):
                report.with_user(user).read(["sha256"])
            with self.assertRaises(AccessError):
                report.attachment_id.with_user(user).read(["raw"])

    def test_a_technician_opens_the_report_of_his_job(self):
        order = self._documented()
        action = order.with_user(self.user_technician).action_service_report()
        self.assertEqual(order.report_ids.revision, 1)
        self.assertIn(str(order.report_ids.attachment_id.id), action["url"])

    def test_historic_orders_get_none(self):
        self.company.service_report_send = True
        order = self._create_order(
            release=False,
            is_historic=True,
            completed_on=MONDAY,
            state="closed",
        )
        order._request_report()
        self.assertFalse(order.report_due_on)
        self.assertFalse(order.message_ids.filtered("partner_ids"))

    def test_each_company_has_its_own(self):
        order_b = self._create_order(
            company_id=self.company_b.id, asset_ids=[], site_id=self.partner.id
        )
        visit = self._create_visit(order_b)
        self._answer_all(order_b)
        self._work(visit, hours=1.0)
        order = self._documented()
        self._make()
        self.assertEqual(order_b.report_ids.company_id, self.company_b)
        self.assertIn("Service B", order_b.report_ids.attachment_id.raw.decode())
        self.assertEqual(order.report_ids.company_id, self.company)


@tagged("post_install", "-at_install")
class TestReportMail(ReportCommon):
    def _mails(self, order):
        return order.message_ids.filtered(lambda message: message.partner_ids)

    def test_it_is_not_sent_unless_the_company_says_so(self):
        order = self._documented()
        self._make()
        self.assertFalse(self._mails(order))
        self.assertFalse(order.report_ids.sent_on)

    def test_it_is_sent_once_when_the_company_says_so(self):
        self.company.service_report_send = True
        order = self._documented()
        self._make()
        mail = self._mails(order)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.partner_ids, self.partner)
        self.assertEqual(mail.attachment_ids, order.report_ids.attachment_id)
        self.assertTrue(order.report_ids.sent_on)
        self._correct(order, 10)
        self._make()
        self.assertEqual(len(order.report_ids), 2)
        self.assertEqual(self._mails(order), mail)
        self.assertIn("older revision", order.activity_ids.summary)
        self.assertEqual(order.activity_ids.user_id, self.dispatcher)

    def test_a_customer_without_address_is_told_to_the_dispatcher(self):
        self.company.service_report_send = True
        self.partner.email = False
        order = self._documented()
        self._make()
        self.assertFalse(self._mails(order))
        self.assertIn("no email address", order.activity_ids.note)

    def test_a_dispatcher_sends_it_with_the_composer(self):
        order = self._documented()
        action = order.with_user(self.dispatcher).action_send_report()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.dispatcher)
            .with_context(**action["context"])
            .create({})
        )
        self.assertIn(order.name, composer.subject)
        self.assertEqual(composer.attachment_ids, order.report_ids.attachment_id)
        composer._action_send_mail()
        mail = self._mails(order)
        self.assertEqual(mail.attachment_ids, order.report_ids.attachment_id)
        self.assertTrue(order.report_ids.sent_on)
        self.assertTrue(order.report_ids._is_genuine())

    def test_a_technician_does_not_send(self):
        order = self._documented()
        with self.assertRaises(AccessError):
            order.with_user(self.user_technician).action_send_report()
        self.assertFalse(order.report_ids)

    def test_what_is_not_done_is_not_sent(self):
        with self.assertRaisesRegex(UserError, "once the work order is done"):
            self._create_order().action_send_report()


@tagged("post_install", "-at_install")
class TestReportPdf(ReportCommon, HttpCase):
    def test_a_real_pdf_is_made_and_kept(self):
        order = self._documented()
        self._make()
        self._correct(order, 30)
        self._make(force_report_rendering=True)
        self.assertFalse(order.activity_ids.mapped("note"))
        second = order._get_last_report()
        self.assertEqual(second.revision, 2)
        self.assertEqual(second.attachment_id.mimetype, "application/pdf")
        self.assertTrue(second.attachment_id.name.endswith(".pdf"))
        self.assertTrue(second.attachment_id.raw.startswith(b"%PDF"))
        self.assertTrue(second._is_genuine())
        self.authenticate(self.user_technician.login, self.user_technician.login)
        response = self.url_open(
            second.with_user(self.user_technician).action_open()["url"]
        )
        self.assertEqual(response.content, second.attachment_id.raw)
