from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time
from odoo.tools import mute_logger

from .common import MONDAY
from .common_slots import MIDNIGHT, NOW, SlotCommon

HOUR = timedelta(hours=1)


@freeze_time(NOW)
class TestSlotWizard(SlotCommon):
    def setUp(self):
        super().setUp()
        self.order = self._create_order(site_id=self.site.id)

    def _open(self, record=None, user=None):
        record = (record or self.order).with_user(user or self.dispatcher)
        action = record.action_find_slot()
        return record.env[action["res_model"]].browse(action["res_id"])

    # ----------------------------------------------------------------------- book
    def test_book_a_visit(self):
        wizard = self._open()
        self.assertEqual(len(wizard.option_ids), 5)
        self.assertFalse(wizard.visit_id)
        option = wizard.option_ids[0]
        self.assertIn("Travel 100 · ", option.reasons)
        option.action_book()
        visit = self.order.visit_ids
        self.assertEqual(visit.technician_id, option.technician_id)
        self.assertEqual((visit.start, visit.stop), (option.start, option.stop))
        self.assertEqual(len(visit.booking_ids), 1)
        self.assertEqual(self.order.state, "scheduled")

    def test_move_a_visit(self):
        visit = self._create_visit(self.order, self._at(8), lock="none")
        wizard = self._open(visit)
        self.assertEqual(wizard.visit_id, visit)
        self.assertIn(
            self._at(8), wizard.option_ids.mapped("start"), "not in its own way"
        )
        option = wizard.option_ids.filtered(
            lambda option: option.technician_id == self.tom
        )[0]
        option.action_book()
        self.assertEqual(self.order.visit_ids, visit)
        self.assertEqual(visit.technician_id, self.tom)
        self.assertEqual(visit.booking_ids.resource_id, self.tom.resource_id)

    def test_the_break_does_not_make_a_visit_longer(self):
        self.order.planned_hours = 6.0
        self._open().option_ids.sorted("start")[0].action_book()
        visit = self.order.visit_ids
        self.assertEqual((visit.start.hour, visit.stop.hour), (8, 15))
        self._open(visit).option_ids.sorted("start")[-1].action_book()
        self.assertGreater(visit.start, self._at(0, day=1))
        self.assertEqual((visit.start.hour, visit.stop.hour), (8, 15))

    def test_another_visit(self):
        visit = self._create_visit(self.order, self._at(8))
        wizard = self._open()
        self.assertEqual(wizard.visit_id, visit)
        with Form(wizard) as form:
            form.visit_id = self.env["field.service.visit"]
        wizard.action_search()
        wizard.option_ids[0].action_book()
        self.assertEqual(len(self.order.visit_ids), 2)

    def test_locks(self):
        visit = self._create_visit(self.order, self._at(9), lock="technician")
        wizard = self._open(visit)
        self.assertEqual(wizard.option_ids.technician_id, self.technician)
        visit.lock = "time"
        wizard.action_search()
        self.assertEqual(set(wizard.option_ids.mapped("start")), {self._at(9)})
        self.assertEqual(len(wizard.option_ids.technician_id), 2)

    def test_filters(self):
        wizard = self._open()
        with Form(wizard) as form:
            form.technician_ids.add(self.tom)
            form.first_day = form.last_day = self._at(0, day=3).date()
        wizard.action_search()
        self.assertEqual(wizard.option_ids.technician_id, self.tom)
        self.assertEqual(
            {start.day for start in wizard.option_ids.mapped("start")}, {5}
        )
        wizard.write({"first_day": "2026-03-07", "last_day": "2026-03-08"})
        wizard.action_search()
        self.assertFalse(wizard.option_ids)
        self.assertIn("No working time in this period: 1 of 1", wizard.refused)
        wizard.last_day = "2026-03-01"
        with self.assertRaisesRegex(UserError, "end after it starts"):
            wizard.action_search()

    def test_only_what_is_released_is_planned(self):
        order = self._create_order(release=False)
        with self.assertRaisesRegex(UserError, "once it is released"):
            self._open(order)

    # ----------------------------------------------------------------------- race
    def test_somebody_was_faster(self):
        wizard = self._open()
        option = wizard.option_ids[0]
        start, technician = option.start, option.technician_id
        self._create_visit(self._create_order(), start, technician_id=technician.id)
        action = option.action_book()
        self.assertEqual(action["res_id"], wizard.id)
        self.assertIn("is not free at", wizard.message)
        self.assertFalse(self.order.visit_ids)
        self.assertTrue(wizard.option_ids)
        self.assertFalse(
            wizard.option_ids.filtered(
                lambda option: (option.start, option.technician_id)
                == (start, technician)
            )
        )
        wizard.option_ids[0].action_book()
        self.assertTrue(self.order.visit_ids)

    def test_the_database_decides(self):
        """The slot was free when looked at, and taken when written."""
        wizard = self._open()
        option = wizard.option_ids[0]
        slot = self.order._find_slot_at(option.start, option.technician_id)
        self._create_visit(
            self._create_order(), option.start, technician_id=option.technician_id.id
        )
        self.patch(
            type(self.order), "_find_slot_at", lambda order, *args, **values: slot
        )
        with mute_logger("odoo.sql_db"):
            option.action_book()
        self.assertIn("already booked", wizard.message)
        self.assertIn("These are the best slots now.", wizard.message)
        self.assertFalse(self.order.visit_ids)

    def test_a_meeting_since_then(self):
        wizard = self._open()
        wizard.technician_ids = self.technician
        wizard.action_search()
        option = wizard.option_ids.sorted("start")[0]
        self.env["calendar.event"].with_context(no_mail_to_attendees=True).create(
            {
                "name": "Dentist",
                "user_id": self.user_technician.id,
                "partner_ids": [Command.set(self.user_technician.partner_id.ids)],
                "start": option.start,
                "stop": option.stop,
            }
        )
        option.action_book()
        self.assertIn("Tina is not free at", wizard.message)

    # -------------------------------------------------------------------- windows
    def test_windows_are_offered_on_the_clock_of_the_site(self):
        # Kolkata is 5:30 ahead of UTC. He can begin from 8 to 10 and from 13 to 15
        # UTC: 13:30 to 15:30 and 18:30 to 20:30 there.
        self.site.tz = "Asia/Kolkata"
        offered = self.order._get_offered_windows(
            MIDNIGHT, MIDNIGHT + timedelta(days=1)
        )
        self.assertEqual(
            [start + timedelta(hours=5, minutes=30) for start, __ in offered],
            [self._at(12), self._at(14), self._at(18), self._at(20)],
        )
        self.assertEqual({stop - start for start, stop in offered}, {2 * HOUR})

    def test_windows_of_several_technicians_are_one_list(self):
        self.tom.tz = "America/New_York"
        offered = self.order._get_offered_windows(
            MIDNIGHT, MIDNIGHT + timedelta(days=1)
        )
        # Tina 8-10 and 13-15, Tom five hours later: 13-15 and 18-20.
        self.assertEqual([start.hour for start, __ in offered], [8, 10, 12, 14, 18, 20])

    def test_windows_when_the_clocks_change(self):
        self.site.tz = "Europe/Berlin"
        self.technician.tz = self.tom.tz = "Europe/Berlin"
        offered = self.order._get_offered_windows(
            self._at(0, day=25), self._at(0, day=30)
        )
        # 27 March is a Friday in winter time, 30 March a Monday in summer time.
        hours = {start.day: start.hour for start, __ in reversed(offered)}
        self.assertEqual(hours[27], 7)
        offered = self.order._get_offered_windows(
            self._at(0, day=28), self._at(0, day=29)
        )
        self.assertEqual(offered[0][0], self._at(6, day=28))

    def test_windows_do_not_mind_what_was_promised(self):
        before = self.order._get_offered_windows(MIDNIGHT, self._at(0, day=2))
        self.order.write({"promised_start": self._at(8), "promised_stop": self._at(9)})
        self.assertEqual(
            self.order._get_offered_windows(MIDNIGHT, self._at(0, day=2)), before
        )

    def test_window_length_is_a_setting(self):
        self.company.service_window_hours = 4.0
        offered = self.order._get_offered_windows(MIDNIGHT, self._at(0, day=1))
        self.assertEqual([start.hour for start, __ in offered], [8, 12])
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.company.service_window_hours = 0.1
            self.env.flush_all()

    def test_promise_a_window(self):
        wizard = self._open()
        wizard.mode = "windows"
        wizard.action_search()
        self.assertFalse(wizard.option_ids)
        window = wizard.window_ids[1]
        self.assertEqual(window.start, self._at(10))
        window.action_promise()
        self.assertEqual(self.order.promised_start, self._at(10))
        self.assertEqual(self.order.promised_stop, self._at(12))
        self.assertIn("Promised", wizard.message)
        self.assertEqual(wizard.mode, "slots")
        for option in wizard.option_ids:
            self.assertLessEqual(self._at(10), option.start)
            self.assertLessEqual(option.start, self._at(12))

    def test_no_window_says_why(self):
        wizard = self._open()
        wizard.write(
            {"mode": "windows", "first_day": "2026-03-07", "last_day": "2026-03-08"}
        )
        wizard.action_search()
        self.assertFalse(wizard.window_ids)
        self.assertIn("No working time in this period: 2 of 2", wizard.refused)

    # -------------------------------------------------------------------- access
    def test_access(self):
        visit = self._create_visit(self.order, MONDAY)
        self.env.flush_all()
        with self.assertRaises(AccessError):
            self._open(visit, user=self.user_technician)
        self.assertTrue(self._open(visit, user=self.manager).option_ids)
        line = self.env["field.service.order.skill"].create(
            {
                "order_id": self.order.id,
                "skill_type_id": self.burners.skill_type_id.id,
                "skill_id": self.burners.id,
            }
        )
        technician = line.with_user(self.user_technician)
        self.assertTrue(technician.read(["skill_id"]))
        with self.assertRaises(AccessError):
            technician.write({"mandatory": False})
        line.with_user(self.dispatcher).write({"mandatory": False})
        kind = self.env["field.service.job.type.skill"]
        values = {
            "job_type_id": self.job_type.id,
            "skill_type_id": self.pipes.skill_type_id.id,
            "skill_id": self.pipes.id,
        }
        with self.assertRaises(AccessError):
            kind.with_user(self.dispatcher).create(values)
        kind.with_user(self.manager).create(values)

    def test_other_company_sees_nothing(self):
        line = self.env["field.service.order.skill"].create(
            {
                "order_id": self._create_order(company_id=self.company_b.id).id,
                "skill_type_id": self.burners.skill_type_id.id,
                "skill_id": self.burners.id,
            }
        )
        with self.assertRaises(AccessError):
            line.with_user(self.dispatcher).read(["skill_id"])

    def test_order_form(self):
        self.job_type.crew_size = 2
        self._ask_for(self.burners, self.fitter)
        order = Form(self.env["field.service.order"].with_user(self.dispatcher))
        order.partner_id = self.partner
        order.job_type_id = self.job_type
        self.assertEqual(order.crew_size, 2)
        self.assertEqual(len(order.skill_line_ids), 1)
        with order.skill_line_ids.edit(0) as line:
            line.level_id = self.master
        record = order.save()
        self.assertEqual(record.skill_line_ids.level_id, self.master)
        self.assertEqual(self.job_type.skill_line_ids.level_id, self.fitter)
