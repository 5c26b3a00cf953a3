from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_round, format_date

from .field_service_job_type import PRICE_GROUPS

PRICE_ACTIVITY = "field_service_billing.mail_activity_type_agreement_price"
# How long before it must be announced somebody is told.
AHEAD_DAYS = 14
MONTH_NAMES = [
    ("1", "January"),
    ("2", "February"),
    ("3", "March"),
    ("4", "April"),
    ("5", "May"),
    ("6", "June"),
    ("7", "July"),
    ("8", "August"),
    ("9", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]


class FieldServiceAgreementIndexation(models.AbstractModel):
    """How the prices of an agreement follow a rate or an index, once a year.

    A new price has a date; billed periods keep theirs. ``_get_price_changes`` is the
    preview, ``_apply_price_changes`` applies exactly that.
    """

    _name = "field.service.agreement.indexation"
    _description = "Price Adjustment of Agreements"

    indexation = fields.Selection(
        selection=[
            ("none", "By hand"),
            ("fixed", "By a fixed percentage per year"),
            ("index", "By an index"),
        ],
        string="Prices Change",
        default="none",
        required=True,
        groups=PRICE_GROUPS,
    )
    indexation_percent = fields.Float(
        string="Change per Year (%)", digits=(16, 4), groups=PRICE_GROUPS
    )
    price_index_id = fields.Many2one(
        comodel_name="field.service.price.index",
        string="Index",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        groups=PRICE_GROUPS,
    )
    index_base_date = fields.Date(
        string="Base Month",
        groups=PRICE_GROUPS,
        help="Month whose index the present prices stand for. Moves on with each "
        "adjustment.",
    )
    index_lag_months = fields.Integer(
        string="Index Lag (months)",
        default=2,
        groups=PRICE_GROUPS,
        help="An index is published late: a price from March on with a lag of 2 months "
        "follows the index of January.",
    )
    indexation_floor = fields.Float(
        string="Not Less Than (%)",
        digits=(16, 4),
        groups=PRICE_GROUPS,
        help="0: prices never fall. -100: they fall as the index does.",
    )
    indexation_cap = fields.Float(
        string="Not More Than (%)",
        digits=(16, 4),
        groups=PRICE_GROUPS,
        help="0: no limit.",
    )
    indexation_rounding = fields.Float(
        string="Rounded to",
        default=0.01,
        digits=(16, 4),
        groups=PRICE_GROUPS,
    )
    indexation_month = fields.Selection(
        selection=MONTH_NAMES,
        string="From the First of",
        default="1",
        groups=PRICE_GROUPS,
    )
    indexation_notice_days = fields.Integer(
        string="Announced Before (days)",
        groups=PRICE_GROUPS,
        help="A new price holds so many days after it was decided, not earlier.",
    )
    indexation_date = fields.Date(
        string="Next Adjustment",
        compute="_compute_indexation_date",
        store=True,
        readonly=False,
        copy=False,
        groups=PRICE_GROUPS,
    )
    price_history_ids = fields.One2many(
        comodel_name="field.service.fee.price",
        inverse_name="agreement_id",
        groups=PRICE_GROUPS,
    )

    _indexation_limits = models.Constraint(
        "CHECK(indexation_cap = 0 OR indexation_cap >= indexation_floor)",
        "The largest change of prices cannot be below the smallest.",
    )
    _indexation_positive = models.Constraint(
        "CHECK(indexation_rounding > 0 AND index_lag_months >= 0"
        " AND indexation_notice_days >= 0)",
        "Prices are rounded to more than zero; lag and notice are not negative.",
    )

    @api.depends("indexation", "indexation_month", "date_start")
    def _compute_indexation_date(self):
        for agreement in self:
            start = agreement.date_start
            if agreement.indexation == "none" or not start:
                agreement.indexation_date = False
                continue
            month = int(agreement.indexation_month or 1)
            applied = agreement.price_history_ids.mapped("date")
            after = max([start, *applied])
            day = after.replace(month=month, day=1)
            if day <= after:
                day += relativedelta(years=1)
            agreement.indexation_date = day

    # ---------------------------------------------------------------------- due
    @api.model
    def _get_indexation_due(self):
        """Return the agreements whose prices are to be adjusted or announced."""
        today = fields.Date.context_today(self)
        agreements = self.search(
            [
                ("state", "=", "active"),
                ("indexation", "!=", "none"),
                ("indexation_date", "!=", False),
                ("fee_ids", "!=", False),
            ]
        )
        return agreements.filtered(
            lambda record: record.indexation_date
            <= today + relativedelta(days=record.indexation_notice_days + AHEAD_DAYS)
        )

    def _remind_of_prices(self):
        """Tell the responsible, once per date, that prices are to be adjusted."""
        for agreement in self:
            deadline = agreement.indexation_date - relativedelta(
                days=agreement.indexation_notice_days
            )
            if not agreement.activity_search([PRICE_ACTIVITY]):
                agreement.activity_schedule(
                    PRICE_ACTIVITY,
                    date_deadline=max(deadline, fields.Date.context_today(agreement)),
                    user_id=agreement._get_responsible().id,
                )

    # --------------------------------------------------------------------- preview
    def _get_price_changes(self, date=None, percent=None, notice=True):
        """Return what an adjustment would change, and what is in its way.

        :param date: first day of the new prices; none: the agreement's next date
        :param percent: change in percent instead of the agreement's rule
        :param bool notice: keep the days of notice
        :return: values of ``field.service.fee.price``, and ``issue``
        :rtype: list[dict]
        """
        changes = []
        for agreement in self:
            day = date or agreement.indexation_date
            change, formula, issue = agreement._get_change(day, percent)
            issue = issue or agreement._get_notice_issue(day, notice)
            for fee in agreement.fee_ids:
                old = fee._get_price(day) if day else fee.price_unit
                new = float_round(
                    old * (1 + change), precision_rounding=agreement._get_rounding()
                )
                changes.append(
                    {
                        "fee_id": fee.id,
                        "date": day,
                        "old_price": old,
                        "price_unit": new,
                        "percent": change * 100.0,
                        "formula": formula and f"{old:.2f} × {formula} = {new:.2f}",
                        "issue": issue or agreement._get_fee_change_issue(fee, day),
                    }
                )
        return changes

    def _get_rounding(self):
        """Return what new prices are rounded to."""
        return max(self.indexation_rounding, self.currency_id.rounding)

    def _get_change(self, day, percent=None):
        """Return (change as a fraction, formula, what is in the way)."""
        self.ensure_one()
        if percent is not None:
            return percent / 100.0, f"(1 + {percent:g} %)", False
        if self.indexation == "none":
            return (
                0.0,
                "",
                self.env._("It has no rule for its prices: give a percentage."),
            )
        if not day:
            return 0.0, "", self.env._("Say from which day on.")
        if self.indexation == "fixed":
            change = self.indexation_percent / 100.0
            return self._limit_change(change, f"(1 + {self.indexation_percent:g} %)")
        return self._get_index_change(day)

    def _get_index_month(self, day):
        """Return the month whose index a price from a day on follows."""
        return (day - relativedelta(months=self.index_lag_months)).replace(day=1)

    def _get_index_change(self, day):
        """The same by the index."""
        index, base = self.price_index_id, self.index_base_date
        if not index or not base:
            return 0.0, "", self.env._("Choose an index and its base month.")
        month, base = self._get_index_month(day), base.replace(day=1)
        try:
            new_value, old_value = index._get_value(month), index._get_value(base)
        except UserError as error:
            return 0.0, "", str(error)
        if month <= base:
            return 0.0, "", self.env._("The base month is not before the new one.")
        formula = (
            f"{new_value:g} / {old_value:g} ({index.name} {month:%Y-%m} / {base:%Y-%m})"
        )
        return self._limit_change(new_value / old_value - 1, formula)

    def _limit_change(self, change, formula):
        """Keep a change within floor and cap."""
        floor, cap = self.indexation_floor / 100.0, self.indexation_cap / 100.0
        if cap and change > cap:
            return (
                cap,
                self.env._(
                    "(1 + %(cap)s %%), the most that was agreed, for %(formula)s",
                    cap=f"{self.indexation_cap:g}",
                    formula=formula,
                ),
                False,
            )
        if change < floor:
            return (
                floor,
                self.env._(
                    "(1 + %(floor)s %%), the least that was agreed, for %(formula)s",
                    floor=f"{self.indexation_floor:g}",
                    formula=formula,
                ),
                False,
            )
        return change, formula, False

    def _get_notice_issue(self, day, notice):
        """Say that the customer could not be told in time."""
        first = fields.Date.context_today(self) + relativedelta(
            days=self.indexation_notice_days
        )
        if not notice or not day or not self.indexation_notice_days or day >= first:
            return False
        return self.env._(
            "It must be announced %(days)s days before: not before %(date)s.",
            days=self.indexation_notice_days,
            date=format_date(self.env, first),
        )

    def _get_fee_change_issue(self, fee, day):
        """Say why the price of a fee cannot change on that day."""
        if not day:
            return self.env._("Say from which day on.")
        later = fee.price_ids.filtered(lambda price: price.date >= day)
        if later:
            return self.env._(
                "Its price was adjusted for %(date)s already.",
                date=format_date(self.env, max(later.mapped("date"))),
            )
        billed = fee.period_ids.filtered(
            lambda period: (
                period.state in ("drafted", "billed") and period.date_from >= day
            )
        )
        if billed:
            return self.env._(
                "It is billed to %(date)s at the old price already: credit that, or "
                "choose a later day.",
                date=format_date(self.env, max(billed.mapped("date_to"))),
            )
        return False

    # ----------------------------------------------------------------------- apply
    def _apply_price_changes(self, changes):
        """Put new prices into force; history and message say how they came about.

        :raises UserError: with all that is in the way; nothing is changed then
        """
        self.check_access("write")
        fees = self.env["field.service.agreement.fee"]
        issues = [
            f"{fees.browse(change['fee_id']).display_name}: {change['issue']}"
            for change in changes
            if change["issue"]
        ]
        if issues:
            raise UserError("\n".join(issues))
        if not changes:
            raise UserError(self.env._("There is no fee whose price could change."))
        # History is written by the system, so that nobody writes it by hand.
        prices = (
            self.env["field.service.fee.price"]
            .sudo()
            .create(
                [
                    {name: value for name, value in change.items() if name != "issue"}
                    for change in changes
                ]
            )
        )
        for agreement, rows in prices.grouped("agreement_id").items():
            agreement.with_env(self.env)._after_price_change(rows)
        return prices

    def _after_price_change(self, prices):
        """Move on to the next date, and tell."""
        self.ensure_one()
        day = max(prices.mapped("date"))
        values = {}
        if self.indexation == "index" and day == self.indexation_date:
            values["index_base_date"] = self._get_index_month(day)
        if self.indexation_date and day >= self.indexation_date:
            month = int(self.indexation_month or 1)
            following = day.replace(month=month, day=1)
            if following <= day:
                following += relativedelta(years=1)
            values["indexation_date"] = following
        if values:
            self.write(values)
        self.activity_unlink([PRICE_ACTIVITY])
        lines = [
            self.env._(
                "%(fee)s: %(old).2f → %(new).2f %(currency)s "
                "from %(date)s: %(formula)s",
                fee=price.fee_id.name,
                old=price.old_price,
                new=price.price_unit,
                currency=self.currency_id.name,
                date=format_date(self.env, price.date),
                formula=price.formula,
            )
            for price in prices
        ]
        self._message_log(body=self.env._("Prices adjusted.") + " " + " ".join(lines))

    def action_adjust_prices(self):
        """Show the new prices before they are applied."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Adjust Prices"),
            "res_model": "field.service.indexation.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_agreement_ids": self.ids},
        }
