from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_datetime

from odoo.addons.base.models.res_partner import _tz_get

from ..tools import recurrence

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# More dates of one line than this, at once, are a mistake and not a plan.
MOST_DATES = 1000
PREVIEWED_DATES = 6


class FieldServiceRecurrenceMixin(models.AbstractModel):
    """A recurrence in wall time, from an anchor: a rule in the sense of RFC 5545."""

    _name = "field.service.recurrence.mixin"
    _description = "Recurrence"

    anchor_date = fields.Date(
        string="Recurs From",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        help="The recurrence is counted from this day and hour. They never change once "
        "the agreement is active.",
    )
    anchor_hour = fields.Float(
        string="At",
        default=8.0,
        help="Wall time at the site: the same in summer and in winter.",
    )
    tz = fields.Selection(
        selection=_tz_get,
        string="Time Zone",
        compute="_compute_tz",
        store=True,
        readonly=False,
        precompute=True,
        help="Of the site, otherwise of the company's working hours.",
    )
    repeat_interval = fields.Integer(string="Every", default=1, required=True)
    repeat_unit = fields.Selection(
        selection=[
            ("day", "Days"),
            ("week", "Weeks"),
            ("month", "Months"),
            ("year", "Years"),
        ],
        default="month",
        required=True,
    )
    mon = fields.Boolean(string="Monday")
    tue = fields.Boolean(string="Tuesday")
    wed = fields.Boolean(string="Wednesday")
    thu = fields.Boolean(string="Thursday")
    fri = fields.Boolean(string="Friday")
    sat = fields.Boolean(string="Saturday")
    sun = fields.Boolean(string="Sunday")
    month_by = fields.Selection(
        selection=[("date", "Day of the month"), ("day", "Weekday of the month")],
        string="On",
        default="date",
        required=True,
    )
    month_day = fields.Integer(
        string="Day of the Month",
        compute="_compute_anchor_days",
        store=True,
        readonly=False,
        precompute=True,
        help="31 is the last day of every month.",
    )
    week_number = fields.Selection(
        selection=[
            ("1", "First"),
            ("2", "Second"),
            ("3", "Third"),
            ("4", "Fourth"),
            ("-1", "Last"),
        ],
        default="1",
        required=True,
    )
    weekday = fields.Selection(
        selection=[
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        compute="_compute_anchor_days",
        store=True,
        readonly=False,
        precompute=True,
    )
    until = fields.Date(string="Last Day", help="Empty: as long as the agreement.")
    repeat_count = fields.Integer(
        string="Number of Times", help="Counted from the anchor. 0: no limit."
    )
    rrule = fields.Char(
        string="Rule",
        compute="_compute_rrule",
        help="The recurrence as other calendars write it (RFC 5545), in wall time.",
    )
    preview = fields.Text(string="Next Dates", compute="_compute_rrule")

    _hour_of_day = models.Constraint(
        "CHECK(anchor_hour >= 0 AND anchor_hour < 24)",
        "The hour must lie between 00:00 and 23:59.",
    )
    _interval_positive = models.Constraint(
        "CHECK(repeat_interval BETWEEN 1 AND 1000)",
        "“Every” must be a whole number from 1 to 1000.",
    )
    _month_day_exists = models.Constraint(
        "CHECK(month_day BETWEEN 1 AND 31)",
        "The day of the month must lie between 1 and 31.",
    )
    _count_positive = models.Constraint(
        "CHECK(repeat_count >= 0)", "The number of times cannot be negative."
    )
    _until_after_anchor = models.Constraint(
        "CHECK(until >= anchor_date)",
        "The last day cannot lie before the recurrence begins.",
    )

    # ------------------------------------------------------------------ computes
    def _compute_tz(self):
        """Say in which time zone the wall time is meant. Override."""
        for record in self:
            record.tz = record.tz or "UTC"

    @api.depends("anchor_date")
    def _compute_anchor_days(self):
        for record in self:
            day = record.anchor_date or fields.Date.context_today(record)
            record.month_day = day.day
            record.weekday = str(day.weekday())

    @api.depends(
        "anchor_date",
        "anchor_hour",
        "tz",
        "repeat_interval",
        "repeat_unit",
        *DAYS,
        "month_by",
        "month_day",
        "week_number",
        "weekday",
        "until",
        "repeat_count",
    )
    def _compute_rrule(self):
        for record in self:
            if not record.anchor_date or not 0 < record.repeat_interval <= 1000:
                record.rrule = record.preview = False
                continue
            rule = recurrence.make_rrule(record._get_rule())
            record.rrule = str(rule).replace("\n", " ")
            record.preview = record._get_preview(rule)

    def _get_preview(self, rule):
        """Return the next dates of a rule for people to read, one in a line."""
        now = recurrence.to_wall(fields.Datetime.now(), self._get_tz())
        coming = rule.xafter(now, count=PREVIEWED_DATES, inc=True)
        return "\n".join(
            format_datetime(
                self.env,
                recurrence.to_utc(when, self._get_tz()),
                tz=self._get_tz(),
                dt_format="EEE d MMM y HH:mm",
            )
            for when in coming
        )

    # ---------------------------------------------------------------------- rule
    @api.model
    def _get_rule_fields(self):
        """Return the names of the fields that make the dates what they are.

        ``until`` and ``repeat_count`` are not among them: they end a series, they do
        not move it.
        """
        return {
            "anchor_date",
            "anchor_hour",
            "tz",
            "repeat_interval",
            "repeat_unit",
            *DAYS,
            "month_by",
            "month_day",
            "week_number",
            "weekday",
        }

    def _get_tz(self):
        return self.tz or "UTC"

    def _get_anchor(self):
        """Return the anchor as a naive wall time."""
        minutes = round(self.anchor_hour * 60)
        start = datetime.combine(self.anchor_date, time.min)
        return start + timedelta(minutes=minutes)

    def _get_rule(self):
        """Return the recurrence as plain data."""
        self.ensure_one()
        by_day = self.month_by == "day"
        last = self.until and datetime.combine(self.until, time(23, 59, 59))
        return recurrence.Rule(
            anchor=self._get_anchor(),
            unit=self.repeat_unit,
            interval=self.repeat_interval,
            weekdays=tuple(n for n, day in enumerate(DAYS) if self[day]),
            month_day=self.month_day,
            week=int(self.week_number) if by_day else None,
            weekday=int(self.weekday),
            until=last or None,
            count=self.repeat_count or None,
        )

    def _get_dates(self, first, last, known=()):
        """Return ``[(number, wall time)]`` of the dates between two days.

        :param set known: numbers that are left out
        :raises ValidationError: when there are more than anybody can mean
        """
        self.ensure_one()
        try:
            return recurrence.dates(self._get_rule(), first, last, MOST_DATES, known)
        except recurrence.TooManyDatesError as error:
            raise ValidationError(
                self.env._(
                    "%(line)s would be due more than %(limit)s times between "
                    "%(first)s and %(last)s. Let it recur less often, or give the "
                    "agreement a later start.",
                    line=self.display_name,
                    limit=MOST_DATES,
                    first=fields.Date.to_string(first),
                    last=fields.Date.to_string(last),
                )
            ) from error
