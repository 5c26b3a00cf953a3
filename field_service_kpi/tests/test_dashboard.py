from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import freeze_time

from ..period import get_period
from .common import FieldServiceKpiCommon

TODAY = "2024-03-20"


class DashboardCommon(FieldServiceKpiCommon):
    """Orders with revenue and costs on days of the test's choice."""

    def _post(self, order, revenue, cost, day="2024-03-15"):
        share = self._share((order, 100))
        lines = [(self.income, -revenue, share), (self.expense, cost, share)]
        self._create_entry([line for line in lines if line[1]], date=day)

    def _ask(self, user=None, **options):
        model = self.env["field.service.kpi.dashboard"].with_company(self.company)
        if user:
            model = model.with_user(user).with_company(self.company)
        return model.get_dashboard(options)

    def _tile(self, code, user=None, **options):
        tiles = self._ask(user, **options)["tiles"]
        return next(tile for tile in tiles if tile["code"] == code)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDashboard(DashboardCommon):
    def test_tile_of_a_running_month(self):
        self._post(self.order, 100.0, 90.0)
        self._post(self.other_order, 300.0, 120.0)
        self._post(self.order, 50.0, 10.0, "2024-02-20")
        # Not yet: the same days of the month before end on the 20th.
        self._post(self.order, 1000.0, 0.0, "2024-02-21")
        self._post(self.order, 7.0, 0.0, "2024-03-21")
        self._post(self.order, 10.0, 0.0, "2023-04-01")
        self._post(self.order, 99.0, 0.0, "2023-03-31")
        margin = self._tile("P1")
        self.assertEqual(margin["value"], 190.0)
        self.assertEqual(margin["previous"], 40.0)
        self.assertEqual(margin["cases"], 2)
        self.assertEqual(margin["trend"], "better")
        series = {one["month"]: one["value"] for one in margin["series"]}
        self.assertEqual(len(series), 12)
        self.assertEqual(
            {month: value for month, value in series.items() if value is not None},
            {"2023-04-01": 10.0, "2024-02-01": 1040.0, "2024-03-01": 190.0},
        )
        # (10 + 180) / 400, and 40 / 50 before.
        rate = self._tile("P2")
        self.assertEqual(rate["value"], 0.475)
        self.env.ref("field_service_kpi.kpi_p2").min_sample = 3
        self.assertTrue(self._tile("P2")["too_small"])
        self.assertEqual((rate["previous"], rate["trend"]), (0.8, "worse"))

    def test_quarter_and_chosen_days(self):
        self._post(self.order, 100.0, 0.0, "2024-01-05")
        self._post(self.order, 200.0, 0.0, "2024-03-15")
        self._post(self.order, 30.0, 0.0, "2023-10-02")
        tile = self._tile("P1", period="this_quarter")
        self.assertEqual((tile["value"], tile["previous"]), (300.0, 30.0))
        # One order in two months is one case.
        self.assertEqual(tile["cases"], 1)
        days = {"period": "custom", "date_from": "2024-01-06", "date_to": "2024-03-15"}
        self.assertEqual(self._tile("P1", **days)["value"], 200.0)
        self.assertEqual(self._tile("P1", **days)["previous"], 100.0)
        with self.assertRaisesRegex(UserError, "before it starts"):
            self._ask(**{**days, "date_to": "2024-01-01"})

    def test_fiscal_year_not_from_january(self):
        self.company.write({"fiscalyear_last_month": "6", "fiscalyear_last_day": 30})
        day = date(2024, 3, 20)
        year = get_period(self.company, "this_year", day)
        self.assertEqual((year.start, year.end), (date(2023, 7, 1), date(2024, 6, 30)))
        self.assertEqual((year.stop, year.is_running), (day, True))
        # As many days of the year before.
        self.assertEqual(year.previous_start, date(2022, 7, 1))
        self.assertEqual(year.previous_stop, date(2023, 3, 21))
        quarter = get_period(self.company, "last_quarter", day)
        self.assertEqual(
            (quarter.start, quarter.end), (date(2023, 10, 1), date(2023, 12, 31))
        )
        self.assertEqual(quarter.previous_start, date(2023, 7, 1))
        self.assertFalse(quarter.is_running)

    def test_graphs(self):
        repair, service = self.env["field.service.job.type"].create(
            [{"name": "Repair"}, {"name": "Service"}]
        )
        self.order.job_type_id, self.other_order.job_type_id = repair, service
        self._post(self.order, 100.0, 130.0)
        self._post(self.other_order, 300.0, 120.0)
        graphs = self._ask()["graphs"]
        self.assertEqual(
            graphs["margin"][-1],
            {"month": "2024-03-01", "revenue": 400.0, "margin": 150.0},
        )
        self.assertIsNone(graphs["margin"][0]["margin"])
        self.assertEqual(
            [(one["name"], one["margin"]) for one in graphs["job_types"]],
            [("Service", 180.0), ("Repair", -30.0)],
        )
        costs = {one["kind"]: one["amount"] for one in graphs["costs"]}
        self.assertEqual(sum(costs.values()), 250.0)
        self.assertEqual(
            self._tile("P1", level="job_type", record_id=repair.id)["value"], -30.0
        )

    def test_nothing_is_not_zero(self):
        data = self._ask()
        self.assertFalse(data["has_data"])
        self.assertEqual(data["graphs"], {})
        for tile in data["tiles"]:
            self.assertIsNone(tile["value"], tile["code"])
            self.assertIsNone(tile["previous"], tile["code"])
            self.assertEqual(tile["trend"], "none")

    def test_group_of_companies(self):
        self.env["res.currency.rate"].search([]).unlink()
        gold = self.setup_other_currency(
            "EUR", rates=[("2024-03-01", 4.0), (TODAY, 2.0)]
        )
        type(self).company_data_2 = self.setup_other_company(currency_id=gold.id)
        company = self.company_data_2["company"]
        order = self._create_order(company_id=company.id)
        self._post(self.order, 100.0, 0.0)
        self._create_entry(
            [
                (
                    self.company_data_2["default_account_revenue"],
                    -50.0,
                    self._share((order, 100)),
                )
            ],
            company=company,
        )
        both = self.company | company
        ask = self.env["field.service.kpi.dashboard"].with_context(
            allowed_company_ids=both.ids
        )
        data = ask.get_dashboard({"company_ids": both.ids})
        margin = next(tile for tile in data["tiles"] if tile["code"] == "P1")
        # 2 EUR are 1 of the first company's today: 100 + 50 / 2.
        self.assertEqual(margin["value"], 125.0)
        self.assertEqual(data["graphs"]["margin"][-1]["margin"], 125.0)
        self.assertEqual(data["graphs"]["job_types"][0]["margin"], 125.0)
        self.assertEqual([rate["rate"] for rate in data["rates"]], [1.0, 0.5])
        self.assertEqual(data["rates"][1]["date"], TODAY)
        alone = ask.get_dashboard({"company_ids": company.ids})
        self.assertEqual(alone["tiles"][0]["value"], 50.0)
        self.assertEqual(alone["currency_id"], gold.id)
        self.assertFalse(alone["rates"])
        # A company that is not switched on is not read.
        self.assertEqual(
            self._ask(company_ids=company.ids)["options"]["company_ids"],
            self.company.ids,
        )

    def test_one_query_for_sums_however_many_tiles(self):
        self._post(self.order, 100.0, 90.0)
        report = type(self.env["field.service.ledger.report"])
        asked = []
        read_group = report._read_group

        def count(self, domain, groupby=(), aggregates=(), **kwargs):
            asked.append(tuple(groupby))
            return read_group(self, domain, groupby, aggregates, **kwargs)

        with patch.object(report, "_read_group", count):
            self._ask(period="this_year")
        # Sums, the distinct orders of the period, and the graph by job type.
        self.assertEqual(len(asked), 3)

    def test_reads_only(self):
        model = self.env["field.service.kpi.dashboard"]
        self.assertTrue(model.get_dashboard._readonly)
        self.assertTrue(model.open_cases._readonly)
        self._post(self.order, 100.0, 90.0)
        self.env.flush_all()
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        self.assertTrue(self._ask()["has_data"])

    def test_opens_what_it_is_the_sum_of(self):
        self._post(self.order, 100.0, 90.0)
        self._post(self.order, 5.0, 0.0, "2024-02-03")
        model = self.env["field.service.kpi.dashboard"]
        margin = self.env.ref("field_service_kpi.kpi_p1")

        def total(part):
            action = model.open_cases(margin.id, {"period": "this_month"}, part)
            rows = self.env[action["res_model"]].search(action["domain"])
            return sum(rows.mapped("margin"))

        self.assertEqual(total("current"), 10.0)
        self.assertEqual(total("previous"), 5.0)
        self.assertEqual(total("2024-02-01"), 5.0)

    def test_users_choose(self):
        model = self.env["field.service.kpi.dashboard"]
        rate = self.env.ref("field_service_kpi.kpi_p2")
        model.set_kpis(rate.ids)
        self.assertEqual([tile["code"] for tile in self._ask()["tiles"]], ["P2"])
        model.set_kpis([])
        self.assertGreater(len(self._ask()["tiles"]), 1)
        other = new_test_user(
            self.env,
            "kpi_boss",
            groups="field_service.group_manager",
            company_id=self.company.id,
        )
        model.with_user(other).set_kpis(rate.ids)
        choices = self.env["field.service.kpi.choice"]
        self.assertFalse(choices.search([("user_id", "=", self.env.uid)]))
        with self.assertRaises(AccessError):
            choices.create({"user_id": self.env.ref("base.user_root").id})


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDashboardAccess(DashboardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {
            "technician": "field_service.group_technician",
            "dispatcher": "field_service.group_dispatcher",
            "accountant": "field_service.group_cost,account.group_account_readonly",
        }
        cls.users = {
            name: new_test_user(
                cls.env, f"kpi_{name}", groups=group, company_id=cls.company.id
            )
            for name, group in groups.items()
        }

    def _codes(self, user, **options):
        return {tile["code"] for tile in self._ask(user, **options)["tiles"]}

    def test_money_is_for_those_who_may_see_it(self):
        self._post(self.order, 100.0, 90.0)
        self.assertIn("P1", self._codes(self.users["accountant"]))
        self.assertIn("margin", self._ask(self.users["accountant"])["graphs"])
        for name in ("dispatcher", "technician"):
            data = self._ask(self.users[name])
            self.assertFalse(data["graphs"], name)
            money = [
                t for t in data["tiles"] if t["unit"] in ("money", "money_per_hour")
            ]
            self.assertFalse(money, name)
            self.assertNotIn("P2", {one["code"] for one in data["available"]})
            with self.assertRaisesRegex(UserError, "not shown to you"):
                self.env["field.service.kpi.dashboard"].with_user(
                    self.users[name]
                ).open_cases(self.env.ref("field_service_kpi.kpi_p1").id)

    def test_a_technician_sees_his_own_productivity(self):
        user = self.users["technician"]
        data = self._ask(user)
        self.assertTrue(data["no_person"])
        mine, other = (
            self.env["hr.employee"]
            .sudo()
            .create(
                [
                    {"name": "Me", "user_id": user.id, "company_id": self.company.id},
                    {"name": "Other", "company_id": self.company.id},
                ]
            )
        )
        asked = {"level": "technician", "record_id": other.id}
        data = self._ask(user, **asked)
        self.assertEqual(data["options"]["record_id"], mine.id)
        self.assertFalse(data["choices"]["levels"])
        self.assertFalse(
            {one["family"] for one in data["available"]} - {"2_productivity"}
        )
        with self.assertRaisesRegex(UserError, "service managers"):
            self._ask(self.users["dispatcher"], **asked)


@tagged("post_install", "-at_install")
class TestDashboardTour(DashboardCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Packages of Odoo leave this file out; without it the bundle warns.
        cls.env["ir.asset"].create(
            {
                "name": "No background blur",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
        cls.boss = new_test_user(
            cls.env,
            "kpi_tour",
            groups="field_service.group_manager,field_service.group_cost",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def test_tour(self):
        month = fields.Date.today().replace(day=1)
        last = fields.Date.subtract(month, months=1)
        self._post(self.order, 1000.0, 400.0, fields.Date.to_string(month))
        self._post(self.order, 700.0, 300.0, fields.Date.to_string(last))
        self.start_tour(
            "/odoo/service-dashboard", "field_service_kpi_dashboard", login="kpi_tour"
        )
        choice = self.env["field.service.kpi.choice"].with_user(self.boss)._get_choice()
        self.assertEqual(choice.kpi_ids.mapped("code"), ["P1"])
