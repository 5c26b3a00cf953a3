from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged

from .common import MONDAY
from .test_plan_rules import DAY, HOUR, PlanCommon

MIDNIGHT = MONDAY.replace(hour=0)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-01 12:00:00")
class TestWarnings(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.resource = cls.technician.sudo().resource_id
        cls.visit = cls._plan()

    def _create_leave(self, resource=None, day=MIDNIGHT, **values):
        resource = self.resource if resource is None else resource
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Private matter",
                "resource_id": resource.id,
                "company_id": self.company.id,
                "date_from": day,
                "date_to": day + DAY,
                **values,
            }
        )

    def _get_activities(self, visit=None):
        return (visit or self.visit).activity_ids.filtered(
            lambda activity: activity.activity_type_id
            == self.env.ref("field_service.mail_activity_type_absence")
        )

    def _assert_warned(self, visit, *patterns):
        warnings = visit.with_user(self.dispatcher)._get_plan_warnings()
        self.assertEqual(len(warnings), len(patterns), warnings)
        for warning, pattern in zip(warnings, patterns, strict=True):
            self.assertRegex(warning, pattern)

    def test_nothing_to_say(self):
        self._assert_warned(self.visit)
        self.assertFalse(self.visit.has_plan_warning)
        self.visit.write({"start": MONDAY + 2 * HOUR, "duration": 4.0})
        self._assert_warned(self.visit)  # over lunch

    def test_outside_working_time(self):
        self.resource.tz = "Europe/Lisbon"
        self.visit.start = MONDAY + 8 * HOUR
        self._assert_warned(
            self.visit,
            r"Outside the working time of Tina: 08:00–12:00, 13:00–17:00 on "
            r".*2026 \(Europe/Lisbon\)",
        )
        self.visit.start = MONDAY - 2 * DAY
        self._assert_warned(self.visit, "Tina does not work on .*28.*2026")

    def test_the_clock_of_the_technician_counts(self):
        # 8 o'clock in winter is 7 o'clock UTC in Berlin, and 6 in summer.
        self.resource.tz = "Europe/Berlin"
        self.visit.start = MONDAY.replace(day=27, hour=7)
        self._assert_warned(self.visit)
        self.visit.start = MONDAY.replace(day=27, hour=6)
        self._assert_warned(self.visit, "Outside the working time")
        self.visit.start = MONDAY.replace(day=30, hour=6)
        self._assert_warned(self.visit)

    def test_a_leave_without_its_reason(self):
        self._create_leave()
        self._assert_warned(self.visit, "^Tina is away from")
        self.assertNotIn("Private", self.visit.plan_warnings)

    def test_a_holiday_of_the_company_with_its_name(self):
        self._create_leave(resource=self.env["resource.resource"], name="Labour Day")
        self._assert_warned(self.visit, "Tina is off .*: Labour Day")

    def test_a_holiday_of_others_means_nothing(self):
        nobody = self.env["resource.resource"]
        calendar = self.company.resource_calendar_id.copy()
        for other in (calendar, self.company_b.resource_calendar_id):
            self._create_leave(nobody, calendar_id=other.id)
        self._create_leave(self.tom.sudo().resource_id)
        self._create_leave(time_type="other")
        self._assert_warned(self.visit)

    def test_a_tool_in_repair(self):
        self.visit.resource_ids = self.camera
        self._create_leave(self.camera)
        self._assert_warned(self.visit, "^Thermal camera is not available from")

    def test_without_contract(self):
        self.technician.version_id.write(
            {"contract_date_start": "2026-01-01", "contract_date_end": "2026-02-28"}
        )
        self._assert_warned(self.visit, "Tina has no contract on")
        self.technician.version_id.contract_date_end = "2026-12-31"
        self._assert_warned(self.visit)

    def test_a_meeting_and_a_private_one(self):
        meeting = self.env["calendar.event"].create(
            {
                "name": "Dentist",
                "user_id": self.user_technician.id,
                "partner_ids": [Command.set(self.user_technician.partner_id.ids)],
                "start": MONDAY + HOUR,
                "stop": MONDAY + 5 * HOUR,
                "privacy": "public",
            }
        )
        self._assert_warned(self.visit, "Tina has a meeting .*: Dentist")
        meeting.privacy = "private"
        self._assert_warned(self.visit, "Tina has a meeting .*: Busy")
        meeting.show_as = "free"
        self._assert_warned(self.visit)

    def test_the_window_of_the_customer(self):
        order = self.visit.order_id
        order.requested_start = MONDAY + HOUR
        self._assert_warned(self.visit, "The customer asked for a start between")
        order.write({"promised_start": MONDAY - HOUR, "promised_stop": MONDAY})
        self._assert_warned(self.visit)
        self.visit.start = MONDAY + HOUR
        self._assert_warned(self.visit, "The customer was promised")

    def test_a_technician_of_another_team(self):
        team = self.env["field.service.team"].create(
            {"name": "North", "company_id": self.company.id}
        )
        self.visit.order_id.team_id = team
        self._assert_warned(self.visit)
        team.member_ids = self.tom
        self._assert_warned(self.visit, "Tina is not in team North")
        team.member_ids += self.technician
        self._assert_warned(self.visit)

    def test_who_is_booked_already(self):
        other = self._plan(allow_overlap=True, overlap_reason="Next door")
        self._assert_warned(self.visit, f"Tina is booked .*{other.order_id.name}")
        self._assert_warned(other, f"Tina is booked .*{self.visit.order_id.name}")

    def test_the_crew_counts_too(self):
        self.visit.crew_ids = self.tom
        self._create_leave(self.tom.sudo().resource_id)
        self._assert_warned(self.visit, "^Tom is away")

    def test_what_is_over_is_not_warned_of(self):
        self._create_leave()
        with freeze_time("2026-03-03 12:00:00"):
            self._work(self.visit, hours=1.0)
        self._assert_warned(self.visit)

    def test_a_technician_is_not_told_who_is_away(self):
        visit = self.visit.with_user(self.user_technician)
        self.assertNotIn("plan_warnings", visit.fields_get())
        with self.assertRaises(AccessError):
            visit.read(["plan_warnings"])

    def test_the_form_warns_before_saving_and_saves(self):
        self._create_leave(day=MIDNIGHT + DAY)
        with Form(self.visit.with_user(self.dispatcher)) as form:
            self.assertFalse(form.plan_warnings)
            form.start = MONDAY + DAY
            self.assertIn("Tina is away", form.plan_warnings)
            form.start = MONDAY + 2 * DAY
            self.assertFalse(form.plan_warnings)
            form.start = MONDAY + DAY
        self.assertEqual(self.visit.start, MONDAY + DAY, "the dispatcher decides")

    def test_a_new_visit_is_warned_of_too(self):
        self._create_leave(day=MIDNIGHT + DAY)
        visits = self.env["field.service.visit"].with_user(self.dispatcher)
        with Form(visits) as form:
            form.order_id = self._create_order()
            form.technician_id = self.technician
            form.start = MONDAY + DAY
            self.assertIn("Tina is away", form.plan_warnings)

    def test_the_filter_finds_them(self):
        fine = self._plan(start=MONDAY + 2 * HOUR)
        outside = self._plan(start=MONDAY + 12 * HOUR)
        visits = self.env["field.service.visit"].with_user(self.dispatcher)
        found = visits.search([("has_plan_warning", "=", True)])
        self.assertIn(outside, found)
        self.assertNotIn(fine, found)
        self.assertIn(fine, visits.search([("has_plan_warning", "=", False)]))
        self.assertNotIn(outside, visits.search([("has_plan_warning", "!=", True)]))

    def test_queries_do_not_grow_with_visits(self):
        def count(visits):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            visits._get_all_plan_warnings()
            return self.cr.sql_log_count - before

        order = self._create_order()
        technicians = [self._create_technician(f"T{i}") for i in range(12)]
        visits = self.env["field.service.visit"]
        for number, technician in enumerate(technicians):
            visits += self._create_visit(
                order, technician_id=technician.id, start=MONDAY + number * HOUR
            )
        count(visits[:2])
        few, many = count(visits[:3]), count(visits)
        self.assertLessEqual(many, few + 1)

    # --------------------------------------------------------- leaves afterwards
    def test_a_later_leave_is_told_once(self):
        team = self.env["field.service.team"].create(
            {
                "name": "North",
                "company_id": self.company.id,
                "leader_id": self.dispatcher.id,
            }
        )
        self.visit.order_id.team_id = team
        elsewhere = self._plan(start=MONDAY + DAY)
        leave = self._create_leave()
        activity = self._get_activities()
        self.assertEqual(activity.user_id, self.dispatcher)
        self.assertIn("Tina is away", activity.note)
        self.assertFalse(self._get_activities(elsewhere))
        leave.date_to = MIDNIGHT + DAY + 9 * HOUR
        self.assertEqual(self._get_activities(), activity, "told once")
        self.assertTrue(self._get_activities(elsewhere))
        leave.unlink()
        self.assertFalse(self._get_activities())
        self.assertFalse(self._get_activities(elsewhere))

    def test_moving_the_visit_settles_it(self):
        self._create_leave()
        self.visit.start = MONDAY + 6 * HOUR
        self.assertTrue(self._get_activities())
        self.visit.start = MONDAY + DAY
        self.assertFalse(self._get_activities())

    def test_a_later_holiday_is_told_in_one_company(self):
        other = self._create_visit(self._create_order(company_id=self.company_b.id))
        self._create_leave(self.env["resource.resource"], name="Labour Day")
        self.assertIn("Labour Day", self._get_activities().note)
        self.assertFalse(self._get_activities(other))

    def test_leaves_of_the_past_and_of_tools(self):
        self.visit.resource_ids = self.camera
        with freeze_time("2026-03-05 12:00:00"):
            self._create_leave(self.camera)
            self.assertFalse(self._get_activities())
        self._create_leave(self.camera)
        self.assertIn("Thermal camera", self._get_activities().note)

    def test_an_officer_without_rights_on_visits_approves_a_leave(self):
        officer = self._create_user("hr", "hr.group_hr_user")
        self.env["resource.calendar.leaves"].with_user(officer).sudo().create(
            {
                "name": "Leave",
                "resource_id": self.resource.id,
                "date_from": MIDNIGHT,
                "date_to": MIDNIGHT + DAY,
            }
        )
        self.assertTrue(self._get_activities())
        self.assertEqual(self._get_activities().date_deadline, date(2026, 3, 1))
