from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_offer import FieldServiceOfferCommon


@tagged("post_install", "-at_install")
class TestOfferReport(FieldServiceOfferCommon):
    def _report(self):
        self.env.invalidate_all()
        report = self.env["field.service.offer.report"].with_user(self.manager)
        return report.with_company(self.company)

    def _sell(self):
        """Sold at 900.00; four hours at 37.50 are 150.00: 750.00."""
        self.rule.write({"outcome": "order", "result_job_type_id": self.job_type.id})
        service = self._create_service("Check", 900.0)
        self.rule.package_ids[0].line_ids.product_id = service
        offer = self.order.offer_ids
        self._send(offer, "accepted", package_id=self.rule.package_ids[0].id)
        order = offer.result_order_ids
        order.action_release()
        self._work(
            self._create_visit(order, fields.Datetime.now() - timedelta(hours=9)), 4.0
        )
        self._bill(order)
        return offer, order

    def test_a_callback_takes_from_the_margin(self):
        """Two more hours, and one more on the callback's callback: 112.50 less."""
        offer, order = self._sell()
        self.assertEqual(
            self._report().search([("offer_id", "=", offer.id)]).realised_margin, 750.0
        )
        for days, hours in ((4, 2.0), (2, 1.0)):
            order = self._create_boiler_order(callback_of_id=order.id)
            start = fields.Datetime.now() - timedelta(days=days)
            self._work(self._create_visit(order, start), hours)
        row = self._report().search([("offer_id", "=", offer.id)])
        self.assertEqual(
            (row.realised_revenue, row.realised_cost, row.realised_margin),
            (900.0, 262.5, 637.5),
        )
        self.assertEqual(offer.with_user(self.manager).realised_margin, 637.5)
        self.assertEqual(offer.result_order_count, 3)

    def test_acceptance_by_rule_and_person(self):
        """One rule 3 of 4, the other 1 of 2; what nobody presented does not count."""
        other = self._create_rule("no_agreement")
        self._create_history(self.rule, 3, 1)
        self._create_history(other, 1, 1)
        self.order._refresh_offers()
        groups = self._report()._read_group(
            [("rule_id", "in", (self.rule | other).ids)],
            ["rule_id"],
            ["presented:sum", "accepted:sum", "acceptance:avg"],
        )
        self.assertEqual(
            {rule: figures for rule, *figures in groups},
            {self.rule: [4, 3, 0.75], other: [2, 1, 0.5]},
        )
        by_person = self._report()._read_group(
            [("rule_id", "=", self.rule.id)], ["presented_by_id"], ["presented:sum"]
        )
        self.assertEqual(by_person, [(self.env.user, 4), (self.env["res.users"], 0)])

    def test_what_is_held_back_is_not_counted(self):
        self.company.service_offer_disturbance = 1000.0
        offer = self._find()
        self.assertTrue(offer.is_blocked)
        self.assertFalse(self._report().search([("offer_id", "=", offer.id)]))

    def test_who_reads_it(self):
        report = self.env["field.service.offer.report"]
        offer = self.order.offer_ids
        row = report.with_user(self.dispatcher).search([("offer_id", "=", offer.id)])
        self.assertEqual(row.state, "draft")
        with self.assertRaises(AccessError):
            row.read(["realised_margin"])
        with self.assertRaises(AccessError):
            report.with_user(self.user_technician).search([])
        other = self._create_user("b_manager", "field_service.group_manager")
        other.write(
            {
                "company_id": self.company_b.id,
                "company_ids": [Command.set(self.company_b.ids)],
            }
        )
        self.assertFalse(report.with_user(other).search([("offer_id", "=", offer.id)]))
