"""The story through all modules, with every figure worked out by hand."""

from decimal import Decimal

from odoo.tests import TransactionCase, tagged

from . import oracle, story

# One dollar buys 0.80 euro in the story; parts cost (10 x 8 + 10 x 12) / 20 = 10.00.
EXPECTED = {
    # 4.0 h x 80 + 2 parts x 25 + 1.0 h travel x 50 = 420, less one part credited: 395.
    # 3 parts used, 1 returned: 20. (2.0 + 1.5 + 0.5 corrected) h x 40 = 160.
    # 1.0 h travel x 20 = 20.
    "Repair": {
        "revenue": 395.00,
        "parts": 20.00,
        "labour": 160.00,
        "travel": 20.00,
        "subcontract": 0.00,
        "other": 0.00,
        "margin": 195.00,
    },
    # 6 h x (40 + 25) = 390; 60 % of 300.01 = 180.006, rounded 180.01.
    "Installation": {
        "revenue": 1000.00,
        "parts": 10.00,
        "labour": 390.00,
        "travel": 20.00,
        "subcontract": 180.01,
        "other": 0.00,
        "margin": 399.99,
    },
    # 1.25 h x 40 = 50; 0.25 h x 20 = 5; the rest of 300.01 is 120.00.
    "Warranty": {
        "revenue": 0.00,
        "parts": 10.00,
        "labour": 50.00,
        "travel": 5.00,
        "subcontract": 120.00,
        "other": 0.00,
        "margin": -185.00,
    },
    # 2 h x 80 USD = 2 h x 64 EUR = 128 EUR = 160 USD.
    "Abroad": {
        "revenue": 160.00,
        "parts": 0.00,
        "labour": 80.00,
        "travel": 0.00,
        "subcontract": 0.00,
        "other": 0.00,
        "margin": 80.00,
    },
    # 2 h x 70 + 3 parts x 20 = 200; 3 x 5.18 = 15.54; 2 h x 30 = 60.
    "Maintenance": {
        "revenue": 200.00,
        "parts": 15.54,
        "labour": 60.00,
        "travel": 0.00,
        "subcontract": 0.00,
        "other": 0.00,
        "margin": 124.46,
    },
    "Goodwill": {
        "revenue": 0.00,
        "parts": 5.18,
        "labour": 30.00,
        "travel": 0.00,
        "subcontract": 0.00,
        "other": 0.00,
        "margin": -35.18,
    },
}
# Company A: 1,555 revenue - 300.01 subcontractor - 40 parts - 500 rent - 800 payroll.
# Labour and travel are charged to orders (725) and given by the contra accounts.
# Company B: 200 revenue - 51.80 parts bought - 50 rent + 6 x 5.18 left in stock.
RECONCILIATION = {
    story.COMPANY_A: {
        "profit_and_loss": -85.01,
        "on_orders": 489.99,
        "sum_of_margins": 489.99,
        "off_orders": -575.00,
        "split_rest": 0.00,
        "unexplained": 0.00,
        "rows_with_difference": 0,
    },
    story.COMPANY_B: {
        "profit_and_loss": 129.28,
        "on_orders": 89.28,
        "sum_of_margins": 89.28,
        "off_orders": 40.00,
        "split_rest": 0.00,
        "unexplained": 0.00,
        "rows_with_difference": 0,
    },
}


@tagged("standard", "post_install", "-at_install")
class TestFlow(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.story = story.run(cls.env)

    def test_profit_of_each_order(self):
        self.assertEqual(set(self.story.orders), set(EXPECTED))
        orders = self.env["field.service.order"].union(*self.story.orders.values())
        profits = orders._get_posted_profit()
        for name, order in self.story.orders.items():
            for figure, amount in EXPECTED[name].items():
                with self.subTest(order=name, figure=figure):
                    self.assertAlmostEqual(profits[order][figure], amount, places=4)

    def test_the_form_shows_the_same(self):
        for name, order in self.story.orders.items():
            self.assertAlmostEqual(order.posted_margin, EXPECTED[name]["margin"])

    def test_reconciliation_with_profit_and_loss(self):
        for company in (self.story.company_a, self.story.company_b):
            totals = self.env["field.service.reconciliation"]._get_totals(company)
            self.assertEqual(totals, RECONCILIATION[company.name])

    def test_an_independent_sum_agrees(self):
        for company in (self.story.company_a, self.story.company_b):
            margins = oracle.margin_by_order(self.env, company)
            expected = {
                order: Decimal(f"{EXPECTED[name]['margin']:.2f}")
                for name, order in self.story.orders.items()
                if order.company_id == company
            }
            self.assertEqual(margins, expected)
            self.assertEqual(oracle.reconcile(self.env, company)["unexplained"], 0)

    def test_nothing_is_wrong(self):
        companies = self.story.company_a + self.story.company_b
        findings = self.env["field.service.integrity"].search(
            [("company_id", "in", companies.ids)]
        )
        self.assertFalse(findings.mapped("kind"))

    def test_no_cost_of_goods_at_invoicing(self):
        """The parts are a cost since they were used: the invoice adds none."""
        companies = self.story.company_a + self.story.company_b
        items = self.env["account.move.line"].search(
            [("company_id", "in", companies.ids), ("display_type", "=", "cogs")]
        )
        self.assertFalse(items)

    def test_the_story_of_each_order_is_over(self):
        states = {
            name: (order.state, order.billing_state)
            for name, order in self.story.orders.items()
        }
        self.assertEqual(
            states,
            {
                "Repair": ("done", "invoiced"),
                "Installation": ("done", "invoiced"),
                "Warranty": ("closed", "not_billable"),
                "Abroad": ("done", "invoiced"),
                "Maintenance": ("done", "invoiced"),
                "Goodwill": ("closed", "not_billable"),
            },
        )

    def test_every_event_settles_for_good(self):
        """Running every step of every order again changes and posts nothing."""
        orders = self.env["field.service.order"].union(*self.story.orders.values())
        items = self.env["account.move.line"]
        before = items.search_count([])
        orders._process()
        self.assertEqual(items.search_count([]), before)

    def test_the_report_prints_what_the_ledger_says(self):
        text = story.report(self.env, self.story)
        self.assertIn("Difference                             0.00", text)
        self.assertEqual(text.count("Difference                             0.00"), 2)
        self.assertIn("489.99", text)
        self.assertIn("124.46", text)
