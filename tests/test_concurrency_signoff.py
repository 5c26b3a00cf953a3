"""Two who sign the same month at the same moment, and two who assign an item."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .races import RaceCase

NUMBER = 2


@tagged("standard", "post_install", "-at_install")
class TestConcurrencySignoff(RaceCase):
    @classmethod
    def _prepare(cls, env):
        ids = super()._prepare(env)
        company = env["res.company"].browse(ids["company"])
        env = env["base"].with_company(company).env
        account = env["account.account"].search(
            [
                ("company_ids", "in", company.id),
                ("account_type", "=", "expense_direct_cost"),
            ],
            limit=1,
        )
        contra = env["account.account"].search(
            [("company_ids", "in", company.id), ("account_type", "=", "asset_current")],
            limit=1,
        )
        journal = env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "general")], limit=1
        )
        # One month is signed, the item of the other one is assigned.
        moves = env["account.move"].create(
            [
                {
                    "move_type": "entry",
                    "date": date,
                    "journal_id": journal.id,
                    "line_ids": [
                        Command.create({"account_id": account.id, "balance": 10.0}),
                        Command.create({"account_id": contra.id, "balance": -10.0}),
                    ],
                }
                for date in ("2024-03-15", "2024-05-15")
            ]
        )
        moves.action_post()
        item = moves[1].line_ids.filtered(lambda line: line.account_id == account)
        return {**ids, "item": item.id}

    @classmethod
    def _clean(cls, env):
        company = [cls.ids["company"]]
        for table in (
            "field_service_signoff_item",
            "field_service_signoff_line",
            "field_service_signoff",
            "field_service_assignment_log",
        ):
            # Names of our own tables, no input of anybody.
            env.cr.execute(f"DELETE FROM {table} WHERE company_id = %s", company)
        super()._clean(env)

    def test_a_month_is_signed_once(self):
        def sign(env, _index):
            signoff = env["field.service.signoff"].create(
                {
                    "company_id": self.ids["company"],
                    "date_from": "2024-03-01",
                    "date_to": "2024-03-31",
                }
            )
            signoff.action_sign()
            return signoff.id

        with mute_logger("odoo.sql_db"):
            outcomes = self._race(NUMBER, sign)
        self.assertEqual(sum(isinstance(one, int) for one in outcomes), 1, outcomes)
        [refused] = [one for one in outcomes if isinstance(one, ValidationError)]
        self.assertIn("signed already", str(refused))

        def check(env):
            signoffs = env["field.service.signoff"].search(
                [("company_id", "=", self.ids["company"]), ("state", "=", "signed")]
            )
            return [
                (one.profit_and_loss, len(one.line_ids), one._is_intact())
                for one in signoffs
            ]

        self.assertEqual(self._commit(check), [(-10.0, 1, True)])

    def test_an_item_is_assigned_once(self):
        first, second = self._commit(
            lambda env: [self._create_order(env).id for _index in range(NUMBER)]
        )

        def assign(env, index):
            item = env["account.move.line"].browse(self.ids["item"])
            order = env["field.service.order"].browse((first, second)[index])
            item.invalidate_recordset()
            try:
                env["field.service.attribution"]._assign({item: order})
            except UserError:
                return 0  # nothing is left of it
            return order.id

        with mute_logger("odoo.sql_db"):
            outcomes = self._race(NUMBER, assign)
        self.assertEqual(outcomes.count(0), 1, outcomes)
        [winner] = [one for one in outcomes if one]

        def check(env):
            item = env["account.move.line"].browse(self.ids["item"])
            logs = env["field.service.assignment.log"].search(
                [("move_line_id", "=", item.id)]
            )
            return item.service_order_ids.ids, logs.order_id.ids

        self.assertEqual(self._commit(check), ([winner], [winner]))
