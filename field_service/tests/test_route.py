import time
from itertools import pairwise, permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.field_service.tools.route import (
    Problem,
    Stop,
    get_lateness,
    get_present,
    propose,
)

MORNING, NOON, EVENING = 480, 720, 1020
DAY = ((MORNING, NOON), (780, EVENING))


def line(places, starts, duration=30, free=DAY, windows=None, locked=()):
    """Return a day on a straight road: a minute per unit, the base at 0."""
    stops = tuple(
        Stop(
            key=i,
            duration=duration,
            start=start,
            windows=(windows or {}).get(i, ()),
            locked=i in locked,
        )
        for i, start in enumerate(starts)
    )
    return Problem(
        stops=stops,
        travel=[[abs(a - b) for b in places] for a in places],
        base_out=[abs(a) for a in places],
        base_in=[abs(a) for a in places],
        free=free,
    )


@st.composite
def problems(draw):
    """Return days of up to seven visits, half of which can be kept as they are."""
    size = draw(st.integers(0, 7))
    places = draw(st.lists(st.integers(-12, 12), min_size=size, max_size=size))
    durations = draw(
        st.lists(st.sampled_from((15, 30, 45, 60)), min_size=size, max_size=size)
    )
    now, stops = MORNING, []
    for i in range(size):
        if i:
            now += abs(places[i] - places[i - 1])
        now += draw(st.sampled_from((0, 5, 10, 45)))
        if now < 780 < now + durations[i] + 60:
            now = 780
        kind = draw(
            st.sampled_from(("any", "any", "window", "locked", "wrong", "tolerated"))
        )
        windows = ()
        if kind in ("window", "wrong"):
            first = now - draw(st.sampled_from((0, 30, 60)))
            if kind == "wrong":
                first += 90
            windows = ((first, first + 60),)
        stops.append(
            Stop(i, durations[i], now, windows, kind == "locked", kind == "tolerated")
        )
        now += durations[i]
    return Problem(
        stops=tuple(stops),
        travel=[[abs(a - b) for b in places] for a in places],
        base_out=[abs(a) for a in places],
        base_in=[abs(a) for a in places],
        free=DAY,
    )


