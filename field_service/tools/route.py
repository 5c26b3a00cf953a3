"""In which order a technician does his day: nearest neighbours, 2-opt, relocation.

A pure function over plain data, so that a solver can be put behind the same interface.
All times are whole minutes on one clock that never jumps (minutes since some moment in
UTC). What is locked keeps its time; everything else starts within its windows, within
working time, and never while the technician is in a meeting. The same problem always
has the same answer.
"""

from itertools import pairwise
from typing import NamedTuple

# Visits start at round times; locked ones whenever they were planned.
STEP = 5
# A day of this many visits is searched to the end; longer ones stop earlier.
MAX_ROUNDS = 50


class Stop(NamedTuple):
    """A visit: how long it takes, when it may start, and when it starts at present.

    ``windows`` are pairs (first, last) of starts; none at all means any time. What is
    ``tolerated`` may stay at its present start although that is no free time.
    """

    key: int
    duration: int
    start: int
    windows: tuple = ()
    locked: bool = False
    tolerated: bool = False


class Problem(NamedTuple):
    """A day: the stops, travel by position in ``stops``, and when work is possible.

    ``base_out[i]`` and ``base_in[i]`` are the minutes from where the day begins to
    stop i, and from there to where it ends. ``free`` are sorted, separate periods.
    """

    stops: tuple
    travel: list
    base_out: list
    base_in: list
    free: tuple


class Plan(NamedTuple):
    """A sequence of positions, their starts, and what it costs in minutes."""

    order: tuple
    starts: tuple
    travel: int
    overtime: int
    feasible: bool = True

    @property
    def cost(self):
        """Return minutes on the road and beyond working time; hopeless plans last."""
        return (not self.feasible, self.travel + self.overtime)


def propose(problem):
    """Return (present plan, better plan); the same one twice if there is no better.

    The better plan keeps every locked start, begins every other stop within its windows
    and within free time, and costs less than the present sequence. Where the present
    plan cannot be kept at all, any plan that can is better.
    """
    present = get_present(problem)

    def rank(plan):
        """Return how good a plan is: of equal ones the nearer to the present."""
        moved = sum(i != j for i, j in zip(plan.order, present.order, strict=True))
        return (plan.cost, moved)

    starts = (
        _schedule(problem, present.order),
        _insert_all(problem),
        _walk(problem),
    )
    found = [_improve(problem, plan, rank) for plan in starts if plan]
    if not found:
        return present, present
    best = min(found, key=rank)
    if best.order == present.order and present.feasible:
        return present, present
    best = _stay_near(problem, present, best)
    return present, best if best.cost < present.cost else present


def get_present(problem):
    """Return the plan as it stands, feasible or not."""
    stops = problem.stops
    order = tuple(
        sorted(range(len(stops)), key=lambda i: (stops[i].start, stops[i].key))
    )
    starts = tuple(stops[i].start for i in order)
    return _price(problem, order, starts, _is_kept(problem, order, starts))


def get_lateness(problem, order, starts):
    """Return by how many minutes each stop of a plan begins before it is reached."""
    late = [0] * len(order)
    for place, (before, after) in enumerate(pairwise(order)):
        ready = starts[place] + problem.stops[before].duration
        reached = ready + problem.travel[before][after]
        late[place + 1] = max(0, reached - starts[place + 1])
    return late


def _is_kept(problem, order, starts):
    """Tell whether a plan can be kept: reachable, in its windows, in free time."""
    if any(get_lateness(problem, order, starts)):
        return False
    return all(
        problem.stops[i].locked
        or _find_start(problem, problem.stops[i], start) == start
        for i, start in zip(order, starts, strict=True)
    )


def _price(problem, order, starts, feasible=True):
    """Return the plan with its minutes on the road and beyond working time."""
    if not order:
        return Plan((), (), 0, 0, feasible)
    first, last = order[0], order[-1]
    travel = (
        problem.base_out[first]
        + sum(problem.travel[a][b] for a, b in pairwise(order))
        + problem.base_in[last]
    )
    overtime = 0
    if problem.free:
        leave = starts[0] - problem.base_out[first]
        home = starts[-1] + problem.stops[last].duration + problem.base_in[last]
        overtime = max(0, problem.free[0][0] - leave) + max(
            0, home - problem.free[-1][1]
        )
    return Plan(tuple(order), tuple(starts), travel, overtime, feasible)


