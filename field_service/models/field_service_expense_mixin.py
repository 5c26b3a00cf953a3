from odoo import fields, models


class FieldServiceExpenseMixin(models.AbstractModel):
    """Expenses of employees, for those who have ``hr_expense``; nobody needs it.

    An expense is Odoo's own document. Its analytic distribution says which order it
    is for, and so do the journal items that come out of it.
    """

    _name = "field.service.expense.mixin"
    _description = "Expenses of Work Orders"

    may_spend = fields.Boolean(compute="_compute_expenses")
    expense_count = fields.Integer(string="Expenses", compute="_compute_expenses")

    def _get_expense_order(self):
        """Return the order that the expense is for."""
        return self

    def _compute_expenses(self):
        expenses = "hr.expense" in self.env and self.env["hr.expense"]
        may_spend = expenses is not False and expenses.has_access("create")
        for record in self:
            record.may_spend = may_spend
            record.expense_count = (
                expenses.search_count(record._get_expense_domain()) if may_spend else 0
            )

    def _get_expense_domain(self):
        # The link is the suite's bookkeeping, technicians have no right on it.
        account = self._get_expense_order().sudo().analytic_account_id
        return [("analytic_distribution", "in", account.ids)]

    def action_new_expense(self):
        """Enter an expense for the order; it belongs to whoever enters it."""
        self.ensure_one()
        # The link is the suite's bookkeeping, as above.
        order = self._get_expense_order().sudo()
        distribution = order._get_analytic_distribution()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Expense"),
            "res_model": "hr.expense",
            "views": [(False, "form")],
            "context": {
                "default_company_id": order.company_id.id,
                "default_analytic_distribution": distribution,
                "service_distribution": distribution,
                "default_description": order.name,
            },
        }

    def action_view_expenses(self):
        """Open the expenses of the order that the user may see."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Expenses"),
            "res_model": "hr.expense",
            "views": [(False, "list"), (False, "form")],
            "domain": self._get_expense_domain(),
        }
