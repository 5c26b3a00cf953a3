import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.field_service.tools import osrm

from .common import FieldServiceCommon

A, B, C = (52.0, 13.0), (52.1, 13.0), (52.0, 13.2)


class Server(ThreadingHTTPServer):
    """A route server: ten seconds and 100 metres per 0.01 degrees, north is a lake."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []
        self.mode = "ok"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        """Tests are quiet."""

    def do_GET(self):
        parts = urlsplit(self.path)
        self.server.requests.append(parts)
        mode = self.server.mode
        if mode == "hang up":
            self.connection.close()
            return
        if mode == "redirect":
            self.send_response(302)
            self.send_header("Location", f"{self.server.url}/elsewhere")
            self.end_headers()
            return
        body = b"<html>" if mode == "html" else json.dumps(self._answer(parts)).encode()
        self.send_response(500 if mode == "error" else 200)
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, parts):
        if self.server.mode == "crooked":
            return {"code": "Ok", "durations": [[0]], "distances": [[0]]}
        if self.server.mode == "refused":
            return {"code": "TooBig"}
        points = [
            tuple(float(number) for number in pair.split(","))
            for pair in parts.path.rsplit("/", 1)[1].split(";")
        ]
        query = parse_qs(parts.query)
        sources, targets = (
            [points[int(place)] for place in query[name][0].split(";")]
            for name in ("sources", "destinations")
        )

        def steps(a, b):
            if max(a[1], b[1]) > 60:
                return None
            return round((abs(a[0] - b[0]) + abs(a[1] - b[1])) * 100)

        table = [[steps(a, b) for b in targets] for a in sources]

        def scale(factor):
            return [
                [None if value is None else value * factor for value in row]
                for row in table
            ]

        return {"code": "Ok", "durations": scale(10), "distances": scale(100)}


@tagged("post_install", "-at_install")
class TestOsrm(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.travel = cls.env["field.service.travel"]

    def setUp(self):
        super().setUp()
        osrm.CACHE.clear()
        self.addCleanup(osrm.CACHE.clear)

    @contextmanager
    def _serve(self, mode="ok"):
        server = Server()
        server.mode = mode
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self.company.service_routing_url = server.url
        try:
            yield server
        finally:
            server.shutdown()
            server.server_close()

    def test_table(self):
        with self._serve() as server:
            matrix = self.travel._compute_matrix([A, B, C], self.company)
        # 10 steps: 100 s are 2 minutes, and 5 to park; 20 steps: 200 s are 4 minutes.
        self.assertEqual(matrix.minutes, [[0, 7, 9], [7, 0, 10], [9, 10, 0]])
        self.assertEqual(matrix.km, [[0, 1, 2], [1, 0, 3], [2, 3, 0]])
        self.assertEqual(matrix.notes, [])
        request = server.requests[0]
        self.assertEqual(
            request.path, "/table/v1/driving/13.0,52.0;13.2,52.0;13.0,52.1"
        )
        self.assertIn("annotations=duration%2Cdistance", request.query)

    def test_unlocated_is_not_sent(self):
        with self._serve() as server:
            minutes, km = self.travel._get_matrix([A, None, B], self.company)
        self.assertEqual(minutes, [[0, 15, 7], [15, 0, 15], [7, 15, 0]])
        self.assertEqual(server.requests[0].path.count(";"), 1)
        self.assertEqual(km[0], [0, 0, 1])

    def test_asked_once(self):
        with self._serve() as server:
            self.travel._get_matrix([A, B], self.company)
            # Five metres further is the same.
            self.travel._get_matrix([(52.00004, 13.0), B], self.company)
            self.assertEqual(len(server.requests), 1)
            self.travel._get_matrix([A, B, C], self.company)
            self.assertEqual(len(server.requests), 2)

    def test_answers_grow_old(self):
        now = [0]
        cache = osrm.RouteCache(lambda: now[0])
        with self._serve() as server:
            osrm.get_table(server.url, [A, B], cache)
            now[0] = osrm.CACHE_SECONDS - 1
            osrm.get_table(server.url, [A, B], cache)
            self.assertEqual(len(server.requests), 1)
            now[0] += 2
            osrm.get_table(server.url, [A, B], cache)
            self.assertEqual(len(server.requests), 2)

    def test_chunks(self):
        """No request has more than 100 coordinates, and every pair is asked for."""
        points = [(50 + i / 100, 10.0) for i in range(120)]
        with self._serve() as server:
            minutes, km = self.travel._get_matrix(points, self.company)
        # 3 x 3 blocks of 50, 50 and 20.
        self.assertEqual(len(server.requests), 9)
        for request in server.requests:
            self.assertLess(request.path.count(";"), osrm.MAX_COORDINATES)
        self.assertEqual(km[0][119], 11.9)
        self.assertEqual(km[119][60], 5.9)
        # 119 steps are 1190 s: 20 minutes.
        self.assertEqual(minutes[0][119], 25)

    def test_no_way(self):
        """Where there is no road the estimate stays, and says so."""
        lake = (61.0, 13.0)
        with self._serve():
            matrix = self.travel._compute_matrix([A, B, lake], self.company)
        estimate = self.travel._get_estimate(self.company)
        self.assertEqual(matrix.minutes[0], [0, 7, estimate.minutes(A, lake)])
        self.assertEqual(
            matrix.notes,
            ["The route server knows no way for 4 journeys: they are estimated."],
        )

    def test_failures_fall_back(self):
        estimate = self.travel._get_estimate(self.company)
        minutes = estimate.minutes(A, B)
        for mode, reason in (
            ("hang up", "ConnectionError"),
            ("error", "HTTP 500"),
            ("html", "HTTP 200"),
            ("redirect", "HTTP 302"),
            ("refused", "TooBig"),
            ("crooked", "no durations"),
        ):
            with self.subTest(mode), self._serve(mode) as server:
                matrix = self.travel._compute_matrix([A, B], self.company)
                self.assertEqual(matrix.minutes, [[0, minutes], [minutes, 0]])
                self.assertEqual(len(matrix.notes), 1)
                self.assertIn(f"({reason})", matrix.notes[0])
                # Nobody waits a second time for a server that is down.
                self.travel._compute_matrix([A, C], self.company)
                self.assertEqual(len(server.requests), 1)

    def test_nobody_listens(self):
        self.company.service_routing_url = "http://127.0.0.1:1"
        matrix = self.travel._compute_matrix([A, B], self.company)
        self.assertIn("ConnectionError", matrix.notes[0])

    def test_address_of_the_server(self):
        for url in ("ftp://x", "file:///etc/passwd", "x", "http://", "http://x/?a=1"):
            with self.assertRaisesRegex(ValidationError, "route server"):
                self.company.service_routing_url = url
        self.company.service_routing_url = False
        for url in ("javascript:alert(1)//{z}{x}{y}", "https://x/{z}/{x}.png"):
            with self.assertRaisesRegex(ValidationError, "map tiles"):
                self.company.service_tile_url = url
        self.company.service_tile_url = "https://x.example/{z}/{x}/{y}.png?key=1"

    def test_only_administrators_know_the_server(self):
        self.company.service_routing_url = "http://127.0.0.1:1"
        company = self.company.with_user(self.manager)
        with self.assertRaises(AccessError):
            company.read(["service_routing_url"])
        with self.assertRaises(AccessError):
            company.service_routing_url = "http://127.0.0.1:2"
        # Planning uses it all the same.
        matrix = self.travel.with_user(self.dispatcher)._compute_matrix(
            [A, B], company.with_user(self.dispatcher)
        )
        self.assertEqual(len(matrix.notes), 1)
