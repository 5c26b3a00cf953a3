from datetime import timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import fields, models

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


class Due(NamedTuple):
    """A period of a fee that can be billed: its days, and those of a full one."""

    fee: models.Model
    start: fields.Date
    stop: fields.Date
    days: int
    full_days: int

    @property
    def is_part(self):
        """Tell whether only a part of a full period is billed."""
        return self.days < self.full_days


class FieldServiceFeeSchedule(models.AbstractModel):
    """Which periods a fee has, and which of them are not billed yet.

    Nothing is counted forward: the periods follow from the first day, and what is
    taken from the billed periods. An invoice that is given up therefore needs nothing
    but to be given up.
    """

    _name = "field.service.fee.schedule"
    _description = "Periods of a Fee"

    # ------------------------------------------------------------------- calendar
    def _get_last_day(self):
        """Return the last day that is paid for; none while there is no end."""
        self.ensure_one()
        ends = [day for day in (self.date_to, self.agreement_id.date_end) if day]
        return min(ends) if ends else None

    def _get_origin(self):
        """Return the first day of the first full period."""
        self.ensure_one()
        if self.first_period == "anniversary":
            return self.date_from
        months = MONTHS[self.interval]
        month = (self.date_from.month - 1) // months * months + 1
        return self.date_from.replace(month=month, day=1)

    def _get_full_period(self, number):
        """Return the first and the last day of a full period, counted from 0."""
        # From the first day on, so that the 31st stays what it is.
        origin, months = self._get_origin(), MONTHS[self.interval]
        start = origin + relativedelta(months=number * months)
        following = origin + relativedelta(months=(number + 1) * months)
        return start, following - timedelta(days=1)

    def _get_taken(self):
        """Return the days that are billed or waived, as sorted pairs."""
        periods = self.period_ids.filtered(lambda period: not period.is_free)
        return sorted((period.date_from, period.date_to) for period in periods)

    def _iterate_open(self):
        """Yield what is not taken, in order, as long as the fee is to be paid."""
        self.ensure_one()
        last, taken, number = self._get_last_day(), self._get_taken(), 0
        if not self.date_from:
            return
        while True:
            full_start, full_stop = self._get_full_period(number)
            start = max(full_start, self.date_from)
            stop = min(full_stop, last) if last else full_stop
            if last and start > last:
                return
            for free_start, free_stop in self._subtract(start, stop, taken):
                full_days = (full_stop - full_start).days + 1
                days = (free_stop - free_start).days + 1
                whole_first = (free_start, free_stop) == (self.date_from, full_stop)
                if self.first_period == "full" and whole_first:
                    days = full_days
                yield Due(self, free_start, free_stop, days, full_days)
            number += 1

    @staticmethod
    def _subtract(start, stop, taken):
        """Yield the parts of a period that no taken one covers."""
        for taken_start, taken_stop in taken:
            if taken_stop < start or taken_start > stop:
                continue
            if taken_start > start:
                yield start, taken_start - timedelta(days=1)
            start = max(start, taken_stop + timedelta(days=1))
        if start <= stop:
            yield start, stop

    def _get_due_date(self, due):
        """Return the day from which a period is billed."""
        self.ensure_one()
        if self.timing == "arrears":
            return due.stop + timedelta(days=1)
        return due.start - timedelta(days=self.agreement_id.fee_lead_days)

    def _get_due_periods(self, until):
        """Return the periods of these fees that are to be billed up to a day.

        :rtype: list[Due]
        """
        result = []
        for fee in self:
            for due in fee._iterate_open():
                if fee._get_due_date(due) > until:
                    break
                result.append(due)
        return result

    # --------------------------------------------------------------------- amount
    def _get_period_price(self, due):
        """Return the price of one unit for a period, in part if it is one."""
        self.ensure_one()
        price = self._get_price(due.start)
        if due.is_part:
            price = self.currency_id.round(price * due.days / due.full_days)
        return price
