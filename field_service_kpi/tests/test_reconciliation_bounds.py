from odoo.fields import Domain
from odoo.tests import tagged

from .common import FieldServiceKpiCommon

DATES = ("2024-01-31", "2024-02-01", "2024-02-29", "2024-03-15", "2025-01-01")
FIGURES = ("profit_and_loss", "on_orders", "off_orders", "split_rest")
MONTHS = ("2024-01-01", "2024-02-01", "2024-02-10", "2024-03-01", "2030-01-01")


@tagged("post_install", "-at_install")
class TestReconciliationBounds(FieldServiceKpiCommon):
    """Months in a search are passed on as dates, and change nothing but the cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number, date in enumerate(DATES, 1):
            cls._create_entry(
                [
                    (cls.expense, 10.0 * number, cls._share((cls.order, 100))),
                    (cls.expense, 1.0 * number, False),
                ],
                date=date,
            )
        cls.report = cls.env["field.service.reconciliation"]
        cls.mine = [("company_id", "=", cls.company.id)]

    def _read(self, domain):
        return self.report._read_group(
            [*self.mine, *domain],
            ["period:month"],
            [f"{name}:sum" for name in FIGURES],
        )

    def test_each_way_to_ask_for_months(self):
        everything = self._read([])
        self.assertEqual(
            [(str(month), *figures) for month, *figures in everything],
            [
                ("2024-01-01", -11.0, -10.0, -1.0, 0.0),
                ("2024-02-01", -55.0, -50.0, -5.0, 0.0),
                ("2024-03-01", -44.0, -40.0, -4.0, 0.0),
                ("2025-01-01", -55.0, -50.0, -5.0, 0.0),
            ],
        )
        for month in MONTHS:
            for operator, keep in {
                "=": lambda period, month: period == month,
                ">": lambda period, month: period > month,
                ">=": lambda period, month: period >= month,
                "<": lambda period, month: period < month,
                "<=": lambda period, month: period <= month,
            }.items():
                with self.subTest(operator=operator, month=month):
                    self.assertEqual(
                        self._read([("period", operator, month)]),
                        [row for row in everything if keep(str(row[0]), month)],
                    )

    def test_several_conditions(self):
        rows = self._read(
            [("period", ">=", "2024-02-01"), ("period", "<", "2024-03-01")]
        )
        self.assertEqual([figures[0] for _month, *figures in rows], [-55.0])
        rows = self._read([("period", "in", ["2024-01-01", "2024-03-01"])])
        self.assertEqual([figures[0] for _month, *figures in rows], [-11.0, -44.0])

    def test_alternatives_are_no_bounds(self):
        rows = self._read(
            ["|", ("period", "=", "2024-01-01"), ("period", "=", "2025-01-01")]
        )
        self.assertEqual([figures[0] for _month, *figures in rows], [-11.0, -55.0])
        rows = self._read(["!", ("period", ">=", "2024-02-01")])
        self.assertEqual([figures[0] for _month, *figures in rows], [-11.0])

    def test_to_the_day_stays_to_the_day(self):
        bounded = self.report.with_context(service_date_to="2024-02-01")
        [[loss]] = bounded._read_group(
            [*self.mine, ("period", "=", "2024-02-01")], [], ["profit_and_loss:sum"]
        )
        self.assertEqual(loss, -22.0)

    def test_a_row_is_read_from_its_month(self):
        row = self.report.search([*self.mine, ("period", "=", "2024-02-01")])
        self.env.invalidate_all()
        self.assertEqual(row.on_orders, -50.0)
        bounded = self.report._with_bounds(Domain("id", "in", row.ids))
        dates = [bounded.env.context[f"service_date_{end}"] for end in ("from", "to")]
        self.assertEqual([str(date) for date in dates], ["2024-02-01", "2024-02-29"])

    def test_the_dates_reach_the_items(self):
        query = self.report._search(
            [*self.mine, ("period", ">=", "2024-02-01"), ("period", "<", "2024-03-01")]
        )
        code = self.env.cr.mogrify(query.select()).decode()
        self.assertEqual(code.count("item.date >= '2024-02-01'"), 3)
        self.assertEqual(code.count("item.date <= '2024-02-29'"), 3)
