from datetime import date

from odoo.tests import tagged

from ..measure import Scope
from .operations_common import OperationsCommon

# What the suite promises: family of the code, how many, and the family of the KPI.
CATALOGUE = {
    "P": (22, "1_profitability"),
    "T": (11, "2_productivity"),
    "Q": (10, "3_quality"),
    "S": (11, "4_speed"),
    "C": (7, "5_cash"),
    "G": (8, "6_customer"),
}
# What is not there, because the suite does not record the fact it would be made of.
MISSING = {
    "G8": "nobody records complaints: a callback is no complaint, nor is a bad rating",
}
EVER = (date(2026, 1, 1), date(2026, 12, 31))


@tagged("post_install", "-at_install")
class TestKpiCatalogue(OperationsCommon):
    """Each KPI of the catalogue is there, says what it is and can be asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_month()
        found = cls.env["field.service.kpi"].search([("is_builtin", "=", True)])
        cls.kpis = {kpi.code: kpi for kpi in found}
        cls.all = found

    def _codes(self):
        return {
            f"{letter}{number}": family
            for letter, (count, family) in CATALOGUE.items()
            for number in range(1, count + 1)
        }

    def test_all_are_there(self):
        self.assertEqual(sum(count for count, _family in CATALOGUE.values()), 69)
        missing = set(self._codes()) - set(self.kpis)
        self.assertEqual(missing, set(MISSING))
        for code, family in self._codes().items():
            if code not in MISSING:
                self.assertEqual(self.kpis[code].family, family, code)

    def test_each_says_what_it_is(self):
        for kpi in self.all:
            for name in ("name", "formula_text", "unit", "direction", "date_basis"):
                self.assertTrue(kpi[name], f"{kpi.code}: {name}")
            self.assertIn("company", kpi._get_levels(), kpi.code)
            self.assertTrue(kpi.counter_id, f"{kpi.code} has no counter-metric")
            self.assertNotEqual(kpi.counter_id, kpi)
            if kpi.has_benchmark:
                better = kpi.benchmark - kpi.benchmark_amber
                sign = {"up": 1, "down": -1, "none": 0}[kpi.direction]
                self.assertGreater(better * sign, 0, f"{kpi.code}: limit and benchmark")

    def test_each_can_be_asked_at_each_level(self):
        for level in (None, *self.env["field.service.kpi"]._get_level_names()):
            scope = Scope(self.company, *EVER, level=level)
            for kpi, values in self.all._get_values(scope).items():
                if level and level not in kpi._get_levels():
                    self.assertFalse(values, f"{kpi.code} by {level}")
                for key, value in values.items():
                    self.assertEqual(key[0], self.company.id)
                    self.assertGreaterEqual(value.cases, 0, kpi.code)

    def test_each_can_be_asked_by_month_and_for_a_group(self):
        both = self.company | self.company_b
        scope = Scope(both, *EVER, interval="month")
        values = self.all._get_values(scope, self.company.currency_id)
        asked = {key[2].month for found in values.values() for key in found}
        self.assertIn(3, asked)
        companies = {key[0] for found in values.values() for key in found}
        self.assertEqual(companies, {False})

    def test_each_opens_its_cases(self):
        for kpi in self.all:
            action = kpi.action_open_cases(Scope(self.company, *EVER))
            self.env[action["res_model"]].search_count(action["domain"])

    def test_an_empty_company_has_no_values(self):
        empty = self._create_company("Empty", "base.USD")
        values = self.all._get_values(Scope(empty, *EVER))
        self.assertEqual({kpi.code for kpi, found in values.items() if found}, set())
