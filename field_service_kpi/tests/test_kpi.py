from datetime import date
from itertools import pairwise

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..measure import Scope
from .common import FieldServiceKpiCommon

MARCH = (date(2024, 3, 1), date(2024, 3, 31))


@tagged("post_install", "-at_install")
class TestKpi(FieldServiceKpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.margin = cls.env.ref("field_service_kpi.kpi_p1")
        cls.rate = cls.env.ref("field_service_kpi.kpi_p2")
        cls.kpis = cls.margin | cls.rate

    def _values(self, **scope):
        period = dict(zip(("date_from", "date_to"), MARCH, strict=True))
        question = {"companies": self.company, **period, **scope}
        return self.kpis._get_values(Scope(**question))

    def _post(self, order, revenue, cost, date="2024-03-15"):
        share = self._share((order, 100))
        self._create_entry([(self.income, -revenue, share)], date=date)
        self._create_entry([(self.expense, cost, share)], date=date)

    def test_ratio_of_sums(self):
        self._post(self.order, 100.0, 90.0)  # 10 %
        self._post(self.other_order, 300.0, 120.0)  # 60 %
        self._post(self.order, 1000.0, 0.0, date="2024-04-01")
        values = self._values()
        key = (self.company.id, False, None)
        # (10 + 180) / 400, not the mean of 10 % and 60 %.
        self.assertEqual(values[self.margin][key].value, 190.0)
        self.assertEqual(values[self.rate][key].value, 0.475)
        self.assertEqual(values[self.rate][key].cases, 2)

    def test_no_family_takes_the_measure_of_another(self):
        registry = self.env["field.service.kpi.measure"]
        families = [
            family
            for family in type(registry).__mro__
            if "_get_measures" in vars(family)
        ]
        for family, below in pairwise(families):
            mine = family._get_measures(registry)
            for code, measure in below._get_measures(registry).items():
                self.assertEqual(mine[code], measure, f"{family.__name__}: {code}")

    def test_split_by_level_and_month(self):
        teams = self.env["field.service.team"].create(
            [{"name": name, "company_id": self.company.id} for name in ("N", "S")]
        )
        self.order.team_id, self.other_order.team_id = teams
        self._post(self.order, 100.0, 90.0)
        self._post(self.order, 50.0, 0.0, date="2024-04-02")
        self._post(self.other_order, 300.0, 120.0)
        values = self._values(
            level="team", interval="month", date_to=date(2024, 4, 30)
        )[self.rate]
        company = self.company.id
        self.assertEqual(
            {key: value.value for key, value in values.items()},
            {
                (company, teams[0].id, date(2024, 3, 1)): 0.1,
                (company, teams[0].id, date(2024, 4, 1)): 1.0,
                (company, teams[1].id, date(2024, 3, 1)): 0.6,
            },
        )
        filtered = self._values(filters=(("team", teams[1].id),))[self.margin]
        self.assertEqual(filtered[company, False, None].value, 180.0)

    def test_no_data_is_no_zero(self):
        self.assertEqual(self._values(), {self.margin: {}, self.rate: {}})
        share = self._share((self.order, 100))
        self._create_entry([(self.expense, 40.0, share)])
        value = self._values()[self.rate][self.company.id, False, None]
        self.assertIsNone(value.value)
        self.assertTrue(self.rate._is_too_small(value))

    def test_companies_are_converted_at_the_last_day(self):
        self.env["res.currency.rate"].search([]).unlink()
        gold = self.setup_other_currency(
            "EUR", rates=[("2024-03-01", 4.0), ("2024-03-31", 2.0)]
        )
        type(self).company_data_2 = self.setup_other_company(currency_id=gold.id)
        company = self.company_data_2["company"]
        order = self._create_order(company_id=company.id)
        share = self._share((order, 100))
        self._post(self.order, 100.0, 0.0)
        self._create_entry(
            [(self.company_data_2["default_account_revenue"], -50.0, share)],
            company=company,
        )
        scope = Scope(self.company | company, *MARCH)
        apart = self.kpis._get_values(scope)[self.margin]
        self.assertEqual(
            {key[0]: value.value for key, value in apart.items()},
            {self.company.id: 100.0, company.id: 50.0},
        )
        # 2 EUR are 1 of the first company's on the last day: 100 + 50 / 2.
        together = self.kpis._get_values(scope, self.company.currency_id)[self.margin]
        self.assertEqual(together[False, False, None].value, 125.0)

    def test_queries_do_not_grow_with_kpis(self):
        self._post(self.order, 100.0, 90.0)
        self.env.flush_all()
        self._values()
        one = self.margin
        with self.assertQueryCount(1):
            one._get_values(Scope(self.company, *MARCH))
        with self.assertQueryCount(1):
            self.kpis._get_values(Scope(self.company, *MARCH))

    def test_figure_opens_what_it_is_the_sum_of(self):
        self._post(self.order, 100.0, 90.0)
        self._post(self.order, 7.0, 0.0, date="2024-05-01")
        action = self.margin.action_open_cases(Scope(self.company, *MARCH))
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sum(rows.mapped("margin")), 10.0)

    def test_bad_input(self):
        with self.assertRaisesRegex(UserError, "before it starts"):
            self._values(date_to=date(2024, 2, 1))
        with self.assertRaisesRegex(UserError, "Duplicate the KPI"):
            self.rate.with_user(self.env.user).write({"denominator": "ledger.parts"})
        own = self.rate.copy()
        self.assertFalse(own.is_builtin)
        own.denominator = "ledger.parts"
        with self.assertRaisesRegex(ValidationError, "say of what"):
            own.denominator = False
        with self.assertRaisesRegex(ValidationError, "its own counter"):
            own.counter_id = own
        with self.assertRaisesRegex(ValidationError, "no measure"):
            own.numerator = "nothing.known"

    def test_who_may_define(self):
        technician = new_test_user(
            self.env, "kpi_tech", groups="field_service.group_technician"
        )
        self.assertTrue(self.rate.with_user(technician).name)
        with self.assertRaises(AccessError):
            self.rate.with_user(technician).name = "Mine"
        with self.assertRaises(AccessError):
            self.rate.with_user(technician)._get_values(Scope(self.company, *MARCH))
