"""A primary and a streaming replica of PostgreSQL on this machine, for a while.

Both are private clusters of the kind that setup/ uses, with nothing of the server that
the tests run on but its programs. Each writes every statement it gets into its log.
"""

import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from kit import packages, postgres
from kit.console import CommandError, SetupError, run_logged

ROLE = postgres.ROLE
SECONDS = 60


class Logged(postgres.Cluster):
    """A cluster that tells what it is asked."""

    def __init__(self, folder):
        super().__init__(folder, volatile=True, log=folder / "setup.log")

    def _initdb(self, data):
        super()._initdb(data)
        with (data / "postgresql.conf").open("a") as handle:
            handle.write("log_statement = all\nlog_min_duration_statement = -1\n")

    def connect(self, database="postgres"):
        """Return a connection without transactions."""
        connection = psycopg2.connect(
            host=str(self.sockets), port=5432, user=ROLE, dbname=database
        )
        connection.autocommit = True
        return connection

    def ask(self, query, database="postgres"):
        """Return the one value that a query gives."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cr:
                cr.execute(query)
                return cr.fetchone()[0]
        finally:
            connection.close()

    def read_log(self, start=0):
        """Return what was asked since the log had that length."""
        return (self.folder / "server.log").read_text(errors="replace")[start:]


class Replica(Logged):
    """A copy of another cluster that follows its changes and refuses others."""

    def __init__(self, folder, primary):
        super().__init__(folder)
        self.primary = primary

    def _initdb(self, data):
        command = [find_program("pg_basebackup"), "-D", str(data), "-R"]
        command += ["-X", "stream", "-c", "fast", "-U", ROLE]
        command += ["-h", str(self.primary.sockets), "-p", "5432"]
        run_logged(postgres._as_account(command), self.log, cwd="/")

    def follow(self):
        """Wait until all that the primary has written is here."""
        written = self.primary.ask("SELECT pg_current_wal_lsn()")
        end = time.monotonic() + SECONDS
        while not self.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn"):
            assert time.monotonic() < end, "the replica does not follow"
            time.sleep(0.1)


def find_program(name):
    """Return a program of the version of PostgreSQL that makes the clusters."""
    # What is on the path may be a link to some of the programs only.
    initdb = packages.find_postgres()[0] / "initdb"
    return str(initdb.resolve().parent / name)


@contextmanager
def running(database, server):
    """Give a primary with a copy of a database, and its replica.

    :param server: variables of libpq that lead to the server with the database
    """
    base = Path(tempfile.mkdtemp(prefix="field-service-replica-"))
    try:
        (base / "primary").mkdir()
        (base / "replica").mkdir()
        with Logged(base / "primary").running() as primary:
            copy_database(database, server, primary, base)
            with Replica(base / "replica", primary).running() as replica:
                replica.follow()
                yield primary, replica
    except CommandError as error:
        raise SetupError(f"{error}: {error.last_line()}") from None
    finally:
        shutil.rmtree(base, ignore_errors=True)


def copy_database(database, server, primary, base):
    """Bring a database from one server to another."""
    dump = base / "dump"
    run_logged(
        [find_program("pg_dump"), "-Fc", "-Z1", "-f", str(dump), database],
        base / "dump.log",
        env=server,
        cwd="/",
    )
    words = [find_program("createdb"), "-T", "template0", database]
    run_logged(words, base / "create.log", env=primary.environment, cwd="/")
    # Odoo's own indexes and functions come with the dump, extensions included.
    run_logged(
        [find_program("pg_restore"), "--no-owner", "-d", database, str(dump)],
        base / "restore.log",
        env=primary.environment,
        cwd="/",
    )
    dump.unlink()
