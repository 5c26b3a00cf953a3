from datetime import date

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from ..tools.what_if import LEVERS, Baseline, clean, compute, get_usable
from .money_common import FieldServiceMoneyCommon

# 1,000.00 of sales for 600.00 of costs; of 600.00 of payroll the orders carry 350.00.
BASE = Baseline(
    revenue=1000.0,
    labour=300.0,
    parts=200.0,
    travel=50.0,
    subcontract=50.0,
    labour_revenue=500.0,
    parts_revenue=400.0,
    parts_cost=200.0,
    leakage=100.0,
    payroll=600.0,
    productive_hours=80.0,
    paid_hours=100.0,
    travel_hours=20.0,
    day_hours=100.0,
    orders=40,
    fixed_orders=30,
    visits=55,
    low_hours=40.0,
    low_margin=100.0,
    high_hours=40.0,
    high_margin=300.0,
)
MONEY = st.floats(0, 1e7).map(lambda amount: round(amount, 2))
BASES = st.builds(
    Baseline,
    **dict.fromkeys(Baseline._fields, MONEY),
)
MOVES = st.fixed_dictionaries(
    {key: st.floats(low, high) for key, (low, high) in LEVERS.items()}
)


@tagged("post_install", "-at_install")
class TestWhatIfFormulas(BaseCase):
    def assertEffect(self, levers, margin, result):
        """Margin 400.00 and result 400.00 - (600.00 - 350.00) = 150.00 change by."""
        found = compute(BASE, levers)
        self.assertEqual(
            (found["before"]["margin"], found["before"]["result"]), (400.0, 150.0)
        )
        self.assertEqual(found["total"], {"margin": margin, "result": result})
        return found

    def test_each_lever_by_hand(self):
        self.assertEffect({"price": 0.1}, 100.0, 100.0)
        self.assertEffect({"labour_price": 0.1}, 50.0, 50.0)
        # 30.00 more on orders; 60.00 more payroll, of which they carry the 30.00.
        self.assertEffect({"wages": 0.1}, -30.0, -60.0)
        # 80 → 88 %: a tenth more of all; payroll stays, labour and way are carried.
        self.assertEffect({"utilization": 0.08}, 40.0, 75.0)
        # 20 → 10 %: 80 h / 9 instead of 20 h; the hours saved are paid all the same.
        self.assertEffect({"travel_share": -0.1}, 27.78, 0.0)
        # 4 orders of 1.5 visits more: 6 of 55 visits of 350.00.
        self.assertEffect({"first_time_fix": 0.1}, 38.18, 0.0)
        # 50 → 60 %: parts of 200.00 sell for 500.00.
        self.assertEffect({"parts_margin": 0.1}, 100.0, 100.0)
        self.assertEffect({"leakage": 0.5}, 50.0, 50.0)
        # 20 h from 2.50 to 7.50 an hour.
        self.assertEffect({"mix": 0.5}, 100.0, 100.0)

    def test_what_two_do_to_each_other(self):
        """1,210.00 - 660.00: 10.00 more than one after the other."""
        found = self.assertEffect({"price": 0.1, "utilization": 0.08}, 150.0, 185.0)
        self.assertEqual(found["effects"]["price"]["margin"], 100.0)
        self.assertEqual(found["effects"]["utilization"]["margin"], 40.0)
        self.assertEqual(found["together"], {"margin": 10.0, "result": 10.0})

    def test_without_payroll_there_is_no_result(self):
        found = compute(BASE._replace(payroll=0.0), {"price": 0.1})
        self.assertIsNone(found["before"]["result"])
        self.assertIsNone(found["total"]["result"])
        self.assertEqual(found["total"]["margin"], 100.0)

    def test_levers_without_data_do_nothing(self):
        empty = compute(Baseline(), dict.fromkeys(LEVERS, 0.1))
        self.assertEqual(get_usable(Baseline()), [])
        self.assertEqual(empty["after"]["margin"], 0.0)
        self.assertFalse(empty["effects"])

    def test_shares_stay_shares(self):
        lever = clean(BASE, {"utilization": 9.0, "travel_share": -9.0, "price": 9.0})
        # 80 % and the rest, 20 % and not less than nothing, the limit of a slider.
        self.assertAlmostEqual(lever["utilization"], 0.2)
        self.assertAlmostEqual(lever["travel_share"], -0.2)
        self.assertEqual(lever["price"], 0.2)
        hardly = BASE._replace(productive_hours=1.0)
        self.assertAlmostEqual(clean(hardly, {"utilization": 0.2})["utilization"], 0.01)
        self.assertEqual(clean(BASE, {"nonsense": 1.0}), dict.fromkeys(LEVERS, 0.0))

    @settings(deadline=None)
    @given(BASES)
    def test_all_at_zero_is_the_year_as_it_was(self, base):
        found = compute(base, {})
        margin = base.revenue - base.labour - base.parts - base.travel
        margin -= base.subcontract + base.other
        self.assertAlmostEqual(found["before"]["margin"], margin, 1)
        self.assertEqual(found["after"], found["before"])
        self.assertEqual(found["total"]["margin"], 0.0)
        self.assertFalse(found["effects"])

    @settings(deadline=None)
    @given(BASES, MOVES)
    def test_everything_adds_up(self, base, levers):
        """Whatever is moved: before + effects + together = after, to the cent."""
        found = compute(base, levers)
        for name in ("margin", "result"):
            if found["before"][name] is None:
                continue
            parts = [effect[name] for effect in found["effects"].values()]
            added = found["before"][name] + sum(parts) + found["together"][name]
            scale = max(abs(found["after"][name]), *map(abs, parts), 1.0)
            self.assertLessEqual(abs(added - found["after"][name]), 0.01 + scale * 1e-9)


