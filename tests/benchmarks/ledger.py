"""Profit figures on ledgers of 10 thousand, 100 thousand and 1 million items on orders.

    setup/benchmark ledger [S M L]

makes the ledgers from a template with the suite installed (``ledgers``), asks what the
screens ask, and the same in plain SQL, in turn in one run. Figures are milliseconds of
processor time, Python and database together, medians; only their ratios mean something.
It ends with an error when a goal is missed, or when the books and the orders of a
ledger do not agree to the cent.
"""

import argparse
import sys
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

# tests/ is a package of the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import odoo.modules  # noqa: F401  the core's set-up comes first
from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

from tests.benchmarks import ledgers, questions
from tests.benchmarks.meter import Meter, count_queries

ROUNDS = {"S": 15, "M": 5, "L": 3}
MARK = "field-service ledger "
GROWTH = 3.0


class Line(NamedTuple):
    """One line of the answer: what was asked, and what it costs beside what."""

    size: str
    question: str
    ours: float
    queries: int
    beside: str
    reference: float
    goal: float | None

    @property
    def ratio(self):
        """Ours by the reference."""
        return self.ours / self.reference

    @property
    def missed(self):
        """Tell whether there is a goal and it was missed."""
        return self.goal is not None and self.ratio > self.goal

    def __str__(self):
        goal = f"<= {self.goal}" if self.goal else ""
        return (
            f"{self.size:<2}{self.question:<44}{self.ours:>9.1f}{self.queries:>4}q  "
            f"{self.beside:<39}{self.reference:>9.1f}{self.ratio:>7.2f} {goal:<7}"
            f"{' MISSED' if self.missed else ''}"
        )


# ---------------------------------------------------------------------- the databases
@contextmanager
def maintenance():
    """Give a cursor that belongs to no transaction, on the server's own database."""
    connection = sql_db.db_connect("postgres").cursor()
    try:
        connection._cnx.autocommit = True
        yield connection._obj
    finally:
        connection.close()


def make_database(template, size):
    """Return the name of a database with that ledger, made when it is not there."""
    name = f"{template}_ledger_{size.lower()}"
    with maintenance() as cr:
        cr.execute(
            """SELECT shobj_description(oid, 'pg_database') FROM pg_database
                WHERE datname = %s""",
            [name],
        )
        found = cr.fetchone()
        if found and found[0] == MARK + size:
            return name
        cr.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cr.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    with Registry(name).cursor() as cr:
        made = ledgers.fill(api.Environment(cr, SUPERUSER_ID, {}), size, bulk=True)
        print(f"{size}: {made.describe()}", flush=True)
        cr.commit()
    with vacuum(name) as cr:
        # What autovacuum does a minute later.
        cr.execute("VACUUM ANALYZE")
    with maintenance() as cr:
        cr.execute(f"COMMENT ON DATABASE \"{name}\" IS '{MARK}{size}'")
    return name


def drop(names):
    """Give the room on the disk back."""
    for name in names:
        sql_db.close_db(name)
        with maintenance() as cr:
            cr.execute(f'DROP DATABASE IF EXISTS "{name}"')


@contextmanager
def vacuum(name):
    """Give a cursor of that database outside of any transaction."""
    connection = sql_db.db_connect(name).cursor()
    try:
        connection._cnx.autocommit = True
        yield connection._obj
    finally:
        connection.close()


def open_ledger(stack, name):
    """Return the environment of a ledger's administrator, with both companies."""
    cr = stack.enter_context(Registry(name).cursor())
    env = api.Environment(cr, SUPERUSER_ID, {})
    companies = ledgers.find_companies(env)
    context = {"allowed_company_ids": companies.ids, "lang": "en_US"}
    return api.Environment(cr, env.ref("base.user_admin").id, context)


# ------------------------------------------------------------------------ the questions
def compare(size, env):
    """Yield what each question costs on a ledger, beside the same in plain SQL."""
    meter = Meter(ROUNDS[size])
    for question in questions.get_questions(env):
        with question.references() as references:
            works = [(env, question.ask), *((env, call) for call in references)]
            ours, *others = meter.measure(*works)
            yield Line(
                size,
                question.name,
                ours,
                count_queries(env, question.ask),
                question.beside,
                sum(others),
                get_goal(size, question),
            )


def get_goal(size, question):
    """Return the goal on that ledger: on a small one Odoo's formatting is all."""
    at_large = question.name.startswith(("dashboard", "reconciliation"))
    return None if at_large and size != "L" else question.goal


def compare_growth(environments):
    """Yield how much more a bounded screen costs on the largest than the smallest."""
    (first, small), *_between, (last, large) = environments.items()
    sizes = first + last
    meter = Meter(ROUNDS["M"])
    pairs = zip(questions.get_bounded(small), questions.get_bounded(large), strict=True)
    for one, other in pairs:
        before, after = meter.measure((small, one.ask), (large, other.ask))
        queries = count_queries(large, other.ask)
        yield Line(sizes, other.name, after, queries, "on the smallest", before, GROWTH)


def check_books(size, env):
    """Print what the reconciliation says; return how many companies do not tie."""
    wrong = 0
    for company in ledgers.find_companies(env):
        totals = env["field.service.reconciliation"]._get_totals(company)
        found = env["field.service.integrity"].search_count(
            [("company_id", "=", company.id)]
        )
        apart = totals["rows_with_difference"] or totals["unexplained"] or found
        print(
            f"{size} {company.name}: profit and loss {totals['profit_and_loss']:,.2f}, "
            f"on orders {totals['on_orders']:,.2f}, "
            f"difference {totals['unexplained']:.2f} in "
            f"{totals['rows_with_difference']} months and accounts, "
            f"{found} findings{' WRONG' if apart else ''}",
            flush=True,
        )
        wrong += bool(apart)
    return wrong


def main(arguments):
    """Make the ledgers, ask, print; return the exit code."""
    parser = argparse.ArgumentParser(prog="setup/benchmark ledger")
    parser.add_argument("template", help="a database with the suite, nobody in it")
    parser.add_argument("sizes", nargs="*", default=["S", "M", "L"])
    parser.add_argument("--config", help="Odoo's configuration file")
    parser.add_argument(
        "--keep", action="store_true", help="leave the databases for the next time"
    )
    options = parser.parse_args(arguments)
    settings = ["-c", options.config] if options.config else []
    config.parse_config(
        [*settings, "--no-http", "--max-cron-threads=0", "--log-level=warn"],
        setup_logging=True,
    )
    names = {size: make_database(options.template, size) for size in options.sizes}
    try:
        wrong = sum(check(names))
        missed = [line for line in ask(names) if line.missed]
    finally:
        if not options.keep:
            drop(names.values())
    return int(bool(missed or wrong))


def check(names):
    """Yield for each ledger how many companies do not tie."""
    for size, name in names.items():
        with ExitStack() as stack:
            yield check_books(size, open_ledger(stack, name))


def ask(names):
    """Print the lines of all ledgers, one by one, and yield them."""
    with ExitStack() as stack:
        environments = {size: open_ledger(stack, name) for size, name in names.items()}
        lines = [compare(size, env) for size, env in environments.items()]
        if len(environments) > 1:
            lines.append(compare_growth(environments))
        for line in chain.from_iterable(lines):
            print(line, flush=True)
            yield line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
