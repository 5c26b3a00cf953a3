"""Hours of a visit, derived from its event log. Plain Python, no ORM."""

from typing import NamedTuple

# What goes on after an event of this type; other types change nothing but the state.
PHASES = {
    "travel_start": "travel",
    "arrived": "wait",
    "work_start": "work",
    "resume": "work",
    "pause": "pause",
    "work_end": None,
    "missed": None,
    "cancelled": None,
    "declined": None,
    "planned": None,
}


class Entry(NamedTuple):
    """One event: ``time`` is a naive UTC datetime, ``corrects`` the id of another."""

    id: int
    type: str
    time: object
    corrects: int | None = None


def effective_entries(entries):
    """Return the entries that count, in time order.

    A later correction of an entry replaces its time; one without a time strikes the
    entry out.

    >>> from datetime import datetime as dt
    >>> log = [Entry(1, "work_start", dt(2026, 1, 5, 8)),
    ...        Entry(2, "work_end", dt(2026, 1, 5, 10)),
    ...        Entry(3, "work_end", dt(2026, 1, 5, 11), corrects=2)]
    >>> [(entry.type, entry.time.hour) for entry in effective_entries(log)]
    [('work_start', 8), ('work_end', 11)]
    """
    times = {entry.id: entry.time for entry in entries if not entry.corrects}
    for entry in sorted(entries):
        if entry.corrects in times:
            times[entry.corrects] = entry.time
    counting = [
        entry._replace(time=times[entry.id])
        for entry in entries
        if not entry.corrects and times[entry.id]
    ]
    return sorted(counting, key=lambda entry: (entry.time, entry.id))


def spans_by_phase(entries):
    """Return [(start, stop)] of travel, wait, work and pause, in time order."""
    spans = {name: [] for name in ("travel", "wait", "work", "pause")}
    phase, since = None, None
    for entry in effective_entries(entries):
        if entry.type not in PHASES:
            continue
        if phase:
            spans[phase].append((since, entry.time))
        phase, since = PHASES[entry.type], entry.time
    return spans


def hours_by_phase(entries):
    """Return hours of travel, wait, work and pause.

    >>> from datetime import datetime as dt
    >>> hours_by_phase([Entry(1, "travel_start", dt(2026, 1, 5, 7, 30)),
    ...                 Entry(2, "work_start", dt(2026, 1, 5, 8)),
    ...                 Entry(3, "pause", dt(2026, 1, 5, 9)),
    ...                 Entry(4, "resume", dt(2026, 1, 5, 9, 15)),
    ...                 Entry(5, "work_end", dt(2026, 1, 5, 10))])
    {'travel': 0.5, 'wait': 0.0, 'work': 1.75, 'pause': 0.25}
    """
    return {
        name: sum((stop - start).total_seconds() for start, stop in spans) / 3600.0
        for name, spans in spans_by_phase(entries).items()
    }
