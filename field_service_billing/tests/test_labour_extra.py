"""Overtime, days off, km, fully loaded rates: each figure worked out by hand."""

from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .common import FieldServiceBillingCommon

SATURDAY = MONDAY + timedelta(days=5)


@tagged("post_install", "-at_install")
class TestLabourExtra(FieldServiceBillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Monday to Friday, 8 to 12 and 13 to 17.
        hours = [(8.0, 12.0), (13.0, 17.0)]
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Roster",
                "company_id": cls.company.id,
                "tz": "UTC",
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": f"{day} {start}",
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": stop,
                            "day_period": "morning" if start < 12 else "afternoon",
                        }
                    )
                    for day in range(5)
                    for start, stop in hours
                ],
            }
        )
        cls.technician.resource_calendar_id = cls.calendar
        cls.company.write(
            {
                "service_overtime_multiplier": 1.5,
                "service_rest_multiplier": 2.0,
                "service_travel_rate": 0.0,
            }
        )

    def _work_from(self, start, hours, **values):
        order = self._create_order()
        visit = self._create_visit(order, start=start, **values)
        self._work(visit, hours)
        return visit

    # ------------------------------------------------------------------- overtime
    def test_hours_after_work(self):
        """16 to 19: 3 h, 2 of them overtime: 37.50 x (3 + 2 x 0.5) = 150.00."""
        visit = self._work_from(MONDAY + timedelta(hours=8), 3.0)
        self._assert_posted(visit, "labour", [150.0])
        self.assertEqual(visit.rate_ids.overtime_hours, 2.0)
        self.assertEqual(visit.work_hours, 3.0)

    def test_work_in_the_break_is_no_overtime(self):
        """11 to 14, his break came later: 37.50 x 3."""
        visit = self._work_from(MONDAY + timedelta(hours=3), 3.0)
        self._assert_posted(visit, "labour", [112.5])

    def test_weekend_and_public_holiday(self):
        """2 h each at twice 37.50."""
        visit = self._work_from(SATURDAY, 2.0)
        self._assert_posted(visit, "labour", [150.0])
        self.assertEqual(visit.rate_ids.rest_hours, 2.0)
        tuesday = MONDAY + timedelta(days=1)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "calendar_id": self.calendar.id,
                "date_from": datetime.combine(tuesday.date(), datetime.min.time()),
                "date_to": datetime.combine(tuesday.date(), datetime.max.time()),
            }
        )
        visit = self._work_from(tuesday, 2.0)
        self._assert_posted(visit, "labour", [150.0])

    def test_over_midnight(self):
        """Friday 22:00 to Saturday 02:00: 2 h overtime, 2 h of a day off.

        37.50 x (4 + 2 x 0.5 + 2 x 1.0) = 262.50.
        """
        friday = MONDAY + timedelta(days=4, hours=14)
        visit = self._work_from(friday, 4.0)
        self._assert_posted(visit, "labour", [262.5])

    def test_his_own_time_zone(self):
        """17:30 to 19:30 in New York is after work there, not in Greenwich.

        On 2026-03-09 clocks there are 4 h behind: 21:30 UTC. Half past five to half
        past seven: 2 h overtime, 37.50 x 2 x 1.5 = 112.50.
        """
        self.technician.tz = self.calendar.tz = "America/New_York"
        visit = self._work_from(datetime(2026, 3, 9, 21, 30), 2.0)
        self._assert_posted(visit, "labour", [112.5])
        # The Friday before, clocks were 5 h behind: 21:30 is half past four there.
        visit = self._work_from(datetime(2026, 3, 6, 21, 30), 0.5)
        self._assert_posted(visit, "labour", [18.75])

    def test_each_of_a_crew_by_his_own_roster(self):
        """Tom has no roster and no overtime: 37.50 x (1 + 0.5) + 20.00 x 1."""
        tom = self._create_technician("Tom", resource_calendar_id=False)
        self._create_rate(tom, 20.0)
        visit = self._work_from(
            MONDAY + timedelta(hours=10), 1.0, crew_ids=[Command.link(tom.id)]
        )
        self._assert_posted(visit, "labour", [76.25])

    def test_correction_keeps_multiplier_and_rate(self):
        """3 h until 19:00 become 4 h: one more hour of overtime, 37.50 x 1.5."""
        visit = self._work_from(MONDAY + timedelta(hours=8), 3.0)
        self.company.service_overtime_multiplier = 9.0
        self._create_rate(self.technician, 99.0, date(2026, 2, 1))
        self._correct_end(visit, 1.0)
        self._assert_posted(visit, "labour", [150.0, 56.25])

    def test_a_new_roster_does_not_change_what_is_posted(self):
        visit = self._work_from(MONDAY + timedelta(hours=8), 3.0)
        self.calendar.attendance_ids.filtered(
            lambda line: line.hour_from == 13.0
        ).hour_to = 20.0
        visit.order_id._process()
        self._assert_posted(visit, "labour", [150.0])

    # -------------------------------------------------------------------- vehicle
    def test_km_of_the_company(self):
        """12.5 km at 0.40, entered after the visit; corrected to 20.0 km."""
        self.company.service_km_rate = 0.4
        visit = self._work_from(MONDAY, 1.0)
        self._assert_posted(visit, "travel", [])
        visit.with_user(self.user_technician).travel_km = 12.5
        self._assert_posted(visit, "travel", [5.0])
        self.company.service_km_rate = 9.0
        visit.travel_km = 20.0
        self._assert_posted(visit, "travel", [5.0, 3.0])

    def test_km_of_the_vehicle_beside_hours(self):
        """Half an hour at 20.00 and 10 km at 0.70."""
        self.company.write({"service_travel_rate": 20.0, "service_km_rate": 0.4})
        van = self.env["resource.resource"].create(
            {
                "name": "Crane",
                "resource_type": "material",
                "company_id": self.company.id,
                "service_km_rate": 0.7,
            }
        )
        order = self._create_order()
        visit = self._create_visit(order, resource_ids=van.ids)
        visit.travel_km = 10.0
        self._work(visit, 1.0, travel=0.5)
        self._assert_posted(visit, "travel", [17.0])

    def test_km_from_the_planned_trip(self):
        self.company.service_km_rate = 1.0
        order = self._create_order()
        visit = self._create_visit(order)
        trip = self.env["field.service.trip"].create(
            {
                "technician_id": self.technician.id,
                "date": MONDAY.date(),
                "company_id": self.company.id,
            }
        )
        trip.leg_ids.filtered(lambda leg: leg.visit_id == visit).km = 7.0
        self._work(visit, 1.0)
        self.assertEqual(visit.travel_km, 7.0)
        self._assert_posted(visit, "travel", [7.0])

    def test_vehicle_rate_needs_the_accounts(self):
        self.company.service_travel_account_id = False
        self.assertNotIn(
            "service_travel_account_id", self.company._get_absorption_settings()
        )
        self.company.service_km_rate = 0.4
        self.assertIn(
            "service_travel_account_id", self.company._get_absorption_settings()
        )

    # -------------------------------------------------------------------- journal
    def test_hashed_journal(self):
        """Nothing posted is touched: a correction is one more entry."""
        self.company.service_journal_id.restrict_mode_hash_table = True
        visit = self._work_from(MONDAY, 2.0)
        entries = self._get_posted_items(visit).move_id
        self._correct_end(visit, 1.0)
        self._assert_posted(visit, "labour", [75.0, 37.5])
        self.assertEqual(entries.state, "posted")

    # --------------------------------------------------------------------- wizard
    def _create_wizard(self, **values):
        return self.env["field.service.labour.rate.wizard"].create(
            {
                "employee_id": self.technician.id,
                "company_id": self.company.id,
                "date_from": date(2026, 1, 1),
                "gross_year": 36000.0,
                "contributions": 21.0,
                "other_year": 2440.0,
                "leave_days": 25.0,
                "absence_days": 11.0,
                "productive": 80.0,
                **values,
            }
        )

    def test_fully_loaded_rate(self):
        """261 working days of 2026 at 8 h = 2,088 h.

        Less 36 days: 1,800 h, of which 80 % = 1,440 h. 36,000 x 1.21 + 2,440 =
        46,000; 46,000 / 1,440 = 31.94.
        """
        wizard = self._create_wizard()
        self.assertEqual(wizard.paid_hours, 2088.0)
        self.assertEqual(wizard.holiday_hours, 0.0)
        self.assertAlmostEqual(wizard.productive_hours, 1440.0)
        self.assertEqual(wizard.total_year, 46000.0)
        wizard.action_apply()
        rates = self.env["field.service.labour.rate"]
        day = date(2026, 3, 2)
        self.assertEqual(rates._get_rate(self.technician, day, self.company), 31.94)

    def test_public_holidays_are_not_productive(self):
        """One Thursday off: 8 h less."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "New Year",
                "company_id": self.company.id,
                "calendar_id": self.calendar.id,
                "date_from": datetime(2026, 1, 1),
                "date_to": datetime(2026, 1, 1, 23, 59, 59),
            }
        )
        self.assertEqual(self._create_wizard().holiday_hours, 8.0)

    def test_nobody_is_always_absent(self):
        with self.assertRaisesRegex(UserError, "no productive hours"):
            self._create_wizard(leave_days=261.0).action_apply()
        with self.assertRaisesRegex(UserError, "productive share"):
            self._create_wizard(productive=120.0).action_apply()
        with self.assertRaisesRegex(UserError, "costs in a year"):
            self._create_wizard(gross_year=0.0, other_year=0.0).action_apply()

    def test_pay_is_shown_to_who_may_see_it(self):
        self.technician.version_id.wage = 3000.0
        wizards = self.env["field.service.labour.rate.wizard"]
        values = {"employee_id": self.technician.id, "company_id": self.company.id}
        self.assertFalse(wizards.with_user(self.manager).create(values).gross_year)
        self.manager.group_ids += self.env.ref("hr.group_hr_manager")
        wizard = wizards.with_user(self.manager).create(values)
        self.assertEqual(wizard.gross_year, 36000.0)
        with self.assertRaises(AccessError):
            wizards.with_user(self.dispatcher).create(values)