@tagged("post_install", "-at_install")
class TestRoute(BaseCase):
    def _check_kept(self, problem, plan):
        """Check a plan against the rules, in words of its own."""
        self.assertEqual(sorted(plan.order), list(range(len(problem.stops))))
        self.assertEqual(len(plan.starts), len(plan.order))
        for i, start in zip(plan.order, plan.starts, strict=True):
            stop = problem.stops[i]
            if stop.locked:
                self.assertEqual(start, stop.start)
                continue
            if stop.tolerated and start == stop.start:
                continue
            self.assertTrue(
                any(a <= start and start + stop.duration <= b for a, b in problem.free)
            )
            if stop.windows:
                self.assertTrue(any(a <= start <= b for a, b in stop.windows))
        ways = list(zip(plan.order, plan.starts, strict=True))
        for (i, start), (j, following) in pairwise(ways):
            self.assertLessEqual(
                start + problem.stops[i].duration + problem.travel[i][j], following
            )

    def test_there_and_back(self):
        """Far, near, far, near becomes one way out and back."""
        problem = line([40, 10, 50, 20], [480, 560, 640, 720 + 60])
        present, better = propose(problem)
        # 40 + 30 + 40 + 30 + 20 against 10 + 10 + 20 + 10 + 50 = 100.
        self.assertEqual((present.travel, better.travel), (160, 100))
        self._check_kept(problem, better)

    def test_locked_stays(self):
        problem = line([40, 10, 50, 20], [480, 560, 640, 780], locked=(0,))
        __, better = propose(problem)
        self.assertEqual(better.starts[better.order.index(0)], 480)
        self._check_kept(problem, better)
        # 40 first, then the best of the rest: 50, 20, 10 and home.
        self.assertEqual(better.order, (0, 2, 3, 1))
        self.assertEqual(better.travel, 40 + 10 + 30 + 10 + 10)

    def test_everything_locked(self):
        problem = line([40, 10, 50], [480, 560, 640], locked=(0, 1, 2))
        present, better = propose(problem)
        self.assertEqual(present, better)

    def test_windows_are_respected(self):
        problem = line([40, 10, 50], [480, 560, 640], windows={1: ((560, 590),)})
        __, better = propose(problem)
        self._check_kept(problem, better)
        self.assertTrue(560 <= better.starts[better.order.index(1)] <= 590)

    def test_a_plan_that_cannot_be_kept_is_mended(self):
        """The second visit begins before the first one is over and driven away from."""
        problem = line([40, 10], [480, 500])
        present, better = propose(problem)
        self.assertFalse(present.feasible)
        self.assertEqual(get_lateness(problem, present.order, present.starts), [0, 40])
        self.assertTrue(better.feasible)
        self._check_kept(problem, better)

    def test_no_way_out(self):
        """Two promises at the same time: nothing is proposed."""
        windows = {0: ((480, 485),), 1: ((480, 485),)}
        present, better = propose(line([40, 10], [480, 480], windows=windows))
        self.assertFalse(present.feasible)
        self.assertEqual(present, better)

    def test_a_meeting_is_no_working_time(self):
        free = ((480, 540), (600, 1020))
        problem = line([10, 20], [480, 545], duration=60, free=free)
        present, better = propose(problem)
        self.assertFalse(present.feasible)
        self.assertEqual(better.starts, (480, 600))

    def test_over_lunch(self):
        """Who chose to work over lunch is not told to come at another time."""
        problem = line([10, 20], [700, 800], duration=60)
        present, better = propose(problem)
        self.assertFalse(present.feasible)
        chosen = problem.stops[0]._replace(tolerated=True)
        present, better = propose(problem._replace(stops=(chosen, problem.stops[1])))
        self.assertTrue(present.feasible)
        self.assertEqual(better.starts, (700, 800))

    def test_a_good_plan_is_left_alone(self):
        problem = line([10, 20, 30], [500, 600, 800])
        present, better = propose(problem)
        self.assertEqual(present, better)
        self.assertEqual(better.starts, (500, 600, 800))

    def test_near_the_present_plan(self):
        """What comes before the stretch that changes keeps its time."""
        problem = line([10, 50, 20, 60], [500, 600, 800, 900])
        __, better = propose(problem)
        self.assertEqual(better.order, (0, 2, 1, 3))
        self.assertEqual(better.starts[0], 500)
        # The stretch begins at 600, 10 minutes' drive after 530; the last one stays.
        self.assertEqual(better.starts[1], 600)
        self.assertEqual(better.starts[3], 900)

    def test_overtime_counts(self):
        problem = line([60], [480])
        present, __ = propose(problem)
        # An hour on the road before working time begins.
        self.assertEqual((present.travel, present.overtime), (120, 60))

    def test_nothing_to_do(self):
        present, better = propose(line([], []))
        self.assertEqual((present.order, better.travel), ((), 0))

    def test_no_working_time(self):
        """Nobody works that day: what is planned stays as it is."""
        present, better = propose(line([10, 20], [480, 600], free=()))
        self.assertEqual(present, better)

    def test_best_of_all_orders(self):
        """On small days the search finds what trying everything finds."""
        places = [40, -10, 50, -20, 15]
        problem = line(places, [480, 530, 600, 780, 900], duration=15)
        __, better = propose(problem)
        ways = [
            abs(places[order[0]])
            + sum(abs(places[a] - places[b]) for a, b in pairwise(order))
            + abs(places[order[-1]])
            for order in permutations(range(5))
        ]
        self.assertEqual(better.travel, min(ways))

    def test_milliseconds(self):
        """Ten visits are planned while the mouse button goes up."""
        problem = line(
            [(i * 37) % 29 - 14 for i in range(10)],
            [480 + 50 * i for i in range(10)],
            duration=20,
            free=((480, 1020),),
        )
        began = time.process_time()
        __, better = propose(problem)
        self.assertLess(time.process_time() - began, 0.25)
        self._check_kept(problem, better)

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(problem=problems())
    def test_properties(self, problem):
        present, better = propose(problem)
        self.assertEqual(present, get_present(problem))
        # All stops exactly once, the same answer to the same question.
        self.assertEqual(sorted(better.order), list(range(len(problem.stops))))
        self.assertEqual(propose(problem), (present, better))
        # Never worse than what can be kept now.
        self.assertLessEqual(better.cost, present.cost)
        if present.feasible:
            self._check_kept(problem, present)
        if better != present:
            self.assertTrue(better.feasible)
            self.assertLess(better.cost, present.cost)
        if better.feasible:
            self._check_kept(problem, better)
