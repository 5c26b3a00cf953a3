from odoo import api, fields, models


class FieldServiceLabourRate(models.Model):
    """What an hour of a technician costs, from a date on.

    Without a rate of its own an employee costs the hourly cost of the employee form.
    """

    _name = "field.service.labour.rate"
    _description = "Labour Cost Rate"
    _order = "employee_id, date_from desc"
    _check_company_auto = True

    employee_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Technician",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_date_from()
    )
    rate = fields.Monetary(string="Cost per Hour", required=True)

    _employee_date_uniq = models.Constraint(
        "UNIQUE(employee_id, date_from, company_id)",
        "This technician has another rate from the same day on.",
    )
    _rate_positive = models.Constraint(
        "CHECK(rate >= 0)", "A labour rate cannot be negative."
    )

    def _default_date_from(self):
        return fields.Date.context_today(self)

    @api.depends("employee_id.name", "date_from")
    def _compute_display_name(self):
        for rate in self:
            rate.display_name = f"{rate.employee_id.name}, {rate.date_from}"

    @api.model_create_multi
    def create(self, vals_list):
        rates = super().create(vals_list)
        rates._settle_waiting_visits()
        return rates

    def write(self, vals):
        result = super().write(vals)
        self._settle_waiting_visits()
        return result

    def _settle_waiting_visits(self):
        """Post the work that has waited for these rates."""
        # Whoever enters rates need not have any right on work orders.
        for company, rates in self.sudo().grouped("company_id").items():
            rates.employee_id._settle_waiting_visits(company)

    @api.model
    def _get_rate(self, employee, date, company=None):
        """Return what an hour of ``employee`` costs on ``date``.

        :param company: whose rate and currency; the employee's when not given
        :rtype: float
        """
        company = company or employee.company_id
        return self._get_rates(company, {(employee, date)})[employee, date] or 0.0

    @api.model
    def _get_rates(self, company, wanted):
        """Return {(employee, date): rate per hour in the company's currency}.

        None where nobody has said what the time costs; a rate of zero is a rate.

        :param set wanted: pairs (employee, date)
        """
        employees = self.env["hr.employee"].union(*(pair[0] for pair in wanted))
        # A technician completes a visit without seeing what anybody costs.
        rates = self.sudo().search(
            [("employee_id", "in", employees.ids), ("company_id", "=", company.id)],
            order="date_from desc",
        )
        by_employee = rates.grouped("employee_id")
        result = {}
        for employee, date in wanted:
            valid = by_employee.get(employee, rates.browse()).filtered(
                lambda rate, date=date: rate.date_from <= date
            )
            result[employee, date] = (
                valid[0].rate
                if valid
                else self._get_default_rate(employee, date, company)
            )
        return result

    @api.model
    def _get_default_rate(self, employee, date, company):
        """Return the cost of an hour when no dated rate is valid on ``date``."""
        # The field is for HR officers; only the amount on the order leaves here.
        employee = employee.sudo()
        if employee.currency_id.is_zero(employee.hourly_cost):
            return None
        return employee.currency_id._convert(
            employee.hourly_cost, company.currency_id, company, date
        )
