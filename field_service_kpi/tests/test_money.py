from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged

from odoo.addons.field_service.tests.common import MONDAY
from odoo.addons.field_service_billing.tests.common_offer import (
    FieldServiceOfferCommon,
)

from ..money import get_overlaps, get_year_factor, pick_without_overlap
from .money_common import FieldServiceMoneyCommon

# 31 days, so that a year is 365 / 31 of them.
MARCH = {"period": "custom", "date_from": "2026-03-01", "date_to": "2026-03-31"}
YEAR = 365 / 31


@tagged("post_install", "-at_install")
class TestOverlaps(BaseCase):
    def test_nothing_is_added_twice(self):
        ranked = [
            ("idle", "idle"),
            ("loss", "loss"),
            ("unabsorbed", "unabsorbed"),
            ("leakage:1", "leakage"),
            ("leakage:2", "leakage"),
            ("offer", "offer"),
        ]
        # Payroll is the idle hours again, what was not billed is part of the loss.
        self.assertEqual(pick_without_overlap(ranked), ["idle", "loss", "offer"])
        # Two reasons are two amounts.
        self.assertEqual(pick_without_overlap(ranked[3:5]), ["leakage:1", "leakage:2"])
        self.assertEqual(pick_without_overlap([]), [])

    def test_overlaps_go_both_ways(self):
        self.assertEqual(get_overlaps("idle", ["unabsorbed", "loss"]), ["unabsorbed"])
        self.assertEqual(get_overlaps("unabsorbed", ["idle"]), ["idle"])
        self.assertEqual(get_overlaps("offer", ["idle", "offer"]), [])

    def test_a_year_is_a_year(self):
        self.assertEqual(get_year_factor(365), 1.0)
        self.assertEqual(get_year_factor(366), 1.0)
        self.assertEqual(get_year_factor(73), 5.0)


