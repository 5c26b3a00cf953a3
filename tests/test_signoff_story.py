"""A month of everything is signed; what comes later is named to the cent."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from . import operations, oracle
from .test_reconciliation import SCRIPT

HALF = len(SCRIPT) // 2


@tagged("standard", "post_install", "-at_install")
class TestSignoffStory(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = operations.World(cls.env)

    @mute_logger("odoo.sql_db")
    def _play(self, script):
        for operation, number in script:
            self.world.play(operation, number)
        self.env.flush_all()
        self.env.invalidate_all()

    def _sign(self, company):
        """Sign all months that anything was posted in."""
        dates = [item.date for item in oracle.posted_items(self.env, company)]
        signoff = self.env["field.service.signoff"].create(
            {
                "company_id": company.id,
                "date_from": min(dates).replace(day=1),
                "date_to": fields.Date.end_of(max(dates), "month"),
            }
        )
        # Some of it is posted today: the month is over only later.
        with patch.object(
            fields.Date, "context_today", staticmethod(lambda *args: date(2999, 1, 1))
        ):
            signoff.action_sign()
        return signoff

    def _get_margins(self, signoff):
        margins = oracle.margin_by_order(
            self.env, signoff.company_id, signoff.date_from, signoff.date_to
        )
        return {order.id: margin for order, margin in margins.items() if margin}

    def _sum_up(self, signoff, *rows):
        """Return {order id: Decimal} of (order, amount) pairs."""
        sums = defaultdict(Decimal)
        for order, amount in rows:
            sums[order.id] += oracle.exact(amount, signoff.currency_id)
        return {order: total for order, total in sums.items() if total}

    def test_signed_and_restated(self):
        self._play(SCRIPT[:HALF])
        signoffs = [self._sign(setting.company) for setting in self.world.settings]
        signed = {}
        for signoff in signoffs:
            self.assertEqual((signoff.difference, signoff.error_count), (0.0, 0))
            lines = signoff.line_ids.filtered("order_id")
            signed[signoff] = [(line.order_id, line.amount) for line in lines]
            self.assertTrue(signed[signoff])
            self.assertEqual(
                self._sum_up(signoff, *signed[signoff]), self._get_margins(signoff)
            )
            self.assertEqual(signoff.late_count, 0)
        self._play(SCRIPT[HALF:])
        changed = 0
        for signoff in signoffs:
            late = self.env["field.service.late.cost"].search(
                [("signoff_id", "=", signoff.id), ("source", "=", "restated")]
            )
            changed += len(late)
            self.assertEqual(
                self._sum_up(
                    signoff,
                    *signed[signoff],
                    *((row.order_id, row.change) for row in late),
                ),
                self._get_margins(signoff),
            )
            self.assertTrue(signoff._is_intact())
            lines = signoff.line_ids.filtered("order_id")
            self.assertEqual(
                [(line.order_id, line.amount) for line in lines], signed[signoff]
            )
        self.assertGreater(changed, 0)
