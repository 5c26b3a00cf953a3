"""A technician's day as plain data: his visits, the road between them, free time."""

from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from .route import Problem


class Day(NamedTuple):
    """What a trip is worked out from; minutes count from ``origin`` (naive UTC).

    ``points`` and ``matrix`` have the base first, then the visits in their order.
    """

    origin: Any
    visits: Any
    points: list
    matrix: Any
    problem: Problem
    notes: list

    def to_datetime(self, minutes):
        """Return a moment of the day."""
        return self.origin + timedelta(minutes=minutes)

    def get_legs(self, order):
        """Return (visit position or None for the way back, minutes, km) in sequence."""
        if not order:
            return []
        places = [0, *(i + 1 for i in order), 0]
        travel = self.problem
        legs = []
        for position, (a, b) in enumerate(pairwise(places)):
            if position == 0:
                minutes = travel.base_out[b - 1]
            elif b == 0:
                minutes = travel.base_in[a - 1]
            else:
                minutes = travel.travel[a - 1][b - 1]
            legs.append((b - 1 if b else None, minutes, self.matrix.km[a][b]))
        return legs

    def is_assumed(self, index):
        """Tell whether nobody knows where a visit takes place."""
        return self.points[index + 1] is None

    def get_idle(self, begin, end):
        """Return the free minutes between arriving and beginning."""
        return sum(
            max(0, min(end, stop) - max(begin, start))
            for start, stop in self.problem.free
        )
