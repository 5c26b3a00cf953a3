"""Ten thousand posted items on a thousand orders: the books and the orders agree.

The ledger is the small one of the benchmarks. Its seed is summed up by the oracle, item
by item; the copies are multiples of it, so every total is known beforehand.
"""

from decimal import Decimal

from odoo.tests import TransactionCase, tagged

from . import oracle
from .benchmarks import ledgers

FIGURES = ("profit_and_loss", "on_orders", "off_orders", "split_rest")
# Amounts of the copies 1, 2, 3, ... are 2, 3, 4, 5, 1, 2, ... times those of the seed.
CYCLE = (1, 2, 3, 4, 5)


@tagged("standard", "post_install", "-at_install")
class TestGeneratedLedger(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        planted = ledgers.plant(cls.env)
        cls.companies = [setting.company for setting in planted.settings]
        before = cls._sum_up()
        ledgers.sow(planted)
        after = cls._sum_up()
        cls.ledger = ledgers.grow(planted, ledgers.SIZES["S"])
        times = 1 + sum(CYCLE[copy % 5] for copy in range(1, cls.ledger.copies + 1))
        cls.expected = {
            company: {
                name: before[company][name]
                + (after[company][name] - before[company][name]) * times
                for name in FIGURES
            }
            for company in cls.companies
        }

    @classmethod
    def _sum_up(cls):
        return {
            company: oracle.reconcile(cls.env, company) for company in cls.companies
        }

    def _reconcile(self, company):
        return self.env["field.service.reconciliation"]._get_totals(company)

    def _find(self):
        ids = [company.id for company in self.companies]
        return self.env["field.service.integrity"].search([("company_id", "in", ids)])

    def test_size(self):
        self.assertGreaterEqual(self.ledger.on_orders, 10_000)
        self.assertGreater(self.ledger.orders, 1_000)
        # What is on no order is there too.
        self.assertGreater(self.ledger.items, 1.5 * self.ledger.on_orders)
        self.assertGreater(self.ledger.analytic_items, 1.2 * self.ledger.on_orders)

    def test_books_and_orders_agree(self):
        for company in self.companies:
            totals = self._reconcile(company)
            self.assertEqual(totals["unexplained"], 0.0)
            self.assertEqual(totals["rows_with_difference"], 0)
            self.assertEqual(totals["sum_of_margins"], totals["on_orders"])
            self.assertNotEqual(totals["on_orders"], 0.0)
            for name, amount in self.expected[company].items():
                self.assertEqual(Decimal(f"{totals[name]:.2f}"), amount, name)

    def test_months_add_up(self):
        """Asked month by month, as the screen does, nothing is lost or twice."""
        report = self.env["field.service.reconciliation"]
        for company in self.companies:
            domain = [("company_id", "=", company.id)]
            months = [month for [month] in report._read_group(domain, ["period:month"])]
            self.assertGreaterEqual(len(months), 24)
            sums = dict.fromkeys(FIGURES, 0.0)
            for month in months:
                [row] = report._read_group(
                    [*domain, ("period", "=", month)],
                    [],
                    [f"{name}:sum" for name in FIGURES],
                )
                for name, amount in zip(FIGURES, row, strict=True):
                    sums[name] += amount
            for name, amount in self.expected[company].items():
                self.assertEqual(Decimal(f"{sums[name]:.2f}"), amount, name)

    def test_no_rule_is_broken(self):
        self.assertFalse(self._find())

    def test_one_lost_share_among_ten_thousand_is_found(self):
        column = self.env["field.service.order"]._get_plan_column()
        [company, *_others] = self.companies
        share = self.env["account.analytic.line"].search(
            [
                ("company_id", "=", company.id),
                (column, "!=", False),
                ("general_account_id.account_type", "=", "expense_direct_cost"),
            ],
            limit=1,
            offset=1234,
        )
        amount, order = share.amount, share.move_line_id.service_order_id
        self.assertTrue(amount)
        self.env.cr.execute(
            "DELETE FROM account_analytic_line WHERE id = %s", [share.id]
        )
        self.env.invalidate_all()
        found = self._find()
        self.assertEqual(set(found.mapped("kind")), {"missing_share", "order_lost"})
        self.assertEqual(found.order_id, order)
        totals = self._reconcile(company)
        self.assertEqual(totals["unexplained"], 0.0)
        on_orders = self.expected[company]["on_orders"] - Decimal(f"{amount:.2f}")
        self.assertEqual(Decimal(f"{totals['on_orders']:.2f}"), on_orders)

    def test_copies_are_what_the_suite_posts(self):
        """Nothing is left to post for a copied order: it is as posted as its seed."""
        orders = self.env["field.service.order"].search(
            [("company_id", "in", [company.id for company in self.companies])],
            order="id desc",
            limit=20,
        )
        before = self.env["account.move"].search_count([])
        orders._process()
        self.env.flush_all()
        self.assertEqual(self.env["account.move"].search_count([]), before)
