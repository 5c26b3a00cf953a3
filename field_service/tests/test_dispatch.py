from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import html2plaintext

from .common_notice import MONDAY, NoticeCommon


@tagged("standard", "post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestDispatch(NoticeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._plan(hours=2)
        cls.second = cls._plan(hours=6)
        cls.ill = cls.env.ref("field_service.field_service_reason_decline_ill")

    # ------------------------------------------------------------------ dispatch
    def test_the_snapshot_says_what_the_technician_was_told(self):
        asset = self._create_asset("Excavator")
        self.site_a.street = "1 Quarry Road"
        self.visit.order_id.write(
            {"description": "Leaks oil", "asset_ids": [Command.set(asset.ids)]}
        )
        self.visit.crew_ids = self._crew(self.ivan)
        self.visit.action_dispatch()
        told = self.visit.dispatch_snapshot
        self.assertEqual(told["start"], "2026-03-02 10:00:00")
        self.assertEqual(told["duration"], 120)
        self.assertEqual(told["site"], [[self.site_a.id, "Quarry"]])
        self.assertEqual(told["address"][0][1], "1 Quarry Road")
        self.assertEqual(told["technician"], [[self.technician.id, "Tina"]])
        self.assertEqual(told["crew"], [[self.ivan.id, "Ivan"]])
        self.assertEqual(told["job_type"], [[self.job_type.id, "Repair"]])
        self.assertEqual(told["description"], "Leaks oil")
        self.assertEqual(told["equipment"], [[asset.id, asset.display_name]])
        self.assertEqual(self.visit.dispatched_on, MONDAY)
        self.assertEqual(self.visit.acknowledgement, "waiting")
        self.assertEqual(self.visit.event_ids.mapped("type"), ["dispatched"])

    def test_one_message_about_one_visit(self):
        self.visit.action_dispatch()
        self.assertFalse(self._inbox(self.user_technician), "not before the commit")
        self._process()
        self._process()
        message = self._inbox(self.user_technician)
        self.assertEqual(len(message), 1)
        self.assertEqual(
            (message.model, message.res_id), (self.visit._name, self.visit.id)
        )
        text = html2plaintext(message.body)
        self.assertIn("New visit: please acknowledge it", text)
        self.assertIn("Start: 03/02/2026 10:00 AM", text)
        self.assertIn("Duration: 2:00", text)
        self.assertIn("Site: Quarry", text)

    def test_many_visits_are_one_message(self):
        (self.visit | self.second).action_dispatch()
        self._process()
        message = self._inbox(self.user_technician)
        self.assertEqual(len(message), 1)
        self.assertIn(self.visit.name, html2plaintext(message.body))
        self.assertIn(self.second.name, html2plaintext(message.body))
        notices = self._notices(self.visit | self.second, "dispatched")
        self.assertEqual(notices.mapped("state"), ["sent", "sent"])
        for visit in (self.visit, self.second):
            bodies = "".join(visit.message_ids.mapped("body"))
            self.assertIn("New visit", bodies, "its own chatter says it too")

    def test_who_reads_mail_gets_one_mail(self):
        self.user_technician.notification_type = "email"
        (self.visit | self.second).action_dispatch()
        self._process()
        mails = self.env["mail.mail"].search(
            [("recipient_ids", "in", self.user_technician.partner_id.ids)]
        )
        self.assertEqual(len(mails), 1)
        self.assertEqual(mails.state, "outgoing", "it waits in the queue")

    def test_the_crew_is_told_too(self):
        self.visit.crew_ids = self._crew(self.ivan)
        self.visit.action_dispatch()
        self._process()
        self.assertEqual(len(self._inbox(self.user_ivan)), 1)
        self.assertEqual(len(self._inbox(self.user_technician)), 1)

    def test_dispatch_what_can_be_dispatched(self):
        draft = self._create_visit(
            self._create_order(release=False), start=MONDAY + timedelta(hours=8)
        )
        visits = self.visit | self.second | draft
        action = visits.with_user(self.dispatcher).action_dispatch_possible()
        self.assertEqual(
            visits.mapped("state"), ["dispatched", "dispatched", "planned"]
        )
        message = action["params"]["message"]
        self.assertIn("Visits dispatched: 2.", message)
        self.assertRegex(message, f"{draft.name}: .*must release it first")
        self.assertTrue(action["params"]["sticky"])

    def test_tomorrow_is_the_dispatchers_tomorrow(self):
        """At 08:00 UTC it is 21:00 of the same Monday in Auckland (UTC+13).

        Tuesday there is from Monday 11:00 UTC to Tuesday 11:00 UTC.
        """
        late = self._plan(hours=26.5)  # Tuesday 10:30 UTC
        other = self._plan(hours=29)  # Tuesday 13:00 UTC
        self.dispatcher.tz = "Pacific/Auckland"
        self.env["field.service.visit"].with_user(
            self.dispatcher
        ).action_dispatch_tomorrow()
        self.assertEqual(
            (self.visit | self.second | late | other).mapped("state"),
            # Monday 10:00 is Monday there, Monday 14:00 is Tuesday already.
            ["planned", "dispatched", "dispatched", "planned"],
        )

    def test_taking_back_is_told(self):
        self.visit.action_dispatch()
        self._process()
        self.visit.action_replan()
        self._process()
        self.assertIn("you need not go", self._inbox(self.user_technician)[-1].body)

    def test_cancelling_is_told_to_whom_it_was_told_before(self):
        self.visit.action_dispatch()
        self._process()
        (self.visit | self.second).action_cancel()
        self._process()
        self.assertEqual(len(self._inbox(self.user_technician)), 2)
        self.assertFalse(self._notices(self.second, "cancelled"))

    # ------------------------------------------------------------------- changes
    def test_the_difference_by_hand(self):
        self.visit.action_dispatch()
        self.visit.action_acknowledge()
        self.visit.start = MONDAY + timedelta(hours=3.5)
        self.visit.order_id.site_id = self.site_b
        self.assertEqual(self.visit.state, "dispatched")
        self.assertEqual(self.visit.acknowledgement, "again")
        self.assertEqual(
            self.visit.with_context(tz="UTC", lang="en_US").dispatch_changes,
            "Start: 10:00 AM → 11:30 AM\nSite: Quarry → Harbour",
        )
        self.assertEqual(
            # Moscow is three hours ahead of UTC.
            self.visit.with_context(tz="Europe/Moscow", lang="ru_RU").dispatch_changes,
            "Начало: 13:00 → 14:30\nОбъект обслуживания: Quarry → Harbour",
        )
        self.assertEqual(
            self.visit.event_ids.sorted("id").mapped("type"),
            # Told once more for the time, and once more for the place.
            ["dispatched", "acknowledged", "dispatched", "dispatched"],
        )

    def test_another_day_is_shown_with_the_day(self):
        self.visit.action_dispatch()
        self.visit.write({"start": MONDAY + timedelta(hours=26), "duration": 3.0})
        self.assertEqual(
            self.visit.with_context(tz="UTC", lang="en_US").dispatch_changes,
            "Start: 03/02/2026 10:00 AM → 03/03/2026 10:00 AM\nDuration: 2:00 → 3:00",
        )

    def test_the_technician_reads_it_in_his_language(self):
        visit = self._plan(hours=2, technician=self.ivan)
        visit.action_dispatch()
        self._process()
        visit.with_user(self.user_ivan).action_acknowledge()
        self.user_ivan.tz = "Europe/Moscow"
        visit.with_user(self.dispatcher).write({"start": MONDAY + timedelta(hours=3.5)})
        self._process()
        first, second = self._inbox(self.user_ivan)
        self.assertIn("Новый выезд", first.body)
        text = html2plaintext(second.body)
        self.assertIn("Начало: 13:00 → 14:30", text)
        self.assertIn("примите его ещё раз", text)

    def test_acknowledging_takes_the_new_snapshot(self):
        self.visit.action_dispatch()
        self.visit.action_acknowledge()
        self.visit.start = MONDAY + timedelta(hours=3)
        self.visit.with_user(self.user_technician).action_acknowledge()
        self.assertEqual(self.visit.dispatch_snapshot["start"], "2026-03-02 11:00:00")
        self.assertFalse(self.visit.dispatch_changes)
        self.assertFalse(self.visit.changed_on)
        self.assertEqual(self.visit.acknowledgement, "done")

    def test_two_changes_are_told_one_after_the_other(self):
        """The message says what is new since the last one, the form since he agreed."""
        self.visit.action_dispatch()
        self._process()
        self.visit.action_acknowledge()
        for hours in (3, 4):
            self.visit.start = MONDAY + timedelta(hours=hours)
            self._process()
        texts = [html2plaintext(msg.body) for msg in self._inbox(self.user_technician)]
        self.assertEqual(len(texts), 3)
        self.assertIn("Start: 10:00 AM → 11:00 AM", texts[1])
        self.assertIn("Start: 11:00 AM → 12:00 PM", texts[2])
        self.assertIn(
            "10:00 AM → 12:00 PM",
            self.visit.with_context(tz="UTC", lang="en_US").dispatch_changes,
        )

    def test_what_is_taken_back_before_it_is_told_is_not_told(self):
        self.visit.action_dispatch()
        self._process()
        for hours in (3, 2):
            self.visit.start = MONDAY + timedelta(hours=hours)
        self._process()
        self.assertEqual(len(self._inbox(self.user_technician)), 1)
        changed = self._notices(self.visit, "changed")
        self.assertEqual((changed.state, changed.reason), ("skipped", "told"))

    def test_what_does_not_matter_is_not_acknowledged_again(self):
        self.visit.action_dispatch()
        self.visit.action_acknowledge()
        self.visit.write(
            {"lock": "time", "note": "Bring a ladder", "travel_after_minutes": 5}
        )
        self.visit.order_id.write({"priority": "2", "origin": "Phone"})
        self.site_a.write({"phone": "+1 555 0100", "name": "Quarry Ltd"})
        self.visit.start = self.visit.start
        self.assertEqual(self.visit.state, "acknowledged")
        self.assertFalse(self.visit.dispatch_changes)
        self.assertFalse(self._notices(self.visit, "changed"))

    def test_each_thing_that_matters(self):
        asset = self._create_asset("Pump")
        other = self.env["field.service.job.type"].create({"name": "Inspection"})
        order = self.visit.order_id
        changes = (
            (self.visit, {"duration": 3.0}, "Duration: 2:00 → 3:00"),
            (self.visit, {"crew_ids": self._crew(self.ivan)}, "Crew: – → Ivan"),
            (order, {"job_type_id": other.id}, "Job Type: Repair → Inspection"),
            (order, {"description": "Leaks"}, "Problem: – → Leaks"),
            (
                order,
                {"asset_ids": [Command.set(asset.ids)]},
                f"Equipment: – → {asset.display_name}",
            ),
            (self.site_a, {"street": "1 Quarry Road"}, "Address: – → 1 Quarry Road"),
        )
        self.visit.action_dispatch()
        for record, values, text in changes:
            with self.subTest(text):
                self.visit.action_acknowledge()
                record.write(values)
                self.visit.invalidate_recordset(["dispatch_changes"])
                self.assertEqual(self.visit.state, "dispatched")
                self.assertEqual(self.visit.dispatch_changes, text)

    def test_whoever_is_on_the_way_is_only_told(self):
        self.visit.action_dispatch()
        self._process()
        self.visit.action_travel()
        self.visit.order_id.description = "Take the rear gate"
        self._process()
        self.assertEqual(self.visit.state, "travelling")
        self.assertEqual(self.visit.dispatch_changes, "Problem: – → Take the rear gate")
        text = html2plaintext(self._inbox(self.user_technician)[-1].body)
        self.assertIn("Visit changed", text)
        self.assertNotIn("acknowledge", text)

    def test_another_technician_is_sent_and_the_first_told(self):
        self.visit.action_dispatch()
        self._process()
        self.visit.action_acknowledge()
        self.visit.technician_id = self.ivan
        self._process()
        self.assertEqual(self.visit.state, "dispatched")
        self.assertEqual(self.visit.acknowledgement, "waiting")
        self.assertFalse(self.visit.dispatch_changes, "for Ivan nothing has changed")
        self.assertIn("Новый выезд", self._inbox(self.user_ivan).body)
        self.assertIn("you need not go", self._inbox(self.user_technician)[-1].body)

    def test_without_a_technician_it_is_planned_again(self):
        self.visit.action_dispatch()
        self.visit.technician_id = False
        self.assertEqual(self.visit.state, "planned")

    # ------------------------------------------------------------------- answers
    def test_a_decline_needs_its_reason(self):
        self.visit.action_dispatch()
        with self.assertRaisesRegex(ValidationError, "say why it is declined"):
            self.visit.write({"state": "declined"})
        with self.assertRaisesRegex(ValidationError, "say why it is declined"):
            self.visit.register_event("declined")
        self.visit.register_event("declined", reason="Flat tyre")
        self.assertEqual(self.visit.state, "declined")
        self.assertEqual(self.visit.event_ids[-1:].reason, "Flat tyre")

    def test_the_wizard_declines_and_tells_the_dispatcher(self):
        visits = self.visit | self.second
        visits.action_dispatch()
        mine = visits.with_user(self.user_technician)
        action = mine.action_decline()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user_technician)
            .with_context(**action["context"])
            .create({"reason_id": self.ill.id, "note": "Fever"})
        )
        wizard.action_decline()
        self.assertEqual(visits.mapped("state"), ["declined", "declined"])
        self.assertEqual(visits.decline_reason_id, self.ill)
        self.assertEqual(self.visit.event_ids[-1:].reason, "Ill: Fever")
        self.assertFalse(self.visit.booking_ids, "his time is free again")
        self._process()
        for visit in visits:
            self.assertEqual(visit.activity_ids.user_id, self.dispatcher)
            self.assertEqual(visit.activity_ids.summary, "Declined by Tina")
            self.assertIn("Ill: Fever", visit.activity_ids.note)
        self.assertFalse(self._mails(visits), "the list is enough")
        self.visit.action_replan()
        self.assertFalse(self.visit.activity_ids)
        self.assertFalse(self.visit.decline_reason_id)

    def test_only_the_technician_and_dispatchers_answer(self):
        self.visit.crew_ids = self._crew(self.ivan)
        (self.visit | self.second).action_dispatch()
        with self.assertRaises(AccessError):
            self.second.with_user(self.user_ivan).action_acknowledge()
        with self.assertRaisesRegex(ValidationError, "only its technician|только"):
            self.visit.with_user(self.user_ivan).action_acknowledge()
        with self.assertRaisesRegex(ValidationError, "only its technician|только"):
            self.visit.with_user(self.user_ivan).register_event("declined", reason="No")
        self.visit.with_user(self.user_technician).action_acknowledge()
        self.second.with_user(self.dispatcher).action_acknowledge()
        self.assertEqual(
            (self.visit | self.second).mapped("state"), ["acknowledged"] * 2
        )

    def test_filters_and_fields_for_the_dispatcher(self):
        visits = self.env["field.service.visit"].with_user(self.dispatcher)
        domain = [("id", "in", (self.visit | self.second).ids)]
        self.visit.action_dispatch()
        self.assertEqual(
            visits.search([*domain, ("acknowledgement", "=", "waiting")]), self.visit
        )
        self.assertEqual(
            visits.search([*domain, ("state", "=", "planned")]), self.second
        )
