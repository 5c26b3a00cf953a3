from datetime import date, datetime

from odoo.tests import freeze_time, tagged

from .common_agreement import AgreementCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 05:00:00")
class TestPlanStory(AgreementCommon):
    """A weekly service in Berlin, Mondays at 8, and all that may get in its way."""

    def _get_plan(self, agreement):
        """Return number of the occurrence -> (its date, its visit), in UTC."""
        return {
            occurrence.number: tuple(
                moment and f"{moment:%m-%d %H:%M}"
                for moment in (
                    occurrence.planned_date,
                    occurrence.order_id.visit_ids.start,
                )
            )
            for occurrence in agreement.occurrence_ids
        }

    def _assert_moved(self, agreement, before, **moved):
        """Check that nothing is different but what is said to be."""
        expected = {**before, **{int(key[1:]): value for key, value in moved.items()}}
        self.assertEqual(self._get_plan(agreement), expected)

    def test_only_what_should_move_moves(self):
        agreement = self._create_agreement(
            [{"technician_id": self.technician.id, "day_off_policy": "next"}],
            horizon_days=40,
            plan_days=45,
        )
        resource = self.technician.sudo().resource_id
        resource.tz = "Europe/Berlin"
        for occurrence in agreement.occurrence_ids.filtered("order_id"):
            self._create_visit(occurrence.order_id, start=occurrence.planned_date)
        plan = self._get_plan(agreement)
        numbers = sorted(plan)
        # Eight o'clock in Berlin is 7:00 UTC until 28 March, and 6:00 from the 29th.
        self.assertEqual(
            [plan[number] for number in numbers],
            [
                ("03-02 07:00", "03-02 07:00"),
                ("03-09 07:00", "03-09 07:00"),
                ("03-16 07:00", "03-16 07:00"),
                ("03-23 07:00", "03-23 07:00"),
                ("03-30 06:00", "03-30 06:00"),
                ("04-06 06:00", "04-06 06:00"),
                ("04-13 06:00", False),
            ],
        )
        by_number = {record.number: record for record in agreement.occurrence_ids}
        second, third, last = (numbers[index] for index in (1, 2, 6))

        # One visit is moved: its occurrence stays what is owed, the series too.
        visit = by_number[second].order_id.visit_ids
        visit.with_user(self.dispatcher).start = datetime(2026, 3, 11, 9)
        agreement.action_generate()
        self._assert_moved(
            agreement, plan, **{f"n{second}": ("03-09 07:00", "03-11 09:00")}
        )
        plan = self._get_plan(agreement)

        # One occurrence without a visit is moved by two days.
        by_number[last].planned_date = datetime(2026, 4, 15, 6)
        agreement.action_generate()
        self._assert_moved(agreement, plan, **{f"n{last}": ("04-15 06:00", False)})
        plan = self._get_plan(agreement)

        # A holiday on the third: what is planned already stays, and is told of.
        self._create_holiday(date(2026, 3, 16))
        agreement.action_generate()
        self._assert_moved(agreement, plan)
        told = by_number[third].order_id.visit_ids
        self.assertIn("Holiday", told.activity_ids.note)

        # A leave on the fourth: nobody's time moves, its dispatcher is told.
        fourth = by_number[numbers[3]].order_id.visit_ids
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": resource.id,
                "date_from": datetime(2026, 3, 22, 23),
                "date_to": datetime(2026, 3, 23, 22),
            }
        )
        self._assert_moved(agreement, plan)
        self.assertIn("Tina is away", fourth.activity_ids.note)
        warned = self.env["field.service.visit"].search(
            [
                ("has_plan_warning", "=", True),
                ("order_id", "in", agreement.order_ids.ids),
            ]
        )
        self.assertEqual(warned, told + fourth + visit, "and the one not in its window")

        # After the change of the clock the visit still lies in working time, at 8.
        fifth = by_number[numbers[4]].order_id.visit_ids
        self.assertFalse(fifth._get_plan_warnings())
        fifth.start = datetime(2026, 3, 30, 5)
        self.assertIn("08:00–12:00", fifth.plan_warnings)

    def test_a_holiday_moves_what_has_no_visit_yet(self):
        agreement = self._create_agreement(
            [{"technician_id": self.technician.id, "day_off_policy": "next"}]
        )
        before = self._get_dates(agreement)
        self._create_holiday(date(2026, 3, 30))
        agreement.action_generate()
        expected = [
            "03-31 06:00" if moment == "03-30 06:00" else moment for moment in before
        ]
        self.assertEqual(self._get_dates(agreement), expected)
