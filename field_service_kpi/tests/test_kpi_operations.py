from datetime import date, datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .operations_common import OperationsCommon

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@tagged("post_install", "-at_install")
class TestKpiOperations(OperationsCommon):
    """Who sees what, and what it costs to ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_month()
        cls.kpis = cls.env["field.service.kpi"].search(
            [("family", "in", ("2_productivity", "3_quality", "4_speed"))]
        )

    def _count(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.kpis._get_values(self._scope(*YEAR, interval="month"))
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_orders(self):
        self._count()  # fills the registry's own caches
        few = self._count()
        for day in range(10, 20):
            order = self._create_order(team_id=self.north.id)
            visit = self._create_visit(order, datetime(2026, 4, day, 8))
            self._work(visit, 2.0, travel=0.5)
        self.assertEqual(self._count(), few)
        # Eight reports and the equipment; people, calendars and bookings are read
        # once for all hours, the company's settings for all of it.
        self.assertLessEqual(few, 29)

    def test_each_kpi_has_what_people_ask_for(self):
        for kpi in self.kpis:
            self.assertTrue(kpi.formula_text, kpi.code)
            self.assertTrue(kpi.date_basis, kpi.code)
            self.assertIn("company", kpi._get_levels(), kpi.code)

    def test_technician_sees_himself_alone(self):
        user = self.user_technician
        values = self._values("t1", level="technician", user=user)
        self.assertEqual(set(values), {(self.company.id, self.technician.id, None)})
        report = self.env["field.service.technician.report"].with_user(user)
        self.assertEqual(report.search([]).technician_id, self.technician)
        orders = self.env["field.service.order.technician.report"].with_user(user)
        self.assertEqual(orders.search([]).order_id, self.one | self.two)
        for name in ("visit", "order"):
            with self.assertRaises(AccessError):
                self.env[f"field.service.{name}.report"].with_user(user).search([])

    def test_dispatcher_sees_teams_and_nobody_in_particular(self):
        user = self.dispatcher
        values = self._values("t1", level="team", user=user)
        self.assertEqual(len(values), 2)
        self.assertFalse(self._values("t1", level="technician", user=user))
        self.assertNotIn(
            "technician_id", self.env["field.service.visit.report"]._fields
        )

    def test_manager_sees_everybody_of_his_company(self):
        user = self.manager
        values = self._values("t1", level="technician", user=user)
        self.assertEqual({key[1] for key in values}, {self.technician.id, self.tom.id})
        report = self.env["field.service.technician.report"].with_user(user)
        self.assertEqual(report.search([]).company_id, self.company)

    def test_one_grouped_query_per_screen(self):
        for name in ("visit", "technician", "order", "order.technician"):
            report = self.env[f"field.service.{name}.report"]
            report._read_group([], ["team_id"], ["__count"])
            with self.assertQueryCount(1):
                report._read_group([], ["team_id"], ["__count"])
