"""Where a visit fits into somebody's days. Plain functions, all times naive UTC.

Places are any hashable keys; how long it takes from one to another is asked of a
function ``minutes(a, b)``.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable
from datetime import datetime, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from .periods import add_work, ceil_moment, floor_moment, subtract_work

# Whoever has been idle that long comes from home, or has gone there.
NIGHT = timedelta(hours=6)


class _Minutes(dict):
    """Lengths of time by their minutes, each made once."""

    def __missing__(self, count):
        self[count] = timedelta(minutes=count)
        return self[count]


MINUTES = _Minutes()


class Task(NamedTuple):
    """Something that takes somebody's time, and where he is then."""

    start: datetime
    stop: datetime
    place: Hashable


class Block(NamedTuple):
    """Tasks without a pause between them: where they begin and where they end."""

    start: datetime
    stop: datetime
    first: Hashable
    last: Hashable


class Person(NamedTuple):
    """Somebody who may go: when he works, what he does then, where he comes from."""

    id: int
    work: list
    tasks: list
    base: Hashable


class Demand(NamedTuple):
    """What is looked for.

    ``windows`` are the periods in which the visit may start, ``until`` is when it must
    be over. A visit longer than each half of a day goes on after a break that is no
    longer than ``longest_break``.
    """

    duration: timedelta
    place: Hashable
    windows: list
    until: datetime
    step: timedelta
    longest_break: timedelta = timedelta()


class Day(NamedTuple):
    """Working time of one person without a night in it."""

    start: datetime
    stop: datetime
    periods: list


class Agenda(NamedTuple):
    """Somebody's days and what he does in them."""

    person: Person
    days: list
    blocks: list
    stops: list


class Gap(NamedTuple):
    """Free working time with what comes before and after it."""

    start: datetime
    stop: datetime
    previous: Block | None
    following: Block | None


