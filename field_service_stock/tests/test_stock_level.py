from itertools import islice

from odoo.tests import BaseCase, tagged

from ..tools.stock_level import all_or_nothing, get_level, poisson


@tagged("post_install", "-at_install")
class TestStockLevel(BaseCase):
    """Against tables of the Poisson distribution and sums made by hand."""

    def test_probabilities(self):
        # e^-2 = 0.135335; times 2, 2, 4/3, 2/3
        found = [round(chance, 6) for chance in islice(poisson(2.0), 5)]
        self.assertEqual(found, [0.135335, 0.270671, 0.270671, 0.180447, 0.090224])
        self.assertEqual(list(poisson(0.0)), [1.0])

    def test_quantiles(self):
        for mean, target, level in (
            # e^-0.05 = 0.9512, e^-0.06 = 0.9418
            (0.05, 0.95, 0),
            (0.06, 0.95, 1),
            # 0.3679, 0.7358, 0.9197, 0.9810, 0.9963
            (1.0, 0.3678, 0),
            (1.0, 0.3680, 1),
            (1.0, 0.95, 3),
            (1.0, 0.99, 4),
            # 0.1353, 0.4060, 0.6767, 0.8571, 0.9473, 0.9834
            (2.0, 0.90, 4),
            (2.0, 0.95, 5),
            # P(X <= 14) = 0.9165, P(X <= 15) = 0.9513
            (10.0, 0.95, 15),
            # As tables say; e^-1000 is no number of a computer any more.
            (1000.0, 0.95, 1052),
            (0.0, 0.999, 0),
        ):
            self.assertEqual(get_level(mean, target), level, (mean, target))

    def test_what_may_be_needed(self):
        self.assertEqual(all_or_nothing([]), {0: 1.0})
        # Nothing 3/4 x 1/2, one 1/4 x 1/2, two 3/4 x 1/2, three 1/4 x 1/2
        self.assertEqual(
            all_or_nothing([(1, 0.25), (2, 0.5)]),
            {0: 0.375, 1: 0.125, 2: 0.375, 3: 0.125},
        )

    def test_levels_with_parts(self):
        self.assertEqual(get_level(0, 0.75, [(1, 0.25)]), 0)
        self.assertEqual(get_level(0, 0.76, [(1, 0.25)]), 1)
        # None 0.5625, at most one 0.9375
        self.assertEqual(get_level(0, 0.95, [(1, 0.25), (1, 0.25)]), 2)
        # All four or none: half of P(k) and half of P(k - 4), mean 1
        # k = 5: (0.9994 + 0.7358) / 2 = 0.8676, k = 6: (0.9999 + 0.9197) / 2 = 0.9598
        self.assertEqual(get_level(1.0, 0.95, [(4, 0.5)]), 6)
