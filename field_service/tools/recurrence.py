"""Dates of a recurring appointment, from an anchor that never changes.

Plain Python, no ORM. A rule lives in wall time: what is due at eight o'clock is due at
eight o'clock in winter and in summer, and only ``to_utc`` knows about time zones.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

import pytz
from dateutil import rrule

FREQUENCIES = {
    "day": rrule.DAILY,
    "week": rrule.WEEKLY,
    "month": rrule.MONTHLY,
    "year": rrule.YEARLY,
}


class TooManyDatesError(ValueError):
    """A rule gives more dates than anybody can mean."""


class Rule(NamedTuple):
    """How something recurs. ``anchor`` and ``until`` are naive wall times.

    ``weekdays`` counts for weeks, 0 is Monday. Months and years go by ``month_day``,
    or by ``week`` (1 to 4, -1 for the last) and ``weekday`` when ``week`` is given.
    ``until`` and ``count`` end the series; without them it goes on for ever, and
    whoever asks says up to when.
    """

    anchor: datetime
    unit: str = "week"
    interval: int = 1
    weekdays: tuple = ()
    month_day: int | None = None
    week: int | None = None
    weekday: int = 0
    until: datetime | None = None
    count: int | None = None


def make_rrule(rule):
    """Return the rule in the sense of RFC 5545.

    >>> print(make_rrule(Rule(datetime(2026, 3, 2, 8), weekdays=(0, 3))))
    DTSTART:20260302T080000
    RRULE:FREQ=WEEKLY;BYDAY=MO,TH
    """
    options = {
        "dtstart": rule.anchor,
        "interval": rule.interval,
        "wkst": rrule.MO,
        "until": rule.until,
        "count": rule.count,
    }
    if rule.unit == "week":
        options["byweekday"] = rule.weekdays or (rule.anchor.weekday(),)
    elif rule.unit in ("month", "year"):
        options |= _month_options(rule)
    return rrule.rrule(FREQUENCIES[rule.unit], **options)


def _month_options(rule):
    """Return the part of a rule that says which day of the month is meant.

    What is due on the 31st is due on the last day of a shorter month: maintenance
    that is owed every month is not left out in February.
    """
    options = {"bymonth": rule.anchor.month} if rule.unit == "year" else {}
    if rule.week:
        return {**options, "byweekday": rrule.weekday(rule.weekday, rule.week)}
    day = rule.month_day or rule.anchor.day
    if day <= 28:
        return {**options, "bymonthday": day}
    return {**options, "bymonthday": tuple(range(28, day + 1)), "bysetpos": -1}


def dates(rule, first, last, limit, known=()):
    """Return ``(number, wall time)`` of the dates from day ``first`` to day ``last``.

    Numbers count from the anchor, whatever ``first`` is, so that a date keeps its
    number for ever. Those in ``known`` are left out.

    >>> monthly = Rule(datetime(2026, 1, 31, 8), unit="month", month_day=31)
    >>> for number, when in dates(monthly, monthly.anchor.date(),
    ...                           datetime(2026, 4, 30).date(), limit=10):
    ...     print(number, when)
    1 2026-01-31 08:00:00
    2 2026-02-28 08:00:00
    3 2026-03-31 08:00:00
    4 2026-04-30 08:00:00

    >>> fridays = Rule(datetime(2026, 1, 1, 9), unit="month", week=-1, weekday=4)
    >>> [when.day for _, when in dates(fridays, datetime(2026, 2, 1).date(),
    ...                                datetime(2026, 3, 31).date(), limit=10)]
    [27, 27]

    A rule that never ends is bounded by ``last``, and by ``limit``:

    >>> daily = Rule(datetime(2026, 1, 1, 8), unit="day")
    >>> dates(daily, daily.anchor.date(), datetime(9999, 1, 1).date(), limit=500)
    Traceback (most recent call last):
    ...
    TooManyDatesError: 500
    """
    found = []
    for number, when in enumerate(make_rrule(rule), 1):
        if when.date() > last:
            break
        if when.date() < first or number in known:
            continue
        if len(found) >= limit:
            raise TooManyDatesError(limit)
        found.append((number, when))
    return found


def to_utc(when, zone):
    """Return the naive UTC of a wall time in a time zone.

    >>> to_utc(datetime(2026, 3, 28, 8), "Europe/Berlin").hour  # winter
    7
    >>> to_utc(datetime(2026, 3, 29, 8), "Europe/Berlin").hour  # summer
    6

    An hour that the change of the clock leaves out is made up for afterwards, one
    that comes twice is taken the first time:

    >>> print(to_wall(to_utc(datetime(2026, 3, 29, 2, 30), "Europe/Berlin"),
    ...               "Europe/Berlin"))
    2026-03-29 03:30:00
    >>> print(to_utc(datetime(2026, 10, 25, 2, 30), "Europe/Berlin"))
    2026-10-25 00:30:00
    """
    zone = pytz.timezone(zone)
    try:
        aware = zone.localize(when, is_dst=None)
    except pytz.NonExistentTimeError:
        aware = zone.localize(when, is_dst=False)
    except pytz.AmbiguousTimeError:
        aware = zone.localize(when, is_dst=True)
    return aware.astimezone(pytz.utc).replace(tzinfo=None)


def to_wall(when, zone):
    """Return the naive wall time, in a time zone, of a naive UTC time.

    >>> print(to_wall(datetime(2026, 7, 1, 6), "Europe/Berlin"))
    2026-07-01 08:00:00
    """
    aware = pytz.utc.localize(when).astimezone(pytz.timezone(zone))
    return aware.replace(tzinfo=None)


def next_open_day(day, is_closed, limit=60):
    """Return the first day from ``day`` on that is not closed, None if there is none.

    >>> saturday = datetime(2026, 3, 7).date()
    >>> print(next_open_day(saturday, lambda day: day.weekday() > 4))
    2026-03-09
    >>> next_open_day(saturday, lambda day: True)
    """
    for offset in range(limit):
        candidate = day + timedelta(days=offset)
        if not is_closed(candidate):
            return candidate
    return None
