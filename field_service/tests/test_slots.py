import random
from datetime import datetime, timedelta

from odoo.tests import BaseCase

from ..tools import slot_score
from ..tools.periods import ceil_moment, floor_moment, intersect, subtract_work, unite
from ..tools.slot_score import Candidate, Deadline, choose, get_score, rate_promise
from ..tools.slots import (
    Demand,
    Person,
    Task,
    find_openings,
    get_agenda,
    get_crowded,
    restrict,
)

DAY = datetime(2026, 3, 2)
HOUR = timedelta(hours=1)
STEP = timedelta(minutes=15)


def at(hour, minute=0, day=0):
    return DAY + timedelta(days=day, hours=hour, minutes=minute)


# Two halves of a day, as most calendars have them.
HALVES = ((at(8), at(12)), (at(13), at(17)))


def on_a_line(first, second):
    """Places are minutes on a road."""
    return abs(first - second)


class TestSlots(BaseCase):
    def _find(self, tasks=(), work=HALVES, hours=2.0, place=0, **values):
        demand = Demand(
            duration=timedelta(hours=hours),
            place=place,
            windows=[(datetime.min, datetime.max)],
            until=datetime.max,
            step=STEP,
            **values,
        )
        return find_openings(Person(1, work, list(tasks), 0), demand, on_a_line)

    def _get_ranges(self, openings):
        return [(opening.earliest, opening.latest) for opening in openings]

    def test_free_day(self):
        self.assertEqual(
            self._get_ranges(self._find()), [(at(8), at(10)), (at(13), at(15))]
        )

    def test_travel_between_two_visits(self):
        # 8-9 at kilometre 20, 11:30-12 at kilometre 40; the new one at 30.
        tasks = [Task(at(8), at(9), 20), Task(at(11, 30), at(12), 40)]
        (opening,) = self._find(tasks, work=HALVES[:1], place=30)
        # 9:10 is possible, 9:15 the next step; over at 11:20, so 9:15 the last start.
        self.assertEqual((opening.earliest, opening.latest), (at(9, 15), at(9, 15)))
        self.assertEqual((opening.before, opening.after), (10, 10))
        self.assertEqual(opening.detour, 0, "it lies on his way")

    def test_detour_is_what_is_added(self):
        tasks = [Task(at(8), at(9), 20)]
        openings = self._find(tasks, place=30)
        # From 20 to 30 and home again: 10 + 30 instead of 20.
        self.assertEqual({opening.detour for opening in openings}, {20})

    def test_overtime_is_travel_outside_the_day(self):
        (first, second) = self._find(place=30)
        self.assertEqual(first.get_overtime(at(8)), 30)
        self.assertEqual(first.get_start_without_overtime(STEP), at(8, 30))
        self.assertEqual(first.get_overtime(at(8, 30)), 0)
        self.assertEqual(second.get_overtime(at(15)), 30)

    def test_a_long_visit_goes_on_after_lunch(self):
        self.assertFalse(self._find(hours=6), "a break of no minutes is allowed")
        (opening,) = self._find(hours=6, longest_break=HOUR)
        self.assertEqual((opening.earliest, opening.latest), (at(8), at(10)))
        self.assertEqual(opening.get_stop(at(8)), at(15))
        self.assertEqual(opening.get_stop(at(10)), at(17))

    def test_a_short_visit_is_not_torn(self):
        openings = self._find(hours=4, longest_break=HOUR)
        self.assertEqual(self._get_ranges(openings), [(at(8), at(8)), (at(13), at(13))])

    def test_a_visit_of_yesterday_is_not_where_he_comes_from(self):
        openings = self._find([Task(at(15, day=-1), at(17, day=-1), 500)], place=10)
        self.assertEqual({opening.before for opening in openings}, {10})

    def test_overlapping_tasks_end_with_the_last(self):
        tasks = [Task(at(8), at(11), 5), Task(at(9), at(10), 7)]
        (opening,) = self._find(tasks, work=HALVES[:1], hours=0.5, place=5)
        self.assertEqual(opening.earliest, at(11))

    def test_only_one_moment_may_be_asked_for(self):
        demand = Demand(HOUR, 0, [(at(9, 7), at(9, 7))], datetime.max, STEP)
        (opening,) = find_openings(Person(1, HALVES, [], 0), demand, on_a_line)
        self.assertEqual((opening.earliest, opening.latest), (at(9, 7), at(9, 7)))

    def test_windows_limit_the_start_and_until_the_end(self):
        demand = Demand(HOUR, 0, [(at(9), at(10))], at(10, 30), STEP)
        (opening,) = find_openings(Person(1, HALVES, [], 0), demand, on_a_line)
        self.assertEqual((opening.earliest, opening.latest), (at(9), at(9, 30)))

    def test_steps(self):
        self.assertEqual(ceil_moment(at(8, 1), STEP), at(8, 15))
        self.assertEqual(ceil_moment(at(8), STEP), at(8))
        self.assertEqual(floor_moment(at(8, 14), STEP), at(8))

    def test_periods(self):
        self.assertEqual(intersect(HALVES, [(at(11), at(14))]), [
            (at(11), at(12)), (at(13), at(14)),
        ])  # fmt: skip
        self.assertEqual(unite([(at(3), at(4)), (at(1), at(3))]), [(at(1), at(4))])
        self.assertEqual(subtract_work(at(14), 3 * HOUR, ((at(12), at(13)),)), at(10))

    def test_crew_needs_enough_people_at_the_same_time(self):
        first = self._find(work=[(at(8), at(12))])
        second = self._find(work=[(at(9), at(17))])
        # 8-10 and 9-15: both from 9 to 10.
        crowded = get_crowded(first + second, 2)
        self.assertEqual(crowded, [(at(9), at(10))])
        (part,) = restrict(second[0], crowded)
        self.assertEqual((part.earliest, part.latest), (at(9), at(10)))
        self.assertFalse(get_crowded(first + second, 3))

    # --------------------------------------------------------------- properties
    def test_whatever_is_found_is_free_and_can_be_reached(self):
        """Random days: no opening overlaps a task, leaves work or needs magic."""
        dice = random.Random(4)
        found = 0
        for __ in range(300):
            work = sorted(
                (at(hour, day=day), at(hour + dice.randint(1, 4), day=day))
                for day in range(3)
                for hour in (7, 12, 17)
            )
            tasks = []
            for __ in range(dice.randint(0, 8)):
                start = DAY + timedelta(minutes=dice.randint(0, 72 * 60))
                stop = start + timedelta(minutes=dice.randint(5, 240))
                tasks.append(Task(start, stop, dice.randint(0, 60)))
            hours = dice.choice([0.5, 1.0, 2.5, 5.0])
            openings = self._find(
                tasks, unite(work), hours, place=30, longest_break=HOUR
            )
            for opening in openings:
                for start in (opening.earliest, opening.latest):
                    self._check_possible(opening, start, unite(work), tasks, hours)
                    found += 1
        self.assertGreater(found, 1000)

    def _check_possible(self, opening, start, work, tasks, hours):
        stop = opening.get_stop(start)
        self.assertEqual(start, floor_moment(start, STEP))
        worked = intersect(work, [(start, stop)])
        self.assertEqual(sum((b - a for a, b in worked), timedelta()), hours * HOUR)
        self.assertEqual((worked[0][0], worked[-1][1]), (start, stop))
        for task in tasks:
            minutes = timedelta(minutes=on_a_line(task.place, 30))
            self.assertTrue(task.stop <= start or task.start >= stop)
            # The neighbours are reached in time; those of another day do not matter.
            if task.stop <= start and start - task.stop < timedelta(hours=6):
                nearer = [t for t in tasks if task.stop < t.stop <= start]
                if not nearer:
                    self.assertLessEqual(task.stop + minutes, start)
            if task.start >= stop and task.start - stop < timedelta(hours=6):
                nearer = [t for t in tasks if stop <= t.start < task.start]
                if not nearer:
                    self.assertGreaterEqual(task.start - minutes, stop)


