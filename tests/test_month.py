"""After a month of whatever people do: signed, late cost, restated; nothing is lost.

Odd jobs of a month, drawn with a fixed seed, are signed. Then two bills come late. The
signature keeps its figures and its hash, the pack of the month is printed again byte by
byte, what has changed is named to the cent, and the books and the orders agree before
and after.
"""

import json
import random
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from . import operations, oracle, story

SEED = 20_261_124
# Locked books would move what comes late into another month.
CHOICE = [one for one in operations.OPERATIONS if one is not operations.lock_books]
# The end of the period is in the future as far as some of it is posted today.
LATER = date(2999, 1, 1)


@contextmanager
def afterwards():
    """Let the months of the story be over."""
    with patch.object(fields.Date, "context_today", staticmethod(lambda *args: LATER)):
        yield


@tagged("standard", "post_install", "-at_install")
class TestMonth(TransactionCase):
    @classmethod
    @mute_logger("odoo.sql_db")
    def setUpClass(cls):
        super().setUpClass()
        cls.world = operations.World(cls.env)
        chance = random.Random(SEED)
        for _fortnight in range(2):
            for operation in chance.sample(CHOICE, len(CHOICE)):
                cls.world.play(operation, chance.randrange(10**6))
        cls.companies = [setting.company for setting in cls.world.settings]
        cls._refresh()

    @classmethod
    def _refresh(cls):
        cls.env.flush_all()
        cls.env.invalidate_all()

    # ------------------------------------------------------------------------ steps
    def _sign(self, company):
        dates = [item.date for item in oracle.posted_items(self.env, company)]
        signoff = self.env["field.service.signoff"].create(
            {
                "company_id": company.id,
                "date_from": min(dates).replace(day=1),
                "date_to": fields.Date.end_of(max(dates), "month"),
            }
        )
        with afterwards():
            signoff.action_sign()
        return signoff

    def _print(self, signoff):
        """Freeze the pack of the signed period."""
        pack = self.env["field.service.pack"].create(
            {
                "company_id": signoff.company_id.id,
                "date_from": signoff.date_from,
                "date_to": signoff.date_to,
            }
        )
        with afterwards():
            pack.action_freeze()
        return pack

    def _get_bytes(self, pack):
        return {name: pack._render(name, "en_US") for name in ("html", "xlsx")}

    def _check_packs(self, pack, printed, signoff):
        """The old pack is printed as before, and the next one says what is new."""
        self.env.registry.clear_cache()
        self.assertEqual(self._get_bytes(pack), printed)
        self.assertFalse(pack._get_differences())
        again = self._print(signoff)
        self.assertEqual(again.earlier_id, pack)
        changes = again._get_content()["changes"]
        self.assertEqual(changes["hash"], pack.content_hash)
        found = {row["key"]: row for row in changes["rows"]}
        margin = found["summary.margin"]
        self.assertEqual(round(margin["after"] - margin["before"], 2), -133.46)

    def _freeze(self, signoff):
        """The figures of the signature, as they were written down."""
        self._refresh()
        [row] = signoff.read(
            ["on_orders", "profit_and_loss", "off_orders", "split_rest", "content_hash"]
        )
        lines = signoff.line_ids.sorted("id").read(["order_id", "account_id", "amount"])
        return json.dumps([row, lines], sort_keys=True, default=str)

    def _get_late(self, signoff):
        return self.env["field.service.late.cost"].search(
            [("signoff_id", "=", signoff.id)]
        )

    def _get_margin(self, order, signoff):
        margins = oracle.margin_by_order(
            self.env, signoff.company_id, signoff.date_from, signoff.date_to
        )
        return margins.get(order, Decimal())

    def _check_books(self):
        for company in self.companies:
            totals = self.env["field.service.reconciliation"]._get_totals(company)
            self.assertEqual(totals["unexplained"], 0.0)
            self.assertEqual(totals["rows_with_difference"], 0)
            self.assertEqual(oracle.reconcile(self.env, company)["unexplained"], 0)
            findings = self.env["field.service.integrity"].search(
                [("company_id", "=", company.id)]
            )
            self.assertFalse(findings.mapped("kind"))

    # ------------------------------------------------------------------------- tests
    def test_something_has_happened(self):
        """The month is one: orders, invoices, revenue and costs."""
        self.assertGreaterEqual(len(self.world.orders), 4)
        self.assertGreaterEqual(len(self.world.invoices), 10)
        kinds = {
            oracle.cost_kind(item)
            for company in self.companies
            for item in oracle.posted_items(self.env, company)
            if item.analytic_distribution
        }
        self.assertIn("revenue", kinds)
        self.assertGreaterEqual(len(kinds), 3)

    def test_signed_then_late(self):
        self._check_books()
        for setting in self.world.settings:
            self._check_late(setting)
        self._check_books()

    def _check_late(self, setting):
        signoff = self._sign(setting.company)
        self.assertEqual((signoff.difference, signoff.error_count), (0.0, 0))
        self.assertFalse(self._get_late(signoff))
        signed = self._freeze(signoff)
        pack = self._print(signoff)
        printed = self._get_bytes(pack)
        order = next(
            order
            for order in self.world.orders
            if order.company_id == setting.company and order.state != "cancelled"
        )
        before = self._get_margin(order, signoff)
        for vendor, price in (("Late", 123.45), ("Later", 10.01)):
            story.bill_from(setting, vendor, price, story.share(order, 100.0))
        self._refresh()
        late = self._get_late(signoff)
        self.assertEqual(late.mapped("source"), ["restated"] * 2)
        self.assertEqual(late.order_id, order)
        changed = sum(Decimal(f"{row.change:.2f}") for row in late)
        self.assertEqual(changed, Decimal("-133.46"))
        self.assertEqual(sum(Decimal(f"{row.late_cost:.2f}") for row in late), -changed)
        self.assertEqual(self._get_margin(order, signoff), before + changed)
        # The signature is what it was, and proves it.
        self.assertEqual(self._freeze(signoff), signed)
        self.assertTrue(signoff._is_intact())
        lines = signoff.line_ids.filtered("order_id").grouped("order_id")[order]
        self.assertEqual(sum(Decimal(f"{line.amount:.2f}") for line in lines), before)
        self._check_packs(pack, printed, signoff)
