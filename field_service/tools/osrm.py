"""Ask a route server for travel by road: the table service of OSRM.

``GET /table/v1/driving/{lon},{lat};...?annotations=duration,distance`` answers seconds
and metres from each point to each, null where there is no way. Answers are kept by
coordinates rounded to about ten metres, so that a day planned twice is asked for once.
"""

import time
from collections import OrderedDict
from threading import Lock

import requests

# Public servers and common proxies refuse longer requests.
MAX_COORDINATES = 100
TIMEOUT_SECONDS = 8
DIGITS = 4
CACHE_SIZE = 100_000
CACHE_SECONDS = 24 * 3600
# A server that does not answer is left alone for a while: nobody waits twice.
REST_SECONDS = 60


class RouteServerError(Exception):
    """The route server gave no usable answer; the message says why."""


class RouteCache:
    """Answers of route servers, shared by the threads of one process.

    An answer is a pair (seconds, metres), or None where there is no way.
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = Lock()
        self._answers = OrderedDict()
        self._failures = {}

    def get(self, url, a, b):
        """Return (known, answer) for a journey."""
        with self._lock:
            kept = self._answers.get((url, a, b))
        if not kept or kept[0] < self._clock():
            return False, None
        return True, kept[1]

    def put(self, url, a, b, answer):
        """Keep an answer; the oldest ones are forgotten."""
        with self._lock:
            self._answers[url, a, b] = (self._clock() + CACHE_SECONDS, answer)
            while len(self._answers) > CACHE_SIZE:
                self._answers.popitem(last=False)

    def get_failure(self, url):
        """Return why the server is left alone at the moment, or None."""
        until, reason = self._failures.get(url, (0, None))
        return reason if until > self._clock() else None

    def put_failure(self, url, reason):
        """Leave the server alone for a while."""
        self._failures[url] = (self._clock() + REST_SECONDS, reason)

    def clear(self):
        """Forget everything."""
        with self._lock:
            self._answers.clear()
            self._failures.clear()


CACHE = RouteCache()


def round_point(point):
    """Return the coordinates as they are sent and kept."""
    return (round(point[0], DIGITS), round(point[1], DIGITS))


def get_table(url, points, cache=CACHE):
    """Return {(a, b): (seconds, metres) or None} between all different points.

    :param str url: of the server, e.g. ``https://routes.example.com``
    :param points: rounded points
    :raises RouteServerError: when the server gives no usable answer
    """
    points = sorted(set(points))
    missing = [
        (a, b) for a in points for b in points if a != b and not cache.get(url, a, b)[0]
    ]
    if missing:
        if reason := cache.get_failure(url):
            raise RouteServerError(reason)
        try:
            _fill(url, missing, cache)
        except RouteServerError as error:
            cache.put_failure(url, str(error))
            raise
    return {(a, b): cache.get(url, a, b)[1] for a in points for b in points if a != b}


def _fill(url, missing, cache):
    sources = sorted({a for a, __ in missing})
    targets = sorted({b for __, b in missing})
    if len(set(sources) | set(targets)) <= MAX_COORDINATES:
        return _ask(url, sources, targets, cache)
    half = MAX_COORDINATES // 2
    for first in range(0, len(sources), half):
        for second in range(0, len(targets), half):
            _ask(
                url,
                sources[first : first + half],
                targets[second : second + half],
                cache,
            )
    return None


def _ask(url, sources, targets, cache):
    """Ask for one block of the table and keep it."""
    points = sorted(set(sources) | set(targets))
    place = {point: str(position) for position, point in enumerate(points)}
    coordinates = ";".join(f"{longitude},{latitude}" for latitude, longitude in points)
    answer = _get(
        f"{url.rstrip('/')}/table/v1/driving/{coordinates}",
        {
            "annotations": "duration,distance",
            "sources": ";".join(place[point] for point in sources),
            "destinations": ";".join(place[point] for point in targets),
        },
    )
    seconds = _get_block(answer, "durations", len(sources), len(targets))
    metres = _get_block(answer, "distances", len(sources), len(targets))
    for row, a in enumerate(sources):
        for column, b in enumerate(targets):
            pair = (seconds[row][column], metres[row][column])
            cache.put(url, a, b, None if None in pair else pair)


def _get(url, parameters):
    try:
        # No redirects: the server is the one in the settings and no other.
        response = requests.get(
            url, parameters, timeout=TIMEOUT_SECONDS, allow_redirects=False
        )
    except requests.RequestException as error:
        raise RouteServerError(type(error).__name__) from error
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.status_code != 200 or not isinstance(answer, dict):
        raise RouteServerError(f"HTTP {response.status_code}")
    if answer.get("code") != "Ok":
        raise RouteServerError(str(answer.get("code"))[:50])
    return answer


def _get_block(answer, name, rows, columns):
    """Return one table of the answer; a crooked one is no answer."""
    table = answer.get(name)
    fits = (
        isinstance(table, list)
        and len(table) == rows
        and all(isinstance(row, list) and len(row) == columns for row in table)
        and all(
            value is None or (isinstance(value, int | float) and value >= 0)
            for row in table
            for value in row
        )
    )
    if not fits:
        raise RouteServerError(f"no {name}")
    return table
