"""Reports and lists are read from a replica of PostgreSQL, everything else is not.

A real one: two clusters are started for this test, the second streams from the first,
and an Odoo server process is told of both (``db_replica_host``).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg2
import pytest

from odoo.tests import get_db_name
from odoo.tools import config

# The scripts' own package, when pytest was not started by them.
sys.path.append(str(Path(__file__).resolve().parents[1] / "setup"))

from kit import server

from . import replica as replicas

START_SECONDS = 300
# What each screen's question looks like in the log of the server that answers it.
LEDGER = "account_analytic_line share"


@pytest.fixture(scope="module")
def site():
    """Both clusters, and an Odoo that works with them."""
    names = {"db_host": "PGHOST", "db_port": "PGPORT", "db_user": "PGUSER"}
    names["db_password"] = "PGPASSWORD"
    origin = {name: value for name, value in os.environ.items() if name[:2] == "PG"}
    for option, name in names.items():
        if config[option]:
            origin[name] = str(config[option])
    with (
        replicas.running(get_db_name(), origin) as (primary, replica),
        tempfile.TemporaryDirectory() as folder,
        serve(primary, replica, Path(folder)) as odoo,
    ):
        odoo.log_in()
        yield primary, replica, odoo


class Client:
    """A browser without a screen."""

    def __init__(self, port, log):
        self.port = port
        self.log = log
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def post(self, path, **parameters):
        """Send a call and return its result."""
        body = json.dumps({"jsonrpc": "2.0", "params": parameters}).encode()
        request = urllib.request.Request(
            f"http://{server.HOST}:{self.port}{path}",
            body,
            {"Content-Type": "application/json"},
        )
        with self.opener.open(request, timeout=120) as response:
            answer = json.load(response)
        assert "error" not in answer, answer["error"]["data"]["debug"]
        return answer["result"]

    def log_in(self):
        """Become the administrator."""
        self.post(
            "/web/session/authenticate",
            db=get_db_name(),
            login="admin",
            password="admin",
        )

    def call(self, model, method, *arguments, route="call_kw", **named):
        """Call a method as the web client does."""
        return self.post(
            f"/web/dataset/{route}",
            model=model,
            method=method,
            args=arguments,
            kwargs=named,
        )


@contextmanager
def serve(primary, replica, folder):
    """Run an Odoo server that knows both; give a client of it."""
    port = server.choose_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name[:2] != "PG" and name != "ODOO_RC"
    }
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    options = {
        "database": get_db_name(),
        "db-filter": f"^{get_db_name()}$",
        "addons-path": ",".join(map(str, config["addons_path"])),
        "data-dir": folder / "data",
        "db_user": replicas.ROLE,
        "db_host": primary.sockets,
        "db_port": 5432,
        "db_replica_host": replica.sockets,
        "db_replica_port": 5432,
        "http-interface": server.HOST,
        "http-port": port,
        "max-cron-threads": 0,
        "log-level": "info",
    }
    (folder / "empty.conf").write_text("[options]\n")
    command = [sys.executable, "-m", "odoo", "-c", str(folder / "empty.conf")]
    command += [f"--{name}={value}" for name, value in options.items()]
    log = folder / "odoo.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=environment, cwd="/"
        )
        try:
            wait_until_up(process, port, log)
            yield Client(port, log)
        finally:
            process.terminate()
            process.wait(30)


def wait_until_up(process, port, log):
    """Wait until a first page was served: the registry is loaded then."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            address = f"http://{server.HOST}:{port}/web/health"
            with urllib.request.urlopen(address, timeout=60):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(log.read_text()[-2000:])


@contextmanager
def watched(*clusters):
    """Give a list that holds afterwards what each cluster was asked meanwhile."""
    asked = []
    starts = [len(cluster.read_log()) for cluster in clusters]
    yield asked
    time.sleep(0.2)  # the logs are written by other processes
    for cluster, start in zip(clusters, starts, strict=True):
        asked.append(cluster.read_log(start))


