"""Historic work orders, imported from a file: the books tie to the file to the cent."""

import csv
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from . import oracle

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "setup"))

import history  # noqa: E402  a script's module, beside the package

# Public maintenance data; read when it lies beside the checkout, never copied into it.
REAL = ROOT.parent / "shared" / "data" / "work_orders_excavators_abc.csv"
GOOD = [
    ("2004-07-01", "A", "BUCKET WON'T OPEN", "PM01", "183.05"),
    ("2004-07-01", "A", "BUCKET WON'T OPEN", "PM01", "183.05"),  # twice on one day
    ("2005-03-20", "B", 'L/H "BUCKET" CYL, LEAKING', "PM01", "407.4"),
    ("2006-05-05", "A", "SWAP BUCKET", "PM02", "0"),
    ("2006-05-06", "C", "CREDIT FROM SUPPLIER", "PM02", "-12.35"),
    ("2006-12-31", "C", "NO COST ENTERED", "PM01", ""),
]
BAD = [
    ("2006-05-07", "Z", "UNKNOWN EQUIPMENT", "PM01", "1.00"),
    ("2006-13-07", "A", "BROKEN DATE", "PM01", "1.00"),
    ("2006-05-07", "A", "TEXT IN COST", "PM01", "plenty"),
    ("2006-05-07", "", "NO EQUIPMENT", "PM01", "1.00"),
]


@tagged("standard", "post_install", "-at_install")
class TestHistory(TransactionCase):
    def _write(self, rows):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "orders.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(history.COLUMNS)
            writer.writerows(rows)
        return str(path)

    def _import(self, rows_or_path):
        path = rows_or_path
        if isinstance(rows_or_path, list):
            path = self._write(rows_or_path)
        return history.import_history(self.env, path, log=lambda text: None)

    def _total(self, company):
        margins = oracle.margin_by_order(self.env, company)
        return -sum(margins.values(), Decimal())

    def _assert_reconciled(self, company):
        totals = self.env["field.service.reconciliation"]._get_totals(company)
        self.assertEqual(totals["unexplained"], 0.0)
        self.assertEqual(totals["profit_and_loss"], 0.0, "cost and contra")
        self.assertFalse(
            self.env["field.service.integrity"].search(
                [("company_id", "=", company.id)]
            )
        )

    def test_good_rows_become_closed_orders(self):
        result = self._import(GOOD)
        self.assertEqual((result.imported, result.refused), (6, {}))
        # 183.05 + 183.05 + 407.40 + 0 - 12.35 + 0
        self.assertEqual(self._total(result.company), Decimal("761.15"))
        orders = self.env["field.service.order"].search(
            [("company_id", "=", result.company.id)]
        )
        self.assertEqual(set(orders.mapped("state")), {"closed"})
        dated = orders.filtered(lambda order: order.historic_cost == 407.4)
        self.assertEqual(str(dated.completed_on.date()), "2005-03-20")
        self.assertEqual(dated.asset_ids.name, "Excavator B")
        self.assertEqual(dated.description, 'L/H "BUCKET" CYL, LEAKING')
        self._assert_reconciled(result.company)

    def test_bad_rows_are_named_and_stop_nothing(self):
        result = self._import([BAD[0], GOOD[0], *BAD[1:3], GOOD[2], BAD[3]])
        self.assertEqual(result.imported, 2)
        self.assertEqual(self._total(result.company), Decimal("590.45"))
        self.assertEqual(set(result.refused), {2, 4, 5, 7})
        for line, reason in (
            (2, "'Z'"),
            (4, "2006-13-07"),
            (5, "plenty"),
            (7, "names no"),
        ):
            self.assertIn(reason, result.refused[line])
        shown = history.report(self.env, result)
        self.assertIn("2 imported, 0 unchanged, 4 refused", shown)
        self.assertIn("line 2: ", shown)

    def test_the_same_file_twice_changes_nothing(self):
        first = self._import(GOOD)
        items = self.env["account.move.line"]
        before = items.search_count([])
        again = self._import(GOOD)
        self.assertEqual((again.imported, again.unchanged), (0, 6))
        self.assertEqual(items.search_count([]), before)
        self.assertEqual(self._total(first.company), Decimal("761.15"))

    def test_a_corrected_cost_corrects_the_order(self):
        self._import(GOOD)
        corrected = [*GOOD[:3], (*GOOD[3][:4], "10.00"), *GOOD[4:]]
        result = self._import(corrected)
        self.assertEqual((result.imported, result.unchanged), (1, 5))
        self.assertEqual(self._total(result.company), Decimal("771.15"))
        self._assert_reconciled(result.company)

    def test_a_file_without_a_column_is_refused(self):
        path = self._write([])
        Path(path).write_text("date,cost\n2004-07-01,1\n", encoding="utf-8")
        with self.assertRaisesRegex(
            ValueError, "no column equipment, description, type"
        ):
            self._import(path)

    def test_margin_per_equipment_and_year(self):
        shown = history.report(self.env, self._import(GOOD))
        rows = [line.split() for line in shown.splitlines() if "Excavator" in line]
        self.assertEqual(
            [(row[2], row[3], row[-1]) for row in sorted(rows)],
            [
                ("(A)", "2004", "-366.10"),
                ("(B)", "2005", "-407.40"),
                ("(C)", "2006", "12.35"),
            ],
        )

    def test_real_history(self):
        """2,159 orders of three excavators; without the file, as many made up."""
        path = str(REAL)
        if not REAL.exists():
            path = self._write([row for row in GOOD for __ in range(100)])
        with Path(path).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        total = sum((Decimal(row["cost"] or 0) for row in rows), Decimal())
        result = self._import(path)
        self.assertEqual((result.imported, result.refused), (len(rows), {}))
        self.assertEqual(self._total(result.company), total)
        self._assert_reconciled(result.company)
