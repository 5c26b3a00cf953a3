"""Periods of time as pairs (start, stop) of naive UTC. Plain functions."""

from datetime import datetime, timedelta

EPOCH = datetime(2000, 1, 1)
# Beyond them clocks, calendars and time zones cannot be reckoned with.
NEAR_YEARS = range(1970, 2101)


def is_near(day):
    """Tell whether a day or a moment is one that can be planned with.

    >>> is_near(datetime(2026, 3, 2)), is_near(datetime(9999, 12, 31))
    (True, False)
    """
    return day.year in NEAR_YEARS


def floor_moment(moment, step):
    """Return the last multiple of ``step`` that is not after ``moment``."""
    return moment - (moment - EPOCH) % step


def ceil_moment(moment, step):
    """Return the first multiple of ``step`` that is not before ``moment``."""
    return moment + (EPOCH - moment) % step


def intersect(first, second):
    """Return what two sorted lists of periods have in common."""
    common, i, j = [], 0, 0
    while i < len(first) and j < len(second):
        start = max(first[i][0], second[j][0])
        stop = min(first[i][1], second[j][1])
        if start < stop:
            common.append((start, stop))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return common


def overlaps(periods, period):
    """Tell whether one of the periods has something in common with ``period``."""
    return any(start < period[1] and stop > period[0] for start, stop in periods)


def covers(periods, period):
    """Tell whether ``period`` lies in one of the periods."""
    return any(start <= period[0] and period[1] <= stop for start, stop in periods)


def unite(periods):
    """Return periods sorted, with those that overlap or touch made one."""
    united = []
    for start, stop in sorted(periods):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(stop, united[-1][1]))
        else:
            united.append((start, stop))
    return united


def measure(periods):
    """Return the hours in a list of periods without overlaps."""
    return sum(((stop - start) for start, stop in periods), timedelta()) / timedelta(
        hours=1
    )


def add_work(start, duration, breaks):
    """Return when work ends that begins at ``start`` and rests in the breaks."""
    stop = start + duration
    for begin, end in breaks:
        if start < end and begin < stop:
            stop += end - begin
    return stop


def subtract_work(limit, duration, breaks):
    """Return the latest start of work that must end by ``limit``."""
    for begin, end in reversed(breaks):
        if begin < limit <= end:
            limit = begin
    start = limit - duration
    for begin, end in reversed(breaks):
        if start < end and begin < limit:
            start -= end - begin
    return start