def test_the_replica_streams(site):
    primary, replica, _odoo = site
    assert primary.ask("SELECT state FROM pg_stat_replication") == "streaming"
    assert primary.ask("SELECT pg_is_in_recovery()") is False
    assert replica.ask("SELECT pg_is_in_recovery()") is True
    with (
        closing(replica.connect(get_db_name())) as connection,
        connection.cursor() as cr,
        pytest.raises(psycopg2.errors.ReadOnlySqlTransaction),
    ):
        cr.execute("DELETE FROM field_service_order")


def test_writing_goes_to_the_primary(site):
    primary, replica, odoo = site
    with watched(primary, replica) as asked:
        partner = odoo.call("res.partner", "create", [{"name": "Stream"}])
        [order] = odoo.call(
            "field.service.order", "create", [{"partner_id": partner[0]}]
        )
    at_primary, at_replica = asked
    assert 'INSERT INTO "field_service_order"' in at_primary
    assert "INSERT INTO" not in at_replica
    # It arrives at the replica, from where the list is read.
    replica.follow()
    with watched(primary, replica) as asked:
        found = odoo.call(
            "field.service.order",
            "web_search_read",
            [["id", "=", order]],
            {"partner_id": {"fields": {"display_name": {}}}, "posted_margin": {}},
        )
    assert found["records"][0]["partner_id"]["display_name"] == "Stream"
    at_primary, at_replica = asked
    assert 'FROM "field_service_order"' in at_replica
    assert 'FROM "field_service_order"' not in at_primary


SUMS = ["margin:sum", "revenue:sum"]
QUESTIONS = {
    "pivot": (
        "field.service.ledger.report",
        "formatted_read_grouping_sets",
        ([], [["date:month", "cost_kind"], []], SUMS),
    ),
    "graph": (
        "field.service.ledger.report",
        "formatted_read_group",
        ([], ["date:month"], SUMS),
    ),
    "grouped list": (
        "field.service.ledger.report",
        "web_read_group",
        ([], ["team_id"], SUMS),
    ),
    "list": (
        "field.service.ledger.report",
        "web_search_read",
        ([], {"margin": {}, "date": {}}),
    ),
    "agreements": (
        "field.service.agreement.ledger.report",
        "formatted_read_group",
        ([], ["agreement_id"], SUMS),
    ),
    "reconciliation": (
        "field.service.reconciliation",
        "formatted_read_group",
        ([], ["period:month"], ["difference:sum"]),
    ),
    "integrity": (
        "field.service.integrity",
        "web_search_read",
        ([], {"kind": {}, "amount": {}}),
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_reports_are_read_from_the_replica(site, question):
    primary, replica, odoo = site
    model, method, arguments = QUESTIONS[question]
    with watched(primary, replica) as asked:
        odoo.call(model, method, *arguments)
    at_primary, at_replica = asked
    assert LEDGER in at_replica
    assert LEDGER not in at_primary


BUTTONS = (
    ("field.service.order", "action_open_posted_profit"),
    ("field.service.order", "action_open_posted_items"),
    ("account.move.line", "action_open_service_orders"),
)


@pytest.mark.parametrize(("model", "method"), BUTTONS)
def test_drilling_down_is_reading(site, model, method):
    primary, replica, odoo = site
    with watched(primary, replica) as asked:
        answer = odoo.call(model, method, [], route="call_button")
    assert answer["type"] == "ir.actions.act_window"
    at_primary, at_replica = asked
    assert "SELECT" in at_replica
    assert "SELECT" not in at_primary


def test_nothing_was_tried_in_vain(site):
    """No reading method wrote, and the replica was never out of reach."""
    _primary, _replica, odoo = site
    log = odoo.log.read_text()
    assert "retrying with a read/write cursor" not in log
    assert "Failed to open a readonly cursor" not in log
