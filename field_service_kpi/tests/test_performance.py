from odoo.tests import tagged

from .common import FieldServiceKpiCommon

FIGURES = (
    "posted_revenue",
    "posted_parts",
    "posted_labour",
    "posted_travel",
    "posted_subcontract",
    "posted_other",
    "posted_margin",
    "posted_margin_rate",
)


@tagged("post_install", "-at_install")
class TestPerformance(FieldServiceKpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.orders = cls.env["field.service.order"].create(
            [{"partner_id": cls.partner_a.id} for _index in range(80)]
        )
        cls.orders._ensure_analytic_accounts()
        cls._create_entry(
            [(cls.expense, 3.0, cls._share((order, 100))) for order in cls.orders]
        )

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        return self.env.cr.sql_log_count - before

    def test_list_of_80_orders(self):
        domain = [("id", "in", self.orders.ids)]
        names = ("name", "partner_id", "state", "currency_id")

        def read(*figures):
            return self.env["field.service.order"].web_search_read(
                domain, {name: {} for name in (*names, *figures)}
            )

        read(*FIGURES)  # fills the registry's own caches
        without = self._count(read)
        figures = self._count(lambda: read(*FIGURES))
        # One statement for all figures, and the rounding of the currency.
        self.assertLessEqual(figures - without, 2)
        self.assertEqual(read(*FIGURES)["records"][0]["posted_margin"], -3.0)

    def test_one_statement_for_all_figures(self):
        self.orders.mapped("analytic_account_id")
        self.orders._get_posted_profit()
        with self.assertQueryCount(1):
            profits = self.orders._get_posted_profit()
        self.assertEqual(sum(profit["margin"] for profit in profits.values()), -240.0)

    def test_one_grouped_query(self):
        report = self.env["field.service.ledger.report"]
        aggregates = [
            f"{name}:sum"
            for name in ("revenue", "parts", "labour", "travel", "other", "margin")
        ]

        def group():
            return report._read_group(
                [("company_id", "=", self.company.id)],
                ["order_id", "date:month"],
                [*aggregates, "margin_rate:avg"],
            )

        self.assertEqual(len(group()), 80)
        with self.assertQueryCount(1):
            group()

    def test_reconciliation_in_few_queries(self):
        self.env["field.service.reconciliation"]._get_totals(self.company)
        with self.assertQueryCount(3):
            self.env["field.service.reconciliation"]._get_totals(self.company)

    def test_drill_down_does_not_compute_the_report(self):
        row = self.env["field.service.reconciliation"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.env.invalidate_all()
        with self.assertQueryCount(0):
            row.action_open_off_orders()

    def test_dashboard_does_not_grow_with_orders(self):
        """The whole screen, all tiles and graphs: as many queries for 160 orders."""
        dashboard = self.env["field.service.kpi.dashboard"]
        dashboard = dashboard.with_company(self.company)

        def ask():
            return dashboard.get_dashboard({"company_ids": self.company.ids})

        ask()  # fills the registry's own caches
        few = self._count(ask)
        more = self.orders.create(
            [{"partner_id": self.partner_a.id} for _index in range(80)]
        )
        more._ensure_analytic_accounts()
        self._create_entry(
            [(self.income, -5.0, self._share((order, 100))) for order in more]
        )
        self.assertEqual(self._count(ask), few)

    def test_pivot_in_few_queries(self):
        """All groups and sums by one; the others read names, company and currency."""
        report = self.env["field.service.ledger.report"]
        sets = [["order_id", "date:month"], ["order_id"], ["date:month"], []]
        measures = ["revenue:sum", "margin:sum", "margin_rate:avg"]

        def ask():
            return report.formatted_read_grouping_sets(
                [("company_id", "=", self.company.id)], sets, measures
            )

        ask()
        self.assertLessEqual(self._count(ask), 5)
