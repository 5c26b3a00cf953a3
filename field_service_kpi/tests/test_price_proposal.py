from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, new_test_user, tagged

from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon

from ..tools.statistics import get_percentile


@tagged("post_install", "-at_install")
class TestPercentile(BaseCase):
    def test_by_hand(self):
        self.assertIsNone(get_percentile([], 0.5))
        self.assertEqual(get_percentile([7.0], 0.8), 7.0)
        self.assertEqual(get_percentile([4.0, 1.0, 3.0, 2.0], 0.5), 2.5)
        # Position 0.8 x 4 = 3.2: a fifth of the way from 40 to 50
        values = [10.0, 20.0, 30.0, 40.0, 50.0]
        self.assertAlmostEqual(get_percentile(values, 0.8), 42.0)


@tagged("post_install", "-at_install")
class TestPriceProposal(FieldServiceBillingCommon):
    """A service at 100.00, whose hours cost 37.50; target margin 40 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls._create_service("Boiler service", 100.0, uom=False)
        cls.flat_rate = cls.env["field.service.flat.rate"].create(
            {"product_id": cls.product.id, "includes_parts": True}
        )
        cls.company.write({"service_price_min_sample": 3, "service_target_margin": 40})
        cls.proposals = cls.env["field.service.price.proposal"].with_company(
            cls.company
        )
        cls.last_week = fields.Datetime.now().replace(
            hour=9, minute=0, second=0, microsecond=0
        ) - timedelta(days=7)

    def _do(self, hours, index=0, quantity=1.0, **values):
        order = self._create_order(release=False, pricing_method="flat", **values)
        self.env["field.service.order.flat.rate"].create(
            {
                "order_id": order.id,
                "flat_rate_id": self.flat_rate.id,
                "quantity": quantity,
            }
        )
        order.action_release()
        start = self.last_week - timedelta(days=7 * index)
        visit = self._create_visit(order, start=start)
        self._work(visit, hours)
        return order

    def _propose(self):
        self.proposals.action_refresh()
        return self.proposals.search(
            [("company_id", "=", self.company.id), ("state", "=", "proposed")]
        )

    def test_cost_price_and_effect_by_hand(self):
        orders = [self._do(hours, i) for i, hours in enumerate((1.0, 2.0, 3.0, 4.0))]
        proposal = self._propose()
        self.assertEqual(proposal.flat_rate_id, self.flat_rate)
        self.assertEqual((proposal.n, proposal.uses), (4, 4.0))
        # 37.50, 75.00, 112.50, 150.00: half below 93.75; 0.8 x 3 = 2.4, so
        # 112.50 + 0.4 x 37.50 = 127.50
        self.assertEqual((proposal.cost_p50, proposal.cost_p80), (93.75, 127.5))
        self.assertEqual(proposal.current_price, 100.0)
        self.assertAlmostEqual(proposal.margin_p50, 6.25)
        self.assertAlmostEqual(proposal.margin_p80, -27.5)
        # 93.75 / 0.6 = 156.25; 4 x 56.25 = 225.00
        self.assertEqual(proposal.proposed_price, 156.25)
        self.assertEqual(proposal.yearly_effect, 225.0)
        proposal.basis = "p80"
        self.assertEqual(proposal.proposed_price, 212.5)
        self.assertEqual(proposal.yearly_effect, 450.0)
        found = self.env["field.service.order"].search(
            proposal.action_open_orders()["domain"]
        )
        self.assertEqual(found, self.env["field.service.order"].union(*orders))

    def test_done_twice_on_an_order_costs_half(self):
        for index in range(3):
            self._do(4.0, index, quantity=2.0)
        proposal = self._propose()
        self.assertEqual((proposal.n, proposal.uses), (3, 6.0))
        self.assertEqual(proposal.cost_p50, 75.0)

    def test_what_does_not_count(self):
        for index in range(2):
            self._do(3.0, index)
        self._do(3.0, 2, coverage="goodwill", coverage_reason="Angry")
        old = self._do(3.0, 4)
        old.completed_on = fields.Datetime.now() - timedelta(days=366)
        self.assertFalse(self._propose(), "two orders are too few")
        self._do(3.0, 3)
        self.assertEqual(self._propose().n, 3)

    def test_a_price_that_is_high_enough(self):
        for index in range(3):
            self._do(1.0, index)
        # 100 - 37.50 leaves 62.5 %
        self.assertFalse(self._propose())
        self.company.service_target_margin = 62.6
        proposal = self._propose()
        self.assertEqual(proposal.proposed_price, 100.27, "37.50 / 0.374")
        self.company.service_target_margin = 40
        self.assertFalse(self._propose(), "and gone again")

    def test_apply_and_take_back(self):
        for index in range(3):
            self._do(2.0, index)
        proposal = self._propose()
        self.assertEqual(proposal.proposed_price, 125.0)
        proposal.action_apply()
        self.assertEqual(self.product.lst_price, 125.0)
        self.assertEqual((proposal.state, proposal.previous_price), ("applied", 100.0))
        self.assertEqual(proposal.applied_by_id, self.env.user)
        self.assertIn("125.00", self.product.product_tmpl_id.message_ids[0].body)
        with self.assertRaises(UserError):
            proposal.action_apply()
        self.assertFalse(self._propose(), "now it is high enough")
        proposal.action_undo()
        self.assertEqual(self.product.lst_price, 100.0)
        self.assertEqual(proposal.state, "undone")

    def test_what_was_changed_since_is_not_taken_back(self):
        for index in range(3):
            self._do(2.0, index)
        proposal = self._propose()
        proposal.action_apply()
        self.product.lst_price = 130.0
        with self.assertRaises(UserError):
            proposal.action_undo()
        self.assertEqual(self.product.lst_price, 130.0)

    def test_on_a_pricelist(self):
        for index in range(3):
            self._do(2.0, index)
        pricelist = self.env["product.pricelist"].create({"name": "Homes"})
        proposal = self._propose()
        proposal.pricelist_id = pricelist
        proposal.action_apply()
        self.assertEqual(pricelist._get_product_price(self.product, 1.0), 125.0)
        self.assertEqual(self.product.lst_price, 100.0)
        proposal.action_undo()
        self.assertFalse(pricelist.item_ids)
        pricelist.item_ids.create(
            {
                "pricelist_id": pricelist.id,
                "applied_on": "0_product_variant",
                "product_id": self.product.id,
                "compute_price": "fixed",
                "fixed_price": 110.0,
            }
        )
        proposal = self._propose()
        proposal.pricelist_id = pricelist
        self.assertEqual(proposal.current_price, 110.0)
        proposal.action_apply()
        self.assertEqual(pricelist.item_ids.fixed_price, 125.0)
        proposal.action_undo()
        self.assertEqual(pricelist.item_ids.fixed_price, 110.0)

    def test_what_is_dismissed_stays_silent(self):
        for index in range(3):
            self._do(2.0, index)
        self._propose().action_dismiss()
        self.assertFalse(self._propose())

    def test_a_fixed_price_of_a_job_type(self):
        own = self._create_service("Installation of a boiler", 100.0, uom=False)
        self.job_type.fixed_product_id = own
        for index in range(3):
            order = self._create_order(pricing_method="fixed", fixed_price=100.0)
            start = self.last_week - timedelta(days=7 * index)
            self._work(self._create_visit(order, start=start), 2.0)
        proposal = self._propose()
        self.assertEqual(proposal.job_type_id, self.job_type)
        self.assertEqual((proposal.cost_p50, proposal.proposed_price), (75.0, 125.0))
        self.job_type.fixed_product_id = False
        with self.assertRaises(UserError):
            proposal.action_apply()

    def test_access(self):
        for index in range(3):
            self._do(2.0, index)
        self._propose()
        for user in (self.dispatcher, self.user_technician, self.clerk):
            with self.assertRaises(AccessError):
                self.proposals.with_user(user).search([])
        proposal = self.proposals.with_user(self.manager).search(
            [("company_id", "=", self.company.id)]
        )
        with self.assertRaises(UserError, msg="prices are not his"):
            proposal.action_apply()
        self.manager.group_ids += self.env.ref("product.group_product_manager")
        proposal.action_apply()
        self.assertEqual(self.product.lst_price, 125.0)
        other = new_test_user(
            self.env,
            login="fs_manager_b",
            groups="field_service.group_manager",
            company_id=self.company_b.id,
            company_ids=[(6, 0, self.company_b.ids)],
        )
        self.assertFalse(
            self.env["field.service.price.proposal"].with_user(other).search([])
        )
