from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from .common import FieldServiceKpiCommon


@tagged("post_install", "-at_install")
class TestIntegrity(FieldServiceKpiCommon):
    def _post_share(self, percent=100, amount=100.0, date="2024-03-15"):
        """Post a cost on the order; return its journal item."""
        move = self._create_entry(
            [(self.expense, amount, self._share((self.order, percent)))], date=date
        )
        return move.line_ids.filtered(lambda line: line.account_id == self.expense)

    def _execute(self, query, *args):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *args))
        self.env.invalidate_all()

    def assertFinding(self, kind, item, order=None, amount=None):
        finding = self._findings().filtered(lambda finding: finding.kind == kind)
        self.assertEqual(finding.move_line_id, item)
        self.assertEqual(finding.order_id, self.order if order is None else order)
        if amount is not None:
            self.assertAlmostEqual(finding.amount, amount)
        self.assertTrue(finding.advice)
        self.assertEqual(finding.action_open_move()["res_id"], item.move_id.id)
        return finding

    def test_healthy(self):
        self._post_share()
        self._create_invoice(
            "out_invoice",
            [
                (
                    100.01,
                    self._share((self.order, 33.33), (self.other_order, 66.67)),
                    None,
                )
            ],
        )
        self._create_entry([(self.expense, 60.0, False)])
        self.assertFalse(self._findings())

    def test_healthy_beside_a_cost_centre(self):
        """A share without any order has no key to compare with."""
        plan = self.env["account.analytic.plan"].create({"name": "Cost centres"})
        centre = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": plan.id}
        )
        distribution = {**self._share((self.order, 100)), str(centre.id): 100}
        self._create_entry([(self.expense, 100.0, distribution)])
        self.assertFalse(self._findings())
        self.assertReconciled(on_orders=-100.0)

    def test_split_not_complete(self):
        item = self._post_share(50)
        finding = self.assertFinding("under_split", item, amount=-50.0)
        self.assertEqual(len(self._findings()), 1)
        self.assertEqual(finding.severity, "2_warning")
        # The id stays the same between looks.
        self.assertEqual(self._findings(), finding)

    def test_thirds(self):
        share = self._share(
            (self.order, 33.33),
            (self.other_order, 33.33),
            (self._create_order(), 33.33),
        )
        self._create_entry([(self.expense, 100.0, share)])
        self.assertEqual(self._findings().mapped("kind"), ["under_split"])
        self.assertEqual(self._findings().amount, -0.01)

    def test_split_too_much(self):
        share = self._share((self.order, 60), (self.other_order, 60))
        self._create_entry([(self.income, -100.0, share)])
        finding = self._findings()
        self.assertEqual(finding.kind, "over_split")
        self.assertEqual(finding.severity, "1_error")
        self.assertEqual(finding.amount, -20.0)

    def test_balance_sheet_is_not_looked_at(self):
        self._create_entry(
            [
                (self.receivable, 10.0, self._share((self.order, 50))),
                (self.receivable, -10.0, False),
            ]
        )
        self.assertFalse(self._findings())

    def test_order_of_another_company(self):
        type(self).company_data_2 = self.setup_other_company()
        company = self.company_data_2["company"]
        self.order.analytic_account_id.company_id = False
        self._create_entry(
            [
                (
                    self.company_data_2["default_account_expense"],
                    30.0,
                    self._share((self.order, 100)),
                )
            ],
            company=company,
        )
        finding = self._findings(company)
        self.assertEqual(finding.kind, "foreign_company")
        self.assertEqual(finding.order_id, self.order)
        self.assertFalse(self._findings())

    def test_missing_analytic_item(self):
        item = self._post_share()
        self._execute(
            "DELETE FROM account_analytic_line WHERE move_line_id = %s", item.id
        )
        self.assertFinding("missing_share", item, amount=-100.0)
        self.assertReconciled(on_orders=0.0, off_orders=-100.0)

    def test_changed_analytic_item(self):
        item = self._post_share()
        self._execute(
            "UPDATE account_analytic_line SET amount = -90 WHERE move_line_id = %s",
            item.id,
        )
        self.assertFinding("changed_share", item, amount=-10.0)
        self.assertFinding("under_split", item)
        self.assertReconciled(on_orders=-90.0, split_rest=-10.0)

    def test_another_date(self):
        item = self._post_share(date="2024-03-31")
        item.analytic_line_ids.date = "2024-04-01"
        self.assertFinding("date_differs", item)
        # Profit keeps to the journal item.
        self.assertEqual(self._profit(date_to="2024-03-31")["other"], 100.0)

    def _lock(self, date, hours_ago):
        """Record a lock date as set some hours ago, tracked as core does."""
        message = self.env["mail.message"].create(
            {"model": "res.company", "res_id": self.company.id}
        )
        field = self.env["ir.model.fields"]._get("res.company", "fiscalyear_lock_date")
        tracking = self.env["mail.tracking.value"].create(
            {
                "mail_message_id": message.id,
                "field_id": field.id,
                "new_value_datetime": date,
            }
        )
        self._execute(
            "UPDATE mail_tracking_value SET create_date = %s WHERE id = %s",
            fields.Datetime.now() - timedelta(hours=hours_ago),
            tracking.id,
        )

    def _written(self, item, hours_ago):
        self._execute(
            "UPDATE account_analytic_line SET write_date = %s WHERE move_line_id = %s",
            fields.Datetime.now() - timedelta(hours=hours_ago),
            item.id,
        )

    def test_changed_after_lock(self):
        item = self._post_share(date="2024-03-15")
        later = self._post_share(date="2024-04-15")
        self._written(item, hours_ago=5)
        self._written(later, hours_ago=5)
        self._lock("2024-03-31", hours_ago=4)
        self.assertFalse(self._findings())
        self._written(item, hours_ago=3)
        self._written(later, hours_ago=3)
        self.assertFinding("changed_after_lock", item)
        # A later month end does not forgive it, and April was still open then.
        self._lock("2024-04-30", hours_ago=2)
        self.assertFinding("changed_after_lock", item)

    def test_changed_while_unlocked(self):
        item = self._post_share(date="2024-03-15")
        self._lock("2024-03-31", hours_ago=5)
        self._lock(False, hours_ago=4)
        self._written(item, hours_ago=3)
        self._lock("2024-03-31", hours_ago=2)
        self.assertFalse(self._findings())

    def test_order_lost(self):
        item = self._post_share()
        self._execute(
            """UPDATE account_move_line SET service_order_id = %s,
                      service_cost_type = 'parts' WHERE id = %s""",
            self.order.id,
            item.id,
        )
        self.assertFalse(self._findings())
        item.analytic_distribution = False
        self.assertFinding("order_lost", item, amount=-100.0)

    def test_not_posted(self):
        move = self._create_entry([(self.expense, 5.0, False)], post=False)
        item = move.line_ids.filtered(lambda line: line.account_id == self.expense)
        self.env["account.analytic.line"].with_context(skip_analytic_sync=True).create(
            {
                "name": "stray",
                "amount": -5.0,
                "move_line_id": item.id,
                "general_account_id": self.expense.id,
                self.column: self.order.analytic_account_id.id,
            }
        )
        self.assertFinding("not_posted", item)
        self.assertReconciled(on_orders=0.0)

    def test_account_of_no_order(self):
        plan = self.env.ref("field_service.analytic_plan_work_orders")
        account = self.env["account.analytic.account"].create(
            {"name": "Made by hand", "plan_id": plan.id}
        )
        move = self._create_entry([(self.expense, 5.0, {str(account.id): 100})])
        item = move.line_ids.filtered(lambda line: line.account_id == self.expense)
        self.assertFinding("no_order", item, order=self.order.browse())

    def test_an_agreement_has_an_account_of_its_own(self):
        agreement = self.env["field.service.agreement"].create(
            {"partner_id": self.partner.id, "company_id": self.company.id}
        )
        distribution = agreement._get_analytic_distribution()
        self._create_entry([(self.expense, 5.0, distribution)])
        self.assertFalse(self._findings())
