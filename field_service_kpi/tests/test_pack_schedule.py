from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from .test_pack import PackCommon

LOGGER = "odoo.addons.field_service_kpi.models.field_service_pack_schedule"


@tagged("post_install", "-at_install")
@freeze_time("2024-05-08 10:00:00")
class TestPackSchedule(PackCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["field.service.pack.schedule"].search([]).active = False
        cls.owner = cls._user("owner", "field_service.group_manager")
        cls.banker, cls.russian = cls.env["res.partner"].create(
            [
                {"name": "Banker", "email": "banker@example.com", "lang": "en_US"},
                {"name": "Иван", "email": "ivan@example.com", "lang": "ru_RU"},
            ]
        )

    def _schedule(self, **values):
        return (
            self.env["field.service.pack.schedule"]
            .with_company(self.company)
            .create(
                {
                    "name": "Monthly",
                    "variant": "bank",
                    "date_start": "2024-04-01",
                    "user_id": self.owner.id,
                    "partner_ids": [Command.set((self.banker | self.russian).ids)],
                    **values,
                }
            )
        )

    def _run(self):
        model = self.env["field.service.pack.schedule"]
        with patch.object(self.env.registry["ir.cron"], "_commit_progress"):
            model._cron_send()
        self.env.invalidate_all()

    def _messages(self, pack):
        return pack.message_ids.filtered("partner_ids")

    # ---------------------------------------------------------------------- periods
    def test_periods(self):
        schedule = self._schedule(date_start="2024-02-10", delay_days=5)
        today = fields.Date.to_date

        def due(day):
            return [
                (str(start), str(stop))
                for start, stop in schedule._get_due_periods(today(day))
            ]

        # The first whole month is March; it ends on the 31st, and five days pass.
        self.assertEqual(due("2024-04-05"), [])
        self.assertEqual(due("2024-04-06"), [("2024-03-01", "2024-03-31")])
        self.assertEqual(len(due("2024-05-06")), 2)
        self.assertEqual(str(schedule.next_date), "2024-04-06")
        schedule.write({"periodicity": "week", "date_start": "2024-03-05"})
        self.assertEqual(due("2024-03-22"), [])
        self.assertEqual(due("2024-03-23"), [("2024-03-11", "2024-03-17")])
        schedule.write({"periodicity": "quarter", "date_start": "2024-01-01"})
        self.assertEqual(due("2024-04-06"), [("2024-01-01", "2024-03-31")])

    # ---------------------------------------------------------------------- sending
    def test_everybody_gets_it_in_his_language_once(self):
        self._book(self.order, 1000.0, 400.0, "2024-04-10")
        schedule = self._schedule(file_formats="both")
        self._run()
        pack = schedule.pack_ids
        self.assertEqual((str(pack.date_from), pack.state), ("2024-04-01", "frozen"))
        self.assertEqual(pack._get_content()["summary"]["current"]["margin"], 600.0)
        self.assertTrue(pack.sent_on)
        self.assertEqual(str(schedule.next_date), "2024-06-06")
        messages = self._messages(pack)
        self.assertEqual(len(messages), 2)
        for partner, lang, word in (
            (self.banker, "en_US", "Performance pack"),
            (self.russian, "ru_RU", "Отчёт о результатах"),
        ):
            [message] = messages.filtered(lambda one, p=partner: one.partner_ids == p)
            self.assertIn(word, message.subject)
            self.assertIn(pack.content_hash, message.body)
            kept = {name: pack._get_file(name, lang) for name in ("pdf", "xlsx")}
            self.assertEqual(
                {(one.name, one.raw) for one in message.attachment_ids},
                {(one.name, one._get_bytes()) for one in kept.values()},
            )
            mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
            self.assertEqual(mail.recipient_ids, partner)
        # Neither the next run nor a button sends it again.
        self._run()
        schedule.with_user(self.service_manager).action_send_now()
        self.assertEqual(schedule.pack_ids, pack)
        self.assertEqual(self._messages(pack), messages)
        self.assertFalse(schedule.activity_ids)

    def test_one_failure_stops_nobody_else(self):
        broken = self._schedule(name="Broken")
        good = self._schedule(name="Good", partner_ids=[Command.set(self.banker.ids)])
        self.russian.email = False
        self._run()
        self.assertTrue(good.pack_ids.sent_on)
        self.assertFalse(broken.pack_ids)
        activity = broken.activity_ids
        self.assertEqual(activity.user_id, self.owner)
        self.assertIn("2024-04-01", activity.summary)
        self.assertIn("e-mail address", activity.note)
        # Told once, sent as soon as it can be, and then there is nothing to do.
        self._run()
        self.assertEqual(broken.activity_ids, activity)
        self.russian.email = "ivan@example.com"
        self._run()
        self.assertTrue(broken.pack_ids.sent_on)
        self.assertFalse(broken.activity_ids)

    def test_an_error_of_the_machine_is_told_as_well(self):
        schedule = self._schedule()
        model = self.env.registry["field.service.pack"]
        with (
            patch.object(model, "_render_pdf", side_effect=RuntimeError("no printer")),
            mute_logger(LOGGER),
        ):
            self._run()
        self.assertFalse(schedule.pack_ids)
        self.assertIn("no printer", schedule.activity_ids.note)
        answer = schedule.with_user(self.service_manager).action_send_now()
        self.assertEqual(answer["params"]["type"], "success")

    def test_a_mail_that_was_not_delivered(self):
        schedule = self._schedule(partner_ids=[Command.set(self.banker.ids)])
        self._run()
        notification = self._messages(schedule.pack_ids).sudo().notification_ids
        notification.notification_status = "bounce"
        self._run()
        self.assertIn("Banker", schedule.activity_ids.note)
        self._run()
        self.assertEqual(len(schedule.activity_ids), 1)

    def test_no_recipients(self):
        schedule = self._schedule(partner_ids=False)
        answer = schedule.with_user(self.service_manager).action_send_now()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertIn("no recipients", schedule.activity_ids.note)

    # ----------------------------------------------------------------------- access
    def test_who_may_get_it(self):
        schedule = self._schedule(variant="owner")
        pack = self._pack(variant="owner")
        team = self._pack(variant="team", team_id=self.team.id)
        customer = self._pack(variant="customer", partner_id=self.partner_a.id)
        contact = self.env["res.partner"].create(
            {
                "name": "Contact",
                "parent_id": self.partner_a.id,
                "email": "c@example.com",
            }
        )
        may = schedule._may_read
        # An employee by his rights, others by the kind of the pack.
        self.assertTrue(may(self.accountant.partner_id, pack))
        self.assertFalse(may(self.dispatcher.partner_id, pack))
        self.assertTrue(may(self.dispatcher.partner_id, team))
        self.assertTrue(may(self.banker, pack))
        self.assertFalse(may(self.banker, team))
        self.assertFalse(may(self.banker, customer))
        self.assertTrue(may(contact, customer))
        foreign = self._user(
            "foreign", "field_service.group_manager", self.company_data_2["company"]
        )
        self.assertFalse(may(foreign.partner_id, pack))
        schedule.partner_ids = self.dispatcher.partner_id
        self._run()
        self.assertFalse(schedule.pack_ids)
        self.assertIn("may not read", schedule.activity_ids.note)

    def test_schedules_belong_to_managers(self):
        schedule = self._schedule()
        for user in (self.dispatcher, self.accountant, self.technician):
            self.assertFalse(schedule.with_user(user).has_access("read"))
        foreign = self._user(
            "foreign", "field_service.group_manager", self.company_data_2["company"]
        )
        self.assertFalse(
            schedule.with_user(foreign)
            .with_context(allowed_company_ids=foreign.company_ids.ids)
            .has_access("read")
        )
        with self.assertRaises(UserError):
            schedule.with_user(self.dispatcher).action_send_now()

    def test_bad_input(self):
        with self.assertRaisesRegex(ValidationError, "which customer"):
            self._schedule(variant="customer")
        with self.assertRaisesRegex(ValidationError, "which team"):
            self._schedule(variant="team")
        with self.assertRaisesRegex(ValidationError, "does not see money"):
            self._schedule(
                variant="team",
                team_id=self.team.id,
                kpi_ids=self.env.ref("field_service_kpi.kpi_p1").ids,
            )
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as error:
            self._schedule(delay_days=-1)
        self.assertIn("delay_positive", str(error.exception))