def _schedule(problem, order, floors=None):
    """Return the plan that does a sequence as early as possible, or None.

    ``floors`` are starts before which a position must not begin.
    """
    starts = []
    ready = None
    for place, i in enumerate(order):
        stop = problem.stops[i]
        earliest = (
            None if ready is None else ready + problem.travel[order[place - 1]][i]
        )
        if stop.locked:
            if earliest is not None and earliest > stop.start:
                return None
            start = stop.start
        else:
            lower = [value for value in (earliest, (floors or {}).get(i)) if value]
            start = _find_start(problem, stop, max(lower, default=None))
            if start is None:
                return None
        starts.append(start)
        ready = start + stop.duration
    return _price(problem, order, starts)


def _find_start(problem, stop, earliest):
    """Return the first start from ``earliest`` on that suits a stop, or None."""
    start = _find_free_start(problem, stop, earliest)
    stays = stop.tolerated and (earliest is None or earliest <= stop.start)
    if stays and (start is None or start > stop.start):
        return stop.start
    return start


def _find_free_start(problem, stop, earliest):
    for begin, end in problem.free:
        lower = begin if earliest is None else max(begin, earliest)
        for first, last in stop.windows or ((begin, end),):
            start = max(lower, first)
            # A time that was planned or promised stays; others become round.
            if start not in (first, begin, stop.start):
                start = -(-start // STEP) * STEP
            if start <= last and start + stop.duration <= end:
                return start
    return None


def _insert_all(problem):
    """Build a plan: what is locked first, then each stop where it costs least."""
    stops = problem.stops
    order = sorted(
        (i for i, stop in enumerate(stops) if stop.locked),
        key=lambda i: (stops[i].start, stops[i].key),
    )
    plan = _schedule(problem, order)
    rest = sorted(
        (i for i, stop in enumerate(stops) if not stop.locked),
        # The narrower the window, the earlier its turn.
        key=lambda i: (
            min((last for __, last in stops[i].windows), default=1 << 30),
            stops[i].start,
            stops[i].key,
        ),
    )
    for i in rest:
        if plan is None:
            return None
        tried = [
            _schedule(problem, (*plan.order[:place], i, *plan.order[place:]))
            for place in range(len(plan.order) + 1)
        ]
        plan = min(
            (candidate for candidate in tried if candidate),
            key=lambda candidate: candidate.cost,
            default=None,
        )
    return plan


def _walk(problem):
    """Build a plan by going to the nearest stop that can still be done, or None."""
    rest = set(range(len(problem.stops)))
    order = ()
    while rest:
        candidates = [
            plan for i in sorted(rest) if (plan := _schedule(problem, (*order, i)))
        ]
        if not candidates:
            return None
        # Nearest in time: the road, and the wait for a window.
        best = min(
            candidates,
            key=lambda plan: (
                plan.starts[-1],
                problem.stops[plan.order[-1]].key,
            ),
        )
        order = best.order
        rest.discard(order[-1])
    return _schedule(problem, order)


def _improve(problem, plan, rank):
    """Return the plan after 2-opt and moving single stops until nothing helps."""
    for __ in range(MAX_ROUNDS):
        tried = (_schedule(problem, order) for order in _get_neighbours(plan.order))
        best = min(
            (candidate for candidate in tried if candidate),
            key=rank,
            default=plan,
        )
        if rank(best) >= rank(plan):
            break
        plan = best
    return plan


def _get_neighbours(order):
    """Yield sequences with a stretch turned round, or a stop put elsewhere."""
    size = len(order)
    for first in range(size - 1):
        for last in range(first + 1, size):
            yield (
                *order[:first],
                *reversed(order[first : last + 1]),
                *order[last + 1 :],
            )
    for place in range(size):
        rest = order[:place] + order[place + 1 :]
        for target in range(size):
            if target != place:
                yield (*rest[:target], order[place], *rest[target:])


def _stay_near(problem, present, plan):
    """Return the same sequence at times near the present ones, if that costs no more.

    Stops before and after the stretch that changes keep their times, and the stretch
    begins when it began before.
    """
    size = len(plan.order)
    head = 0
    while head < size and plan.order[head] == present.order[head]:
        head += 1
    tail = size
    while tail > head and plan.order[tail - 1] == present.order[tail - 1]:
        tail -= 1
    floors = {
        i: problem.stops[i].start for i in (*plan.order[:head], *plan.order[tail:])
    }
    if head < tail:
        floors.update(dict.fromkeys(plan.order[head:tail], present.starts[head]))
    near = _schedule(problem, plan.order, floors)
    return near if near and near.cost <= plan.cost else plan
