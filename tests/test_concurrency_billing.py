"""Billing runs that start at the same moment: nothing is billed twice."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .races import RaceCase
from .test_concurrency_coverage import MONDAY

NUMBER = 2
ORDERS = 3


@tagged("standard", "post_install", "-at_install")
class TestConcurrencyBilling(RaceCase):
    @classmethod
    def _prepare(cls, env):
        ids = super()._prepare(env)
        env = env["base"].with_company(ids["company"]).env
        product = env["product.product"].create(
            {
                "name": f"Labour {cls.mark}",
                "type": "service",
                "lst_price": 80.0,
                "invoice_policy": "delivery",
                "uom_id": env.ref("uom.product_uom_hour").id,
                "taxes_id": [Command.clear()],
            }
        )
        policy = env["field.service.billing.policy"].create(
            {
                "name": f"At once {cls.mark}",
                "company_id": ids["company"],
                "timing": "completion",
                "grouping": "customer",
                "is_posted": True,
            }
        )
        env.company.write(
            {
                "service_labour_product_id": product.id,
                "service_billing_policy_id": policy.id,
                "service_absorb_labour": False,
            }
        )
        env["res.partner"].browse(ids["partner"]).city = "Ghent"
        return {**ids, "product": product.id, "policy": policy.id}

    @classmethod
    def _clean(cls, env):
        company = env["res.company"].browse(cls.ids["company"])
        company.write(
            {"service_labour_product_id": False, "service_billing_policy_id": False}
        )
        env.flush_all()
        # Names of tables, no input of anybody.
        for query in (
            "UPDATE field_service_charge SET sale_line_id = NULL WHERE company_id = %s",
            "DELETE FROM account_partial_reconcile WHERE company_id = %s",
            "DELETE FROM sale_order_line WHERE company_id = %s",
            "DELETE FROM sale_order WHERE company_id = %s",
        ):
            env.cr.execute(query, [company.id])
        env.invalidate_all()
        super()._clean(env)
        env["field.service.billing.policy"].browse(cls.ids["policy"]).unlink()
        env["product.product"].browse(cls.ids["product"]).active = False

    def _create_finished(self, env):
        """Create finished orders of 1, 2 and 3 hours on a day of their own."""
        type(self).day += 1
        ids = []
        for number in range(ORDERS):
            order = self._create_order(env, coverage="chargeable")
            start = MONDAY + timedelta(days=self.day, hours=3 * number)
            visit = env["field.service.visit"].create(
                {
                    "order_id": order.id,
                    "technician_id": self.ids["technician"],
                    "start": start,
                }
            )
            visit.register_event("work_start", start)
            visit.register_event(
                "work_end", start + timedelta(hours=number + 1), result="solved"
            )
            ids.append(order.id)
        return ids

    day = 0

    def _check(self, orders):
        """Each order on one posted invoice: 80 + 160 + 240 in all, once."""

        def check(env):
            found = env["field.service.order"].browse(orders)
            items = found.sale_line_ids.invoice_lines
            return (
                set(found.mapped("billing_state")),
                [len(order.invoice_ids) for order in found],
                len(found.charge_ids),
                sum(items.mapped("price_subtotal")),
            )

        self.assertEqual(
            self._commit(check), ({"invoiced"}, [1] * ORDERS, ORDERS, 480.0)
        )

    def test_two_clerks_bill_the_same(self):
        orders = self._commit(self._create_finished)

        def bill(env, index):
            found = env["field.service.order"].browse(orders)
            return len(found._run_billing().invoices)

        with mute_logger("odoo.sql_db"):
            outcomes = self._race(NUMBER, bill)
        self.assertEqual(sorted(outcomes), [0, 1], "who comes later has nothing left")
        self._check(orders)

    def test_a_clerk_bills_what_another_invoices_by_hand(self):
        orders = self._commit(self._create_finished)

        def bill(env, index):
            found = env["field.service.order"].browse(orders)
            if index:
                return len(found._run_billing().invoices)
            if set(found.mapped("billing_state")) != {"ready"}:
                return 0
            invoices = found._create_invoices()
            invoices.action_post()
            return len(invoices)

        with mute_logger("odoo.sql_db"):
            outcomes = self._race(NUMBER, bill)
        self.assertEqual(sum(outcomes), 1, outcomes)
        self._check(orders)

    def test_the_job_and_a_clerk(self):
        """The job gives up what somebody else has billed meanwhile, and goes on."""
        orders = self._commit(self._create_finished)

        def bill(env, index):
            found = env["field.service.order"].browse(orders)
            if index:
                return len(found._run_billing().invoices)
            env["field.service.order"]._cron_bill()
            return -1

        with mute_logger("odoo.sql_db"):
            self._race(NUMBER, bill)
        self._check(orders)
