"""Making, cloning and dropping databases, with their attachments.

A database is built under a name that ends in "_part" and renamed when it is complete,
so that what was interrupted is never taken for whole. What it holds is told by its
comment in PostgreSQL, which moves and dies with it.
"""

import contextlib
import os
import shutil

from .console import SetupError
from .postgres import MINIMUM

CONNECTION = {
    "PGHOST": "host",
    "PGPORT": "port",
    "PGUSER": "user",
    "PGPASSWORD": "password",
}


class Databases:
    """The databases of one server; `files` holds Odoo's folder per database."""

    def __init__(self, environment, data_dir):
        self.environment = environment
        self.files = data_dir / "filestore"

    def check_server(self):
        """Refuse early what would fail later in the words of PostgreSQL."""
        with self._cursor() as cr:
            cr.execute(
                "SELECT current_setting('server_version_num')::int / 10000,"
                " rolname, rolcreatedb OR rolsuper"
                " FROM pg_roles WHERE rolname = current_user"
            )
            version, role, may_create = cr.fetchone()
        if version < MINIMUM:
            raise SetupError(
                f"The database server is PostgreSQL {version}; Odoo needs {MINIMUM}."
            )
        if role == "postgres":
            raise SetupError(
                "Odoo refuses to work as the database user postgres: "
                "create one of your own and name it in PGUSER."
            )
        if not may_create:
            raise SetupError(f"The database user {role} may not create databases.")

    def comment(self, name):
        """The comment of a database; "" when it has none, None when it is absent."""
        with self._cursor() as cr:
            cr.execute(
                "SELECT COALESCE(shobj_description(oid, 'pg_database'), '')"
                " FROM pg_database WHERE datname = %s",
                [name],
            )
            row = cr.fetchone()
        return row[0] if row else None

    def names_with_comment(self, start):
        """The databases whose comment starts with this text, with their comments."""
        with self._cursor() as cr:
            cr.execute(
                "SELECT datname, shobj_description(oid, 'pg_database')"
                " FROM pg_database"
                " WHERE starts_with(shobj_description(oid, 'pg_database'), %s)",
                [start],
            )
            return dict(cr.fetchall())

    def set_comment(self, name, text):
        """Say in the database what it holds."""
        self._run("COMMENT ON DATABASE {} IS %s", name, values=[text])

    def drop(self, name):
        """Drop a database and its attachments, if they are there."""
        self._disconnect(name)
        self._run("DROP DATABASE IF EXISTS {}", name)
        shutil.rmtree(self.files / name, ignore_errors=True)

    def clone(self, source, name):
        """Make the database `name` anew as a copy of `source`."""
        self.drop(name)
        self._disconnect(source)
        self._run("CREATE DATABASE {} TEMPLATE {}", name, source)
        if (self.files / source).is_dir():
            # Attachments are never changed in place, so a second name will do.
            shutil.copytree(
                self.files / source, self.files / name, copy_function=os.link
            )

    @contextlib.contextmanager
    def built(self, name, comment, source=None):
        """Give the name of a database to fill; it becomes `name` when all went well."""
        part = f"{name}_part"
        self.drop(part)
        if source:
            self.clone(source, part)
        try:
            yield part
        except BaseException:
            self.drop(part)
            raise
        self.drop(name)
        self._disconnect(part)
        if (self.files / part).is_dir():
            (self.files / part).rename(self.files / name)
        self._run("ALTER DATABASE {} RENAME TO {}", part, name)
        self.set_comment(name, comment)

    def _disconnect(self, name):
        with self._cursor() as cr:
            cr.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )

    def _run(self, query, *names, values=None):
        from psycopg2 import sql  # from the virtual environment, see machine

        with self._cursor() as cr:
            cr.execute(sql.SQL(query).format(*map(sql.Identifier, names)), values)

    @contextlib.contextmanager
    def _cursor(self):
        import psycopg2  # from the virtual environment, see machine

        named = {
            key: self.environment[variable]
            for variable, key in CONNECTION.items()
            if variable in self.environment
        }
        try:
            connection = psycopg2.connect(
                dbname="postgres", connect_timeout=10, **named
            )
        except psycopg2.OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise SetupError(f"The database server does not answer: {reason}") from None
        connection.autocommit = True
        try:
            with connection.cursor() as cr:
                yield cr
        except psycopg2.errors.InsufficientPrivilege as error:
            reason = str(error).strip().splitlines()[0]
            raise SetupError(f"The database user lacks a right: {reason}") from None
        finally:
            connection.close()
