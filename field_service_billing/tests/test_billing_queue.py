from datetime import date, datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .billing_common import BillingRunCommon


@tagged("post_install", "-at_install")
class TestBillingPolicy(BillingRunCommon):
    def test_days_of_billing(self):
        """Billed on the next billing day after the day it is ready."""
        thursday = date(2026, 3, 5)
        cases = (
            ({"timing": "completion"}, thursday, thursday),
            ({"timing": "manual"}, thursday, None),
            ({"timing": "weekly", "weekday": "4"}, thursday, date(2026, 3, 6)),
            ({"timing": "weekly", "weekday": "3"}, thursday, date(2026, 3, 12)),
            ({"timing": "weekly", "weekday": "0"}, thursday, date(2026, 3, 9)),
            ({"timing": "monthly", "month_day": 1}, thursday, date(2026, 4, 1)),
            ({"timing": "monthly", "month_day": 5}, thursday, date(2026, 4, 5)),
            ({"timing": "monthly", "month_day": 6}, thursday, date(2026, 3, 6)),
            (
                {"timing": "monthly", "month_day": 31},
                date(2026, 2, 10),
                date(2026, 2, 28),
            ),
            (
                {"timing": "monthly", "month_day": 30},
                date(2026, 1, 31),
                date(2026, 2, 28),
            ),
        )
        for values, ready, due in cases:
            policy = self._create_policy(**values)
            self.assertEqual(policy._get_due_date(ready), due, values)

    def test_nearest_policy_decides(self):
        """Agreement before customer before company; a contact is its company's."""
        order = self._create_worked_order(2.0)
        self.assertFalse(order.billing_policy_id)
        house, customers, agreed = (
            self._create_policy(name=name) for name in ("A", "B", "C")
        )
        self.company.service_billing_policy_id = house
        self.assertEqual(order.billing_policy_id, house)
        self.partner.service_billing_policy_id = customers
        self.assertEqual(order.billing_policy_id, customers)
        contact = self._create_partner("Desk", parent_id=self.partner.id)
        other = self._create_worked_order(
            1.0, start=MONDAY + timedelta(hours=4), partner_id=contact.id
        )
        self.assertEqual(other.billing_policy_id, customers)
        agreement = self.env["field.service.agreement"].create(
            {
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "date_start": "2026-01-01",
                "billing_policy_id": agreed.id,
            }
        )
        order.agreement_id = agreement
        self.assertEqual(order.billing_policy_id, agreed)

    def test_customer_of_two_companies(self):
        """What one company agreed with the customer is nothing to the other."""
        policy = self._create_policy()
        self.partner.with_company(self.company).service_billing_policy_id = policy
        other = self._create_order(company_id=self.company_b.id)
        self.assertFalse(other.billing_policy_id)

    def test_due_where_the_company_is(self):
        """23:30 UTC on the 5th is the 6th in Tokyo."""
        self.company.partner_id.tz = "Asia/Tokyo"
        moment = datetime(2026, 3, 5, 23, 30)
        self.assertEqual(self.company._get_billing_day(moment), date(2026, 3, 6))
        self.company.partner_id.tz = "America/New_York"
        self.assertEqual(self.company._get_billing_day(moment), date(2026, 3, 5))

    def test_who_may_decide(self):
        values = {"name": "X", "company_id": self.company.id}
        policies = self.env["field.service.billing.policy"]
        for user in self.user_technician, self.dispatcher:
            with self.assertRaises(AccessError):
                policies.with_user(user).create(values)
        policies.with_user(self.clerk).create(values)
        policies.with_user(self.manager).create(values)

    def test_policies_of_another_company_are_hidden(self):
        policy = self._create_policy(company_id=self.company_b.id)
        found = (
            self.env["field.service.billing.policy"].with_user(self.clerk).search([])
        )
        self.assertNotIn(policy, found)


