"""Two clerks and a job that bill the fees of an agreement at the same moment."""

from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .races import RaceCase

NUMBER = 3
DAY = date(2026, 3, 10)


@tagged("standard", "post_install", "-at_install")
class TestConcurrencyFees(RaceCase):
    @classmethod
    def _prepare(cls, env):
        ids = super()._prepare(env)
        company = env["res.company"].browse(ids["company"])
        product = env["product.product"].create(
            {
                "name": f"Fee {cls.mark}",
                "type": "service",
                "taxes_id": [Command.clear()],
            }
        )
        agreement = (
            env["field.service.agreement"]
            .with_company(company)
            .create(
                {
                    "partner_id": ids["partner"],
                    "company_id": ids["company"],
                    "date_start": date(2026, 1, 1),
                    "fee_ids": [
                        Command.create({"product_id": product.id, "price_unit": 100.0})
                    ],
                }
            )
        )
        agreement.action_activate()
        return {**ids, "agreement": agreement.id, "product": product.id}

    @classmethod
    def _clean(cls, env):
        agreement = env["field.service.agreement"].browse(cls.ids["agreement"])
        agreement.fee_period_ids.move_ids.unlink()
        agreement.action_cancel()
        account = agreement.analytic_account_id
        env.flush_all()
        env.cr.execute(
            "DELETE FROM field_service_agreement WHERE id = %s", [agreement.id]
        )
        env.invalidate_all()
        account.unlink()
        env["product.product"].browse(cls.ids["product"]).unlink()
        super()._clean(env)

    def test_each_period_is_billed_once(self):
        def bill(env, _index):
            agreement = env["field.service.agreement"].browse(self.ids["agreement"])
            agreement = agreement.with_company(agreement.company_id)
            try:
                return len(agreement._bill_fees(DAY))
            except UserError:
                return 0  # somebody is at it: told at once, nobody waits

        with mute_logger("odoo.sql_db"):
            outcomes = self._race(NUMBER, bill)
        # Who comes second finds nothing to bill, or is told that somebody is at it.
        self.assertEqual(sorted(outcomes), [0, 0, 1])

        def check(env):
            agreement = env["field.service.agreement"].browse(self.ids["agreement"])
            periods = agreement.fee_period_ids
            return (
                sorted(str(period.date_from) for period in periods),
                sum(periods.move_ids.mapped("amount_untaxed")),
                len(periods.move_ids),
            )

        days, amount, invoices = self._commit(check)
        self.assertEqual(days, ["2026-01-01", "2026-02-01", "2026-03-01"])
        self.assertEqual((amount, invoices), (300.0, 1))
