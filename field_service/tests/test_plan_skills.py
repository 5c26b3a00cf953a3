from datetime import timedelta

from odoo import Command
from odoo.tests import freeze_time, tagged

from .common import MONDAY
from .common_slots import NOW, SlotCommon

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPlanSkills(SlotCommon):
    """Who plans by hand is told of a missing skill: he is warned, not kept from it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._ask_for(cls.burners, cls.fitter)
        cls.order = cls._create_order()
        cls.visit = cls._create_visit(cls.order)

    def _assert_warned(self, visit, *patterns):
        visit.invalidate_recordset()
        text = visit.with_user(self.dispatcher).plan_warnings or ""
        warnings = text.splitlines()
        self.assertEqual(len(warnings), len(patterns), warnings)
        for warning, pattern in zip(warnings, patterns, strict=True):
            self.assertRegex(warning, pattern)

    def test_a_missing_skill_is_told(self):
        self._assert_warned(
            self.visit, r"^Tina does not have skill Burners \(Fitter\)\.$"
        )
        self.assertTrue(self.visit.has_plan_warning)
        self._teach(self.technician, self.pipes, self.master)
        self._assert_warned(self.visit, "Tina does not have skill")
        self._teach(self.technician, self.burners, self.master)
        self._assert_warned(self.visit)

    def test_a_level_that_is_too_low(self):
        self._teach(self.technician, self.burners, self.helper)
        self._assert_warned(self.visit, r"does not have skill Burners \(Fitter\)")
        self.order.skill_line_ids.level_id = self.helper
        self._assert_warned(self.visit)

    def test_a_skill_that_is_only_an_advantage(self):
        self.order.skill_line_ids.mandatory = False
        self._assert_warned(self.visit)

    def test_each_missing_skill_is_told(self):
        self.order.skill_line_ids = [
            Command.create(
                {
                    "skill_type_id": self.pipes.skill_type_id.id,
                    "skill_id": self.pipes.id,
                }
            )
        ]
        self._assert_warned(self.visit, "Burners", r"skill Pipes\.")

    def test_a_certificate_counts_until_the_end_of_its_last_day(self):
        self._teach(self.technician, self.burners, self.fitter, valid_to=MONDAY.date())
        self._assert_warned(self.visit)
        self.visit.start += DAY
        self._assert_warned(
            self.visit, r"Skill Burners \(Fitter\) of Tina is not valid on .*3.*2026\."
        )

    def test_a_certificate_yet_to_come(self):
        tuesday = MONDAY.date() + DAY
        self._teach(self.technician, self.burners, self.fitter, valid_from=tuesday)
        self._assert_warned(self.visit, "is not valid on")
        self.visit.start += DAY
        self._assert_warned(self.visit)

    def test_the_day_is_that_of_the_technician(self):
        # 8 o'clock UTC on Monday is 21 o'clock in Auckland, three hours before Tuesday.
        self.technician.sudo().resource_id.tz = "Pacific/Auckland"
        self._teach(self.technician, self.burners, self.fitter, valid_to=MONDAY.date())
        self.visit.write({"start": MONDAY, "duration": 3.0})
        self.assertNotIn("Burners", self.visit.plan_warnings or "")
        self.visit.duration = 4.0
        self.visit.invalidate_recordset()
        self.assertIn("Burners", self.visit.plan_warnings)

    def test_only_the_lead_must_be_qualified(self):
        self._teach(self.technician, self.burners, self.fitter)
        self.visit.crew_ids = self.tom
        self._assert_warned(self.visit)
        self.visit.write({"crew_ids": [Command.clear()], "technician_id": self.tom.id})
        self._assert_warned(self.visit, "^Tom does not have skill")
        self.visit.technician_id = False
        self._assert_warned(self.visit)

    def test_planning_is_warned_of_but_allowed(self):
        visit = self._create_visit(self.order, technician_id=self.tom.id)
        self._assert_warned(visit, "^Tom does not have skill")
        self.assertTrue(visit.booking_ids)

    def test_nothing_is_told_of_what_is_over(self):
        with freeze_time(MONDAY + DAY):
            self._work(self.visit, 1.0)
        self.assertEqual(self.visit.state, "completed")
        self.assertFalse(self.visit.plan_warnings)

    def test_queries_do_not_grow_with_visits(self):
        def count(visits):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            found = visits._check_plan_skills()
            self.assertEqual(len(found), len(visits))
            return self.cr.sql_log_count - before

        visits = self.visit
        for number in range(1, 6):
            visits += self._create_visit(
                self._create_order(),
                technician_id=self._create_technician(f"T{number}").id,
                start=MONDAY + number * DAY,
            )
        self.assertEqual(count(visits[0]), count(visits))

    def test_each_visit_is_judged_by_its_own_lead(self):
        other = self._create_visit(self._create_order(company_id=self.company_b.id))
        self._teach(self.technician_b, self.burners, self.fitter)
        found = (self.visit + other)._check_plan_skills()
        self.assertEqual(list(found), [self.visit])
