from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MONDAY, FieldServiceCommon


@tagged("post_install", "-at_install")
class TestPosting(FieldServiceCommon):
    """Target minus posted, on the simplest source: the cost of a historic order."""

    def _create_historic(self, cost, **values):
        return self._create_order(
            release=False,
            is_historic=True,
            historic_cost=cost,
            completed_on=MONDAY,
            state="closed",
            **values,
        )

    def test_the_entry_item_by_item(self):
        order = self._create_historic(123.45)
        move = self._get_posted_items(order).move_id
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.date, MONDAY.date())
        self.assertEqual(move.journal_id, self.company.service_journal_id)
        self.assertRecordValues(
            move.line_ids.sorted("balance", reverse=True),
            [
                {
                    "account_id": self.company.service_historic_account_id.id,
                    "balance": 123.45,
                    "analytic_distribution": order._get_analytic_distribution(),
                    "service_order_id": order.id,
                    "service_cost_type": "other",
                },
                {
                    "account_id": self.company.service_historic_contra_account_id.id,
                    "balance": -123.45,
                    "analytic_distribution": False,
                    "service_order_id": False,
                    "service_cost_type": False,
                },
            ],
        )

    def test_only_the_difference_is_posted(self):
        order = self._create_historic(100.0)
        self.assertFalse(order._sync_posting(), "a second call posts nothing")
        order.historic_cost = 130.0
        order.historic_cost = 90.0
        self._assert_posted(order, "other", [100.0, 30.0, -40.0])
        order.with_user(self.manager).action_reopen()
        order._sync_posting()
        self._assert_posted(order, "other", [100.0, 30.0, -40.0, -90.0])

    def test_zero_and_negative_costs(self):
        self.assertFalse(self._get_posted_items(self._create_historic(0.0)))
        self._assert_posted(self._create_historic(-5.25), "other", [-5.25])

    def test_a_manual_reversal_is_made_good(self):
        order = self._create_historic(100.0)
        move = self._get_posted_items(order).move_id
        move.button_draft()
        order._sync_posting()
        self.assertEqual(sum(self._get_posted_items(order).mapped("balance")), 100.0)
        move.action_post()
        order._sync_posting()
        self.assertEqual(sum(self._get_posted_items(order).mapped("balance")), 100.0)

    def test_locked_periods_are_left_alone(self):
        order = self._create_historic(100.0)
        self.company.fiscalyear_lock_date = "2026-03-31"
        order.historic_cost = 110.0
        items = self._get_posted_items(order)
        self.assertEqual(
            items.mapped("date"), [MONDAY.date(), fields.Date.context_today(order)]
        )
        with self.assertRaisesRegex(UserError, "locked period"):
            items[0].analytic_distribution = False
        with self.assertRaisesRegex(UserError, "locked period"):
            items[0].analytic_line_ids.amount = 1.0

    def test_a_missing_account_is_named(self):
        self.company.service_historic_account_id = False
        with self.assertRaisesRegex(UserError, "Service A.*Historic Work Order Cost"):
            self._create_historic(1.0)
        self.company.action_propose_service_accounts()
        self._assert_posted(self._create_historic(1.0), "other", [1.0])

    def test_two_companies_in_one_call(self):
        orders = self._create_historic(10.0) + self._create_historic(
            20.0, company_id=self.company_b.id
        )
        for order in orders:  # core refuses one amount in two currencies
            order.historic_cost = 15.0
        self.assertFalse(orders._sync_posting())
        self._assert_posted(orders[0], "other", [10.0, 5.0])
        self._assert_posted(orders[1], "other", [20.0, -5.0])
        self.assertEqual(
            self._get_posted_items(orders).mapped("company_id"),
            self.company + self.company_b,
        )

    def test_one_entry_per_day(self):
        orders = self._create_historic(1.0) + self._create_historic(2.0)
        orders.write({"historic_cost": 4.0})
        moves = self._get_posted_items(orders).move_id.sorted("id")
        self.assertEqual(len(moves), 3)
        self.assertEqual(
            sorted(moves[-1].line_ids.mapped("balance")),
            [-5.0, 2.0, 3.0],
            "the contra items are added up",
        )

    def test_a_distribution_model_never_drops_the_order(self):
        order = self._create_order()
        plan = self.env["account.analytic.plan"].create({"name": "Cost centres"})
        centre = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": plan.id}
        )
        self.env["account.analytic.distribution.model"].create(
            {
                "partner_id": self.partner.id,
                "analytic_distribution": {str(centre.id): 100},
            }
        )
        key = str(order._get_analytic_account().id)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": self.company.id,
                "invoice_line_ids": [
                    fields.Command.create(
                        {
                            "name": "Repair",
                            "price_unit": 10.0,
                            "analytic_distribution": {key: 100.0},
                        }
                    )
                ],
            }
        )
        invoice.partner_id = self.partner
        line = invoice.invoice_line_ids
        line.account_id = self._get_account("income_other")
        self.assertEqual(line.analytic_distribution.get(key), 100.0)

    def test_less_is_taken_back_where_it_was_posted(self):
        """A month may not carry what another month takes back."""
        order = self._create_historic(100.0)
        account = self.company.service_historic_account_id
        self.company.service_historic_account_id = account.copy({"name": "New"})
        order.write({"historic_cost": 40.0, "completed_on": "2026-05-04 08:00:00"})
        items = self._get_posted_items(order)
        self.assertEqual(items.mapped("balance"), [100.0, -60.0])
        self.assertEqual(set(items.mapped("date")), {MONDAY.date()})
        self.assertEqual(items.account_id, account)
        order.historic_cost = 50.0
        last = self._get_posted_items(order)[-1]
        self.assertEqual((last.balance, str(last.date)), (10.0, "2026-05-04"))
        self.assertNotEqual(last.account_id, account)

    def test_the_plan_and_its_accounts_stay_where_they_are(self):
        order = self._create_historic(100.0)
        account = order.analytic_account_id
        plan = account.plan_id
        other = self.env["account.analytic.plan"].create({"name": "Cost centres"})
        with self.assertRaisesRegex(UserError, order.name):
            account.plan_id = other
        with self.assertRaisesRegex(UserError, "stands on its own"):
            plan.parent_id = other
        plan.name = "Jobs"
        account.plan_id = plan
