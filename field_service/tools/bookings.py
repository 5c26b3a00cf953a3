"""Bookings that exclude each other. No ORM."""

from collections import defaultdict
from datetime import timedelta


def find_clashes(wanted):
    """Return pairs of wanted bookings that would overlap each other.

    :param list wanted: dicts with resource_id, start, stop and allow_overlap
    """
    rows = defaultdict(list)
    for values in wanted:
        if not values["allow_overlap"]:
            rows[values["resource_id"]].append(values)
    clashes = []
    for group in rows.values():
        group.sort(key=lambda values: (values["start"], values["stop"]))
        last = None
        for values in group:
            if last and values["start"] < last["stop"]:
                clashes.append((last, values))
            if not last or values["stop"] > last["stop"]:
                last = values
    return clashes


def bridge(hours, pause=timedelta(hours=2)):
    """Return working hours as if nobody stopped for lunch.

    A visit may last over the break between two periods of work.

    :param list hours: sorted pairs (start, stop)
    :param timedelta pause: the longest gap that counts as a break
    """
    bridged = []
    for start, stop in hours:
        if bridged and start - bridged[-1][1] <= pause:
            bridged[-1] = (bridged[-1][0], max(stop, bridged[-1][1]))
        else:
            bridged.append((start, stop))
    return bridged
