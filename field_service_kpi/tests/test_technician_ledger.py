from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import FieldServiceKpiCommon

MONDAY = datetime(2026, 3, 2, 8, 0)
FIGURES = ("revenue", "parts", "labour", "travel", "subcontract", "other", "margin")


@tagged("post_install", "-at_install")
class TestTechnicianLedger(FieldServiceKpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["field.service.technician.ledger.report"]
        # Only what the tests post is to be on the orders.
        cls.company.service_absorb_labour = False
        cls.tina, cls.boris, cls.zoe = (
            cls.env["hr.employee"]
            .sudo()
            .create(
                [
                    {"name": name, "company_id": cls.company.id, "tz": "UTC"}
                    for name in ("Tina", "Boris", "Zoe")
                ]
            )
            .sudo(False)
        )
        cls.order.job_type_id = cls.env["field.service.job.type"].create(
            {"name": "Repair"}
        )
        cls.order.action_release()
        cls.reason = cls.env.ref("field_service.field_service_reason_return_more_time")

    def _create_visit(self, technician, day=0, **values):
        return self.env["field.service.visit"].create(
            {
                "order_id": self.order.id,
                "technician_id": technician and technician.id,
                "start": MONDAY + timedelta(days=day),
                **values,
            }
        )

    def _work(self, visit, hours, travel=0.0):
        now = visit.start - timedelta(hours=travel)
        if travel:
            visit.register_event("travel_start", now)
        visit.register_event("work_start", visit.start)
        visit.register_event(
            "work_end",
            visit.start + timedelta(hours=hours),
            result="return_needed",
            return_reason_id=self.reason.id,
        )

    def _split(self, figure="margin"):
        """Figures of the order by technician."""
        domain = [("order_id", "=", self.order.id)]
        groups = self.report._read_group(domain, ["technician_id"], [f"{figure}:sum"])
        return dict(groups)

    def _assert_adds_up(self, order=None):
        """To the cent, figure by figure and row by row."""
        domain = [("order_id", "=", (order or self.order).id)]
        specs = [f"{name}:sum" for name in FIGURES]
        ledger = self.env["field.service.ledger.report"]
        rows = ledger._read_group(domain, ["move_line_id"], specs)
        shares = self.report._read_group(domain, ["move_line_id"], specs)
        self.assertTrue(rows)
        self.assertEqual(shares, rows)

    def test_by_hours(self):
        """Tina 3 + 1 + 1 on the way, Boris 3: 5/8 and 3/8."""
        self._work(self._create_visit(self.tina, crew_ids=self.boris.ids), 3.0)
        self._work(self._create_visit(self.tina, day=1), 1.0, travel=1.0)
        # A visit that was given up, and one still to come, take no share of it.
        self._create_visit(self.zoe, day=2).write({"state": "cancelled"})
        self._create_visit(self.zoe, day=3)
        share = self._share((self.order, 100))
        self._create_entry([(self.income, -100.01, share)])
        self._create_entry([(self.expense, 10.0, share)])
        self._create_entry([(self.expense, 0.01, share)])
        # 62.50625 is 62.51, the rest is 37.50; of one cent Boris has nothing.
        self.assertEqual(self._split("revenue"), {self.tina: 62.51, self.boris: 37.50})
        self.assertEqual(self._split("other"), {self.tina: 6.26, self.boris: 3.75})
        self.assertEqual(self._split(), {self.tina: 56.25, self.boris: 33.75})
        self._assert_adds_up()
        rates = dict(
            self.report._read_group(
                [("order_id", "=", self.order.id)],
                ["technician_id"],
                ["margin_rate:avg"],
            )
        )
        self.assertAlmostEqual(rates[self.tina], 56.25 / 62.51)

    def test_planned_as_long_as_nobody_has_worked(self):
        """A third each: 33.33, 33.34, 33.33."""
        self._create_visit(self.tina, crew_ids=(self.boris + self.zoe).ids)
        self._create_visit(self.tina, day=1)
        share = self._share((self.order, 100))
        self._create_entry([(self.income, -100.0, share)])
        people = (self.tina + self.boris + self.zoe).sorted("id")
        self.assertEqual(
            self._split(),
            dict(zip(people, (33.33, 33.34, 33.33), strict=True)),
        )
        self._assert_adds_up()

    def test_nobody_yet(self):
        share = self._share((self.order, 50), (self.other_order, 50))
        self._create_entry([(self.expense, 9.0, share)])
        self._create_visit(None)
        self.assertEqual(self._split(), {self.env["hr.employee"]: -4.5})
        self._assert_adds_up()
        self._assert_adds_up(self.other_order)

    def test_uneven_hours_never_lose_a_cent(self):
        for day, (technician, minutes) in enumerate(
            ((self.tina, 17), (self.boris, 41), (self.zoe, 7), (self.tina, 3))
        ):
            self._work(self._create_visit(technician, day=day), minutes / 60.0)
        share = self._share((self.order, 33.33), (self.other_order, 66.67))
        for cents in (1, 2, 5, 7, 11, 999, 10001, 123457):
            self._create_entry([(self.expense, cents / 100.0, share)])
            self._create_entry([(self.income, -cents / 100.0, share)])
        self._assert_adds_up()
        rows = self.report.search([("order_id", "=", self.order.id)])
        self.assertEqual(len(rows), len(set(rows.ids)))

    def test_currency_without_cents(self):
        self.company.currency_id.rounding = 1.0
        self._work(self._create_visit(self.tina, crew_ids=self.boris.ids), 1.0)
        self._create_entry([(self.expense, 5.0, self._share((self.order, 100)))])
        # 2.5 is 3, the rest is 2.
        self.assertEqual(self._split(), {self.tina: -3.0, self.boris: -2.0})

    def test_managers_only(self):
        self._create_visit(self.tina)
        self._create_entry([(self.expense, 9.0, self._share((self.order, 100)))])
        for name, groups, sees in (
            ("technician", "field_service.group_technician", False),
            ("dispatcher", "field_service.group_dispatcher", False),
            ("cost", "field_service.group_cost", False),
            ("accountant", "account.group_account_readonly", False),
            ("manager", "field_service.group_manager", True),
        ):
            user = new_test_user(
                self.env,
                login=f"technician_ledger_{name}",
                groups=groups,
                company_id=self.company.id,
                company_ids=[self.company.id],
            )
            report = self.report.with_user(user)
            if not sees:
                with self.assertRaises(AccessError):
                    report.search([])
                continue
            [group] = report.formatted_read_group([], ["technician_id"], ["margin:sum"])
            self.assertEqual(group["technician_id"], (self.tina.id, "Tina"))
            other = self.setup_other_company()["company"]
            user.write({"company_ids": other.ids, "company_id": other.id})
            self.assertFalse(report.with_user(user).search([]))

    def test_one_grouped_query(self):
        self._work(self._create_visit(self.tina), 1.0)
        self._create_entry([(self.expense, 9.0, self._share((self.order, 100)))])

        def group():
            return self.report._read_group(
                [("company_id", "=", self.company.id)],
                ["technician_id", "date:month"],
                [*(f"{name}:sum" for name in FIGURES), "margin_rate:avg"],
            )

        self.assertEqual(len(group()), 1)
        with self.assertQueryCount(1):
            group()

    def test_drill_down(self):
        self._work(self._create_visit(self.tina, crew_ids=self.boris.ids), 1.0)
        move = self._create_entry([(self.expense, 9.0, self._share((self.order, 100)))])
        rows = self.report.search([("order_id", "=", self.order.id)])
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows[0].action_open_move_line()["res_id"], move.id)
        items = self.env["account.move.line"].search(rows.action_open_items()["domain"])
        self.assertEqual(items.balance, 9.0)