@tagged("post_install", "-at_install")
@freeze_time("2026-12-05")
class TestWhatIf(FieldServiceMoneyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(cls.repair | cls.loss)
        cls.what_if = cls.env["field.service.what.if"].with_user(cls.manager)
        cls.what_if = cls.what_if.with_company(cls.company)
        cls.scenarios = cls.env["field.service.scenario"].with_user(cls.manager)
        cls.scenarios = cls.scenarios.with_company(cls.company)

    def test_baseline_by_hand(self):
        """March of the common fixture, see there."""
        found = self.what_if.get_what_if()
        self.assertEqual(found["period"], {"start": "2025-12-01", "stop": "2026-11-30"})
        base = found["base"]
        for name, value in {
            "revenue": 335.0,
            "labour": 300.0,
            "travel": 10.0,
            "labour_revenue": 160.0,
            "parts_revenue": 50.0,
            "leakage": 80.0,
            "productive_hours": 8.5,
            "orders": 4,
            "fixed_orders": 3,
            "visits": 5,
        }.items():
            self.assertAlmostEqual(base[name], value, 2, name)
        margin = self._value(
            "P1", date_from=date(2025, 12, 1), date_to=date(2026, 11, 30)
        ).value
        self.assertAlmostEqual(found["result"]["before"]["margin"], margin, 2)
        # The server computes from what the screen has, and reads nothing again.
        again = self.what_if.compute_what_if(base, {"price": 0.1})
        self.assertEqual(again["total"]["margin"], 33.5)

    def test_scenarios_and_targets(self):
        with self.assertRaisesRegex(UserError, "a name"):
            self.scenarios.save_scenario(" ", {"price": 0.1})
        with self.assertRaisesRegex(UserError, "one slider"):
            self.scenarios.save_scenario("Nothing", {})
        self.scenarios.save_scenario("Dearer", {"price": 0.1})
        saved = self.scenarios.save_scenario("Billed", {"leakage": 0.5})
        self.assertEqual([one["name"] for one in saved], ["Billed", "Dearer"])
        self.assertEqual(saved[0]["result"]["total"]["margin"], 40.0)
        scenario = self.scenarios.browse(saved[0]["id"])
        self.assertEqual(scenario.effect, 40.0)
        action = scenario.action_make_targets()
        proposal = self.env[action["res_model"]].with_user(self.manager)
        proposal = proposal.browse(action["res_id"])
        lines = {line.kpi_id.code: line for line in proposal.line_ids}
        # Half of what leaks today.
        reached = lines["P14"].reached
        self.assertAlmostEqual(lines["P14"].target, reached / 2, 3)
        proposal.action_apply()
        targets = self.env["field.service.kpi.target"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertIn("P14", targets.kpi_id.mapped("code"))
        left = scenario.remove_scenario()
        self.assertEqual([one["name"] for one in left], ["Dearer"])

    def test_each_company_and_managers_only(self):
        self.scenarios.save_scenario("Dearer", {"price": 0.1})
        self.manager.company_ids = [Command.link(self.company_b.id)]
        other = self.scenarios.with_company(self.company_b)
        self.assertEqual(other._get_saved(), [])
        for user in (self.dispatcher, self.user_technician, self.clerk):
            with self.assertRaises(AccessError):
                self.what_if.with_user(user).get_what_if()
            with self.assertRaises(AccessError):
                self.what_if.with_user(user).compute_what_if({}, {})

    def test_a_company_without_work(self):
        company = self.env["res.company"].create({"name": "Empty"})
        self.manager.company_ids = [Command.link(company.id)]
        found = self.what_if.with_company(company).get_what_if()
        self.assertFalse([one for one in found["levers"] if one["usable"]])
