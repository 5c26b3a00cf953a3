"""The year that fills the dashboards, a little of it."""

from odoo import fields
from odoo.tests import TransactionCase, tagged

from . import season, story


@tagged("standard", "post_install", "-at_install")
class TestSeason(TransactionCase):
    def test_three_weeks(self):
        lived = season.run(self.env, weeks=3)
        company = lived.setting.company
        self.assertEqual(season.find(self.env), company)
        self.assertGreater(len(lived.orders), 5)
        for order in lived.orders:
            self.assertIn(order.state, ("done", "closed"), order.name)
            self.assertTrue(order.posted_labour, order.name)
        # Nothing is written into the past, and nothing into the future.
        items = self.env["account.move.line"].search(
            [("company_id", "=", company.id), ("parent_state", "=", "posted")]
        )
        today = fields.Date.today()
        self.assertLess(max(items.mapped("date")), today)
        self.assertGreater(len(set(items.mapped("date"))), 5)
        report = list(story.report_reconciliation(self.env, company))
        self.assertRegex(report[-2], r"^Difference +0\.00$")
        self.assertRegex(report[-1], r"^Integrity findings +0$")
