from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import BaseCase, freeze_time, tagged
from odoo.tools import html2plaintext, mute_logger

from ..tools.arrival import Stop, foresee
from ..tools.quiet_hours import end_of_quiet
from .common_notice import MONDAY, NoticeCommon

NOTICE = "odoo.addons.field_service.models.field_service_notice"


def at(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute)


@tagged("standard", "post_install", "-at_install")
class TestQuietHours(BaseCase):
    def test_across_midnight(self):
        for moment, expected in (
            (at(2, 21, 59), at(2, 21, 59)),
            (at(2, 22), at(3, 7)),
            (at(2, 23, 30), at(3, 7)),
            (at(3, 0, 30), at(3, 7)),
            (at(3, 6, 59), at(3, 7)),
            (at(3, 7), at(3, 7)),
        ):
            self.assertEqual(end_of_quiet(moment, 22.0, 7.0, "UTC"), expected)

    def test_within_a_day_and_none_at_all(self):
        self.assertEqual(end_of_quiet(at(2, 13), 12.5, 14.0, "UTC"), at(2, 14))
        self.assertEqual(end_of_quiet(at(2, 12, 29), 12.5, 14.0, "UTC"), at(2, 12, 29))
        self.assertEqual(end_of_quiet(at(2, 23), 0.0, 0.0, "UTC"), at(2, 23))

    def test_in_another_time_zone(self):
        # 15:00 UTC is midnight in Tokyo; 07:00 there is 22:00 UTC of the day before.
        self.assertEqual(end_of_quiet(at(2, 15), 22.0, 7.0, "Asia/Tokyo"), at(2, 22))
        # Summer time begins in Berlin on 29 March at 02:00: 07:00 is 05:00 UTC.
        self.assertEqual(
            end_of_quiet(at(28, 22), 22.0, 7.0, "Europe/Berlin"), at(29, 5)
        )


@tagged("standard", "post_install", "-at_install")
class TestArrival(BaseCase):
    def test_work_that_takes_longer_moves_what_follows(self):
        stops = [
            Stop(1, at(2, 8), at(2, 10), 0, "site", at(2, 8, 15)),
            Stop(2, at(2, 10, 30), at(2, 11), 30),
            Stop(3, at(2, 14), at(2, 15), 15),
        ]
        # Begun 08:15, two hours: 10:15, and half an hour of travel.
        self.assertEqual(foresee(stops, at(2, 9)), {2: at(2, 10, 45), 3: at(2, 14)})
        # At 10:50 he is still there.
        self.assertEqual(foresee(stops, at(2, 10, 50))[2], at(2, 11, 20))

    def test_on_the_way(self):
        stops = [Stop(1, at(2, 9), at(2, 10), 40, "travel", at(2, 8, 30))]
        self.assertEqual(foresee(stops, at(2, 8, 45)), {1: at(2, 9, 10)})
        self.assertEqual(foresee(stops, at(2, 9, 30)), {1: at(2, 9, 30)})

    def test_nothing_is_foreseen_before_anything_has_begun(self):
        self.assertEqual(foresee([Stop(1, at(2, 9), at(2, 10), 0)], at(2, 12)), {})


