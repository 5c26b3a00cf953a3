from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import field_service_scorecard_index as index_module
from .scorecard_common import TODAY, ScorecardCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestScorecard(ScorecardCommon):
    def test_index_by_hand(self):
        """Tina: hours 1 - 0.8 / 3 = 11/15, so 15/11; fixed 1 + 0.25 / 6."""
        card = self._card(record=self.technician)
        parts = self._parts(card)
        pace, fix = parts["pace"], parts["fix"]
        self.assertAlmostEqual(pace["value"], 15 / 11)
        self.assertAlmostEqual(pace["credibility"], 0.8)
        self.assertEqual((pace["cases"], pace["standing"]), (5, "better"))
        self.assertAlmostEqual(fix["value"], 1 + 0.25 / 6)
        self.assertAlmostEqual(fix["credibility"], 1 / 6)
        self.assertEqual(fix["standing"], "same")
        self.assertAlmostEqual(card["index"]["value"], (15 / 11 + 1 + 0.25 / 6) / 2)
        self.assertIn("10.0 hours on 5 work orders", pace["text"])
        self.assertIn("15.0 hours on average", pace["text"])
        self.assertIn("So much of the difference", pace["belief"])
        self.assertIn("5 of 5 work orders", fix["text"])
        self.assertIn("it is 4.0 on average", fix["text"])
        tom = self._parts(self._card(record=self.tom))
        self.assertAlmostEqual(tom["pace"]["value"], 15 / 19)
        self.assertAlmostEqual(tom["fix"]["value"], 1 - 0.25 / 6)
        self.assertEqual(tom["pace"]["standing"], "worse")

    def test_margin_after_callbacks(self):
        """All 45 hours are invoiced at 80.00; a callback of Tom's takes Tina 2 hours.

        Tina 10 h: 800.00 - 375.00; Tom 20 h: 1,600.00 - 400.00, less 75.00 for the
        callback; Ann 15 h, without a rate: 1,200.00. With the callback itself 16 cases
        bring 425.00 + 1,125.00 + 1,200.00 = 2,750.00, on average 171.875.
        """
        orders = self.env["field.service.order"].union(*self.orders.values())
        self._bill(orders)
        again = orders.callback_ids.filtered(
            lambda order: order.callback_of_id == self.orders["Tom"][0]
        )
        again.action_release()
        self._work(self._create_visit(again, datetime(2026, 3, 30, 8)), 2.0)
        self._complete(again, datetime(2026, 3, 30, 8))
        model = self.env["field.service.scorecard"]
        indices = model._get_indices(self._get_question(), True)
        for person, actual, cases in (
            (self.technician, 425.0, 6),
            (self.tom, 1125.0, 5),
            (self.ann, 1200.0, 5),
        ):
            margin = indices[person.id]["margin"]
            self.assertAlmostEqual(margin.actual, actual, 2)
            self.assertEqual(margin.cases, cases)
            self.assertAlmostEqual(margin.expected, cases * 171.875, 2)
        card = self._card(record=self.tom)
        self.assertIn("1,125", self._parts(card)["margin"]["text"])
        self.assertNotIn("margin", model._get_indices(self._get_question(), False))

    def test_too_few(self):
        with patch.object(index_module, "MIN_CASES", 6):
            card = self._card(record=self.technician)
            self.assertIsNone(card["index"]["value"])
            pace = self._parts(card)["pace"]
            self.assertTrue(pace["too_small"])
            self.assertIsNone(pace["value"])
            self.assertIn("Too few", pace["belief"])
            rows = self._list()["rows"]
            self.assertEqual({row["rank"] for row in rows}, {None})
        # Nothing was done this month.
        card = self._card(record=self.technician, period="this_month")
        self.assertEqual(card["index"]["parts"], [])
        self.assertIsNone(card["index"]["value"])

    def test_rows(self):
        """Tina's planned hours are 2 per repair: 10 planned by 10 worked."""
        self.env["field.service.kpi.target"].create(
            {
                "kpi_id": self.kpi("t7").id,
                "company_id": self.company.id,
                "date_from": "2026-01-01",
                "target": 0.9,
                "limit_value": 0.8,
            }
        )
        rows = {row["code"]: row for row in self._card(record=self.technician)["rows"]}
        row = rows["T7"]
        self.assertAlmostEqual(row["value"], 1.0)
        self.assertEqual((row["cases"], row["status"]), (5, "good"))
        # 30 planned by 45 worked; by people 1.0, 0.5 and 2/3.
        self.assertAlmostEqual(row["company"], 30 / 45)
        self.assertEqual(row["peers"]["count"], 3)
        self.assertAlmostEqual(row["peers"]["worst"], 0.5)
        self.assertAlmostEqual(row["peers"]["median"], 2 / 3)
        self.assertAlmostEqual(row["peers"]["best"], 1.0)
        self.assertEqual(row["peers"]["rank"], 1)
        series = {one["month"]: one["value"] for one in row["series"]}
        self.assertEqual(len(series), 12)
        self.assertAlmostEqual(series["2026-03-01"], 1.0)
        self.assertIsNone(series["2026-04-01"])
        # Her team has two members: its figure would tell of the other one.
        self.assertIsNone(row["team"])
        self.north.member_ids += self.tom
        row = next(
            row
            for row in self._card(record=self.technician)["rows"]
            if row["code"] == "T7"
        )
        # What is left without a team of the order belongs to no team.
        self.assertIsNone(row["team"])

    def test_every_level(self):
        """Tina's five repairs belong to more than her."""
        agreement = self.env["field.service.agreement"].create(
            {
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "date_start": "2026-03-01",
            }
        )
        asset = self._create_asset("Boiler")
        orders = self.orders["Tina"]
        orders.asset_ids = asset
        orders.team_id = self.north
        orders.agreement_id = agreement
        for level, record, cases in (
            ("team", self.north, 5),
            ("job_type", self.job_type, 15),
            ("customer", self.partner, 15),
            ("asset", asset, 5),
            ("agreement", agreement, 5),
        ):
            card = self._card(level, record)
            row = next(row for row in card["rows"] if row["code"] == "S6")
            self.assertEqual(row["cases"], cases, level)
            self.assertFalse(card["index"])
            self.assertEqual(card["name"], record.display_name)
            self.assertTrue(card["as_of"])
            listed = self._list(level)
            found = [row for row in listed["rows"] if row["id"] == record.id]
            self.assertTrue(found, level)
            self.assertEqual(len(found[0]["cells"]), len(listed["columns"]))
            action = record.action_open_scorecard()
            self.assertEqual(action["params"], {"level": level, "record_id": record.id})

    def test_opens_what_it_is_made_of(self):
        model = self.env["field.service.scorecard"]
        action = model.open_index_cases("pace", self.technician.id)
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.order_id, self.orders["Tina"])
        self.assertEqual(sum(rows.mapped("work_hours")), 10.0)
        kpi = self.kpi("t7")
        action = model.open_cases(kpi.id, "technician", self.tom.id)
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.order_id, self.orders["Tom"])
        action = model.open_cases(kpi.id, "technician", self.tom.id, part="2026-04-01")
        self.assertFalse(self.env[action["res_model"]].search(action["domain"]))

    def test_bad_questions(self):
        model = self.env["field.service.scorecard"]
        with self.assertRaisesRegex(UserError, "no scorecard for"):
            model.get_scorecard("company", self.company.id)
        with self.assertRaisesRegex(UserError, "is deleted"):
            gone = self.env["field.service.team"].create({"name": "Gone"})
            number = gone.id
            gone.unlink()
            model.get_scorecard("team", number)
        with self.assertRaisesRegex(UserError, "not shown to you"):
            model.open_index_cases("nothing", self.technician.id)
        # A period nobody knows is the usual one.
        card = self._card(record=self.technician, period="yesteryear")
        self.assertEqual(card["period"]["key"], "twelve_months")
        self.assertEqual(card["period"]["start"], "2025-07-01")

    def test_reads_only(self):
        model = self.env["field.service.scorecard"]
        for name in ("get_scorecard", "get_list", "open_cases", "open_index_cases"):
            self.assertTrue(getattr(model, name)._readonly, name)
        self.env.flush_all()
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        self.assertTrue(self._card(record=self.technician)["rows"])
        self.assertTrue(self._list("job_type")["rows"])

    def test_queries_do_not_grow(self):
        def count(method, *arguments):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            method(*arguments)
            return self.env.cr.sql_log_count - before

        asked = ((self._card, "technician", self.tom), (self._list, "technician"))
        asked += ((self._list, "job_type"),)
        for question in asked:
            count(*question)
        before = [count(*question) for question in asked]
        other = self.job_type.copy({"name": "Another"})
        for day in range(6):
            self._do(self.tom, 2.0, day, job_type_id=other.id)
            self._do(self.ann, 3.0, day, job_type_id=other.id)
        self.assertEqual([count(*question) for question in asked], before)

    def _get_question(self):
        return self.env["field.service.scorecard"]._get_question(
            "technician", self.technician, {}
        )