class TestSlotScore(BaseCase):
    def _make(self, person, start, score, in_time=True):
        (opening,) = find_openings(
            Person(person, [(start, start + HOUR)], [], 0),
            Demand(HOUR, 0, [(datetime.min, datetime.max)], datetime.max, STEP),
            on_a_line,
        )
        return Candidate(opening, start, start + HOUR, score, {}, in_time)

    def test_score_is_the_weighted_mean_of_what_is_known(self):
        points = {"travel": 50.0, "promise": 100.0, "margin": None}
        # (30 x 50 + 10 x 100) / 40
        weights = {"travel": 30, "promise": 10, "margin": 99}
        self.assertEqual(get_score(points, weights), 62.5)
        self.assertEqual(get_score(points, {}), 0.0)

    def test_promise(self):
        period = (at(0), at(0, day=10))
        self.assertEqual(rate_promise(at(0, day=2), at(2, day=2), [], period), 80.0)
        deadline = [Deadline("response", at(0, day=4))]
        self.assertEqual(
            rate_promise(at(0, day=1), at(2, day=1), deadline, period), 75.0
        )
        self.assertEqual(
            rate_promise(at(0, day=5), at(2, day=5), deadline, period), 0.0
        )

    def test_what_is_in_time_comes_first(self):
        late = self._make(1, at(8, day=9), 99.0, in_time=False)
        early = self._make(2, at(8), 10.0)
        chosen = choose([late, early], 2, lambda moment: moment.date())
        self.assertEqual(chosen, [early, late])

    def test_results_are_spread_over_people_and_days(self):
        same = [self._make(1, at(8, day=day), 90.0 - day) for day in range(5)]
        other = self._make(2, at(8, day=9), 80.0)
        chosen = choose([*same, other], 2, lambda moment: moment.date())
        # Another day of the same person would be 89, less 12 for being his again.
        self.assertEqual(chosen, [same[0], other])

    def test_one_slot_for_a_person_and_day(self):
        morning, noon = self._make(1, at(8), 50.0), self._make(1, at(12), 60.0)
        self.assertEqual(
            choose([morning, noon], 5, lambda moment: moment.date()), [noon]
        )

    def test_ending_early_finds_what_looking_at_everything_finds(self):
        self.patch(slot_score, "BATCH", 7)
        dice = random.Random(11)
        looked_at = 0
        for trial in range(30):
            demand = Demand(HOUR, 30, [(at(0), at(0, day=9))], datetime.max, STEP)
            agendas = [self._get_random_agenda(dice, person) for person in range(12)]
            context = self._get_context(dice, deadline=trial % 2)
            found = slot_score.search(
                agendas, demand, on_a_line, context, 4, lambda moment: moment.date()
            )
            everything = [
                opening
                for agenda in agendas
                for opening in find_openings(agenda.person, demand, on_a_line)
            ]
            candidates = slot_score.get_candidates(everything, STEP, context)
            best, same = (
                choose(several, 4, lambda moment: moment.date())
                for several in (found, candidates)
            )
            self.assertEqual(
                [(item.in_time, item.score) for item in best],
                [(item.in_time, item.score) for item in same],
            )
            looked_at += len(found) < len(candidates)
        self.assertGreater(looked_at, 10, "it does end early")

    def _get_random_agenda(self, dice, number):
        work = [
            (at(begin, day=day), at(begin + 4, day=day))
            for day in range(9)
            for begin in (8, 13)
        ]
        tasks = [
            Task(at(hour, day=day), at(hour + 1, day=day), dice.randint(0, 60))
            for day in range(9)
            for hour in dice.sample(range(8, 17), 3)
        ]
        return get_agenda(Person(number, work, tasks, dice.randint(0, 60)))

    def _get_context(self, dice, deadline):
        return {
            "deadlines": [Deadline("response", at(0, day=4))] if deadline else [],
            "period": (at(0), at(0, day=9)),
            "weights": {"travel": 30, "promise": 25, "overtime": 10, "balance": 10},
            "people": {
                number: {"balance": dice.uniform(0, 100), "skill": None}
                for number in range(12)
            },
        }
