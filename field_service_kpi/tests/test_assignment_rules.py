from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_attribution import AttributionCommon


@tagged("post_install", "-at_install")
class TestAssignmentRules(AttributionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create(
            {"name": "Quarry", "is_company": 1}
        )

    def _rule(self, **values):
        return (
            self.env["field.service.assignment.rule"]
            .with_user(self.accountant)
            .create({"name": "Rule", "company_id": self.company.id, **values})
        )

    def _customer_order(self, **values):
        return self._create_released(self.customer, **values)

    def test_number_in_the_label(self):
        order = self._create_order()
        self._post(10.0, ref=f"({order.name.lower()}).")
        self._post(20.0, name=f"for {order.name}1")  # the number of another order
        rule = self._rule()
        rule.action_run()
        self.assertProfit(order, other=10.0)
        self.assertEqual(rule.log_count, 1)
        self.assertEqual(rule.last_result, "1 of 2")
        self.assertIn("Rule", order.message_ids[:1].body)

    def test_the_only_open_order_of_the_customer(self):
        order = self._customer_order()
        self._post(10.0, partner_id=self.customer.id, date="2024-03-15")
        self._post(20.0, partner_id=self.customer.id, date="2024-02-15")
        rule = self._rule(method="customer", partner_ids=self.customer.ids)
        rule.action_run()
        # In February the order did not exist yet.
        self.assertProfit(order, other=10.0)
        second = self._customer_order()
        self._post(40.0, partner_id=self.customer.id)
        rule.action_run()
        self.assertProfit(second)
        self.assertEqual(self._open(amount=-40.0).state, "open")

    def test_a_filter_of_orders(self):
        order = self._customer_order(origin="Frame 7")
        self._customer_order(origin="Frame 8")
        self._post(10.0, name="Diesel frame 7")
        self._post(20.0, name="Diesel")
        rule = self._rule(
            method="domain",
            label="FRAME 7",
            order_domain="[('origin', '=', 'Frame 7')]",
        )
        rule.action_run()
        self.assertProfit(order, other=10.0)

    def test_on_no_order_on_purpose(self):
        rent = self.expense.copy({"code": "620901", "name": "Rent"})
        self._create_entry([(rent, 500.0, False), (self.expense, 5.0, False)])
        rule = self._rule(
            method="exclude", account_ids=rent.ids, reason="Rent of the office"
        )
        rule.action_run()
        self.assertEqual(self._open(state="purpose").account_id, rent)
        self.assertEqual(self._open(state="open").account_id, self.expense)
        self.assertEqual(rule.action_run()["params"]["type"], "info")
        log = self.env["field.service.assignment.log"].search([])
        self.assertEqual((log.reason, log.rule_id), ("Rent of the office", rule))
        log.with_user(self.accountant).action_undo()
        self.assertEqual(len(self._open(state="open")), 2)

    def test_criteria(self):
        child = self.env["res.partner"].create(
            {"name": "Office", "parent_id": self.customer.id}
        )
        journal = self.company_data["default_journal_misc"]
        for index, values in enumerate(
            (
                {"partner_ids": self.customer.ids},
                {"journal_ids": journal.ids, "date_from": "2024-05-01"},
                {"product_ids": self.product_a.ids},
            )
        ):
            self._post(10.0)
            item = self._post(
                20.0,
                partner_id=child.id,
                product_id=self.product_a.id,
                date=f"2024-0{index + 4}-15",
            )
            rule = self._rule(method="exclude", reason="x", **values)
            rule.action_run()
            log = self.env["field.service.assignment.log"].search(
                [("rule_id", "=", rule.id)]
            )
            self.assertEqual(log.move_line_id, item)

    def test_locked_periods_are_left_alone(self):
        order = self._create_order()
        self._post(10.0, ref=order.name, date="2024-03-15")
        self._post(20.0, ref=order.name, date="2024-04-15")
        self._lock()
        rule = self._rule()
        rule.action_run()
        self.assertProfit(order, other=20.0)
        self.assertEqual(rule.last_result, "1 of 2")

    @mute_logger("odoo.addons.field_service_kpi.models.field_service_assignment_rule")
    def test_the_job_survives_a_rule_that_fails(self):
        order = self._create_order()
        self._post(10.0, ref=order.name)
        broken = self._rule(sequence=1, name="Broken")
        good = self._rule(sequence=2)
        self.env.flush_all()
        # As after an uninstalled module that had the field.
        self.env.cr.execute(
            """UPDATE field_service_assignment_rule
                  SET order_domain = '[(''gone'', ''='', 1)]' WHERE id = %s""",
            [broken.id],
        )
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "field_service_kpi.cron_assignment_rules"
            ).sudo().method_direct_trigger()
        self.env.invalidate_all()
        self.assertProfit(order, other=10.0)
        self.assertEqual(good.last_result, "1 of 1")
        self.assertIn("gone", broken.last_result)

    def test_bad_rules_are_refused(self):
        with self.assertRaisesRegex(UserError, "no assignment rule"):
            self.env["field.service.unassigned"].with_user(
                self.accountant
            ).action_run_rules()
        with self.assertRaisesRegex(ValidationError, "say why"):
            self._rule(method="exclude", account_ids=self.expense.ids)
        with self.assertRaisesRegex(ValidationError, "every item"):
            self._rule(method="exclude", reason="x")
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            self._rule(order_domain="[('nothing', '=', 1)]")
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            self._rule(order_domain="][")

    def test_who_may_make_and_run_rules(self):
        rule = self._rule()
        for user in (self.clerk, self.service_manager, self.reader):
            with self.assertRaises(AccessError):
                rule.with_user(user).name = "Mine"
            with self.assertRaises(AccessError):
                rule.with_user(user).action_run()
        other = self._user("b", "account.group_account_manager", self.company_2)
        self.assertFalse(rule.with_user(other).search([]))

    def test_a_rule_with_history_stays(self):
        order = self._create_order()
        self._post(10.0, ref=order.name)
        rule = self._rule()
        rule.action_run()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            rule.unlink()
            self.env.flush_all()

    def test_drill_down(self):
        order = self._create_order()
        item = self._post(10.0, ref=order.name)
        rule = self._rule(partner_ids=[Command.clear()])
        rows = self.env["field.service.unassigned"].with_user(self.accountant)
        found = rows.search(rule.action_open_items()["domain"])
        self.assertEqual(found.move_line_id, item)
        rule.action_run()
        logs = self.env["field.service.assignment.log"]
        self.assertEqual(
            logs.search(rule.action_open_logs()["domain"]).move_line_id, item
        )
