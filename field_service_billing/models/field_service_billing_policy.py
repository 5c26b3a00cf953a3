from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools.date_utils import end_of

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class FieldServiceBillingPolicy(models.Model):
    """When a customer's finished work is billed, on how many invoices, and how far."""

    _name = "field.service.billing.policy"
    _description = "Billing Policy"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    timing = fields.Selection(
        selection=[
            ("completion", "As soon as it can be billed"),
            ("weekly", "Once a week"),
            ("monthly", "Once a month"),
            ("manual", "Only by hand"),
        ],
        string="When",
        required=True,
        default="manual",
        help="What can be billed before the billing day is billed on it, what comes "
        "later on the next one.",
    )
    weekday = fields.Selection(selection=WEEKDAYS, default="0")
    month_day = fields.Integer(
        string="Day of the Month",
        default=1,
        help="31: the last day, also of shorter months.",
    )
    grouping = fields.Selection(
        selection=[
            ("order", "Per work order"),
            ("site", "Per site"),
            ("customer", "Per customer"),
            ("reference", "Per customer order number"),
        ],
        string="One Invoice",
        required=True,
        default="order",
        help="Each line belongs to one work order all the same. A work order without "
        "the customer's order number has an invoice of its own.",
    )
    is_posted = fields.Boolean(
        string="Post", help="The invoices are posted at once; else they wait as drafts."
    )
    is_sent = fields.Boolean(
        string="Send by Mail",
        help="Posted invoices are sent by Odoo's own job for it, some minutes later.",
    )

    _month_day_range = models.Constraint(
        "CHECK(month_day BETWEEN 1 AND 31)", "A month has the days 1 to 31."
    )
    _sent_posted = models.Constraint(
        "CHECK(is_posted OR NOT is_sent)", "Only a posted invoice can be sent."
    )

    @api.onchange("is_posted")
    def _onchange_is_posted(self):
        if not self.is_posted:
            self.is_sent = False

    def _get_due_date(self, day):
        """Return the day on which what is ready since ``day`` is billed.

        :return: a date; None when it is billed by hand only
        """
        if not self or self.timing == "manual":
            return None
        if self.timing == "weekly":
            return day + timedelta((int(self.weekday or 0) - day.weekday() - 1) % 7 + 1)
        if self.timing == "monthly":
            due = self._get_month_day(day)
            return (
                due
                if due > day
                else self._get_month_day(day + relativedelta(day=1, months=1))
            )
        return day

    def _get_month_day(self, day):
        """Return the billing day of the month of ``day``."""
        return min(end_of(day, "month"), day + relativedelta(day=self.month_day))
