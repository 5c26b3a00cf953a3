"""How far it is from here to there, and how long it takes, without asking anybody.

Points are pairs (latitude, longitude) in degrees. Plain functions over plain data:
slot search asks them thousands of times.
"""

from math import asin, ceil, cos, radians, sin, sqrt
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088
ROUND_MINUTES = 5
# Two points this near are the same place: nobody drives, nobody parks.
SAME_PLACE_KM = 0.05
# Floating point must not turn 10.000000001 minutes into 15.
TOLERANCE = 1e-6


def great_circle_km(a, b):
    """Return the distance of two points on the surface of the earth."""
    latitude, longitude = radians(b[0] - a[0]), radians(b[1] - a[1])
    chord = (
        sin(latitude / 2) ** 2
        + cos(radians(a[0])) * cos(radians(b[0])) * sin(longitude / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


def round_up(minutes, step=ROUND_MINUTES):
    """Return whole minutes, rounded up to the next ``step``."""
    return ceil((minutes - TOLERANCE) / step) * step


def is_point(latitude, longitude):
    """Tell whether a pair of stored coordinates is a place; 0, 0 means unknown."""
    return bool(latitude or longitude)


class Estimate(NamedTuple):
    """Travel guessed from the great circle: detour factor, km/h, minutes to park.

    ``unknown`` minutes are assumed to and from a place whose coordinates nobody knows
    (its point is None).
    """

    detour: float = 1.3
    speed: float = 50.0
    parking: int = 5
    unknown: int = 0

    def km(self, a, b):
        """Return the kilometres on the road; 0 when a place is not known."""
        if a is None or b is None:
            return 0.0
        distance = great_circle_km(a, b)
        return 0.0 if distance < SAME_PLACE_KM else distance * self.detour

    def minutes(self, a, b):
        """Return whole minutes from door to door, parking included."""
        if a is None or b is None:
            return self.unknown
        km = self.km(a, b)
        if not km:
            return 0
        return round_up(km / self.speed * 60) + self.parking
