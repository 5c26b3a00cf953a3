"""When a technician will arrive, seen from what he is doing now. No ORM."""

from datetime import datetime, timedelta
from typing import NamedTuple


class Stop(NamedTuple):
    """One visit of a technician's day; times are naive UTC."""

    id: int
    start: datetime
    stop: datetime
    # Minutes of travel to it.
    travel: int
    # "waiting" (nothing has happened yet), "travel" or "site" (arrived, at work).
    phase: str = "waiting"
    # When the technician left for it, or arrived.
    since: datetime | None = None


def foresee(stops, now):
    """Return when the technician arrives at each stop that he has not reached.

    The work takes as long as planned, from when it really began, and at least until
    now. Before anything has begun nothing is foreseen: who has not left yet is
    another matter.

    :param list[Stop] stops: of one technician, in the order in which they are planned
    :return: {id: arrival}

    >>> day = datetime(2026, 3, 2)
    >>> at = lambda hour, minute=0: day.replace(hour=hour, minute=minute)
    >>> stops = [Stop(1, at(8), at(10), 0, "site", at(9)), Stop(2, at(10), at(11), 30)]
    >>> foresee(stops, at(9, 30))
    {2: datetime.datetime(2026, 3, 2, 11, 30)}
    """
    arrivals, free = {}, None
    for stop in sorted(stops, key=lambda stop: (stop.phase == "waiting", stop.start)):
        length = stop.stop - stop.start
        travel = timedelta(minutes=stop.travel)
        if stop.phase == "site":
            end = max(stop.since + length, now)
        elif stop.phase == "travel":
            arrivals[stop.id] = max(stop.since + travel, now)
            end = max(arrivals[stop.id], stop.start) + length
        elif free:
            arrivals[stop.id] = max(free + travel, stop.start)
            end = arrivals[stop.id] + length
        else:
            continue
        free = max(free or end, end)
    return arrivals
