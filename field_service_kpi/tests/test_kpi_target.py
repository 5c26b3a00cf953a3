from datetime import date

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..measure import KpiValue, Scope
from .common import FieldServiceKpiCommon

MARCH = (date(2024, 3, 1), date(2024, 3, 31))


@tagged("post_install", "-at_install")
class TestKpiTarget(FieldServiceKpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.margin = cls.env.ref("field_service_kpi.kpi_p1")
        cls.rate = cls.env.ref("field_service_kpi.kpi_p2")
        cls.external = cls.env.ref("field_service_kpi.kpi_p9")
        cls.teams = cls.env["field.service.team"].create(
            [{"name": name, "company_id": cls.company.id} for name in ("N", "S")]
        )
        cls.order.team_id, cls.other_order.team_id = cls.teams

    def _target(self, kpi, target, limit_value, date_from="2024-01-01", **values):
        return self.env["field.service.kpi.target"].create(
            {
                "kpi_id": kpi.id,
                "company_id": self.company.id,
                "target": target,
                "limit_value": limit_value,
                "date_from": date_from,
                **values,
            }
        )

    def _post(self, order, revenue, cost, date="2024-03-15"):
        share = self._share((order, 100))
        self._create_entry(
            [(self.income, -revenue, share), (self.expense, cost, share)], date=date
        )

    # ----------------------------------------------------------------------- periods
    def test_targets_do_not_overlap(self):
        first = self._target(self.rate, 0.5, 0.4, date_to="2024-06-30")
        self._target(self.rate, 0.5, 0.4, team_id=self.teams[0].id)
        self._target(self.margin, 500, 400)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error) as caught:
            with self.env.cr.savepoint():
                self._target(self.rate, 0.6, 0.5, date_from="2024-06-30")
        message = self.env["field.service.kpi.target"]._sql_error_to_message(
            caught.exception
        )
        self.assertIn("another target for the same KPI", message)
        # The next day is free.
        self._target(self.rate, 0.6, 0.5, date_from="2024-07-01")
        self.assertEqual(first.date_to, date(2024, 6, 30))

    @freeze_time("2024-05-10")
    def test_new_target_ends_the_one_before(self):
        old = self._target(self.rate, 0.5, 0.4)
        new = old.browse(old.action_replace()["res_id"])
        self.assertEqual(
            (old.date_to, new.date_from), (date(2024, 5, 9), date(2024, 5, 10))
        )
        self.assertEqual((new.target, new.limit_value), (0.5, 0.4))
        with self.assertRaisesRegex(ValidationError, "has not begun yet"):
            new._replace(date(2024, 5, 1))

    def test_a_new_target_has_no_name_yet(self):
        self.assertFalse(self.env["field.service.kpi.target"].new({}).display_name)

    def test_bad_input(self):
        with self.assertRaisesRegex(ValidationError, "better than the target itself"):
            self._target(self.rate, 0.5, 0.6)
        with self.assertRaisesRegex(ValidationError, "better than the target itself"):
            self._target(self.external, 0.15, 0.1)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            with self.env.cr.savepoint():
                self._target(self.rate, 0.5, 0.4, date_to="2023-01-01")

    # -------------------------------------------------------------------- resolution
    def test_the_narrowest_target_counts(self):
        company = self._target(self.rate, 0.5, 0.4)
        north = self._target(self.rate, 0.6, 0.5, team_id=self.teams[0].id)
        self._target(self.rate, 0.1, 0.05, date_from="2023-01-01", date_to="2023-12-31")
        money = self._target(self.margin, 500, 400)
        targets = self.env["field.service.kpi.target"]
        kpis = self.rate | self.margin

        def find(scope, kpi, record_id=False):
            found = targets._get_targets(kpis, scope)
            return targets._find_target(found, kpi, self.company.id, record_id)

        by_team = Scope(self.company, *MARCH, level="team")
        self.assertEqual(find(by_team, self.rate, self.teams[0].id), north)
        self.assertEqual(find(by_team, self.rate, self.teams[1].id), company)
        # A sum of the company is no target for a part of it.
        self.assertFalse(find(by_team, self.margin, self.teams[0].id))
        whole = Scope(self.company, *MARCH)
        self.assertEqual(find(whole, self.rate), company)
        self.assertEqual(find(whole, self.margin), money)
        one = Scope(self.company, *MARCH, filters=(("team", self.teams[0].id),))
        self.assertEqual(find(one, self.rate), north)

    def test_status(self):
        up = self._target(self.rate, 0.5, 0.4)
        down = self._target(self.external, 0.15, 0.25)
        for target, value, status in (
            (up, 0.5, "good"),
            (up, 0.45, "amber"),
            (up, 0.39, "bad"),
            (down, 0.15, "good"),
            (down, 0.2, "amber"),
            (down, 0.26, "bad"),
            (down, None, None),
        ):
            self.assertEqual(
                target._get_status(value, Scope(self.company, *MARCH)), status
            )

    # ------------------------------------------------------------------------ effect
    @freeze_time("2024-06-15")
    def test_yearly_effect_in_money(self):
        self._post(self.order, 1000.0, 600.0)  # 40 % of 1000
        self._post(self.order, 50.0, 10.0, date="2024-06-02")  # this month: not yet
        target = self._target(self.rate, 0.5, 0.4)
        # 10 points of 1000.
        self.assertAlmostEqual(target.yearly_effect, 100.0)
        self.assertIn("40.0 %", target.actual_text)
        self.assertIn("n = 1", target.actual_text)
        reached = self._target(self.rate, 0.3, 0.2, team_id=self.teams[0].id)
        self.assertEqual(reached.yearly_effect, 0.0)
        nobody = self._target(self.rate, 0.3, 0.2, team_id=self.teams[1].id)
        self.assertEqual(nobody.actual_text, "No data")
        self.assertFalse(nobody.has_effect)

    @freeze_time("2024-06-15")
    def test_a_sum_is_meant_per_month(self):
        self._post(self.order, 1000.0, 600.0)
        target = self._target(self.margin, 50.0, 30.0)
        # 12 x 50 a year, of which 400 are there.
        self.assertAlmostEqual(target.yearly_effect, 200.0)
        year = Scope(self.company, date(2024, 1, 1), date(2024, 12, 31))
        self.assertEqual(target._get_goal(year), (600.0, 360.0))
        self.assertEqual(target._get_status(400.0, year), "amber")
        self.assertEqual(target._get_status(50.0, Scope(self.company, *MARCH)), "good")

    def test_effect_by_worth_of_a_unit(self):
        kpi = self.external.copy(
            {
                "numerator": "ledger.orders",
                "denominator": "ledger.orders",
                "worth_numerator": "ledger.other",
                "worth_denominator": "ledger.orders",
            }
        )
        self._post(self.order, 100.0, 60.0)
        self._post(self.other_order, 100.0, 40.0)
        scope = Scope(self.company, *MARCH)
        value = KpiValue(2, 2, 1.0, 2)
        # From 100 % to 25 % of 2 orders are 1.5 orders, each of which cost 50.
        self.assertAlmostEqual(kpi._get_effect(value, 0.25, scope), 75.0)

    # ---------------------------------------------------------------------- proposal
    @freeze_time("2024-03-31")
    def test_proposal_from_the_median_week(self):
        orders = [self._create_order() for _number in range(5)]
        for day, order, cost in zip(
            ("05", "12", "13", "19", "20"), orders, (90, 60, 60, 50, 30), strict=True
        ):
            self._post(order, 100.0, cost, date=f"2024-03-{day}")
        current = self._target(self.rate, 0.3, 0.2)
        proposal = self.env["field.service.kpi.proposal"].create(
            {"company_id": self.company.id, "improvement": 0.1}
        )
        line = proposal.line_ids.filtered(lambda line: line.kpi_id == self.rate)
        # Weeks: 10 %, 80/200 = 40 %, 120/200 = 60 %.
        self.assertEqual((line.reached, line.weeks, line.cases), (0.4, 3, 5))
        self.assertAlmostEqual(line.target, 0.44)
        self.assertEqual(line.current_id, current)
        self.assertFalse(line.selected)
        proposal.line_ids.selected = False
        with self.assertRaisesRegex(UserError, "at least one"):
            proposal.action_apply()
        line.selected = True
        new = current.search(proposal.action_apply()["domain"])
        self.assertEqual(new.date_from, date(2024, 4, 1))
        self.assertEqual(current.date_to, date(2024, 3, 31))
        self.assertAlmostEqual(new.target, 0.44)

    # ----------------------------------------------------------------------- history
    def test_frozen_months_keep_figure_and_target(self):
        self._target(self.rate, 0.5, 0.3)
        self.rate.min_sample = 1
        self._post(self.order, 100.0, 60.0)
        # The nightly job writes them.
        values = self.env["field.service.kpi.value"].sudo()
        values._update(self.company, MARCH[0])
        domain = [("kpi_id", "=", self.rate.id), ("company_id", "=", self.company.id)]
        whole = values.search([*domain, ("level", "=", "company")])
        team = values.search([*domain, ("level", "=", "team")])
        self.assertEqual((whole.value, whole.status, whole.cases), (0.4, "amber", 1))
        self.assertEqual(team.scope_name, self.teams[0].name)
        # Late: the month is still open, so it is written anew.
        self._post(self.order, 0.0, 20.0)
        values._update(self.company, MARCH[0])
        self.assertEqual((whole.value, whole.status), (0.2, "bad"))
        values._freeze(self.company, MARCH[0])
        self._post(self.order, 0.0, 20.0)
        values._update(self.company, MARCH[0])
        self.assertEqual(whole.value, 0.2)
        with self.assertRaisesRegex(UserError, "history"):
            whole.value = 0.9
        with self.assertRaisesRegex(UserError, "history"):
            whole.unlink()

    # ------------------------------------------------------------------------ access
    def test_who_sees_whose_figures(self):
        users = [
            new_test_user(
                self.env,
                login,
                groups=f"field_service.group_{group}",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for login, group in (
                ("t_ann", "technician"),
                ("t_bob", "technician"),
                ("t_boss", "manager"),
            )
        ]
        ann, bob, _boss = users
        people = (
            self.env["hr.employee"]
            .sudo()
            .create(
                [
                    {
                        "name": user.name,
                        "user_id": user.id,
                        "company_id": self.company.id,
                    }
                    for user in (ann, bob)
                ]
            )
        )
        values = self.env["field.service.kpi.value"].sudo()
        quality = self.external.copy({"family": "3_quality", "unit": "percent"})
        made = values.create(
            [
                {
                    "kpi_id": kpi.id,
                    "company_id": self.company.id,
                    "period": MARCH[0],
                    "level": "technician",
                    "res_id": person.id,
                    "employee_id": person.id,
                }
                for person in people
                for kpi in (quality, self.margin)
            ]
        )
        found = [
            values.with_user(user).search([("id", "in", made.ids)]) for user in users
        ]
        self.assertEqual(found[0], made[0])
        self.assertEqual(found[1], made[2])
        self.assertEqual(found[2], made)
        with self.assertRaises(AccessError):
            made[0].with_user(ann).value = 1.0
        with self.assertRaises(AccessError):
            self.env["field.service.kpi.target"].with_user(bob).create({})
