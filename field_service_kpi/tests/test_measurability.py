from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .operations_common import OperationsCommon


@tagged("post_install", "-at_install")
class TestMeasurability(OperationsCommon):
    """What was not recorded of the orders of the last 90 days, and where to fix it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env["field.service.job.type"].create(
            {"name": "Boiler repair", "callback_days": 30}
        )
        cls.today = fields.Datetime.now().replace(hour=8, minute=0, second=0)
        cls.day = 0

    @classmethod
    def _do(cls, travel=0.0, ago=None, **values):
        """Work off an order some days ago, each on a day of its own."""
        cls.day += 1
        start = cls.today - timedelta(days=ago or cls.day)
        order = cls._create_order(**{"job_type_id": cls.type.id, **values})
        cls._work(cls._create_visit(order, start), 2.0, travel)
        order.completed_on = start
        return order

    def _rows(self, code=None, fact=None, user=None):
        model = self.env["field.service.measurability"].with_user(user or self.env.user)
        domain = [("job_type_id", "=", self.type.id)]
        if code:
            domain.append(("kpi_id", "=", self.kpi(code).id))
        if fact:
            domain.append(("fact", "=", fact))
        return model.search(domain)

    def test_says_how_many_orders_lack_what(self):
        for travel in (0.5, 0.0, 0.0):
            self._do(travel)
        row = self._rows("t4")
        self.assertEqual((row.fact, row.orders, row.missing), ("travelled", 3, 2))
        self.assertAlmostEqual(row.measurable, 1 / 3)
        self.assertEqual(row.state, "partly")
        self.assertIn("2 of 3 orders of type Boiler repair", row.message)
        self.assertIn("Travel Share", row.message)
        self.assertIn("set off", row.remedy)
        # Hours of work are there.
        self.assertFalse(self._rows("s5"))

    def test_planned_hours(self):
        lost = self._do()
        kept = self._do()
        lost.sudo().write({"planned_hours": 0.0, "baseline_hours": 0.0})
        row = self._rows("t7")
        self.assertEqual((row.fact, row.orders, row.missing), ("planned", 2, 1))
        action = row.action_open_orders()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, lost)
        self.assertNotIn(kept, found)

    def test_only_what_could_be_there_counts(self):
        self._do(coverage="warranty")
        chargeable = self._do()
        chargeable.sudo().baseline_revenue = 0.0
        row = self._rows("p5", "price")
        # Warranty work needs no price.
        self.assertEqual((row.orders, row.missing, row.state), (1, 1, "none"))

    def test_older_historic_and_open_orders_do_not_count(self):
        self._do(ago=95)
        self._create_order(job_type_id=self.type.id)
        self.assertFalse(self._rows())

    def test_cause_of_a_return_visit(self):
        reasons = self.env["field.service.reason"]
        vague = reasons.create({"name": "Other", "kind": "return"})
        order = self._create_order(job_type_id=self.type.id)
        start = self.today - timedelta(days=40)
        first = self._create_visit(order, start)
        self._work(first, 1.0, result="return_needed", return_reason_id=vague.id)
        self._work(self._create_visit(order, start + timedelta(days=1)), 1.0)
        self._do()
        row = self._rows("q4_p")
        # Of the order with a return visit; the other one had none.
        self.assertEqual((row.fact, row.orders, row.missing), ("reason", 1, 1))
        action = row.with_user(self.manager).action_open_setting()
        self.assertEqual(action["res_model"], "field.service.reason")
        vague.return_cause = "skill"
        self.assertFalse(self._rows("q4_p"))

    def test_row_opens_the_setting(self):
        self._do()
        row = self._rows("q5").with_user(self.manager)
        self.assertEqual(row.fact, "checklist")
        action = row.action_open_setting()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("field.service.job.type", self.type.id),
        )
        payroll = self._rows("p18").with_user(self.manager)
        with self.assertRaisesRegex(UserError, "payroll accounts"):
            payroll.action_open_setting()
        admin = self.env.ref("base.user_admin")
        action = self._rows("p18").with_user(admin).action_open_setting()
        self.assertEqual(action["res_model"], "res.config.settings")

    def test_fixed_is_gone(self):
        self.type.callback_days = 0
        self._do()
        row = self._rows("q1")
        self.assertEqual((row.fact, row.state), ("window", "none"))
        self.type.callback_days = 14
        self.env.invalidate_all()
        self.assertFalse(self._rows("q1"))

    def test_own_kpis_are_looked_at_too(self):
        self._do()
        own = self.kpi("t4").copy({"name": "Our own"})
        row = self.env["field.service.measurability"].search(
            [("job_type_id", "=", self.type.id), ("kpi_id", "=", own.id)]
        )
        self.assertEqual(row.fact, "travelled")

    def test_groups_do_not_add_up_the_same_orders(self):
        for _number in range(2):
            self._do()
        [(fact, orders, missing)] = self.env["field.service.measurability"]._read_group(
            [("job_type_id", "=", self.type.id), ("fact", "=", "travelled")],
            ["fact"],
            ["orders:max", "missing:max"],
        )
        self.assertEqual((fact, orders, missing), ("travelled", 2, 2))

    def test_each_fact_names_measures_and_opens(self):
        registry = self.env["field.service.kpi.fact"]
        codes = set(registry._get_facts())
        self.assertEqual(set(registry._get_fact_labels()), codes)
        self.assertEqual(set(registry._get_fact_remedies()), codes)
        known = self.env["field.service.kpi.measure"]._get_measures()
        for code, needed_by in registry._get_fact_needs().items():
            self.assertIn(code, codes)
            self.assertTrue(set(needed_by) <= set(known), code)
        admin = self.env.ref("base.user_admin")
        self._do(asset_ids=[Command.clear()])
        for row in self._rows(user=admin):
            self.assertTrue(row.action_open_setting()["res_model"])
            orders = row.action_open_orders()
            count = self.env["field.service.order"].search_count(orders["domain"])
            self.assertEqual(count, row.missing, row.message)

    def test_who_sees_it(self):
        self._do()
        other = self._create_order(
            company_id=self.company_b.id, job_type_id=self.type.id
        )
        visit = self._create_visit(other, self.today - timedelta(days=3))
        self._work(visit, 1.0)
        rows = self._rows(user=self.manager)
        self.assertEqual(rows.company_id, self.company)
        for user in (self.user_technician, self.dispatcher):
            with self.assertRaises(AccessError):
                self._rows(user=user)
