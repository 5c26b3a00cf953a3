"""What every script prepares: packages, Odoo, virtual environment, database server."""

import ast
import configparser
import contextlib
import hashlib
import os
import re
from pathlib import Path

from . import odoo, packages, postgres, venv
from .console import CommandError, SetupError, run_logged
from .databases import Databases
from .paths import CHECKOUT, SETUP, make_folder, state_folder

BASIC = ["git", "python3-venv", "libmagic1"]
FOR_TESTS = ["wkhtmltopdf", "fonts-dejavu-core", "chromium"]
MODULE_PROGRESS = r"Loading module \S+ \((\d+)/(\d+)\)"
EXCEPTION = r"^([\w.]*(Error|Exception|Violation|NotNull\w*)\b|psycopg2\.)"
LOG_LINE = re.compile(r"^\d{4}-\S+ \S+ \d+ [A-Z]+ ")
LOG_TROUBLE = re.compile(r"^\d{4}-\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")


class Machine:
    """A prepared machine: run Odoo on it, and look after its databases."""

    def __init__(self, found, environment_of_python, server):
        self.odoo = found
        self.venv = environment_of_python
        self.state = state_folder()
        self.data_dir = make_folder(self.state / "files")
        self.server = server
        self.databases = Databases(server, self.data_dir)
        self.modules = find_modules()

    @property
    def environment(self):
        """The variables for a process that runs Odoo or talks to the server."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PG") and name != "PYTHONPATH"
        }
        return {
            **inherited,
            **self.server,
            "PYTHONPATH": str(self._library()),
            "ODOO_RC": str(self.config()),
            "PYTHONUNBUFFERED": "1",
        }

    def _library(self):
        """A folder with nothing but Odoo in it.

        The folder where Odoo is installed may hold other packages, in other versions
        than the pinned ones, and would come first.
        """
        folder = make_folder(self.state / "library")
        link = folder / "odoo"
        source = self.odoo.library / "odoo"
        if not link.is_symlink() or link.readlink() != source:
            fresh = folder / f"odoo.{os.getpid()}"
            fresh.symlink_to(source)
            fresh.rename(link)
        return folder

    def config(self, database=None):
        """Write Odoo's configuration file, with this database as the default.

        The server is named by the environment, so that no password is written.
        """
        addons = [*self.odoo.addons, CHECKOUT]
        parser = configparser.RawConfigParser()
        parser["options"] = {
            "addons_path": ",".join(map(str, addons)),
            "data_dir": str(self.data_dir),
            "http_interface": "127.0.0.1",
            **({"db_name": database} if database else {}),
        }
        path = self.state / f"odoo{'-' if database else ''}{database or ''}.conf"
        fresh = path.with_suffix(f".{os.getpid()}")
        with fresh.open("w", encoding="utf-8") as handle:
            parser.write(handle)
        fresh.rename(path)
        return path

    def log(self, name):
        """The file that takes the output of a step."""
        return self.state / "log" / f"{name}.log"

    def odoo_command(self, *arguments):
        """The command line of Odoo with these arguments."""
        return [str(self.venv.python), "-m", "odoo", *arguments]

    def script(self, name):
        """A Python file that is run within Odoo."""
        return SETUP / "inside" / name

    def change_modules(self, database, *arguments, log, step=None, checked=True):
        """Install or update modules; a warning in Odoo's log is a failure."""
        command = self.odoo_command(
            *("-d", database, "--stop-after-init", "--no-http"),
            *("--max-cron-threads=0", "--log-level=info", *arguments),
        )
        self.run_clean(command, log, checked=checked, step=step, watch=MODULE_PROGRESS)

    def run_clean(self, command, log, *, checked=True, excused=None, **options):
        """Run Odoo and insist, when `checked`, on a log without warnings.

        Lines that match the pattern `excused` are let pass.
        """
        path = self.log(log)
        # From the root folder: Python must not import from the current one.
        try:
            run_logged(command, path, env=self.environment, cwd="/", **options)
        except CommandError as error:
            reason = error.last_line(EXCEPTION)
            raise SetupError(f"Odoo failed: {reason} (see {path})") from None
        trouble = find_trouble(path, excused) if checked else []
        if trouble:
            shown = "\n".join(trouble[:20])
            raise SetupError(f"Odoo's log is not silent (see {path}):\n{shown}")


@contextlib.contextmanager
def prepared(*, tests=False, config_file=None):
    """Prepare everything and have the database server running within the block."""
    logs = state_folder() / "log"
    server = postgres.existing_server(config_file)
    wanted = [*BASIC, *(FOR_TESTS if tests else [])]
    wanted += [] if server else ["postgresql"]
    packages.ensure(wanted, logs / "packages.log")
    found = odoo.find(logs / "fetch.log")
    python = venv.ensure(venv.TEST if tests else venv.RUN, logs / "venv.log")
    python.share()
    with contextlib.ExitStack() as stack:
        if not server:
            server = stack.enter_context(_cluster(logs, tests)).environment
        machine = Machine(found, python, server)
        machine.databases.check_server()
        yield machine


def _cluster(logs, tests):
    # Two clusters: what the demonstration shows survives a power cut.
    folder = state_folder() / ("postgres-test" if tests else "postgres")
    return postgres.Cluster(folder, volatile=tests, log=logs / "postgres.log").running()


def find_trouble(log, excused=None):
    """The warnings and errors in a log of Odoo, with the exceptions below them."""
    trouble, inside = [], False
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if LOG_LINE.match(line):
            inside = bool(LOG_TROUBLE.match(line))
            if excused and re.search(excused, line):
                inside = False
            trouble += [line] if inside else []
        elif inside and re.match(EXCEPTION, line):
            trouble.append(f"    {line}")
    return trouble


def find_modules():
    """The add-ons of this repository, each after those it depends on."""
    depends = {
        path.parent.name: ast.literal_eval(path.read_text(encoding="utf-8"))["depends"]
        for path in sorted(CHECKOUT.glob("*/__manifest__.py"))
    }
    ordered = []

    def add(name):
        for parent in depends[name]:
            if parent in depends:
                add(parent)
        if name not in ordered:
            ordered.append(name)

    for name in depends:
        add(name)
    return ordered


def external_dependencies(module):
    """The modules of Odoo that an add-on names as its dependencies."""
    manifest = CHECKOUT / module / "__manifest__.py"
    depends = ast.literal_eval(manifest.read_text(encoding="utf-8"))["depends"]
    return [name for name in depends if not (CHECKOUT / name).is_dir()]


def digest_of(*folders):
    """A hash over what the database takes from these add-ons."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((CHECKOUT / folder).rglob("*")):
            if path.is_file() and _reaches_database(path.relative_to(CHECKOUT)):
                digest.update(f"{path.relative_to(CHECKOUT)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _reaches_database(path: Path):
    return path.parts[1] not in {"tests", "static"} and path.suffix in {
        ".py",
        ".xml",
        ".csv",
        ".po",
        ".pot",
        ".sql",
    }
