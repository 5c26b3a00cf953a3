"""How good a slot is, in terms that can be shown. Plain Python, no ORM."""

from datetime import datetime, timedelta
from typing import NamedTuple

from .slots import EPOCH, Opening

# Travel that is worth nothing any more, in minutes.
FAR_MINUTES = 120
LATE_MINUTES = 60
# How much a second slot of the same person or on the same day must be better.
SAME_PERSON = 12.0
SAME_DAY = 8.0


class Deadline(NamedTuple):
    """What was promised: the start (response) or the end (resolution) of the visit."""

    kind: str
    moment: datetime


class Candidate(NamedTuple):
    """A person and a start, with points from 0 to 100 in each term."""

    opening: Opening
    start: datetime
    stop: datetime
    score: float
    points: dict
    in_time: bool


def get_slack(start, stop, deadlines):
    """Return (time left, deadline) of the deadline that is nearest, or None."""
    if not deadlines:
        return None
    slacks = [
        (deadline.moment - (start if deadline.kind == "response" else stop), deadline)
        for deadline in deadlines
    ]
    return min(slacks)


def rate_promise(start, stop, deadlines, period):
    """Return points for time left to the deadline; without one, for being early."""
    begin, end = period
    slack = get_slack(start, stop, deadlines)
    if slack is None:
        return 100.0 * (1 - _share(start - begin, end - begin))
    left, deadline = slack
    return 100.0 * _share(left, deadline.moment - begin)


def rate_minutes(minutes, worthless):
    """Return 100 points for none, 0 for ``worthless`` minutes and more."""
    return 100.0 * (1 - min(minutes, worthless) / worthless)


def get_score(points, weights):
    """Return the weighted mean of the terms that say something, 0 to 100."""
    total = score = 0.0
    for code, value in points.items():
        if value is not None:
            weight = weights.get(code, 0)
            total += weight
            score += weight * value
    return score / total if total else 0.0


def rate(opening, start, context):
    """Return a candidate for a start of an opening.

    :param dict context: ``deadlines``, ``period``, ``weights``, ``people`` (points of
        the terms that depend on the person alone, by person)
    """
    stop, deadlines = opening.get_stop(start), context["deadlines"]
    overtime = 0
    if opening.from_base or opening.to_base:
        overtime = opening.get_overtime(start)
    points = {
        "travel": rate_minutes(opening.detour, FAR_MINUTES),
        "promise": rate_promise(start, stop, deadlines, context["period"]),
        "overtime": rate_minutes(overtime, LATE_MINUTES),
        **context["people"][opening.person],
    }
    slack = get_slack(start, stop, deadlines) if deadlines else None
    in_time = slack is None or slack[0] >= timedelta()
    score = get_score(points, context["weights"])
    return Candidate(opening, start, stop, score, points, in_time)


def choose(candidates, limit, get_day):
    """Return the best candidates, spread over days and people.

    What keeps its deadline comes before what does not, whatever its score.

    :param get_day: function of a moment
    """
    best = {}
    for candidate in candidates:
        key = (candidate.opening.person, get_day(candidate.start))
        if key not in best or _rank(candidate) > _rank(best[key]):
            best[key] = candidate
    chosen, people, days = [], {}, {}
    while best and len(chosen) < limit:
        key = max(
            best,
            key=lambda key: (
                best[key].in_time,
                best[key].score
                - SAME_PERSON * people.get(key[0], 0)
                - SAME_DAY * days.get(key[1], 0),
                EPOCH - best[key].start,
            ),
        )
        chosen.append(best.pop(key))
        people[key[0]] = people.get(key[0], 0) + 1
        days[key[1]] = days.get(key[1], 0) + 1
    return sorted(chosen, key=_rank, reverse=True)


def _rank(candidate):
    return (candidate.in_time, candidate.score, EPOCH - candidate.start)


def _share(part, whole):
    if whole <= timedelta():
        return 0.0
    return min(1.0, max(0.0, part / whole))
