import doctest

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from odoo.addons.field_service.tools import event_hours, recurrence

from .common_agreement import AgreementCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 06:00:00")
class TestRecurrence(AgreementCommon):
    """The dates that a line gives."""

    def _get_days(self, **line):
        agreement = self._create_agreement([line], plan_days=400)
        return [date[:5] for date in self._get_dates(agreement, "original_date")]

    def test_examples_in_the_documentation(self):
        for module in (recurrence, event_hours):
            result = doctest.testmod(
                module, optionflags=doctest.IGNORE_EXCEPTION_DETAIL
            )
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)

    def test_the_31st_is_the_last_day_of_every_month(self):
        days = self._get_days(repeat_unit="month", anchor_date="2026-01-31")
        self.assertEqual(
            days[:5], ["03-31", "04-30", "05-31", "06-30", "07-31"], "from date_start"
        )
        self.assertIn("02-28", days)

    def test_a_leap_day_is_kept_every_year(self):
        days = self._get_days(
            repeat_unit="year", anchor_date="2024-02-29", repeat_count=4
        )
        self.assertEqual(days, ["02-28"], "the fourth time is in 2027")

    def test_weekday_of_the_month(self):
        days = self._get_days(
            repeat_unit="month", month_by="day", week_number="-1", weekday="4"
        )
        self.assertEqual(days[:3], ["03-27", "04-24", "05-29"])
        days = self._get_days(
            repeat_unit="month", month_by="day", week_number="2", weekday="1"
        )
        self.assertEqual(days[:3], ["03-10", "04-14", "05-12"])

    def test_every_second_week_on_two_days(self):
        days = self._get_days(repeat_interval=2, tue=True, thu=True, repeat_count=4)
        self.assertEqual(days, ["03-03", "03-05", "03-17", "03-19"])

    def test_numbers_count_from_the_anchor(self):
        agreement = self._create_agreement(
            [{"anchor_date": "2026-02-16", "repeat_count": 4}]
        )
        self.assertEqual(agreement.occurrence_ids.mapped("number"), [3, 4])

    def test_the_clock_changes_and_the_hour_stays(self):
        """08:00 in Berlin is 07:00 UTC in winter and 06:00 UTC in summer."""
        agreement = self._create_agreement([{"anchor_date": "2026-03-16"}])
        self.assertEqual(
            self._get_dates(agreement)[:3],
            ["03-16 07:00", "03-23 07:00", "03-30 06:00"],
        )

    def test_a_user_elsewhere_means_the_hour_at_the_site(self):
        self.env.user.tz = "America/New_York"
        agreement = self._create_agreement([{}])
        self.assertEqual(agreement.line_ids.tz, "Europe/Berlin")
        self.assertEqual(self._get_dates(agreement)[0], "03-02 07:00")

    def test_the_rule_is_shown_and_its_next_dates(self):
        line = self._create_agreement([{"mon": True}], activate=False).line_ids
        self.assertEqual(
            line.rrule, "DTSTART:20260302T080000 RRULE:FREQ=WEEKLY;BYDAY=MO"
        )
        self.assertEqual(len(line.preview.splitlines()), 6)
        self.assertIn("08:00", line.preview)

    def test_a_rule_that_never_ends_is_bounded_by_the_days_ahead(self):
        agreement = self._create_agreement([{"repeat_unit": "day"}], plan_days=60)
        self.assertEqual(len(agreement.occurrence_ids), 61)

    def test_more_dates_than_anybody_can_mean(self):
        agreement = self._create_agreement(
            [{"repeat_unit": "day", "anchor_date": "2020-01-01"}],
            date_start="2020-01-01",
        )
        self.assertFalse(agreement.occurrence_ids)
        self.assertIn("more than 1000 times", agreement.generation_error)

    def test_what_is_never_due_is_not_activated(self):
        for line in (
            {"until": "2026-03-02", "tue": True},
            {"anchor_date": "2027-01-01"},
        ):
            agreement = self._create_agreement(
                [line], activate=False, date_end="2026-06-30"
            )
            with self.assertRaisesRegex(ValidationError, "never due"):
                agreement.action_activate()
        empty = self._create_agreement([], activate=False)
        with self.assertRaisesRegex(ValidationError, "add a line"):
            empty.action_activate()

    def test_nonsense_is_refused(self):
        for values in (
            {"repeat_interval": 0},
            {"repeat_interval": -1},
            {"anchor_hour": 25.0},
            {"month_day": 32},
            {"repeat_count": -3},
            {"until": "2026-03-01"},
            {"planned_hours": -1.0},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(Exception) as caught,
                self.env.cr.savepoint(),
            ):
                self._create_agreement([values], activate=False)
            self.assertIn(
                type(caught.exception).__name__, ("CheckViolation", "ValidationError")
            )
