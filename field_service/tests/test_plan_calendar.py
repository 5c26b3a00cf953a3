from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import freeze_time, tagged

from .common import MONDAY
from .test_plan_rules import DAY, HOUR, PlanCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-01 12:00:00")
class TestCalendar(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Mails and logs as in production: the tests must see them missing.
        cls.env = cls.env(context={"no_reset_password": True})
        cls.user_jim = cls._create_user("jim", "field_service.group_technician")
        cls.jim = cls._create_technician("Jim", user_id=cls.user_jim.id)
        cls.partner.email = "customer@example.com"
        cls.site = cls._create_partner(
            "Site", street="1 Quarry Road", city="Kalgoorlie", parent_id=cls.partner.id
        )
        cls.order = cls._create_order(site_id=cls.site.id, description="Leak <b>")
        cls.visit = cls._create_visit(cls.order)

    def _push(self):
        with self.enter_registry_test_mode():
            self.env.ref("field_service.cron_push_calendar").method_direct_trigger()
        self.env.invalidate_all()

    def _get_events(self, user=None, active=True):
        user = user or self.user_technician
        return self.env["calendar.event"].search(
            [("partner_ids", "in", user.partner_id.ids), ("active", "=", active)]
        )

    def test_one_event_for_the_technician_and_nobody_else(self):
        mails = self.env["mail.mail"].search_count([])
        self._push()
        event = self.visit.calendar_event_id
        self.assertEqual(self._get_events(), event)
        self.assertRecordValues(
            event,
            [
                {
                    "name": self.visit.name,
                    "start": self.visit.start,
                    "stop": self.visit.stop,
                    "user_id": self.user_technician.id,
                    "partner_ids": self.user_technician.partner_id.ids,
                    "show_as": "busy",
                    "location": "1 Quarry Road, Kalgoorlie",
                    "res_model": False,
                }
            ],
        )
        self.assertEqual(event.attendee_ids.state, "accepted")
        self.assertIn(f"/odoo/visits/{self.visit.id}", event.description)
        self.assertIn("Leak &lt;b&gt;", event.description)
        self.visit.start = MONDAY + DAY
        self._push()
        self.assertEqual(event.start, MONDAY + DAY)
        self.assertEqual(event.attendee_ids.state, "accepted")
        self.assertEqual(self.env["mail.mail"].search_count([]), mails, "no mail")
        self.assertFalse(event.message_ids.filtered("partner_ids"))
        self.assertFalse(self.visit.activity_ids)

    def test_pushing_again_writes_nothing(self):
        self._push()
        event = self.visit.calendar_event_id
        self.visit.calendar_outdated = True
        with patch.object(type(event), "write", autospec=True) as write:
            self._push()
        write.assert_not_called()
        self.assertFalse(self.visit.calendar_outdated)
        self.assertEqual(self._get_events(), event, "not twice")

    def test_only_what_is_shown_starts_the_job(self):
        self._push()
        self.visit.write({"note": "Key at the reception", "travel_before_minutes": 10})
        self.visit.action_dispatch()
        self.assertFalse(self.visit.calendar_outdated)
        self.order.description = "Leak at the pump"
        self.assertTrue(self.visit.calendar_outdated)
        self._push()
        self.assertIn("at the pump", self.visit.calendar_event_id.description)

    def test_the_job_is_started_at_commit_and_once(self):
        job = self.env.ref("field_service.cron_push_calendar")
        triggers = self.env["ir.cron.trigger"]
        self.cr.cache.clear()
        before = triggers.search_count([("cron_id", "=", job.id)])
        self.visit.start = MONDAY + DAY
        self.visit.start = MONDAY + 2 * DAY
        self._create_visit(self.order)
        self.assertEqual(triggers.search_count([("cron_id", "=", job.id)]), before + 1)
        # What is rolled back takes its trigger along; the next change starts the job.
        self.cr.cache.clear()
        with self.assertRaises(ZeroDivisionError), self.cr.savepoint():
            self.visit.start = MONDAY + 3 * DAY
            raise ZeroDivisionError
        self.visit.start = MONDAY + 4 * DAY
        self.assertEqual(triggers.search_count([("cron_id", "=", job.id)]), before + 2)

    def test_another_technician_another_calendar(self):
        self._push()
        first = self.visit.calendar_event_id
        self.visit.technician_id = self.jim
        self._push()
        self.assertFalse(first.active)
        self.assertFalse(self._get_events())
        self.assertEqual(self._get_events(self.user_jim), self.visit.calendar_event_id)
        self.visit.technician_id = self.tom
        self._push()
        self.assertFalse(self._get_events(self.user_jim), "Tom has no user")
        self.visit.technician_id = self.jim
        self._push()
        self.assertEqual(len(self._get_events(self.user_jim)), 1)

    def test_cancelled_and_planned_again(self):
        self._push()
        event = self.visit.calendar_event_id
        self.visit.action_cancel()
        self._push()
        self.assertFalse(event.active)
        self.visit.action_replan()
        self._push()
        self.assertTrue(event.active)
        self.assertEqual(self._get_events(), event)

    def test_a_deleted_visit_leaves_the_calendar(self):
        self._push()
        event = self.visit.calendar_event_id
        self.visit.unlink()
        self.assertFalse(event.active)

    def test_a_deleted_order_takes_its_visits_out_of_the_calendar(self):
        self._push()
        event = self.visit.calendar_event_id
        self.order.action_cancel()
        self.order.unlink()
        self.assertFalse(event.active)

    def test_moving_the_event_moves_no_visit(self):
        self._push()
        event = self.visit.calendar_event_id
        own = event.with_user(self.user_technician)
        for values in (
            {"start": MONDAY + DAY, "stop": MONDAY + DAY + HOUR},
            {"active": False},
            {"partner_ids": [Command.link(self.partner.id)]},
        ):
            own.with_context(no_mail_to_attendees=True).write(values)
            self.assertTrue(self.visit.calendar_outdated, values)
            self._push()
            self.assertRecordValues(
                event,
                [
                    {
                        "start": MONDAY,
                        "stop": MONDAY + 2 * HOUR,
                        "active": True,
                        "partner_ids": self.user_technician.partner_id.ids,
                    }
                ],
            )
        self.assertEqual(self.visit.start, MONDAY)
        own.unlink()
        self._push()
        self.assertEqual(self._get_events(), self.visit.calendar_event_id)
        self.assertEqual(self.visit.calendar_event_id.start, MONDAY)

    def test_our_events_block_no_slot_twice(self):
        self._push()
        availability = self.env["field.service.availability"]
        resource = self.technician.sudo().resource_id
        period = MONDAY - DAY, MONDAY + DAY
        self.assertFalse(availability._get_meetings(resource, *period))
        self.visit._origin.calendar_event_id = False
        self.assertTrue(availability._get_meetings(resource, *period))

    def test_one_failure_stops_no_other(self):
        bad = self._create_visit(self._create_order(), technician_id=self.jim.id)
        last = self._create_visit(self._create_order(), start=MONDAY + DAY)
        visit_class = type(self.visit)
        prepare = visit_class._prepare_event_values

        def fail(visit, user):
            if visit == bad:
                raise ValueError("Calendar is out of order")
            return prepare(visit, user)

        with patch.object(visit_class, "_prepare_event_values", fail):
            self._push()
        self.assertTrue(self.visit.calendar_event_id)
        self.assertTrue(last.calendar_event_id)
        self.assertEqual(bad.calendar_error, "Calendar is out of order")
        bad.start = MONDAY + timedelta(hours=5)
        self._push()
        self.assertFalse(bad.calendar_error)
        self.assertEqual(bad.calendar_event_id.start, MONDAY + timedelta(hours=5))

    def test_switched_off_and_on_in_one_company(self):
        self._push()
        event = self.visit.calendar_event_id
        self.company.service_push_calendar = False
        self._push()
        self.assertFalse(event.active)
        other = self._create_visit(self._create_order(), start=MONDAY + DAY)
        self._push()
        self.assertFalse(other.calendar_event_id)
        self.company.service_push_calendar = True
        self._push()
        self.assertTrue(event.active)
        self.assertTrue(other.calendar_event_id)

    def test_a_stranger_changes_an_event_of_his_own(self):
        stranger = self._create_user("stranger", "base.group_user")
        event = (
            self.env["calendar.event"]
            .with_user(stranger)
            .create({"name": "Lunch", "start": MONDAY, "stop": MONDAY + HOUR})
        )
        event.start = MONDAY + HOUR
        event.unlink()
        self.assertFalse(event.exists())
