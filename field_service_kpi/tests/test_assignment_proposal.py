from odoo.tests import tagged

from .common_attribution import AttributionCommon


@tagged("post_install", "-at_install")
class TestAssignmentProposal(AttributionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create(
            {"name": "Quarry", "is_company": True}
        )
        cls.site = cls.env["res.partner"].create({"name": "Pit", "is_company": True})

    def _released(self, **values):
        return self._create_released(self.customer, self.site, **values)

    def _visit(self, order, day, **values):
        return self.env["field.service.visit"].create(
            {
                "order_id": order.id,
                "start": f"{day} 08:00:00",
                "stop": f"{day} 10:00:00",
                **values,
            }
        )

    def _propose(self, item):
        return self.env["field.service.assignment.proposal"]._propose(item).get(item)

    def test_nothing_known(self):
        self.assertIsNone(self._propose(self._post()))

    def test_a_customer_alone_is_not_enough(self):
        self._released()
        self._released()
        self.assertIsNone(self._propose(self._post(partner_id=self.customer.id)))

    def test_the_only_open_order_of_the_customer(self):
        order = self._released()
        for partner in (self.customer, self.site):
            proposal = self._propose(self._post(partner_id=partner.id))
            self.assertEqual(proposal.order, order)
            self.assertIn("same customer", proposal.reason)
            self.assertIn("only open order", proposal.reason)

    def test_not_an_order_that_came_later_or_had_ended(self):
        self._released(completed_on="2024-03-05 10:00:00")
        item = self._post(partner_id=self.customer.id, date="2024-03-15")
        self.assertIsNone(self._propose(item))
        item = self._post(partner_id=self.customer.id, date="2024-02-15")
        self.assertIsNone(self._propose(item))

    def test_the_visit_nearest_to_the_date_decides(self):
        near, far = self._released(), self._released()
        self._visit(near, "2024-03-14")
        self._visit(far, "2024-03-11")
        proposal = self._propose(self._post(partner_id=self.customer.id))
        # One has 30 + 19 and the other 30 + 16: it takes more than that.
        self.assertIsNone(proposal)
        self._visit(near, "2024-03-15")
        proposal = self._propose(self._post(partner_id=self.customer.id))
        self.assertEqual(proposal.order, near)
        self.assertIn("03/15/2024", proposal.reason)

    def test_two_that_fit_equally_wait_for_a_person(self):
        for _index in range(2):
            self._visit(self._released(), "2024-03-15")
        proposal = self._propose(self._post(partner_id=self.customer.id))
        self.assertFalse(proposal.order)
        self.assertIn("2 orders fit equally well", proposal.reason)

    def test_a_subcontractor_who_was_there(self):
        vendor = self.env["res.partner"].create({"name": "Crane", "is_company": True})
        technician = (
            self.env["hr.employee"]
            .sudo()
            .create(
                {
                    "name": "Carl",
                    "company_id": self.company.id,
                    "service_vendor_id": vendor.id,
                }
            )
        )
        order = self._released()
        self._visit(order, "2024-03-13", technician_id=technician.id)
        proposal = self._propose(self._post(partner_id=vendor.id))
        self.assertEqual(proposal.order, order)
        self.assertIn("Crane was on it", proposal.reason)

    def test_a_part_that_the_order_needs(self):
        order, other = self._released(), self._released()
        for one in (order, other):
            self._visit(one, "2024-03-14")
        self.env["field.service.part"].create(
            {"order_id": order.id, "product_id": self.product_a.id}
        )
        proposal = self._propose(self._post(product_id=self.product_a.id))
        self.assertIsNone(proposal)  # 30 + 19
        item = self._post(product_id=self.product_a.id, date="2024-03-14")
        proposal = self._propose(item)
        self.assertEqual(proposal.order, order)
        self.assertIn("is needed for it", proposal.reason)

    def test_companies_are_apart(self):
        order = self._create_order(company_id=self.company_2.id)
        self.assertIsNone(self._propose(self._post(ref=order.name)))
