"""Expenses of employees with ``hr_expense``, which the suite does not need."""

from odoo.tests import tagged

from .. import story
from .common import CompanionCommon


@tagged("standard", "post_install", "-at_install")
class TestExpenses(CompanionCommon):
    def test_an_expense_costs_its_order_once(self):
        """Parking for 12.50, paid by the technician, in both companies."""
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                order = story.create_order(setting, "Parking")
                setting.technician.user_id = self.env.user
                parking = story.create_service(setting, "Parking", 0.0)
                parking.can_be_expensed = True
                setting.technician.work_contact_id = setting.customer
                expense = setting.env["hr.expense"].create(
                    {
                        "name": "Parking",
                        "product_id": parking.id,
                        "employee_id": setting.technician.id,
                        "company_id": setting.company.id,
                        "date": story.first_day().date(),
                        "total_amount_currency": 12.5,
                        "currency_id": setting.company.currency_id.id,
                        "payment_mode": "own_account",
                        "tax_ids": False,
                        "analytic_distribution": story.share(order, 100.0),
                    }
                )
                expense.action_submit()
                expense.action_approve()
                self._assert_figures(order)
                expense._post_without_wizard()
                self._assert_figures(order, travel="12.5")
                self._check_books()
