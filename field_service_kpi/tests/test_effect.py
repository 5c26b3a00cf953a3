from datetime import date
from math import sqrt

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.effect import (
    Cell,
    Effect,
    get_quantile,
    get_variance,
    judge,
    measure_effect,
    split_weeks,
)


def make_cell(*tops, bottom=10.0, cases=40):
    """Four weeks, each with ten cases."""
    return Cell(tuple((top, bottom) for top in tops), cases)


@tagged("post_install", "-at_install")
class TestEffect(BaseCase):
    def test_variance_by_hand(self):
        """R = 20 / 40; residuals 1, -1, 2, -2: 4 / 3 x 10 / 1600."""
        cell = make_cell(6.0, 4.0, 7.0, 3.0)
        self.assertEqual(cell.ratio, 0.5)
        self.assertAlmostEqual(get_variance(cell), 4 / 3 * 10 / 1600)

    def test_a_ratio_of_sums_is_no_mean_of_weeks(self):
        cell = Cell(((1.0, 1.0), (0.0, 9.0)))
        self.assertEqual(cell.ratio, 0.1)
        self.assertIsNone(Cell(()).ratio)

    def test_difference_in_differences_by_hand(self):
        """From 50 to 90 %, the others from 50 to 60 %: 30 points are the change."""
        before, after = make_cell(6, 4, 6, 4), make_cell(9, 9, 10, 8)
        rest = make_cell(5, 5, 6, 4), make_cell(6, 6, 7, 5)
        effect = measure_effect(before, after, rest)
        self.assertAlmostEqual(effect.change, 0.3)
        # Residuals squared: 2, 4, 2, 2; each 4 / 3 / 1600 of it.
        variances = [4 / 3 * one / 1600 for one in (2, 4, 2, 2)]
        freedom = sum(variances) ** 2 / sum(one**2 / 3 for one in variances)
        # 100 / (28 / 3) = 10.7: ten degrees of freedom, 2.228.
        self.assertAlmostEqual(freedom, 100 / (28 / 3))
        width = 2.228 * sqrt(sum(variances))
        self.assertAlmostEqual(effect.high - effect.change, width)
        self.assertAlmostEqual(effect.change - effect.low, width)
        self.assertEqual(judge(effect, "up"), "works")
        self.assertEqual(judge(effect, "down"), "harmful")

    def test_what_everybody_does_is_no_effect(self):
        before, after = make_cell(4, 6, 5, 5), make_cell(8, 7, 9, 8)
        effect = measure_effect(before, after, (before, after))
        self.assertAlmostEqual(effect.change, 0.0)
        self.assertEqual(judge(effect, "up"), "no_effect")
        # Before and after alone would have called it a success.
        self.assertEqual(judge(measure_effect(before, after), "up"), "works")

    def test_too_few(self):
        good = make_cell(1, 2, 3, 4)
        short = Cell(good.weeks[:3], 40)
        self.assertEqual(measure_effect(short, good).low, None)
        self.assertEqual(judge(measure_effect(short, good), "up"), "too_early")
        few = measure_effect(good._replace(cases=4), good, min_cases=5)
        self.assertFalse(few.has_interval)
        self.assertEqual(few.change, 0.0)
        self.assertEqual(measure_effect(Cell(()), good), Effect())
        self.assertEqual(judge(Effect(), "down"), "too_early")

    def test_direction(self):
        self.assertEqual(judge(Effect(-2.0, -3.0, -1.0), "down"), "works")
        self.assertEqual(judge(Effect(-2.0, -3.0, -1.0), "up"), "harmful")
        self.assertEqual(judge(Effect(1.0, -1.0, 3.0), "up"), "no_effect")

    def test_quantiles(self):
        self.assertEqual(get_quantile(1), 12.706)
        self.assertEqual(get_quantile(3.9), 3.182)
        self.assertEqual(get_quantile(30), 2.042)
        self.assertEqual(get_quantile(31), 1.96)
        self.assertEqual(get_quantile(0.4), 12.706)

    def test_weeks_begin_with_the_period(self):
        start = date(2026, 3, 4)
        days = {
            date(2026, 3, 4): (1.0, 2.0),
            date(2026, 3, 10): (1.0, 1.0),
            date(2026, 3, 11): (5.0, 6.0),
            date(2026, 3, 25): (7.0, 8.0),
        }
        weeks = split_weeks(days, start)
        self.assertEqual(weeks, ((2.0, 3.0), (5.0, 6.0), (7.0, 8.0)))

    @settings(deadline=None)
    @given(
        st.lists(
            st.tuples(st.integers(0, 1000), st.integers(1, 1000)),
            min_size=4,
            max_size=20,
        )
    )
    def test_nothing_changed_nothing_measured(self, weeks):
        """The same weeks before and after: no change, and never a verdict."""
        cell = Cell(tuple((float(top), float(bottom)) for top, bottom in weeks), 99)
        effect = measure_effect(cell, cell, (cell, cell))
        self.assertAlmostEqual(effect.change, 0.0)
        self.assertLessEqual(effect.low, effect.high)
        self.assertIn(judge(effect, "up"), ("no_effect",))
