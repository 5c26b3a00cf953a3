"""Calendar of a company's books: months, and quarters and years as it counts them."""

from datetime import timedelta
from typing import NamedTuple

from odoo.tools.date_utils import add, end_of, start_of

KEYS = (
    "this_month",
    "last_month",
    "this_quarter",
    "last_quarter",
    "this_year",
    "last_year",
)


class Period(NamedTuple):
    """A period and what it is compared with; all days are included.

    ``stop`` is the last day that is read: today, while the period runs. The previous
    period is cut at the same number of days then, so that like stands beside like.
    """

    key: str
    start: object
    stop: object
    end: object
    previous_start: object
    previous_stop: object

    @property
    def is_running(self):
        """Whether the period has days to come."""
        return self.stop < self.end

    @property
    def months(self):
        """First days of the twelve months that end with the period, oldest first."""
        last = start_of(self.stop, "month")
        return [add(last, months=number) for number in range(-11, 1)]

    def clip(self, day):
        """Return "current", "previous" or None: the period a day falls into."""
        if self.start <= day <= self.stop:
            return "current"
        if self.previous_start <= day <= self.previous_stop:
            return "previous"
        return None


def get_period(company, key, today, date_from=None, date_to=None):
    """Return the ``Period`` of a key, or the given days for the key "custom".

    Years and quarters begin where the company's fiscal year does.
    """
    if key == "custom":
        days = date_to - date_from
        previous_stop = date_from - timedelta(days=1)
        return Period(
            key, date_from, date_to, date_to, previous_stop - days, previous_stop
        )
    which, _underscore, unit = key.partition("_")
    start, end = _get_bounds(company, unit, today)
    if which == "last":
        start, end = _get_bounds(company, unit, start - timedelta(days=1))
    before, previous_end = _get_bounds(company, unit, start - timedelta(days=1))
    stop = min(end, today)
    if stop < end:
        previous_end = min(previous_end, before + (stop - start))
    return Period(key, start, stop, end, before, previous_end)


def _get_bounds(company, unit, day):
    """First and last day of the month, quarter or year that a day is in."""
    if unit == "month":
        return start_of(day, "month"), end_of(day, "month")
    year = company.compute_fiscalyear_dates(day)
    if unit == "year":
        return year["date_from"], year["date_to"]
    start = year["date_from"]
    while add(start, months=3) <= day:
        start = add(start, months=3)
    return start, min(add(start, months=3) - timedelta(days=1), year["date_to"])
