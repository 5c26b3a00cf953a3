"""Uninstalling after real work: the suite goes, the books stay as they are."""

import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg2

from odoo.sql_db import connection_info_for
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import config
from odoo.tools.misc import exec_pg_environ, find_pg_tool

INSIDE = Path(__file__).parents[1] / "setup" / "inside"
MODULES = (
    "field_service_kpi",
    "field_service_billing",
    "field_service_stock",
    "field_service",
)
PROFIT_AND_LOSS = """
    SELECT company.name, SUM(item.balance), COUNT(*)
      FROM account_move_line item
      JOIN account_account account ON account.id = item.account_id
      JOIN res_company company ON company.id = item.company_id
     WHERE item.parent_state = 'posted'
       AND (account.account_type LIKE 'income%' OR account.account_type LIKE 'expense%')
     GROUP BY company.name ORDER BY company.name
"""


@tagged("standard", "post_install", "-at_install")
class TestUninstall(BaseCase):
    def setUp(self):
        super().setUp()
        self.copy = f"{get_db_name()}_uninstall"
        self._admin(f'DROP DATABASE IF EXISTS "{self.copy}"')
        self._admin(f'CREATE DATABASE "{self.copy}" TEMPLATE template0')
        self.addCleanup(self._admin, f'DROP DATABASE IF EXISTS "{self.copy}"')
        with tempfile.NamedTemporaryFile() as dump:
            self._pg("pg_dump", "-Fc", "--no-owner", "-f", dump.name, get_db_name())
            self._pg("pg_restore", "--no-owner", "-d", self.copy, dump.name)

    def _connect(self, database):
        __, info = connection_info_for(database)
        return psycopg2.connect(**info)

    def _admin(self, statement):
        with closing(self._connect("postgres")) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)

    def _pg(self, tool, *arguments):
        command = [find_pg_tool(tool), *arguments]
        subprocess.run(command, env=exec_pg_environ(), check=True)

    def _run_inside(self, script, *arguments):
        """Run one of the set-up's scripts in a server process of its own."""
        environment = {**os.environ, "ODOO_RC": config.rcfile}
        root = str(Path(sys.modules["odoo"].__path__[0]).parent)
        environment["PYTHONPATH"] = os.pathsep.join(
            filter(None, [root, environment.get("PYTHONPATH")])
        )
        result = subprocess.run(
            [sys.executable, str(INSIDE / script), self.copy, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr[-3000:])
        return result.stdout

    def _profit_and_loss(self):
        with closing(self._connect(self.copy)) as connection:
            cursor = connection.cursor()
            cursor.execute(PROFIT_AND_LOSS)
            return cursor.fetchall()

    def test_the_books_outlive_the_suite(self):
        with tempfile.NamedTemporaryFile() as result:
            self._run_inside("play.py", result.name)
        before = self._profit_and_loss()
        self.assertTrue(before)
        said = self._run_inside("uninstall.py", *MODULES)
        self.assertNotIn("left behind", said)
        self.assertEqual(self._profit_and_loss(), before)