class Opening(NamedTuple):
    """Starts that are possible for a person, from ``earliest`` to ``latest``.

    The visit must be over by ``limit`` to be in time for what follows. Travel is in
    minutes; ``from_base`` and ``to_base`` tell whether he comes from and goes home.
    """

    person: int
    earliest: datetime
    latest: datetime
    limit: datetime
    before: int
    after: int
    detour: int
    from_base: bool
    to_base: bool
    day_start: datetime
    day_stop: datetime
    duration: timedelta
    breaks: tuple

    def get_stop(self, start):
        """Return when a visit that begins at ``start`` ends, breaks included."""
        return add_work(start, self.duration, self.breaks)

    def get_overtime(self, start):
        """Return the minutes on the road before the working day and after it."""
        early = late = timedelta()
        if self.from_base:
            early = self.day_start - (start - timedelta(minutes=self.before))
        if self.to_base:
            late = self.get_stop(start) + timedelta(minutes=self.after) - self.day_stop
        return sum(max(0, int(part.total_seconds() // 60)) for part in (early, late))

    def get_start_without_overtime(self, step):
        """Return the first start for which he leaves home within working time."""
        if not self.from_base:
            return self.earliest
        begin = self.day_start + timedelta(minutes=self.before)
        return max(self.earliest, ceil_moment(begin, step))


# ---------------------------------------------------------------------------- days
def split_days(work):
    """Return working time as days: what no night lies between."""
    days = []
    for start, stop in work:
        if days and start - days[-1].stop < NIGHT:
            days[-1] = Day(days[-1].start, stop, [*days[-1].periods, (start, stop)])
        else:
            days.append(Day(start, stop, [(start, stop)]))
    return days


def get_stretches(day, duration, longest_break):
    """Return the parts of a day in which a visit may lie: (start, stop, breaks).

    A visit is not torn by a break unless it is longer than the time before and after.
    """
    stretches = []
    for start, stop in day.periods:
        if stretches and start - stretches[-1][-1][1] <= longest_break:
            stretches[-1].append((start, stop))
        else:
            stretches.append([(start, stop)])
    for periods in stretches:
        if max(stop - start for start, stop in periods) >= duration:
            yield from ((start, stop, ()) for start, stop in periods)
        else:
            breaks = tuple(
                (before[1], after[0])
                for before, after in pairwise(periods)
                if before[1] < after[0]
            )
            yield periods[0][0], periods[-1][1], breaks


def join_tasks(tasks):
    """Return tasks as blocks in order; those that overlap or touch are one."""
    blocks, last = [], datetime.min
    for start, stop, place in sorted(tasks, key=itemgetter(0, 1)):
        if start >= last:
            blocks.append(Block(start, stop, place, place))
            last = stop
        elif stop > last:
            blocks[-1] = blocks[-1]._replace(stop=stop, last=place)
            last = stop
    return blocks


def get_gaps(start, stop, blocks, stops):
    """Yield the free time of a stretch; ``stops`` are the ends of the blocks."""
    position = bisect_right(stops, start)
    previous = blocks[position - 1] if position else None
    cursor = start
    while position < len(blocks) and blocks[position].start < stop:
        block = blocks[position]
        if block.start > cursor:
            yield Gap(cursor, block.start, previous, block)
        previous, cursor = block, max(cursor, block.stop)
        position += 1
    if cursor < stop:
        following = blocks[position] if position < len(blocks) else None
        yield Gap(cursor, stop, previous, following)


# ------------------------------------------------------------------------ openings
def get_agenda(person):
    """Return somebody's days with his tasks as blocks, ready to be searched."""
    blocks = join_tasks(person.tasks)
    days = split_days(person.work)
    return Agenda(person, days, blocks, [block.stop for block in blocks])


def find_openings(person, demand, minutes):
    """Return when somebody could start, travel from and to his other tasks included.

    :param Person person: his working time sorted, without overlaps
    :param Demand demand: what is looked for
    :param minutes: function of two places
    :rtype: list[Opening]
    """
    agenda = get_agenda(person)
    return [
        opening
        for day in agenda.days
        for opening in find_in_day(agenda, day, demand, minutes)
    ]


def find_in_day(agenda, day, demand, minutes):
    """Return the openings of one day."""
    duration, openings = demand.duration, []
    for start, stop, breaks in get_stretches(day, duration, demand.longest_break):
        if stop - start < duration:
            continue
        for gap in get_gaps(start, stop, agenda.blocks, agenda.stops):
            if gap.stop - gap.start >= duration:
                openings += _fit(agenda.person, demand, day, gap, breaks, minutes)
    return openings


def _fit(person, demand, day, gap, breaks, minutes):
    """Return the openings of one gap: one for each window and part between breaks.

    Runs thousands of times in a search: what cannot fit is left as early as possible.
    """
    previous, following = _get_neighbours(gap)
    low, high, __, __ = gap
    if high > demand.until:
        high = demand.until
    before = minutes(previous.last if previous else person.base, demand.place)
    if previous and previous.stop + MINUTES[before] > low:
        low = previous.stop + MINUTES[before]
    if high - low < demand.duration:
        return ()
    after = minutes(demand.place, following.first if following else person.base)
    if following and following.start - MINUTES[after] < high:
        high = following.start - MINUTES[after]
    if high - low < demand.duration:
        return ()
    if breaks:
        breaks = tuple(rest for rest in breaks if rest[0] < gap.stop and rest[1] > low)
    ranges = _get_starts(low, high, breaks, demand)
    if not ranges:
        return ()
    detour = before + after
    if previous or following:
        detour -= minutes(
            previous.last if previous else person.base,
            following.first if following else person.base,
        )
    fixed = (
        *(high, before, after, max(0, detour), not previous, not following),
        *(day.start, day.stop, demand.duration, breaks),
    )
    return [Opening(person.id, begin, end, *fixed) for begin, end in ranges]


def _get_neighbours(gap):
    """Return the blocks he comes from and goes to, without those a night away."""
    previous, following = gap.previous, gap.following
    if previous and previous.stop <= gap.start - NIGHT:
        previous = None
    if following and following.start >= gap.stop + NIGHT:
        following = None
    return previous, following


def _get_starts(low, high, breaks, demand):
    """Return ranges of starts on whole steps, in the windows and outside breaks."""
    last = subtract_work(high, demand.duration, breaks)
    ranges = []
    for window_start, window_stop in demand.windows:
        begin, end = max(low, window_start), min(last, window_stop)
        for rest_start, rest_stop in breaks:
            _snap(begin, min(end, rest_start - demand.step), demand.step, ranges)
            begin = max(begin, rest_stop)
        _snap(begin, end, demand.step, ranges)
    return ranges


def _snap(begin, end, step, ranges):
    if begin != end:
        begin, end = ceil_moment(begin, step), floor_moment(end, step)
    # One moment that is asked for is right even if it is on no whole step.
    if begin <= end:
        ranges.append((begin, end))


# ---------------------------------------------------------------------------- crew
def get_crowded(openings, count):
    """Return when at least ``count`` people could start, as ranges with their ends.

    Openings of one person never overlap, so openings are counted, not people.
    """
    changes = sorted(
        [(opening.earliest, 0) for opening in openings]
        + [(opening.latest, 1) for opening in openings]
    )
    ranges, present, since = [], 0, None
    for moment, leaving in changes:
        if leaving:
            if present == count:
                ranges.append((since, moment))
            present -= 1
        else:
            present += 1
            if present == count:
                since = moment
    return ranges


def restrict(opening, ranges):
    """Yield an opening as far as it lies in ranges that are sorted."""
    position = bisect_left(ranges, opening.earliest, key=lambda period: period[1])
    for start, stop in ranges[position:]:
        if start > opening.latest:
            return
        yield opening._replace(
            earliest=max(opening.earliest, start), latest=min(opening.latest, stop)
        )