@tagged("standard", "post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestNoticeTimers(NoticeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._plan(hours=2)
        cls.second = cls._plan(hours=5, technician=cls.ivan)

    def test_not_acknowledged(self):
        (self.visit | self.second).action_dispatch()
        self.second.action_acknowledge()
        with freeze_time("2026-03-02 08:14:00"):
            self._process()
            self.assertFalse(self.visit.activity_ids)
        with freeze_time("2026-03-02 08:16:00"):
            self._process()
            self._process()
        activity = self.visit.activity_ids
        self.assertEqual(activity.user_id, self.dispatcher)
        self.assertEqual(activity.summary, "Not acknowledged by Tina")
        self.assertFalse(self.second.activity_ids)
        with freeze_time("2026-03-02 08:31:00"):
            self._process()
        self.assertEqual(self.visit.activity_ids, activity, "one line on the list")
        notices = self._notices(self.visit, "not_acknowledged")
        self.assertEqual(notices.mapped("state"), ["sent", "sent"], "15 and 30 minutes")
        self.visit.with_user(self.user_technician).action_acknowledge()
        self.assertFalse(self.visit.activity_ids, "it has settled itself")

    def test_a_change_is_another_occasion(self):
        self.visit.action_dispatch()
        with freeze_time("2026-03-02 08:16:00"):
            self._process()
            self.visit.start = MONDAY + timedelta(hours=3)
        with freeze_time("2026-03-02 08:32:00"):
            self._process()
        notices = self._notices(
            self.visit,
            "not_acknowledged",
            rule_id=self._rule("dispatcher_not_acknowledged").id,
        )
        self.assertEqual(notices.mapped("state"), ["sent", "sent"])

    def test_not_started(self):
        self.second.action_dispatch()
        with freeze_time("2026-03-02 10:14:00"):
            self._process()
            self.assertFalse(self._notices(self.visit, "not_started"))
        with freeze_time("2026-03-02 10:15:00"):
            self._process()
        self.assertEqual(self.visit.activity_ids.summary, "Not started by Tina")
        self.assertFalse(self._notices(self.second, "not_started"))
        self.visit.action_travel()
        self.assertFalse(self.visit.activity_ids)

    def test_what_lies_long_back_is_left_alone(self):
        with freeze_time("2026-03-05 08:00:00"):
            self._process()
        self.assertFalse(self._notices(self.visit, "not_started"))

    def test_reminder_once_and_not_for_what_was_just_booked(self):
        rule = self._add_rule("reminder", minutes=120)
        for visit, created in (
            (self.visit, "2026-03-01"),
            (self.second, "2026-03-02 11:30"),
        ):
            self.env.cr.execute(
                "UPDATE field_service_visit SET create_date = %s WHERE id = %s",
                (created, visit.id),
            )
        self.env.invalidate_all()
        for moment in ("08:00", "08:05", "12:00"):
            with freeze_time(f"2026-03-02 {moment}:00"):
                self._process()
        notices = self.env["field.service.notice"].search([("rule_id", "=", rule.id)])
        self.assertEqual(notices.visit_id, self.visit)
        self.assertEqual(notices.mapped("state"), ["sent"])

    def test_the_dispatcher_without_a_team_is_who_dispatched(self):
        self.visit.order_id.team_id = False
        self.visit.with_user(self.manager).action_dispatch()
        with freeze_time("2026-03-02 08:16:00"):
            self._process()
        self.assertEqual(self.visit.activity_ids.user_id, self.manager)

    def test_the_technicians_manager(self):
        boss = self._create_technician("Boss", user_id=self.manager.id)
        self.technician.parent_id = boss
        self._only("manager_not_acknowledged")
        (self.visit | self.second).action_dispatch()
        with freeze_time("2026-03-02 09:01:00"):
            self._process()
        self.assertEqual(self.visit.activity_ids.user_id, self.manager)
        notice = self._notices(self.second, "not_acknowledged")
        self.assertEqual((notice.state, notice.reason), ("skipped", "no_recipient"))


@tagged("standard", "post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestNoticeCustomers(NoticeCommon):
    def test_nobody_is_told_before_the_company_says_so(self):
        visit = self._plan(hours=20)
        visit.action_dispatch()
        visit.start = MONDAY + timedelta(hours=21)
        with freeze_time("2026-03-02 09:00:00"):
            self._process()
        self.assertFalse(self._mails(visit))
        customers = self.env["field.service.notice"].search(
            [("visit_id", "=", visit.id), ("rule_id.recipient", "=", "customer")]
        )
        self.assertFalse(customers)

    def test_booked_by_the_clock_of_the_site(self):
        self._notify_customers()
        self.site_a.tz = "Europe/Moscow"
        self.partner.lang = "ru_RU"
        other = self._create_partner("Smith", email="smith@example.com", lang="en_US")
        first = self._plan(hours=24)
        second = self._create_visit(
            self._create_order(partner_id=other.id),
            start=MONDAY + timedelta(hours=28),
        )
        with freeze_time("2026-03-02 08:11:00"):
            self._process()
        mail = self._mails(first)
        # Tuesday 08:00 UTC is 11:00 in Moscow.
        self.assertEqual(mail.subject, "Ваш визит: вторник, 3 марта, 11:00–13:00")
        self.assertIn("Здравствуйте", html2plaintext(mail.body_html))
        self.assertEqual(mail.recipient_ids, self.partner)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(
            self._mails(second).subject,
            "Your appointment: Tuesday, 3 March, 03:00 PM–05:00 PM",
        )
        notice = self._notices(first, "booked")
        self.assertEqual(
            (notice.state, notice.address), ("sent", "customer@example.com")
        )

    def test_the_promised_window(self):
        visit = self._plan(hours=24)
        visit.order_id.write(
            {
                "promised_start": MONDAY + timedelta(hours=22),
                "promised_stop": MONDAY + timedelta(hours=26),
            }
        )
        self.assertEqual(
            visit.with_context(lang="en_US").notice_window,
            "Tuesday, 3 March, 06:00 AM–10:00 AM",
        )

    def test_moving_three_times_is_told_once(self):
        self._notify_customers()
        visit = self._plan(hours=24)
        with freeze_time("2026-03-02 08:11:00"):
            self._process()
        for hours in (25, 26, 27):
            with freeze_time("2026-03-02 09:00:00"):
                visit.start = MONDAY + timedelta(hours=hours)
        with freeze_time("2026-03-02 09:11:00"):
            self._process()
            self._process()
        self.assertEqual(
            self._mails(visit).sorted("id").mapped("subject"),
            [
                "Your appointment: Tuesday, 3 March, 08:00 AM–10:00 AM",
                "New time of your appointment: Tuesday, 3 March, 11:00 AM–01:00 PM",
            ],
        )

    def test_moved_before_it_was_told_is_booked_once(self):
        self._notify_customers()
        visit = self._plan(hours=24)
        visit.start = MONDAY + timedelta(hours=25)
        with freeze_time("2026-03-02 08:11:00"):
            self._process()
        self.assertEqual(
            self._mails(visit).mapped("subject"),
            ["Your appointment: Tuesday, 3 March, 09:00 AM–11:00 AM"],
        )

    def test_a_draft_is_booked_when_it_is_released(self):
        self._notify_customers()
        order = self._create_order(release=False)
        visit = self._create_visit(order, start=MONDAY + timedelta(hours=24))
        self.assertFalse(self._notices(visit, "booked"))
        order.action_release()
        self.assertEqual(len(self._notices(visit, "booked")), 1)

    def test_history_is_told_to_nobody(self):
        self._notify_customers()
        past = self._plan(hours=-48)
        self._work(past, 1.0)
        historic = self._create_order(release=False)
        historic.write({"is_historic": True, "completed_on": MONDAY, "state": "closed"})
        imported = self._create_visit(
            self._create_order().with_context(import_file=True),
            start=MONDAY + timedelta(hours=30),
        )
        files = self.env["field.service.visit"].with_context(import_file=True)
        imported |= files.create(
            {
                "order_id": self._create_order().id,
                "technician_id": self.ivan.id,
                "start": MONDAY + timedelta(hours=34),
            }
        )
        imported[1].register_event("travel_start", MONDAY, source="import")
        self._process()
        self.assertFalse(self._notices(past, "completed"))
        self.assertFalse(self._notices(imported[1], "booked"))
        self.assertFalse(self._notices(imported[1], "on_the_way"))
        self.assertFalse(historic.notice_ids)

    def test_on_the_way_and_done(self):
        self._notify_customers()
        visit = self._plan(hours=0)
        visit.action_travel()
        self._process()
        visit.action_start()
        visit.action_finish()
        self._process()
        self.assertEqual(
            self._mails(visit).sorted("id").mapped("subject"),
            ["Tina is on the way to you", "Your appointment is completed"],
        )

    def test_the_reason_why_not(self):
        self._notify_customers()
        self._add_rule(
            "on_the_way",
            "customer",
            "sms",
            sms_template_id=self.env.ref(
                "field_service.sms_template_visit_on_the_way"
            ).id,
        )
        self.partner.email = False
        visits = self._plan(hours=0) | self._plan(hours=0, technician=self.ivan)
        visits.action_travel()
        self._process()
        reasons = self._notices(visits, "on_the_way").mapped("reason")
        self.assertEqual(
            sorted(reasons), ["no_email", "no_email", "no_phone", "no_phone"]
        )
        self.partner.phone = "call me"
        self._notices(visits[0], "on_the_way", channel="sms").action_retry()
        self._process()
        notice = self._notices(visits[0], "on_the_way", channel="sms")
        self.assertEqual(notice.reason, "bad_phone")

    def test_sms_through_the_queue(self):
        self._notify_customers()
        self._only("customer_on_the_way_sms")
        contact = self._create_partner(
            "Foreman", phone="+4915123456789", lang="ru_RU", parent_id=self.partner.id
        )
        visit = self._plan(hours=0)
        visit.order_id.contact_id = contact
        visit.action_travel()
        self._process()
        sms = self.env["sms.sms"].search([("partner_id", "=", contact.id)])
        self.assertEqual((sms.state, sms.number), ("outgoing", "+4915123456789"))
        self.assertEqual(sms.body, "Service A: Tina уже в пути к вам.")
        notice = self._notices(visit, "on_the_way")
        self.assertEqual(
            (notice.partner_id, notice.address), (contact, "+4915123456789")
        )

    def test_no_link_without_a_page(self):
        visit = self._plan(hours=24)
        has_page = hasattr(visit.order_id, "get_portal_url")
        self.assertEqual(bool(visit.notice_url), has_page)

    # -------------------------------------------------------------------- lateness
    def test_late_is_foreseen_and_told_once_per_change(self):
        """Begun at 09:00 instead of 08:00: two hours, then 30 minutes of travel."""
        self._notify_customers()
        first = self._plan(hours=0)
        second = self._plan(hours=2, travel_before_minutes=30)
        later = self._plan(hours=8)
        with freeze_time("2026-03-02 09:00:00"):
            first.action_start()
            self._process()
            self._process()
        self.assertEqual(second.late_minutes, 90, "11:30 instead of 10:00")
        self.assertEqual(second.expected_arrival, at(2, 11, 30))
        self.assertFalse(later.late_minutes)
        mails = self._mails(second).filtered(lambda mail: "late" in mail.subject)
        self.assertEqual(mails.mapped("subject"), ["We will be late: about 11:30 AM"])
        with freeze_time("2026-03-02 11:10:00"):
            self._process()
        self.assertEqual(second.late_minutes, 100, "11:40")
        self.assertEqual(len(self._notices(second, "late")), 1, "ten minutes more")
        with freeze_time("2026-03-02 11:20:00"):
            self._process()
        self.assertEqual(
            self._notices(second, "late").mapped("told_arrival"),
            [at(2, 11, 30), at(2, 11, 50)],
        )
        domain = [("late_minutes", ">", 0)]
        self.assertIn(second, self.env["field.service.visit"].search(domain))
        with freeze_time("2026-03-02 11:25:00"):
            first.action_finish()
            second.action_start()
            self._process()
        self.assertFalse(second.late_minutes)

    def test_within_the_promised_window_nobody_is_late(self):
        self._notify_customers()
        first = self._plan(hours=0)
        second = self._plan(hours=2)
        second.order_id.write(
            {
                "promised_start": MONDAY + timedelta(hours=2),
                "promised_stop": MONDAY + timedelta(hours=4),
            }
        )
        with freeze_time("2026-03-02 09:00:00"):
            first.action_start()
            self._process()
        # Arrives at 11:00, promised until 12:00.
        self.assertFalse(second.late_minutes)
        self.assertFalse(self._notices(second, "late"))


@tagged("standard", "post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestNoticeEngine(NoticeCommon):
    def test_quiet_hours_of_the_recipient(self):
        """23:00 in Tokyo is 14:00 UTC; the quiet hours end there at 22:00 UTC."""
        self.company.write({"service_quiet_from": 22.0, "service_quiet_to": 7.0})
        self.user_ivan.tz = "Asia/Tokyo"
        day, night = self._plan(hours=24), self._plan(hours=24, technician=self.ivan)
        with freeze_time("2026-03-02 14:00:00"):
            (day | night).action_dispatch()
            self._process()
            self.assertEqual(self._notices(day, "dispatched").state, "sent")
            held = self._notices(night, "dispatched")
            self.assertEqual((held.state, held.due_on), ("pending", at(2, 22)))
        with freeze_time("2026-03-02 21:59:00"):
            self._process()
            self.assertEqual(held.state, "pending")
        with freeze_time("2026-03-02 22:00:00"):
            self._process()
        self.assertEqual(held.state, "sent")
        self.assertEqual(len(self._inbox(self.user_ivan)), 1)

    def test_urgent_rules_know_no_quiet_hours(self):
        self.company.write({"service_quiet_from": 22.0, "service_quiet_to": 7.0})
        visit = self._plan(hours=24)
        with freeze_time("2026-03-02 23:00:00"):
            visit.action_dispatch()
            visit.action_cancel()
            self._process()
        self.assertEqual(self._notices(visit, "cancelled").state, "sent")
        self.assertEqual(self._notices(visit, "dispatched").reason, "outdated")

    def test_one_failure_stops_nobody(self):
        self._notify_customers()
        visits = self._plan(hours=0) | self._plan(hours=0, technician=self.ivan)
        visits.action_travel()
        model = type(self.env["field.service.notice"])
        send = model._send_email

        def fail(notice):
            if notice.visit_id == visits[0]:
                notice.env.cr.execute("SELECT 1 FROM field_service_nowhere")
            return send(notice)

        with (
            patch.object(model, "_send_email", fail),
            mute_logger(NOTICE, "odoo.sql_db"),
        ):
            self._process()
        failed, sent = self._notices(visits, "on_the_way").sorted("visit_id")
        if failed.visit_id != visits[0]:
            failed, sent = sent, failed
        self.assertEqual((failed.state, sent.state), ("failed", "sent"))
        self.assertIn("field_service_nowhere", failed.error)
        failed.with_user(self.dispatcher).action_retry()
        self._process()
        self.assertEqual((failed.state, failed.error), ("sent", False))

    def test_a_broken_rule_stops_no_other(self):
        visit = self._plan(hours=0)
        model = type(self.env["field.service.visit"])
        with (
            patch.object(model, "_foresee_lateness", side_effect=KeyError("broken")),
            mute_logger(NOTICE),
            freeze_time("2026-03-02 08:15:00"),
        ):
            self._process()
        self.assertEqual(self._notices(visit, "not_started").state, "sent")

    def test_the_database_keeps_it_to_once(self):
        visit = self._plan(hours=24)
        visit.action_dispatch()
        notice = self._notices(visit, "dispatched")
        for partner in (notice.partner_id, self.env["res.partner"]):
            values = {
                "visit_id": visit.id,
                "rule_id": notice.rule_id.id,
                "partner_id": partner.id,
                "occasion": "the same",
            }
            self.env["field.service.notice"].create(values)
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env["field.service.notice"].create(values)

    def test_a_technician_without_a_user(self):
        nobody = self._create_technician("Nils")
        nobody.work_contact_id = self._create_partner("Nils")
        visit = self._plan(hours=24, technician=nobody)
        visit.action_dispatch()
        self._process()
        notice = self._notices(visit, "dispatched")
        self.assertEqual((notice.state, notice.reason), ("skipped", "no_user"))

    def test_rules_that_cannot_work_are_refused(self):
        for values, message in (
            ({"channel": "email"}, "Choose the e-mail template"),
            ({"channel": "sms"}, "Choose the SMS template"),
            ({"recipient": "customer", "trigger": "late"}, "do not work in Odoo"),
            ({"recipient": "customer", "channel": "activity"}, "do not work in Odoo"),
        ):
            with (
                self.subTest(message),
                self.assertRaisesRegex(ValidationError, message),
            ):
                self._add_rule(values.pop("trigger", "dispatched"), **values)
        template = self.env.ref("field_service.mail_template_visit_booked")
        with self.assertRaisesRegex(ValidationError, "internal"):
            self._add_rule(
                "declined", "customer", "email", mail_template_id=template.id
            )
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._add_rule("dispatched", minutes=-1)

    def test_a_used_rule_is_archived_not_deleted(self):
        visit = self._plan(hours=24)
        visit.action_dispatch()
        with self.assertRaisesRegex(ValidationError, "Archive it instead"):
            self._rule("technician_dispatched").unlink()

    def test_rules_of_another_company_do_not_concern_us(self):
        rule = self._add_rule("dispatched", company_id=self.company_b.id)
        visit = self._plan(hours=24)
        visit.action_dispatch()
        self.assertFalse(
            self.env["field.service.notice"].search([("rule_id", "=", rule.id)])
        )

    def test_who_sees_rules_and_log(self):
        visit = self._plan(hours=24)
        visit.with_user(self.dispatcher).action_dispatch()
        notice = self._notices(visit, "dispatched")
        rule = notice.rule_id
        self.assertTrue(notice.with_user(self.dispatcher).occasion)
        self.assertTrue(rule.with_user(self.dispatcher).name)
        with self.assertRaises(AccessError):
            rule.with_user(self.dispatcher).active = False
        with self.assertRaises(AccessError):
            notice.with_user(self.dispatcher).state = "sent"
        with self.assertRaises(AccessError):
            notice.with_user(self.user_technician).read(["occasion"])
        with self.assertRaises(AccessError):
            notice.with_user(self.user_technician).action_retry()
        rule.with_user(self.manager).active = False
        stranger = self._create_user("stranger", "field_service.group_manager")
        stranger.write(
            {
                "company_ids": [(6, 0, self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        with self.assertRaises(AccessError):
            notice.with_user(stranger).read(["occasion"])

    def test_the_scheduled_job(self):
        visit = self._plan(hours=24)
        visit.action_dispatch()
        cron = self.env.ref("field_service.cron_send_notices")
        self.assertTrue(
            self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]),
            "it is woken up at once",
        )
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(self._notices(visit, "dispatched").state, "sent")
