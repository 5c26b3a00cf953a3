from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import FieldServiceKpiCommon


@tagged("post_install", "-at_install")
class TestLabourBridge(FieldServiceKpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_data_2 = cls.setup_other_company()
        cls.company_b = cls.company_data_2["company"]
        cls.company.action_propose_service_accounts()
        cls.wages = cls.expense.copy({"code": "620100", "name": "Wages"})
        cls.vans = cls.expense.copy({"code": "620200", "name": "Vans"})
        cls.company.service_payroll_account_ids = cls.wages | cls.vans
        cls.labour = cls.company.service_labour_contra_account_id
        cls.travel = cls.company.service_travel_contra_account_id

    def _get_rows(self, company=None):
        company = company or self.company
        return self.env["field.service.labour.bridge"].search(
            [("company_id", "=", company.id)]
        )

    def test_payroll_minus_what_orders_carry(self):
        """5,000.00 + 800.00 - 3,100.00 - 450.00 = 2,250.00, 61.2 % absorbed."""
        self._create_entry(
            [(self.wages, 5000.0, False), (self.vans, 800.0, False)], "2024-03-31"
        )
        self._create_entry(
            [(self.labour, -3100.0, False), (self.travel, -450.0, False)], "2024-03-10"
        )
        # Neither a draft nor another month nor an account of something else.
        self._create_entry([(self.wages, 99.0, False)], "2024-03-31", post=False)
        self._create_entry([(self.wages, 1000.0, False)], "2024-04-30")
        self._create_entry([(self.expense, 70.0, False)], "2024-03-31")
        april, march = self._get_rows()
        self.assertEqual(march.period, date(2024, 3, 1))
        self.assertEqual(
            (march.payroll, march.labour, march.travel, march.unabsorbed),
            (5800.0, 3100.0, 450.0, 2250.0),
        )
        self.assertAlmostEqual(march.absorbed_share, 61.2069, 4)
        self.assertEqual(april.unabsorbed, 1000.0)
        items = self.env["account.move.line"]
        payroll = items.search(march.action_open_payroll()["domain"])
        self.assertEqual(sum(payroll.mapped("balance")), 5800.0)
        absorbed = items.search(march.action_open_absorbed()["domain"])
        self.assertEqual(sum(absorbed.mapped("balance")), -3550.0)

    def test_without_payroll_there_is_no_share(self):
        self._create_entry([(self.labour, -100.0, False)], "2024-05-10")
        row = self._get_rows()
        self.assertEqual((row.payroll, row.unabsorbed), (0.0, -100.0))
        self.assertFalse(row.absorbed_share)

    def test_other_company(self):
        """Accounts may be shared; each company's own choice counts."""
        self._create_entry([(self.wages, 5000.0, False)])
        self.assertFalse(self._get_rows(self.company_b))
        rows = self.env["field.service.labour.bridge"].with_context(
            allowed_company_ids=self.company_b.ids
        )
        self.assertFalse(rows.search([("company_id", "=", self.company.id)]))

    def test_no_postings_no_rows(self):
        self.assertFalse(self._get_rows())

    def test_not_for_technicians(self):
        technician = self.env["res.users"].create(
            {
                "name": "Tina",
                "login": "bridge.tina",
                "company_id": self.company.id,
                "company_ids": self.company.ids,
                "group_ids": self.env.ref("field_service.group_technician").ids,
            }
        )
        with self.assertRaises(AccessError):
            self.env["field.service.labour.bridge"].with_user(technician).search([])
