from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common_attribution import AttributionCommon


@tagged("post_install", "-at_install")
class TestIntegrityRepair(AttributionCommon):
    """Each kind of finding: broken, found, repaired, gone, and the books agree."""

    def _execute(self, query, *args):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *args))
        self.env.invalidate_all()

    def _get_finding(self, kind, company=None):
        self.env.flush_all()
        found = self._findings(company).filtered(lambda one: one.kind == kind)
        self.assertEqual(len(found), 1, kind)
        return found.with_user(self.accountant)

    def _preview(self, kind, company=None):
        action = self._get_finding(kind, company).action_repair()
        return (
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .browse(action["res_id"])
        )

    def _repair(self, kind, reason=False, company=None):
        wizard = self._preview(kind, company)
        wizard.reason = reason
        wizard.action_apply()
        self.env.flush_all()
        self.assertFalse(self._findings(company).mapped("kind"))
        totals = self._totals(company)
        self.assertEqual(totals["unexplained"], 0.0)
        self.assertEqual(totals["rows_with_difference"], 0)
        log = self.env["field.service.assignment.log"].search([], limit=1)
        self.assertEqual(log.create_uid, self.accountant)
        return log

    def test_every_kind_has_a_repair(self):
        model = self.env["field.service.integrity"]
        self.assertEqual(set(model._get_repairs()), set(model._get_checks()))

    def test_under_split_on_one_order(self):
        self._post(100.0, self._share((self.order, 60)))
        self.assertIn("60 %", self._preview("under_split").line_ids.text)
        self._repair("under_split")
        self.assertProfit(self.order, other=100.0)

    def test_under_split_on_two_is_for_a_person(self):
        item = self._post(100.0, self._share((self.order, 30), (self.other_order, 30)))
        wizard = self._preview("under_split")
        self.assertEqual(wizard._name, "field.service.assignment.wizard")
        self.assertEqual(wizard.line_ids.amount, -40.0)
        wizard.line_ids.order_id = self.other_order
        wizard.action_assign()
        self.assertFalse(self._findings())
        self.assertProfit(self.other_order, other=70.0)
        self.assertEqual(sum(item.analytic_distribution.values()), 100.0)

    def test_over_split(self):
        """60 % and 60 % become 50 % and 50 %; three of 50 % add up to 100 %."""
        self._post(100.0, self._share((self.order, 60), (self.other_order, 60)))
        log = self._repair("over_split")
        self.assertEqual(log.finding, "Shares are more than 100 %")
        self.assertProfit(self.order, other=50.0)
        self.assertProfit(self.other_order, other=50.0)
        third = self._create_order()
        item = self._post(
            100.0, self._share((self.order, 50), (self.other_order, 50), (third, 50))
        )
        self._repair("over_split")
        self.assertEqual(
            sorted(item.analytic_distribution.values()), [33.33, 33.33, 33.34]
        )
        self.assertReconciled(on_orders=-200.0, split_rest=0.0)

    def test_order_of_another_company(self):
        company = self.company_2
        self.accountant.company_ids |= company
        self.order.analytic_account_id.company_id = False
        account = self.company_data_2["default_account_expense"]
        self._create_entry(
            [(account, 30.0, self._share((self.order, 100)))], company=company
        )
        log = self._repair("foreign_company", company=company)
        self.assertFalse(log.order_id)
        self.assertEqual(log.company_id, company)
        self.assertReconciled(company, on_orders=0.0, off_orders=-30.0)

    def test_missing_analytic_item(self):
        item = self._post(100.0, self._share((self.order, 100)))
        self._execute(
            "DELETE FROM account_analytic_line WHERE move_line_id = %s", item.id
        )
        self.assertProfit(self.order)
        self._repair("missing_share")
        self.assertProfit(self.order, other=100.0)

    def test_changed_analytic_item(self):
        item = self._post(100.0, self._share((self.order, 100)))
        self._execute(
            "UPDATE account_analytic_line SET amount = -90 WHERE move_line_id = %s",
            item.id,
        )
        self._repair("changed_share")
        self.assertProfit(self.order, other=100.0)

    def test_another_date(self):
        item = self._post(100.0, self._share((self.order, 100)), date="2024-03-31")
        item.analytic_line_ids.date = "2024-04-01"
        self._repair("date_differs")
        self.assertEqual(str(item.analytic_line_ids.date), "2024-03-31")

    def test_another_date_in_a_locked_period(self):
        """Profit does not depend on it: it is corrected, and no new finding comes."""
        item = self._post(100.0, self._share((self.order, 100)), date="2024-03-31")
        item.analytic_line_ids.date = "2024-04-01"
        self._locked_hours_ago(item, written=9, locked=5)
        self._repair("date_differs")

    def _locked_hours_ago(self, item, written, locked):
        self.company.fiscalyear_lock_date = "2024-03-31"
        field = self.env["ir.model.fields"]._get("res.company", "fiscalyear_lock_date")
        # Only the lock's own: nobody may remove what was tracked on a posted entry.
        self.env["mail.tracking.value"].search([("field_id", "=", field.id)]).unlink()
        message = self.env["mail.message"].create(
            {"model": "res.company", "res_id": self.company.id}
        )
        tracking = self.env["mail.tracking.value"].create(
            {
                "mail_message_id": message.id,
                "field_id": field.id,
                "new_value_datetime": "2024-03-31",
            }
        )
        now = fields.Datetime.now()
        self._execute(
            "UPDATE mail_tracking_value SET create_date = %s WHERE id = %s",
            now - timedelta(hours=locked),
            tracking.id,
        )
        self._execute(
            "UPDATE account_analytic_line SET write_date = %s WHERE move_line_id = %s",
            now - timedelta(hours=written),
            item.id,
        )

    def test_changed_after_the_lock(self):
        item = self._post(100.0, self._share((self.order, 100)))
        self._locked_hours_ago(item, written=3, locked=5)
        with self.assertRaisesRegex(UserError, "Say what you found out"):
            self._repair("changed_after_lock")
        log = self._repair("changed_after_lock", "The auditor asked for it")
        self.assertEqual(log.action, "acknowledge")
        # Another change is another finding.
        self._locked_hours_ago(item, written=1, locked=5)
        self._get_finding("changed_after_lock")

    def test_order_lost(self):
        item = self._post(100.0, self._share((self.order, 100)))
        self._execute(
            """UPDATE account_move_line SET service_order_id = %s,
                      service_cost_type = 'parts' WHERE id = %s""",
            self.order.id,
            item.id,
        )
        item.analytic_distribution = self._share((self.other_order, 100))
        self._repair("order_lost")
        self.assertProfit(self.order, parts=100.0)
        self.assertProfit(self.other_order)

    def test_not_posted(self):
        share = self._share((self.order, 100))
        move = self._create_entry([(self.expense, 5.0, share)], post=False)
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
        self._repair("not_posted")
        self.assertEqual(item.analytic_distribution, share)
        move.action_post()
        self.assertProfit(self.order, other=5.0)

    def test_account_of_no_order(self):
        plan = self.env.ref("field_service.analytic_plan_work_orders")
        stray = self.env["account.analytic.account"].create(
            {"name": "By hand", "plan_id": plan.id}
        )
        self._post(5.0, {str(stray.id): 100.0})
        item = self._post(7.0, {str(stray.id): 100.0})
        findings = self._findings().with_user(self.accountant)
        self.assertEqual(set(findings.mapped("kind")), {"no_order"})
        first = findings.filtered(lambda one: one.amount == -5.0)
        action = first.action_repair()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.accountant)
        wizard.reason = "Made by hand for the show room"
        wizard.action_exclude()
        wizard = self._preview("no_order")
        wizard.line_ids.order_id = self.order
        wizard.action_assign()
        self.assertFalse(self._findings())
        self.assertEqual(item.analytic_distribution, self._share((self.order, 100)))
        self.assertReconciled(on_orders=-7.0, off_orders=-5.0)

    def test_locked_periods(self):
        item = self._post(100.0, self._share((self.order, 60), (self.other_order, 60)))
        self._lock()
        wizard = self._preview("over_split")
        self.assertIn("locked or signed", wizard.line_ids.problem)
        with self.assertRaisesRegex(UserError, "None of these"):
            wizard.action_apply()
        self.assertEqual(sum(item.analytic_distribution.values()), 120.0)

    def test_many_at_once(self):
        for _index in range(3):
            self._post(100.0, self._share((self.order, 60), (self.other_order, 60)))
        self._post(10.0, self._share((self.order, 30), (self.other_order, 30)))
        action = self._findings().with_user(self.accountant).action_repair()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(len(wizard.line_ids), 4)
        wizard.with_user(self.accountant).action_apply()
        # What a person has to decide is still there.
        self.assertEqual(self._findings().mapped("kind"), ["under_split"])

    def test_only_accountants(self):
        self._post(100.0, self._share((self.order, 60)))
        finding = self._findings()
        for user in (self.clerk, self.reader):
            with self.assertRaises(AccessError):
                finding.with_user(user).action_repair()
