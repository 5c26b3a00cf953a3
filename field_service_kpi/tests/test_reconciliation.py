from odoo.tests import tagged

from .common import FieldServiceKpiCommon


@tagged("post_install", "-at_install")
class TestReconciliation(FieldServiceKpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_data_2 = cls.setup_other_company(
            currency_id=cls.setup_other_currency("EUR").id
        )
        cls.company_2 = cls.company_data_2["company"]

    def _recon(self, domain=()):
        return self.env["field.service.reconciliation"].search(
            [("company_id", "=", self.company.id), *domain]
        )

    def test_on_and_off_orders(self):
        self._create_entry([(self.income, -100.0, self._share((self.order, 100)))])
        self._create_entry([(self.expense, 60.0, False)])
        self.assertReconciled(
            profit_and_loss=40.0, on_orders=100.0, off_orders=-60.0, split_rest=0.0
        )

    def test_under_split_leaves_a_rest(self):
        third = self._create_order()
        share = self._share(
            (self.order, 33.33), (self.other_order, 33.33), (third, 33.33)
        )
        self._create_entry([(self.expense, 100.0, share)])
        self.assertReconciled(on_orders=-99.99, off_orders=0.0, split_rest=-0.01)

    def test_over_split_leaves_a_rest(self):
        share = self._share((self.order, 60), (self.other_order, 60))
        self._create_entry([(self.income, -100.0, share)])
        self.assertReconciled(
            profit_and_loss=100.0, on_orders=120.0, off_orders=0.0, split_rest=-20.0
        )

    def test_account_of_no_order_is_on_no_order(self):
        plan = self.env.ref("field_service.analytic_plan_work_orders")
        account = self.env["account.analytic.account"].create(
            {"name": "Made by hand", "plan_id": plan.id}
        )
        share = {**self._share((self.order, 40)), str(account.id): 60}
        self._create_entry([(self.expense, 10.0, share)])
        self.assertReconciled(on_orders=-4.0, off_orders=-6.0, split_rest=0.0)

    def test_rows_by_month_and_account(self):
        share = self._share((self.order, 100))
        self._create_entry([(self.expense, 1.0, share)], date="2024-01-31")
        self._create_entry([(self.expense, 2.0, share)], date="2024-02-01")
        self._create_entry([(self.income, -4.0, False)], date="2024-02-29")
        january, february = self._date("2024-01-01"), self._date("2024-02-01")
        rows = self._recon().sorted(lambda row: (row.period, row.on_orders))
        self.assertEqual(
            [
                (row.period, row.account_id, row.profit_and_loss, row.on_orders)
                for row in rows
            ],
            [
                (january, self.expense, -1.0, -1.0),
                (february, self.expense, -2.0, -2.0),
                (february, self.income, 4.0, 0.0),
            ],
        )
        self.assertEqual(rows.mapped("off_orders"), [0.0, 0.0, 4.0])
        self.assertEqual(rows.mapped("difference"), [0.0, 0.0, 0.0])
        for row in rows:
            self.assertEqual(
                row._read_id(), (row.company_id, row.period, row.account_id)
            )

    def test_drill_down(self):
        share = self._share((self.order, 100))
        on = self._create_entry([(self.expense, 1.0, share)], date="2024-02-29")
        off = self._create_entry([(self.expense, 2.0, False)], date="2024-02-01")
        self._create_entry([(self.expense, 4.0, share)], date="2024-03-01")
        row = self._recon([("period", "=", "2024-02-01")])
        items = self.env["account.move.line"]
        for action, moves in (
            (row.action_open_items(), on + off),
            (row.action_open_on_orders(), on),
            (row.action_open_off_orders(), off),
        ):
            self.assertEqual(items.search(action["domain"]).move_id, moves)
        self.assertFalse(
            self.env["field.service.integrity"].search(
                row.action_open_integrity()["domain"]
            )
        )

    def test_fiscal_year_not_from_january(self):
        self.company.write({"fiscalyear_last_month": "6", "fiscalyear_last_day": 30})
        share = self._share((self.order, 100))
        for date, amount in (
            ("2023-06-30", 1.0),
            ("2023-07-01", 2.0),
            ("2024-06-30", 4.0),
            ("2024-07-01", 8.0),
        ):
            self._create_entry([(self.expense, amount, share)], date=date)
        year = self.company.compute_fiscalyear_dates(self._date("2024-01-10"))
        totals = self._totals(**year)
        self.assertEqual(totals["profit_and_loss"], -6.0)
        self.assertEqual(totals["sum_of_margins"], -6.0)
        self.assertEqual(totals["unexplained"], 0.0)
        self.assertEqual(self._profit(**year)["other"], 6.0)

    def test_a_day_inside_a_month(self):
        share = self._share((self.order, 50))
        self._create_entry([(self.expense, 10.0, share)], date="2024-03-10")
        self._create_entry([(self.expense, 20.0, share)], date="2024-03-11")
        totals = self._totals(date_from="2024-03-11", date_to="2024-03-11")
        self.assertEqual(totals["profit_and_loss"], -20.0)
        self.assertEqual(totals["split_rest"], -10.0)
        self.assertEqual(totals["unexplained"], 0.0)

    def test_period_without_postings(self):
        totals = self._totals(date_from="1999-01-01", date_to="1999-12-31")
        self.assertEqual(set(totals.values()), {0.0})

    def test_companies_are_apart(self):
        order = self._create_order(company_id=self.company_2.id)
        self._create_entry(
            [
                (
                    self.company_data_2["default_account_revenue"],
                    -70.0,
                    self._share((order, 100)),
                )
            ],
            company=self.company_2,
        )
        self._create_entry([(self.income, -5.0, self._share((self.order, 100)))])
        self.assertReconciled(profit_and_loss=5.0, on_orders=5.0)
        self.assertReconciled(self.company_2, profit_and_loss=70.0, on_orders=70.0)
        self.assertEqual(order._get_posted_profit()[order]["margin"], 70.0)

    def test_order_of_another_company(self):
        self.order.analytic_account_id.company_id = False
        self._create_entry(
            [
                (
                    self.company_data_2["default_account_expense"],
                    30.0,
                    self._share((self.order, 100)),
                )
            ],
            company=self.company_2,
        )
        # Another currency: it is not added to the order's own figures.
        self.assertEqual(self._profit()["margin"], 0.0)
        self.assertReconciled(self.company_2, on_orders=-30.0)
        self.assertReconciled(on_orders=0.0)