@tagged("post_install", "-at_install")
class TestMoney(FieldServiceMoneyCommon):
    """March of ``FieldServiceMoneyCommon``, asked by a service manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.service_capital_rate = 10.0

    def _ask(self, user=None, company=None, **options):
        company = company or self.company
        model = self.env["field.service.money"].with_user(user or self.manager)
        return model.with_company(company).get_money(options or MARCH)

    def _rows(self, **options):
        return {row["key"]: row for row in self._ask(**options)["rows"]}

    def _open(self, key):
        model = self.env["field.service.money"].with_user(self.manager)
        action = model.with_company(self.company).open_money(key, MARCH)
        return self.env[action["res_model"]].search(action["domain"])

    def assertRow(self, key, amount, n, base=None, rows=None):
        row = (rows or self._rows())[key]
        self.assertAlmostEqual(row["amount"], amount, 2, key)
        self.assertEqual(row["n"], n, key)
        if base is not None:
            self.assertAlmostEqual(row["base"], base, 4, key)
        return row

    def test_work_by_hand(self):
        # What waits for its invoice is no loss yet.
        self.assertNotIn("loss", self._rows())
        self._invoice(self.repair | self.loss)
        rows = self._rows()
        # The callback was done for nothing: an hour of 80.00 given, of 37.50 paid.
        self.assertRow("leakage:0", 80.0 * YEAR, 1, 80.0, rows)
        self.assertRow("rework", 37.5 * YEAR, 1, 37.5, rows)
        # 4 h at 37.50 for 100.00; the warranty is no loss, nobody pays for it.
        self.assertRow("loss", 50.0 * YEAR, 1, -50.0, rows)
        self.assertEqual(sum(self._open("rework").mapped("cost")), 37.5)
        self.assertEqual(self._open("loss").order_id, self.loss)
        self.assertEqual(sum(self._open("leakage:0").mapped("leakage")), 80.0)
        self.assertIn("Callbacks", rows["leakage:0"]["overlaps"])

    def test_overlapping_rows_are_not_added(self):
        """80.00 of leakage is the dearest of three that overlap with each other."""
        self._invoice(self.repair | self.loss)
        result = self._ask()
        counted = {row["key"]: row["counted"] for row in result["rows"]}
        self.assertFalse(counted["rework"] or counted["loss"])
        self.assertTrue(counted["leakage:0"])
        total = sum(row["amount"] for row in result["rows"] if row["counted"])
        self.assertAlmostEqual(result["total"], total, 2)
        amounts = [row["amount"] for row in result["rows"] if row["amount"] is not None]
        self.assertEqual(amounts, sorted(amounts, reverse=True))

    def test_missing_parts(self):
        reason = self.env.ref("field_service.field_service_reason_return_missing_part")
        reason.missing_part = True
        again = {"again": 16, "day": 17, "pricing_method": "fixed"}
        order = self._do("lack", 1.0, fixed_price=500.0, **again)
        self.assertNotIn("missing", self._rows())
        order.visit_ids.sorted("start")[0].return_reason_id = reason
        self.env.flush_all()
        # An hour of the second visit.
        self.assertRow("missing", 37.5 * YEAR, 1, 37.5)

    def test_travel_above_the_target(self):
        """0.5 h beside 2 h are 20 %, as the benchmark; 10 % leaves 2 / 9 of an hour."""
        self.assertNotIn("travel", self._rows())
        self.env["field.service.kpi.target"].create(
            {
                "kpi_id": self.env.ref("field_service_kpi.kpi_t4").id,
                "company_id": self.company.id,
                "target": 0.1,
                "limit_value": 0.2,
                "date_from": "2026-01-01",
            }
        )
        more = 0.5 - 2.0 / 9.0
        row = self.assertRow("travel", more * 20.0 * YEAR, 1, more)
        self.assertIn("10.0", row["note"])
        self.assertEqual(self._open("travel").order_id, self.repair)

    def test_idle_time_and_payroll(self):
        """5,000.00 of wages, 8 h of labour and half an hour of travel on orders."""
        self.assertNotIn("unabsorbed", self._rows())
        wages = self._get_account("expense")
        self.company.service_payroll_account_ids = wages
        bank = self._get_account("asset_current")
        self._create_entry([(wages, 5000.0, False), (bank, -5000.0, False)])
        rows = self._rows()
        self.assertRow("unabsorbed", (5000 - 300 - 10) * YEAR, 1, 4690.0, rows)
        # 22 days of 8 h; present 8.5 h, 8 % may be idle.
        more = 176.0 - 8.5 - 0.08 * 176.0
        self.assertRow("idle", more * 37.5 * YEAR, 5, more, rows)
        self.assertEqual(
            [row["overlaps"] for row in (rows["idle"], rows["unabsorbed"])],
            [["Payroll that no order carries"], ["Idle time above the target"]],
        )

    def test_prices(self):
        product = self._create_service("Check", 100.0, uom=False)
        flat = self.env["field.service.flat.rate"].create({"product_id": product.id})
        self.env["field.service.price.proposal"].create(
            {
                "company_id": self.company.id,
                "flat_rate_id": flat.id,
                "product_id": product.id,
                "n": 9,
                "uses": 10.0,
                "cost_p50": 90.0,
                "cost_p80": 95.0,
                "target_margin": 40.0,
            }
        )
        # 90 / 0.6 - 100 = 50 for each of 10 uses, a year already.
        row = self.assertRow("price", 500.0, 1, 500.0)
        self.assertTrue(self.env.ref(row["tool"]))

    def test_money_that_is_tied_up(self):
        """335.00 wait, then are owed: 10 % a year of it, whatever the period."""
        self.assertRow("unbilled", 33.5, 4, 335.0)
        self._invoice(self.repair | self.loss).invoice_date_due = "2026-03-10"
        rows = self._rows()
        self.assertNotIn("unbilled", rows)
        self.assertRow("overdue", 33.5, 1, 335.0, rows)
        self.assertEqual(sum(self._open("overdue").mapped("open_amount")), 335.0)
        self.company.service_capital_rate = 0.0
        row = self._rows()["overdue"]
        self.assertIsNone(row["amount"])
        self.assertFalse(row["counted"])
        self.assertIn("settings", row["note"])

    def test_slow_parts(self):
        self.env["field.service.replenishment"].create(
            {
                "company_id": self.company.id,
                "kind": "return",
                "location_id": self.van.id,
                "product_id": self.filter.id,
                "quantity": 4.0,
                "unit_cost": 10.0,
            }
        )
        self.env.flush_all()
        self.assertRow("slow", 4.0, 1, 40.0)

    def test_each_company_its_own(self):
        self.manager.company_ids = [Command.link(self.company_b.id)]
        result = self._ask(company=self.company_b)
        self.assertEqual(result["currency_id"], self.company_b.currency_id.id)
        keys = {row["key"] for row in result["rows"]}
        # 240.00 wait there, which cost it nothing: no cost of capital.
        self.assertFalse(keys & {"leakage:0", "rework", "loss", "missing"}, keys)

    def test_nothing_is_said_as_such(self):
        """A company without anything has no rows, and a reason for each."""
        company = self.env["res.company"].create({"name": "Empty"})
        self.manager.company_ids = [Command.link(company.id)]
        result = self._ask(company=company)
        self.assertEqual((result["rows"], result["total"]), ([], 0.0))
        sources = self.env["field.service.money"]._get_sources()
        self.assertEqual(len(result["silent"]), len(sources))
        self.assertTrue(all(one["reason"] for one in result["silent"]))

    def test_periods(self):
        result = self._ask(period="last_12_months")["period"]
        self.assertIn(result["days"], (365, 366))
        with self.assertRaisesRegex(UserError, "before it starts"):
            self._ask(period="custom", date_from="2026-04-01", date_to="2026-03-01")
        with self.assertRaisesRegex(UserError, "first and the last day"):
            self._ask(period="custom")
        with self.assertRaisesRegex(UserError, "Nothing of this"):
            self._open("missing")
        with self.assertRaisesRegex(UserError, "Nothing of this"):
            self._open(None)

    def test_a_row_becomes_an_action(self):
        model = self.env["field.service.money"].with_user(self.manager)
        action = model.with_company(self.company).improve_money("leakage:0", MARCH)
        improvement = (
            self.env["field.service.improvement"]
            .with_user(self.manager)
            .with_company(self.company)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(improvement.kpi_id.code, "P14")
        self.assertAlmostEqual(improvement.expected_effect, 80.0 * YEAR, 2)
        self.assertIn("no reason given", improvement.name)
        self.assertEqual(improvement.user_id, self.manager)

    def test_managers_only(self):
        for user in (self.user_technician, self.dispatcher, self.clerk):
            with self.assertRaises(AccessError):
                self._ask(user=user)

    def test_queries_do_not_grow_with_the_orders(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._ask()
            return self.env.cr.sql_log_count - before

        count()
        first = count()
        for day in (18, 19, 20, 23):
            self._do(f"more {day}", 1.0, day=day, coverage="goodwill")
        self.assertLessEqual(count(), first + 2)


@tagged("post_install", "-at_install")
class TestMissedOffers(FieldServiceOfferCommon, FieldServiceMoneyCommon):
    def test_recommendations_that_nobody_presented(self):
        today = fields.Date.to_string(fields.Date.context_today(self.env.user))
        options = {"period": "custom", "date_from": today, "date_to": today}
        money = self.env["field.service.money"].with_user(self.manager)

        def ask():
            self.env.flush_all()
            rows = money.with_company(self.company).get_money(options)["rows"]
            return next((row for row in rows if row["key"] == "offer"), None)

        order = self._create_boiler_order(partner_id=self._create_partner("A").id)
        missed = self._sync(order)
        self.assertIsNone(ask(), "the work goes on: it may still be presented")
        self._work(self._create_visit(order, start=MONDAY.replace(day=24)), 1.0)
        if order.state != "done":
            order.action_done()
        self.assertEqual(ask()["base"], missed.expected_margin)
        self.assertIsNone(ask()["amount"])
        # The smaller package of one is taken, of the other nothing.
        for name, state in (("B", "accepted"), ("C", "declined")):
            other = self._create_boiler_order(partner_id=self._create_partner(name).id)
            self._sync(other)
            other.offer_ids.write(
                {
                    "state": state,
                    "presented_on": fields.Datetime.now(),
                    "package_id": self.rule.package_ids[0].id,
                    "decline_note": "Too dear",
                }
            )
        taken, refused = self.env["field.service.offer"].search(
            [("order_id.partner_id.name", "in", ("B", "C"))], order="id"
        )
        both = taken.expected_margin + refused.expected_margin
        share = taken.expected_margin / both
        self.assertAlmostEqual(ask()["amount"], missed.expected_margin * share * 365, 2)
        self.assertEqual(ask()["n"], 1)
