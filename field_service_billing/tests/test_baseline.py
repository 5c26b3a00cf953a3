from odoo.tests import tagged

from .common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestBaseline(FieldServiceBillingCommon):
    """What an order is expected to bring and to cost, worked out by hand.

    An hour sells at 80.00 and costs 37.50 (Tina), a filter 25.00 and 10.00.
    """

    def _release(self, **values):
        order = self._create_order(release=False, **values)
        self._create_part(order, self.filter, 3.0, probability=0.5)
        order.with_user(self.dispatcher).action_release()
        return order

    def test_hours_and_parts_at_prices_and_costs(self):
        order = self._release()
        # 2 h x 80 + 3 x 0.5 x 25 = 197.50; 2 h x 37.50 + 3 x 0.5 x 10 = 90.00
        self.assertEqual(order.baseline_revenue, 197.5)
        self.assertEqual(order.baseline_cost, 90.0)
        self.assertEqual(order.baseline_margin, 107.5)
        self.assertEqual(order.planned_margin, 107.5)
        kinds = {line.kind for line in order._get_planned_cost_lines()}
        self.assertEqual(kinds, {"parts", "labour"})
        # A dearer part or hour later is no matter of the plan.
        self._receive(self.filter, 10.0, 30.0)
        self._create_rate(self.technician, 99.0, date_from="2026-02-01")
        order.part_ids.quantity = 50.0
        self.assertEqual(order.baseline_cost, 90.0)

    def test_who_will_go_decides_what_an_hour_costs(self):
        dear = self._create_technician("Dora")
        self._create_rate(dear, 62.5)
        # (37.50 + 62.50) / 2 = 50.00 for the company's technicians
        self.assertEqual(self._create_order(release=False)._get_planned_rate(), 50.0)
        team = self.env["field.service.team"].create(
            {"name": "N", "company_id": self.company.id, "member_ids": dear.ids}
        )
        order = self._create_order(release=False, team_id=team.id)
        self.assertEqual(order._get_planned_rate(), 62.5)
        order.preferred_technician_id = self.technician
        self.assertEqual(order._get_planned_rate(), 37.5)

    def test_two_people_cost_and_sell_twice(self):
        order = self._release(crew_size=2)
        # 2 x 2 h x 80 + 37.50 = 357.50; 2 x 2 h x 37.50 + 15.00 = 165.00
        self.assertEqual(order.baseline_revenue, 357.5)
        self.assertEqual(order.baseline_cost, 165.0)
        self.assertEqual(order.baseline_hours, 2.0, "how long it takes")

    def test_a_fixed_price_is_the_revenue(self):
        order = self._release(pricing_method="fixed")
        self.assertEqual(order.baseline_revenue, 1200.0)
        self.assertEqual(order.baseline_margin, 1110.0)

    def test_covered_work_brings_nothing(self):
        order = self._release(coverage="warranty")
        self.assertEqual(order.baseline_revenue, 0.0)
        self.assertEqual(order.baseline_margin, -90.0)

    def test_labour_the_ledger_does_not_carry_is_not_expected(self):
        self.company.service_absorb_labour = False
        self.assertEqual(self._release().baseline_cost, 15.0)

    def test_another_company_has_its_own_figures(self):
        order = self._create_order(company_id=self.company_b.id)
        # 2 h x 30.00, Boris's rate, and none of Tina's
        self.assertEqual(order.baseline_cost, 60.0)
        self.assertEqual(order.currency_id, self.company_b.currency_id)

    def test_coverage_and_pricing_follow_the_job_type(self):
        covered = self.env["field.service.job.type"].create(
            {"name": "Covered", "coverage": "contract", "pricing_method": "fixed"}
        )
        order = self._create_order(release=False)
        self.assertEqual(order.coverage, "chargeable")
        order.job_type_id = covered
        self.assertEqual(order.coverage, "contract")
        self.assertEqual(order.pricing_method, "fixed")
        order.coverage = "goodwill"
        order.job_type_id = self.job_type
        self.assertEqual(order.coverage, "goodwill", "chosen by hand")
        self.assertEqual(order.pricing_method, "time_material")
