"""What a part costs: by hand, for each cost method and both valuations."""

import os
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from . import oracle, parts_story, story

DOCUMENT = Path(__file__).parents[1] / "docs" / "parts_ledger.md"

# Bought: 4 x 10 + 4 x 14 + 1 x 18 + 3 x 20 = 174, and 4 x 1 more = 178. Used: 7 of
# which 1 came back on the boiler, 4 on the pump; 2 are left, of the last that came.
#
# standard  boiler 6 x 10; pump 4 x 10; left 2 x 10. The rest of the 178 is what was
#           paid beside the standard cost: 58, which the closing finds, nothing else.
# average   (4 x 10 + 4 x 15) / 8 = 12.50: boiler 6 x 12.50; pump 2 x 12.50 + 18 + 20;
#           left 2 x 20.
# fifo      boiler 4 x 10 + 3 x 15 = 85 less 85 / 7 = 12.14; pump 15 + 12.14 + 18 + 20;
#           left 2 x 20.
EXPECTED = {
    "standard": {"Boiler": 60.00, "Pump": 40.00, "stock": 20.00, "found": 58.00},
    "average": {"Boiler": 75.00, "Pump": 63.00, "stock": 40.00, "found": 0.00},
    "fifo": {"Boiler": 72.86, "Pump": 65.14, "stock": 40.00, "found": 0.00},
}
# On the day: what was charged to the two orders, in order of posting.
POSTED = {
    "standard": {3: [60.0], 4: [-10.0], 5: [10.0], 8: [40.0]},
    # 6 x 12; 12; 12. Then 2 x 12 and 2 more at 12 that turn out to cost 18, one of them
    # 20. At last 7 x 0.50 less 0.50, and 2 x 0.50.
    "average": {
        3: [72.0],
        4: [-12.0],
        5: [12.0],
        8: [48.0],
        9: [12.0],
        10: [2.0],
        11: [-0.5, 1.0, 3.5],
    },
    # 4 x 10 + 2 x 14; 68 / 6; the seventh cost 14, so the one that came back is worth
    # 82 / 7 = 11.71. Then 14 + 11.71 and 2 more at 11.71 (49.13 in all, cents carried)
    # that turn out to cost 18, one of them 20. At last 3 x 1 less 12.14 - 11.71, and
    # 1 + 0.43.
    "fifo": {
        3: [68.0],
        4: [-11.33],
        5: [-0.38, 14.0],
        8: [49.13],
        9: [12.58],
        10: [2.0],
        11: [-0.43, 1.43, 3.0],
    },
}


@tagged("standard", "post_install", "-at_install")
class TestPartsLedger(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stories = {}
        for name in parts_story.VALUATIONS:
            with parts_story.freeze_time(parts_story.FIRST_DAY):
                setting = story.prepare_company(cls.env, name)
                story.set_rates(setting, labour=0.0, travel=0.0)
                story.set_prices(setting, labour=80.0, travel=0.0, part=25.0)
            for method in parts_story.METHODS:
                played = parts_story.PartsStory(setting, method).play()
                cls.stories[name, method] = played

    def _each(self):
        """Yield each story, with what it must have come to."""
        for (name, method), played in self.stories.items():
            with self.subTest(company=name, method=method):
                yield played, EXPECTED[method]

    def test_cost_on_the_orders(self):
        for played, expected in self._each():
            for name in ("Boiler", "Pump"):
                self.assertAlmostEqual(played.get_cost(name), expected[name], 2)
            self.assertAlmostEqual(played.get_stock_value(), expected["stock"], 2)

    def test_each_step(self):
        for played, _expected in self._each():
            posted = {}
            for step in played.steps:
                items = step.items.filtered("service_order_id")
                if items:
                    posted[step.day] = sorted(items.mapped("balance"))
            self.assertEqual(posted, POSTED[played.method])

    def test_the_closing_finds_nothing_of_ours(self):
        """Perpetual: the price differences of standard cost. Periodic: the stock."""
        for played, expected in self._each():
            part = played.setting.part
            account = part._get_product_accounts()["stock_valuation"]
            closing = played.steps[-1].items
            found = closing.filtered(lambda item, own=account: item.account_id == own)
            perpetual = part.valuation == "real_time"
            self.assertAlmostEqual(
                sum(found.mapped("balance")),
                -expected["found"] if perpetual else expected["stock"],
                2,
            )
            self.assertFalse(closing.filtered("service_order_id"))

    def test_contra_takes_back_what_was_an_expense_already(self):
        """Periodic: bought 178, less the stock, is on the orders and nowhere else."""
        for played, expected in self._each():
            company = played.setting.company
            if played.setting.part.valuation == "real_time":
                continue
            contra = company.service_parts_contra_account_id
            items = (
                self.env["account.move.line"]
                .union(*(step.items for step in played.steps))
                .filtered(lambda item, own=contra: item.account_id == own)
            )
            self.assertAlmostEqual(
                sum(items.mapped("balance")),
                -expected["Boiler"] - expected["Pump"],
                2,
            )

    def test_the_customer_pays_once_and_costs_once(self):
        """Invoiced: 6 x 25 and an hour; credited: 25; never any cost of goods sold."""
        for played, _expected in self._each():
            for day, amount in ((6, -230.0), (7, 25.0)):
                items = played.steps[day - 1].items
                income = items.filtered(
                    lambda item: item.account_id.account_type.startswith("income")
                )
                self.assertEqual(sum(income.mapped("balance")), amount)
                self.assertFalse(
                    items.filtered(lambda item: item.display_type == "cogs")
                )

    def test_books(self):
        for played, _expected in self._each():
            company = played.setting.company
            totals = self.env["field.service.reconciliation"]._get_totals(company)
            self.assertEqual(totals["unexplained"], 0.0)
            self.assertEqual(oracle.reconcile(self.env, company)["unexplained"], 0)
            findings = self.env["field.service.integrity"].search(
                [("company_id", "=", company.id)]
            )
            self.assertFalse(findings.mapped("kind"))

    def test_the_document_is_what_was_posted(self):
        """FIELD_SERVICE_WRITE=1 writes it anew; then read what has changed."""
        head = DOCUMENT.read_text(encoding="utf-8").partition("\n## ")[0]
        lines = [head.rstrip(), ""]
        for name, title in parts_story.VALUATIONS.items():
            lines += [f"## {title}", ""]
            for method in parts_story.METHODS:
                lines += self.stories[name, method].tell()
        text = "\n".join(lines).rstrip() + "\n"
        if os.environ.get("FIELD_SERVICE_WRITE"):
            DOCUMENT.write_text(text, encoding="utf-8")
        self.assertEqual(DOCUMENT.read_text(encoding="utf-8"), text)
