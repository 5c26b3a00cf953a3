from datetime import date, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import FieldServiceKpiCommon

START = date(2024, 4, 1)


@tagged("post_install", "-at_install")
class TestImprovement(FieldServiceKpiCommon):
    """Two teams, each with 100.00 of revenue a week.

    Before 1 April both cost 60.00 a week, give or take 2.00; then North costs 30.00
    and South 50.00: margins of 40 → 70 % and 40 → 50 %.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rate = cls.env.ref("field_service_kpi.kpi_p2")
        cls.rate.min_sample = 1
        cls.north, cls.south, cls.east = cls.env["field.service.team"].create(
            [
                {"name": name, "company_id": cls.company.id}
                for name in ("North", "South", "East")
            ]
        )
        cls.order.team_id, cls.other_order.team_id = cls.north, cls.south
        for week in range(-8, 8):
            late = week >= 0
            cls._week(cls.order, week, 30.0 if late else 60.0)
            cls._week(cls.other_order, week, 50.0 if late else 60.0)

    @classmethod
    def _week(cls, order, week, cost):
        """Post a week: a bit more in even ones, a bit less in odd ones."""
        day = START + timedelta(days=7 * week + 2)
        share = cls._share((order, 100))
        cost += 2.0 if week % 2 else -2.0
        cls._create_entry(
            [(cls.income, -100.0, share), (cls.expense, cost, share)],
            date=fields.Date.to_string(day),
        )

    @classmethod
    def _create(cls, **values):
        return cls.env["field.service.improvement"].create(
            {
                "name": "Vans are loaded in the evening",
                "company_id": cls.company.id,
                "kpi_id": cls.rate.id,
                "team_id": cls.north.id,
                "date_start": START,
                **values,
            }
        )

    def _run_cron(self, today):
        with freeze_time(today), self.enter_registry_test_mode():
            cron = self.env.ref("field_service_kpi.cron_measure_improvements")
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_effect_by_hand(self):
        """30 points more, of which the others have 10: 20 are the change's."""
        action = self._create(state="running")
        with freeze_time("2024-04-29"):
            action.action_measure()
        one = action.measurement_ids
        self.assertEqual((one.date_from, one.date_to), (START, date(2024, 4, 28)))
        self.assertEqual(one.days, 28)
        values = (
            *(one.before_value, one.after_value),
            *(one.rest_before_value, one.rest_after_value),
        )
        for value, expected in zip(values, (0.4, 0.7, 0.4, 0.5), strict=True):
            self.assertAlmostEqual(value, expected)
        self.assertAlmostEqual(one.change, 0.2)
        # Residuals of ±2.00 in each of 4 x 4 weeks of 100.00: 16 x 4 x 4 / 3 / 400²,
        # with (4 v)² / (4 v² / 3) = 12 degrees of freedom: 2.179.
        width = 2.179 * (64 * 4 / 3 / 400**2) ** 0.5
        self.assertAlmostEqual(one.low, 0.2 - width)
        self.assertAlmostEqual(one.high, 0.2 + width)
        self.assertEqual((one.verdict, action.verdict), ("works", "works"))
        # 20 % of 400.00 in 28 days.
        self.assertAlmostEqual(one.yearly_effect, 80.0 * 365 / 28, 2)
        self.assertEqual(action.yearly_effect, one.yearly_effect)
        self.assertFalse(one.is_due)
        self.assertIn("40.0", one.treated_text)
        self.assertIn("20.0", one.change_text)

    def test_measured_on_due_dates_and_kept(self):
        """A cron that was away for weeks measures as it would have on the day."""
        action = self._create(state="running")
        self.assertEqual(action.next_date, date(2024, 4, 29))
        self._run_cron("2024-04-28")
        self.assertFalse(action.measurement_ids)
        # What happened after the due date is not read.
        self._week(self.order, 4, 90.0)
        self._run_cron("2024-06-01")
        first, second = action.measurement_ids.sorted("date_to")
        self.assertEqual(first.date_to, date(2024, 4, 28))
        self.assertAlmostEqual(first.change, 0.2)
        self.assertEqual(second.date_to, date(2024, 5, 26))
        self.assertTrue(first.is_due and second.is_due)
        self.assertEqual(action.next_date, date(2024, 6, 24))
        self.assertEqual(len(action.activity_ids), 1)
        # Eight weeks at 30.00 and one more at 90.00 - 2.00, each of 100.00.
        self.assertAlmostEqual(second.after_value, (900 - 240 - 88) / 900, 6)
        self._run_cron("2024-06-01")
        self.assertEqual(len(action.measurement_ids), 2, "once each")
        # History stays, whatever is posted later.
        self._week(self.order, 1, 1000.0)
        self.assertAlmostEqual(first.change, 0.2)
        with self.assertRaisesRegex(UserError, "history"):
            first.verdict = "harmful"
        with self.assertRaisesRegex(UserError, "measured already"):
            action.date_start = "2024-03-01"
        with self.assertRaisesRegex(UserError, "history"):
            action.unlink()

    def test_one_failure_stops_nobody(self):
        broken, good = self._create(state="running"), self._create(state="running")
        measure = type(broken)._measure

        def fail(action, *args, **values):
            if action == broken:
                raise UserError(action.name)
            return measure(action, *args, **values)

        self.patch(type(broken), "_measure", fail)
        with mute_logger(
            "odoo.addons.field_service_kpi.models.field_service_improvement"
        ):
            self._run_cron("2024-05-01")
        self.assertEqual(len(good.measurement_ids), 1)
        self.assertFalse(broken.measurement_ids)

    def test_without_comparison(self):
        """The whole company: before and after only, and it says so."""
        action = self._create(team_id=False, state="running")
        with freeze_time("2024-04-29"):
            action.action_measure()
        one = action.measurement_ids
        # (400 + 400 - 120 - 200) / 800 - 0.4
        self.assertAlmostEqual(one.change, 0.2)
        self.assertFalse(one.has_comparison)
        self.assertIn("before and after only", one.rest_text)

    def test_chosen_comparison(self):
        """East does nothing: nobody to be compared with, so nothing is said."""
        action = self._create(
            comparison_team_ids=[Command.set(self.east.ids)], state="running"
        )
        with freeze_time("2024-04-29"):
            action.action_measure()
        self.assertFalse(action.measurement_ids.has_change)
        self.assertEqual(action.verdict, "too_early")
        self.assertIn("no data", action.measurement_ids.rest_text)

    def test_too_early(self):
        action = self._create(state="running")
        with freeze_time("2024-04-01"), self.assertRaisesRegex(UserError, "whole day"):
            action.action_measure()
        with freeze_time("2024-04-15"):
            action.action_measure()
        one = action.measurement_ids
        self.assertAlmostEqual(one.change, 0.2)
        self.assertFalse(one.has_interval)
        self.assertEqual(one.verdict, "too_early")
        self.assertIn("too few", one.change_text)
        self.assertFalse(self._create().verdict)

    def test_wrong_input(self):
        margin = self.env.ref("field_service_kpi.kpi_p1")
        absorbed = self.env.ref("field_service_kpi.kpi_p18")
        job_type = self.env["field.service.job.type"].create({"name": "Repair"})
        for message, values in (
            ("ratio of sums", {"kpi_id": margin.id}),
            ("single team", {"kpi_id": absorbed.id}),
            ("not for several", {"job_type_id": job_type.id}),
            (
                "compared with itself",
                {"comparison_team_ids": [Command.set(self.north.ids)]},
            ),
        ):
            with self.subTest(message):
                with self.assertRaisesRegex(ValidationError, message):
                    self._create(**values)
        used = self._create().kpi_id
        with self.assertRaisesRegex(UserError, "Archive the KPI"):
            used.unlink()

    def test_access(self):
        action = self._create(state="running")
        manager, dispatcher = (
            new_test_user(
                self.env,
                login=f"improve_{name}",
                groups=f"field_service.group_{name}",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for name in ("manager", "dispatcher")
        )
        with freeze_time("2024-04-29"):
            action.with_user(manager).action_measure()
        self.assertEqual(action.with_user(manager).verdict, "works")
        measurement = action.measurement_ids.with_user(manager)
        with self.assertRaises(AccessError):
            measurement.create({"improvement_id": action.id})
        with self.assertRaises(AccessError):
            action.with_user(dispatcher).read(["name"])
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="improve_stranger",
            groups="field_service.group_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        found = self.env["field.service.improvement"].with_user(stranger)
        self.assertFalse(found.search([("id", "=", action.id)]))

    def test_states(self):
        action = self._create()
        self.assertFalse(action.next_date)
        action.action_start()
        self.assertTrue(action.next_date)
        action.action_cancel()
        self.assertFalse(action.next_date)
        action.action_plan()
        action.action_start()
        action.action_done()
        self.assertEqual(action.state, "done")
        self.assertFalse(action.next_date)
