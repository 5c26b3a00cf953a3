"""Expenses of employees with ``hr_expense``, which the suite does not need."""

from odoo import Command
from odoo.tests import Form, new_test_user, tagged

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

    def _create_driver(self, setting):
        """Create a technician without any other right, and his visit."""
        user = new_test_user(
            self.env,
            login=f"driver {setting.company.id}",
            groups="field_service.group_technician",
            company_id=setting.company.id,
            company_ids=[Command.set(setting.company.ids)],
        )
        driver = setting.env["hr.employee"].create(
            {
                "name": "Driver",
                "company_id": setting.company.id,
                "user_id": user.id,
                "work_contact_id": user.partner_id.id,
            }
        )
        order = story.create_order(setting, "Toll")
        order.action_release()
        day = story.first_day()
        visit = setting.env["field.service.visit"].create(
            {"order_id": order.id, "technician_id": driver.id, "start": day}
        )
        return user, visit

    def _enter(self, visit, user, product, amount):
        """Enter an expense by the button of the visit, in its form."""
        action = visit.with_user(user).action_new_expense()
        expenses = self.env[action["res_model"]].with_user(user)
        form = Form(expenses.with_context(**action["context"]))
        form.product_id = product
        form.name = "Toll"
        form.total_amount_currency = amount
        return form.save().sudo()

    def test_a_technician_enters_it_on_his_visit(self):
        """9.25, on the order also when a distribution model has another opinion."""
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                user, visit = self._create_driver(setting)
                toll = story.create_service(setting, "Toll", 0.0)
                toll.write({"can_be_expensed": True, "supplier_taxes_id": False})
                plan = setting.env["account.analytic.plan"].create({"name": "Centre"})
                centre = setting.env["account.analytic.account"].create(
                    {"name": "Roads", "plan_id": plan.id}
                )
                setting.env["account.analytic.distribution.model"].create(
                    {
                        "product_id": toll.id,
                        "company_id": setting.company.id,
                        "analytic_distribution": {str(centre.id): 100.0},
                    }
                )
                expense = self._enter(visit, user, toll, 9.25)
                order = visit.order_id
                share = story.share(order, 100.0)
                self.assertEqual(expense.analytic_distribution, share)
                # Who sees distributions has the model's beside the order's.
                user.group_ids += self.env.ref("analytic.group_analytic_accounting")
                other = self._enter(visit, user, toll, 1.0)
                self.assertEqual(
                    other.analytic_distribution, {str(centre.id): 100.0, **share}
                )
                other.unlink()
                self.assertEqual(visit.with_user(user).expense_count, 1)
                self.assertEqual(order.expense_count, 1)
                expense = expense.with_env(setting.env)
                expense.tax_ids = False
                expense.action_submit()
                expense.action_approve()
                expense._post_without_wizard()
                self._assert_figures(order, travel="9.25")
                self._check_books()

    def test_reversed_expense_leaves_the_order(self):
        """12.50 and back: nothing is left on the order."""
        setting = self.aurora
        user, visit = self._create_driver(setting)
        toll = story.create_service(setting, "Toll", 0.0)
        toll.write({"can_be_expensed": True, "supplier_taxes_id": False})
        expense = self._enter(visit, user, toll, 12.5).with_env(setting.env)
        expense.tax_ids = False
        expense.action_submit()
        expense.action_approve()
        expense._post_without_wizard()
        self._assert_figures(visit.order_id, travel="12.5")
        day = story.first_day().date()
        move = expense.account_move_id
        move._reverse_moves([{"date": day, "invoice_date": day}], cancel=True)
        self._assert_figures(visit.order_id)
        self._check_books()
