from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

CODE_LENGTH = 5


class FieldServiceEmployeeCash(models.AbstractModel):
    """The cash box a technician carries: a cash journal of his own."""

    _name = "field.service.employee.cash"
    _description = "Cash of a Technician"

    service_cash_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Cash Journal",
        index="btree_not_null",
        domain="[('type', '=', 'cash'), ('company_id', '=', company_id)]",
        check_company=True,
        copy=False,
        groups="hr.group_hr_user",
        help="What the technician is paid in cash goes here, until he hands it over.",
    )

    @api.constrains("service_cash_journal_id")
    def _check_service_cash_journal(self):
        """One box, one person: else nobody could say whose money is missing."""
        # An HR officer need not have any right on journals or on other employees.
        for employee in self.sudo().filtered("service_cash_journal_id"):
            journal = employee.service_cash_journal_id
            others = employee.with_context(active_test=False).search(
                [
                    ("service_cash_journal_id", "=", journal.id),
                    ("id", "!=", employee.id),
                ],
                limit=1,
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(journal)s is the cash of %(employee)s already: each "
                        "technician has his own.",
                        journal=journal.display_name,
                        employee=others.name,
                    )
                )

    def action_create_cash_journals(self):
        """Give each of these technicians a cash journal of his own, ready for use."""
        self.env["account.journal"].check_access("create")
        # Whoever keeps the journals need not see the employees' private data.
        for employee in self.sudo():
            if not employee.company_id.chart_template:
                raise UserError(
                    self.env._(
                        "Company %(company)s has no chart of accounts yet.",
                        company=employee.company_id.name,
                    )
                )
            journal = employee.service_cash_journal_id
            if not journal:
                journal = employee._create_cash_journal()
            journal._prepare_service_cash()
        return True

    def _create_cash_journal(self):
        journal = self.env["account.journal"].with_company(self.company_id)
        self.service_cash_journal_id = journal.create(
            {
                "name": self.env._("Cash %(technician)s", technician=self.name),
                "type": "cash",
                "code": self._get_cash_journal_code(),
                "company_id": self.company_id.id,
                "show_on_dashboard": False,
            }
        )
        return self.service_cash_journal_id

    def _get_cash_journal_code(self):
        """Return a code that no journal of the company has."""
        journals = self.env["account.journal"].with_context(active_test=False)
        taken = set(
            journals.search([("company_id", "=", self.company_id.id)]).mapped("code")
        )
        number = 1
        while f"CT{number}" in taken:
            number += 1
        return f"CT{number}"[:CODE_LENGTH]

    @api.model
    def _get_cash_journal(self, company):
        """Return the user's own cash journal in a company, or none."""
        # His own box, whatever he may see of employees and journals.
        employees = self.env.user.sudo().employee_ids
        return employees.filtered(
            lambda employee: employee.company_id == company
        ).service_cash_journal_id[:1]
