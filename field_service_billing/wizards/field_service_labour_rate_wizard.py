from datetime import datetime, time

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceLabourRateWizard(models.TransientModel):
    """Works out what a productive hour of a technician costs in full.

    ``(gross pay x (1 + contributions) + other cost) / productive hours``, for the year
    that begins with the rate. Productive hours are the paid ones without leave, public
    holidays, sickness and training, times the share that can be planned on orders.
    """

    _name = "field.service.labour.rate.wizard"
    _description = "Fully Loaded Labour Rate"

    employee_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Technician",
        required=True,
        domain="[('company_id', 'in', [False, company_id])]",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
    )
    gross_year = fields.Monetary(
        string="Gross Pay",
        compute="_compute_gross_year",
        store=True,
        readonly=False,
        help="Of a year, bonuses included. Taken from the contract if you may see it.",
    )
    contributions = fields.Float(
        string="Contributions (%)", help="What the employer pays on top of it."
    )
    other_year = fields.Monetary(
        string="Other Cost",
        help="Of a year: clothing, telephone, tools, training, a share of the office. "
        "Not the vehicle, if km or hours on the road have a rate of their own.",
    )
    paid_hours = fields.Float(
        compute="_compute_hours", store=True, readonly=False, help="Of a year."
    )
    holiday_hours = fields.Float(
        string="Public Holidays (h)",
        compute="_compute_hours",
        store=True,
        readonly=False,
    )
    leave_days = fields.Float(string="Leave (days)")
    absence_days = fields.Float(string="Sickness and Training (days)")
    day_hours = fields.Float(
        string="Hours per Day", compute="_compute_hours", store=True, readonly=False
    )
    productive = fields.Float(
        string="Productive (%)",
        default=100.0,
        help="The share of his presence that can be planned on work orders, ways "
        "included if they have no rate of their own.",
    )
    total_year = fields.Monetary(string="Cost of the Year", compute="_compute_rate")
    productive_hours = fields.Float(compute="_compute_rate")
    rate = fields.Monetary(string="Cost per Hour", compute="_compute_rate")

    @api.depends("employee_id")
    def _compute_gross_year(self):
        may_see = self.env.user.has_group("hr.group_hr_manager")
        for wizard in self:
            # Only who may read contracts is shown what they say.
            wage = may_see and wizard.employee_id.version_id.wage
            wizard.gross_year = 12.0 * (wage or 0.0)

    @api.depends("employee_id", "company_id", "date_from")
    def _compute_hours(self):
        for wizard in self:
            # Rosters of colleagues are the system's to read; only hours leave here.
            employee = wizard.employee_id.sudo()
            calendar = employee.resource_calendar_id
            calendar = calendar or wizard.company_id.resource_calendar_id
            year = wizard._get_year(calendar)
            paid = calendar.get_work_hours_count(*year, compute_leaves=False)
            present = calendar.get_work_hours_count(*year, compute_leaves=True)
            wizard.paid_hours = paid
            wizard.holiday_hours = paid - present
            wizard.day_hours = calendar.hours_per_day

    def _get_year(self, calendar):
        """Return begin and end of the year from the first day of the rate."""
        zone = pytz.timezone(calendar.tz or "UTC")
        begin = self.date_from or fields.Date.context_today(self)
        return tuple(
            zone.localize(datetime.combine(day, time.min))
            for day in (begin, begin + relativedelta(years=1))
        )

    @api.depends(
        "gross_year",
        "contributions",
        "other_year",
        "paid_hours",
        "holiday_hours",
        "leave_days",
        "absence_days",
        "day_hours",
        "productive",
    )
    def _compute_rate(self):
        for wizard in self:
            absent = (wizard.leave_days + wizard.absence_days) * wizard.day_hours
            present = wizard.paid_hours - wizard.holiday_hours - absent
            wizard.productive_hours = max(present, 0.0) * wizard.productive / 100.0
            pay = wizard.gross_year * (1.0 + wizard.contributions / 100.0)
            wizard.total_year = pay + wizard.other_year
            wizard.rate = (
                wizard.total_year / wizard.productive_hours
                if wizard.productive_hours > 0.0
                else 0.0
            )

    def action_apply(self):
        """Make it the technician's rate from the date on, and show his rates.

        :raises UserError: when there are no productive hours, or no cost
        """
        self.ensure_one()
        if self.productive_hours <= 0.0 or not 0.0 < self.productive <= 100.0:
            raise UserError(
                self.env._(
                    "%(technician)s has no productive hours left: check the days of "
                    "absence and the productive share (more than 0, at most 100 %%).",
                    technician=self.employee_id.name,
                )
            )
        if self.rate <= 0.0:
            raise UserError(
                self.env._(
                    "Enter what %(technician)s costs in a year.",
                    technician=self.employee_id.name,
                )
            )
        rates = self.env["field.service.labour.rate"]
        key = {
            "employee_id": self.employee_id.id,
            "company_id": self.company_id.id,
            "date_from": self.date_from,
        }
        domain = [(name, "=", value) for name, value in key.items()]
        same_day = rates.search(domain)
        if same_day:
            same_day.rate = self.rate
        else:
            rates.create({**key, "rate": self.rate})
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_billing.field_service_labour_rate_action"
        )
        return {**action, "domain": [("employee_id", "=", self.employee_id.id)]}