@tagged("post_install", "-at_install")
class TestBillingQueue(BillingRunCommon):
    def test_what_stands_in_the_queue(self):
        """2.0 h x 80 and 30 for the way; then the sales order says the same."""
        order = self._create_worked_order(2.0, travel=0.6)
        self.assertEqual(order.billing_amount, 190.0)
        self.assertTrue(order.billing_ready_on)
        self.assertFalse(order.billing_missing)
        order._create_sale_orders()
        self.assertEqual(order.billing_amount, 190.0)
        invoice = self._bill(order, post=False)
        self.assertEqual(order.billing_amount, 0.0)
        self.assertFalse(order.billing_ready_on)
        self.assertFalse(order.billing_due_on)
        invoice.unlink()
        self.assertEqual(order.billing_amount, 190.0)

    def test_amount_less_down_payment(self):
        """1200.00 less 25 % paid before: 900.00 are left."""
        order = self._create_order(pricing_method="fixed")
        sale_order = order._create_sale_orders()
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_ids=sale_order.ids, active_id=sale_order.id)
            .create({"advance_payment_method": "percentage", "amount": 25.0})
        )
        self._post(wizard._create_invoices(sale_order))
        self._work(self._create_visit(order), 1.0)
        self.assertEqual(order.billing_amount, 900.0)

    def test_missing_in_sentences(self):
        order = self._create_worked_order(2.0)
        order.charge_ids.write({"price_unit": 0.0})
        self.assertEqual(order.billing_state, "incomplete")
        self.assertIn("has no price", order.billing_missing)
        self.assertIn("Labour", order.billing_missing)

    def test_age(self):
        """Done 8 days and an hour ago: older than 7 days, not older than 8."""
        order = self._create_worked_order(2.0)
        order.completed_on = fields.Datetime.now() - timedelta(days=8, hours=1)
        self.assertEqual(order.billing_age, 8)
        for operator, days, found in (
            (">", 7, True),
            (">", 8, False),
            (">=", 8, True),
            ("<", 9, True),
            ("<", 8, False),
            ("<=", 8, True),
        ):
            domain = [("billing_age", operator, days), ("id", "=", order.id)]
            self.assertEqual(
                bool(order.search_count(domain)), found, f"{operator} {days}"
            )

    def test_reminder(self):
        """Eight days after the work somebody is told once, until it is settled."""
        self.company.service_billing_user_id = self.clerk
        order, fresh = (
            self._create_worked_order(1.0, start=MONDAY + timedelta(hours=4 * number))
            for number in (0, 1)
        )
        (order | fresh).charge_ids.write({"price_unit": 0.0})
        order.completed_on = fields.Datetime.now() - timedelta(days=8)
        orders = self.env["field.service.order"]
        self.assertEqual(order.billing_user_id, self.clerk)
        for __ in range(2):
            self._run_cron(orders._cron_remind_billing)
        activity = order._get_billing_activities()
        self.assertEqual(activity.user_id, self.clerk)
        self.assertIn("has no price", activity.note)
        self.assertFalse(fresh._get_billing_activities())
        order.charge_ids.write({"price_unit": 80.0})
        order._run_billing()
        self._run_cron(orders._cron_remind_billing)
        self.assertFalse(order._get_billing_activities())

    def test_no_reminder(self):
        self.company.service_billing_reminder_days = 0
        order = self._create_worked_order(1.0)
        order.charge_ids.write({"price_unit": 0.0})
        order.completed_on = fields.Datetime.now() - timedelta(days=30)
        self._run_cron(order._cron_remind_billing)
        self.assertFalse(order._get_billing_activities())

    def test_queue_of_others(self):
        """The clerk sees amounts and reasons, a technician neither."""
        order = self._create_worked_order(2.0)
        self.assertEqual(order.with_user(self.clerk).billing_amount, 160.0)
        with self.assertRaises(AccessError):
            order.with_user(self.user_technician).read(["billing_amount"])
        with self.assertRaises(AccessError):
            order.with_user(self.user_technician).action_open_billing()
