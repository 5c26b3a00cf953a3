from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from ..measure import Scope
from .money_common import FIRST, FieldServiceMoneyCommon


@tagged("post_install", "-at_install")
class TestKpiMoney(FieldServiceMoneyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.repair | cls.loss)
        cls._invoice(cls.foreign)

    def test_margin(self):
        """Revenue 335.00, cost 330.00, of it 10.00 travel."""
        self.assertKpi("P1", 5.0, cases=4)
        self.assertKpi("P2", 5.0 / 335.0, cases=4)
        self.assertKpi("P3", 5.0 / 335.0)
        self.assertKpi("P3-B", 15.0 / 335.0)
        self.assertKpi("P1", 150.0, cases=1, company=self.company_b)
        self.assertKpi("P2", 150.0 / 240.0, company=self.company_b)

    def test_margin_by_accounting_date(self):
        """In March the filters (20.00) are not posted yet."""
        self.assertKpi("P1", 25.0, date_to=date(2026, 3, 31))
        # The invoice is of 10 March: before, there are only costs.
        self.assertKpi("P2", None, date_to=date(2026, 3, 9))

    def test_callbacks_cost_the_order_that_did_not_last(self):
        """130.00 - 37.50 of the callback; the callback itself: 0.00."""
        self.assertKpi("P4", 5.0, cases=4)
        # Before: 130.00 - 50.00 - 37.50 + 0.00 = 42.50.
        self.assertKpi("P4-S", 5.0 / 42.5)
        day = MONDAY.date()
        self.assertKpi("P4", 92.5, cases=1, date_from=day, date_to=day)
        day = day.replace(day=12)
        self.assertKpi("P4", 0.0, cases=1, date_from=day, date_to=day)

    def test_against_baseline(self):
        """Planned: 160.00 and 100.00 for 2 h each, (85.00 + 25.00) of 260.00."""
        points = 100 * ((130.0 - 50.0) / 335.0 - 110.0 / 260.0)
        self.assertKpi("P5", points, cases=2)

    def test_labour_parts_and_travel(self):
        """The repair only; its hours, filters and half an hour on the road."""
        self.assertKpi("P6", (160.0 - 75.0) / 160.0, cases=1)
        self.assertKpi("P7", (50.0 - 20.0) / 50.0, cases=1)
        self.assertKpi("P8", 25.0 / 10.0, cases=1)

    def test_external_cost(self):
        vendor = self._create_partner("Subcontractor")
        line = {
            "name": "Crane",
            "price_unit": 33.5,
            "analytic_distribution": self.loss._get_analytic_distribution(),
            "tax_ids": [Command.clear()],
        }
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": vendor.id,
                "invoice_date": "2026-03-20",
                "date": "2026-03-20",
                "invoice_line_ids": [Command.create(line)],
            }
        )
        bill.action_post()
        self.assertKpi("P9", 33.5 / 335.0, cases=4)

    def test_per_order_visit_and_day(self):
        """Four orders, five visits on five days, two orders with revenue."""
        self.assertKpi("P10", 330.0 / 4, cases=4)
        self.assertKpi("P10-V", 330.0 / 5, cases=5)
        self.assertKpi("P11", 335.0 / 5, cases=5)
        self.assertKpi("P13", 335.0 / 2, cases=2)

    def test_two_technicians_on_one_visit_are_two_days(self):
        self._create_rate(self._create_technician("Otto"), 50.0)
        otto = self.env["hr.employee"].search([("name", "=", "Otto")])
        order = self._create_order()
        visit = self._create_visit(order, start=MONDAY.replace(day=20))
        visit.crew_ids = otto
        self._work(visit, 1.0)
        # Only days, as nothing is billed yet: 335.00 over 5 + 2.
        self.assertKpi("P11", 335.0 / 7, cases=7)

    def test_covered_late_and_unattributed_costs(self):
        # Warranty and goodwill: 37.50 + 37.50.
        self.assertKpi("P17", 75.0 / 335.0, cases=4)
        # Late after 30 days: the filters (20.00), posted today, and 14.00 in May.
        self._cost_entry(self.loss, 14.0, date(2026, 5, 20))
        self._cost_entry(self.loss, 6.0, date(2026, 4, 5))  # exactly 30 days
        self.assertKpi("P20", 34.0 / 350.0)
        self.company.service_late_cost_days = 29
        self.assertKpi("P20", 40.0 / 350.0)
        # 350.00 on orders, 50.00 on none.
        self._cost_entry(None, 50.0, date(2026, 3, 20))
        self.assertKpi("P19", 50.0 / 400.0)
        # Only the accounts that were chosen: crane hire, on no order.
        hire = self._get_account("expense").copy({"code": "620900", "name": "Hire"})
        self._cost_entry(None, 7.0, date(2026, 3, 21), hire)
        self._cost_entry(self.loss, 3.0, date(2026, 3, 21), hire)
        self.assertKpi("P19", 50.0 / 400.0)
        self.company.service_scope_account_ids = hire
        self.assertKpi("P19", 7.0 / 10.0, cases=2)

    def test_absorption(self):
        """300.00 labour (8 h) and 10.00 travel of a payroll of 400.00."""
        wages = self._get_account("expense").copy({"code": "620100", "name": "Wages"})
        self.company.service_payroll_account_ids = wages
        self._cost_entry(None, 400.0, date(2026, 3, 31), wages)
        self.assertKpi("P18", 310.0 / 400.0)
        # Payroll is no direct cost without an order.
        self.assertKpi("P19", 0.0)

    def test_leakage(self):
        """A quarter of an hour forgotten, 10 % off 2 h, one hour of goodwill."""
        order = self._do("leaking", 2.0, 0.5, day=16)
        travel = order.charge_ids.filtered(lambda charge: charge.kind == "travel")
        labour = order.charge_ids - travel
        reason = self.env.ref("field_service.field_service_reason_leakage_forgotten")
        travel.write({"quantity": 0.25, "leakage_reason_id": reason.id})
        labour.discount = 10.0
        day = {"date_from": date(2026, 3, 16), "date_to": date(2026, 3, 16)}
        # 12.50 + 16.00 of 25.00 + 160.00.
        self.assertKpi("P14", 28.5 / 185.0, cases=2, **day)
        self.assertKpi("P14-F", 12.5 / 185.0, cases=2, **day)
        # With goodwill (80.00) and what was billed; the warranty was never billable.
        self.assertKpi("P14", (80.0 + 28.5) / (335.0 + 80.0 + 185.0))

    def test_losses(self):
        self.assertKpi("P21", 1 / 4, cases=4)
        self._credit(self.invoice)
        # Revenue 0.00: the repair has cost 105.00 as well. No ticket is left.
        self.assertKpi("P21", 2 / 4)
        self.assertKpi("P13", None, cases=0)
        self.assertKpi("P2", None)

    def test_spread(self):
        """Tina 5.00 of 335.00, Otto (50.00 an hour) 60.00 of 160.00."""
        self.assertIsNone(self._value("P22"))
        otto = self._create_technician("Otto")
        self._create_rate(otto, 50.0)
        self._invoice(self._do("otto", 2.0, day=18, technician=otto))
        # Of two, P90 - P10 is 0.8 of their distance.
        points = 100 * 0.8 * (60.0 / 160.0 - 5.0 / 335.0)
        self.assertKpi("P22", points, cases=2)
        values = self._value("P22", level="job_type")
        key = (self.company.id, self.job_type.id, None)
        self.assertAlmostEqual(values[key].value, points)
        # Another kind of work, with a third of the revenue and a spread of its own.
        other = self.job_type.copy({"name": "Other"})
        self._invoice(self._do("t", 1.0, day=20, job_type_id=other.id))  # 42.50 of 80
        order = self._do("o", 1.0, day=20, job_type_id=other.id, technician=otto)
        self._invoice(order)  # 30.00 of 80
        narrow = 100 * 0.8 * (42.5 - 30.0) / 80.0
        both = (points * 495.0 + narrow * 160.0) / (495.0 + 160.0)
        self.assertKpi("P22", both, cases=4)

    def test_companies_together(self):
        """1 EUR is 2 USD: 5.00 + 300.00 of 335.00 + 480.00."""
        euro = self.company_b.currency_id
        self.env["res.currency.rate"].search([]).unlink()
        euro.rate_ids = [Command.create({"name": "2026-01-01", "rate": 0.5})]
        both = self.company | self.company_b
        dollar = self.company.currency_id
        self.assertEqual(self._value("P1", both, dollar).value, 305.0)
        self.assertAlmostEqual(self._value("P2", both, dollar).value, 305.0 / 815.0)

    def test_technicians_share_by_hours(self):
        values = self._value("P1", level="technician")
        key = (self.company.id, self.technician.id, None)
        self.assertEqual(values[key].value, 5.0)

    def test_no_data_no_value(self):
        kpis = self.env["field.service.kpi"].search([("is_builtin", "=", True)])
        scope = Scope(self.company, date(2019, 1, 1), date(2019, 12, 31))
        values = kpis._get_values(scope)
        self.assertEqual([kpi.code for kpi, found in values.items() if found], [])

    def test_queries_do_not_grow_with_months(self):
        # The paid hours of P12 are counted in test_kpi_operations.
        kpis = self.env["field.service.kpi"].search(
            [("code", "=like", "P%"), ("code", "!=", "P12")]
        )
        self.env.flush_all()
        counts = []
        for interval in (None, "month"):
            scope = Scope(self.company, date(2025, 12, 1), date(2026, 11, 30))
            kpis._get_values(scope._replace(interval=interval))
            before = self.env.cr.sql_log_count
            kpis._get_values(scope._replace(interval=interval))
            counts.append(self.env.cr.sql_log_count - before)
        # One for each report and date basis, and three for the spread.
        self.assertEqual(counts, [14, 14])

    def test_figures_open_their_rows(self):
        kpi = self.env["field.service.kpi"].search([("code", "=", "P4")])
        action = kpi.action_open_cases(Scope(self.company, FIRST, date(2026, 3, 31)))
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sum(rows.mapped("net_margin")), 5.0)
        [row] = rows.filtered(lambda row: row.order_id == self.repair)
        self.assertEqual(row.action_open_order()["res_id"], self.repair.id)

    def test_who_sees_figures(self):
        scope = Scope(self.company, FIRST, date(2026, 3, 31))
        kpis = self.env["field.service.kpi"].search([("code", "=like", "P%")])
        self.assertTrue(kpis.with_user(self.manager)._get_values(scope))
        for user in (self.dispatcher, self.user_technician):
            with self.assertRaises(AccessError):
                kpis.with_user(user)._get_values(scope)
        # Who may see costs does not see how a person does.
        cost = self._create_user("cost", "field_service.group_cost")
        p10 = kpis.filtered(lambda kpi: kpi.code == "P10").with_user(cost)
        self.assertTrue(p10._get_values(scope)[p10])
        with self.assertRaises(AccessError):
            p10._get_values(scope._replace(level="technician"))
        # Nor figures of another company.
        other = scope._replace(companies=self.company_b)
        self.assertFalse(p10._get_values(other)[p10])
