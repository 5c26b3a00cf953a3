"""How good a slot is, in terms that can be shown. Plain Python, no ORM."""

from datetime import datetime, timedelta
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from .periods import EPOCH
from .slots import Opening, find_in_day

# Travel that is worth nothing any more, in minutes.
FAR_MINUTES = 120
LATE_MINUTES = 60
# How much a second slot of the same person or on the same day must be better.
SAME_PERSON = 12.0
SAME_DAY = 8.0
# Days looked at before asking again whether the others can still matter.
BATCH = 300


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
    stop = opening.get_stop(start)
    overtime = 0
    if opening.from_base or opening.to_base:
        overtime = opening.get_overtime(start)
    in_time, promise = _judge_promise(start, stop, context)
    points = {
        "travel": rate_minutes(opening.detour, FAR_MINUTES),
        "promise": promise,
        "overtime": rate_minutes(overtime, LATE_MINUTES),
        **context["people"][opening.person],
    }
    score = get_score(points, context["weights"])
    return Candidate(opening, start, stop, score, points, in_time)


def get_candidates(openings, step, context):
    """Return a candidate for each opening, two where an early start costs overtime."""
    candidates = []
    for opening in openings:
        candidates.append(rate(opening, opening.earliest, context))
        if opening.from_base and opening.earliest < opening.latest:
            start = min(opening.latest, opening.get_start_without_overtime(step))
            if start != opening.earliest:
                candidates.append(rate(opening, start, context))
    return candidates


def search(agendas, demand, minutes, context, limit, get_day):
    """Return candidates among which the best ``limit`` are, as ``choose`` finds them.

    Days are looked at in the order of the best they could offer, until none that is
    left can be better than what has been found: the result is that of looking at all.
    """

    @cache
    def judge(start):
        """Judge a start once for all whose day begins then."""
        return _judge_promise(start, start + demand.duration, context)

    waiting = sorted(
        (
            (bound, number, agenda, day)
            for number, agenda in enumerate(agendas)
            for day, bound in _get_bounds(agenda, demand, context, judge)
        ),
        key=itemgetter(0),
        reverse=True,
    )
    candidates = []
    for position in range(0, len(waiting), BATCH):
        batch = waiting[position : position + BATCH]
        if candidates:
            __, floor = _pick(candidates, limit, get_day)
            if floor is not None and floor > batch[0][0]:
                break
        for __, __, agenda, day in batch:
            openings = find_in_day(agenda, day, demand, minutes)
            candidates += get_candidates(openings, demand.step, context)
    return candidates


def _get_bounds(agenda, demand, context, judge):
    """Yield each day with the (in time, score) that it cannot exceed."""
    if not demand.windows:
        return
    points = {"travel": 100.0, "overtime": 100.0, **context["people"][agenda.person.id]}
    first, last = demand.windows[0][0], demand.windows[-1][1]
    for day in agenda.days:
        start = max(day.start, first)
        if start > last or start >= day.stop:
            continue
        in_time, points["promise"] = judge(start)
        yield day, (in_time, get_score(points, context["weights"]))


def _judge_promise(start, stop, context):
    """Return whether all deadlines are kept, and the points for it."""
    deadlines = context["deadlines"]
    points = rate_promise(start, stop, deadlines, context["period"])
    slack = get_slack(start, stop, deadlines)
    return slack is None or slack[0] >= timedelta(), points


def choose(candidates, limit, get_day):
    """Return the best candidates, spread over days and people.

    What keeps its deadline comes before what does not, whatever its score.

    :param get_day: function of a moment
    """
    chosen, __ = _pick(candidates, limit, get_day)
    return sorted(chosen, key=_rank, reverse=True)


def _pick(candidates, limit, get_day):
    """Return (the best, what the last of them was worth): None while there are few."""
    best = {}
    for candidate in candidates:
        key = (candidate.opening.person, get_day(candidate.start))
        if key not in best or _rank(candidate) > _rank(best[key]):
            best[key] = candidate
    chosen, people, days, worth = [], {}, {}, None

    def get_worth(key):
        """Return what a candidate is worth beside those that are chosen."""
        candidate = best[key]
        malus = SAME_PERSON * people.get(key[0], 0) + SAME_DAY * days.get(key[1], 0)
        return (candidate.in_time, candidate.score - malus, EPOCH - candidate.start)

    while best and len(chosen) < limit:
        key = max(best, key=get_worth)
        worth = get_worth(key)[:2]
        chosen.append(best.pop(key))
        people[key[0]] = people.get(key[0], 0) + 1
        days[key[1]] = days.get(key[1], 0) + 1
    return chosen, worth if len(chosen) == limit else None


def _rank(candidate):
    return (candidate.in_time, candidate.score, EPOCH - candidate.start)


def _share(part, whole):
    if whole <= timedelta():
        return 0.0
    return min(1.0, max(0.0, part / whole))
