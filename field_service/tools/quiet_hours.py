"""When it is too late, or too early, to disturb somebody. Plain Python, no ORM."""

from datetime import datetime, time, timedelta

import pytz


def end_of_quiet(moment, start, stop, tz):
    """Return the first moment from ``moment`` on that is not in the quiet hours.

    :param datetime moment: naive UTC
    :param float start: hour of the day at which the quiet hours begin, in ``tz``
    :param float stop: hour at which they end; before ``start``: on the next day; the
        same as ``start``: there are none
    :return: naive UTC; ``moment`` itself when nobody is disturbed

    >>> end_of_quiet(datetime(2026, 3, 2, 23, 30), 22.0, 7.0, "UTC")
    datetime.datetime(2026, 3, 3, 7, 0)
    >>> end_of_quiet(datetime(2026, 3, 2, 12, 0), 22.0, 7.0, "UTC")
    datetime.datetime(2026, 3, 2, 12, 0)
    """
    if start == stop:
        return moment
    zone = pytz.timezone(tz or "UTC")
    local = pytz.utc.localize(moment).astimezone(zone)
    hour = local.hour + local.minute / 60.0 + local.second / 3600.0
    day = local.date()
    if start < stop:
        quiet = start <= hour < stop
    else:
        quiet = hour >= start or hour < stop
        if hour >= start:
            day += timedelta(days=1)
    if not quiet:
        return moment
    end = datetime.combine(day, time.min) + timedelta(hours=stop)
    return zone.localize(end).astimezone(pytz.utc).replace(tzinfo=None)
