from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import FieldServiceCommon


@tagged("post_install", "-at_install")
class TestMultiCompany(FieldServiceCommon):
    def test_the_other_companys_technician_is_refused(self):
        with self.assertRaises(UserError):
            self._create_visit(self._create_order(), technician_id=self.technician_b.id)

    def test_a_dispatcher_sees_his_company(self):
        ours = self._create_order()
        theirs = self._create_order(company_id=self.company_b.id)
        found = self.env["field.service.order"].with_user(self.dispatcher).search([])
        self.assertIn(ours, found)
        self.assertNotIn(theirs, found)

    def test_each_order_has_its_companys_currency(self):
        theirs = self._create_order(company_id=self.company_b.id)
        self.assertEqual(theirs.currency_id, self.env.ref("base.EUR"))
        self.assertEqual(theirs._get_analytic_account().company_id, self.company_b)
