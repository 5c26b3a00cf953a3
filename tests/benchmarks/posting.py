"""What the suite adds to posting a customer's invoice that is for no work order.

    setup/benchmark posting

posts the same invoice in turn in a database with the suite and in one with the same
modules of Odoo but without the suite, both in this process, and takes it back each
time. Processor time of Python and database together, medians; queries and calls of
Python functions are the same in every run. It ends with an error when the suite adds
2 % or more.
"""

import argparse
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path

# tests/ is a package of the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import odoo.modules  # noqa: F401  the core's set-up comes first
from odoo import SUPERUSER_ID, Command, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import SQL, config

from tests.benchmarks.ledger import maintenance
from tests.benchmarks.meter import get_processor_time

ROUNDS = 150
LINES = 5
GOAL = 1.02
CORE = "field_service_core"


class Desk:
    """A company's customer, products and taxes in one database."""

    def __init__(self, env):
        company = env["res.company"].create(
            {"name": "Desk", "currency_id": env.ref("base.USD").id}
        )
        env.user.company_ids += company
        env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        self.env = env["base"].with_company(company).env
        self.partner = self.env["res.partner"].create({"name": "Customer"})
        self.products = self.env["product.product"].create(
            [{"name": f"Thing {number}", "list_price": 9.99} for number in range(LINES)]
        )
        self.env.flush_all()
        [[self.backend]] = self.env.execute_query(SQL("SELECT pg_backend_pid()"))

    def write_invoice(self):
        """Return a draft, all of it in the database."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": "2024-05-06",
                "invoice_line_ids": [
                    Command.create({"product_id": product.id, "quantity": 3.0})
                    for product in self.products
                ],
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        return invoice

    def post(self, measure):
        """Post an invoice and take it back; return what ``measure`` says of it."""
        with self.env.cr.savepoint(flush=False) as savepoint:
            invoice = self.write_invoice()

            def post():
                invoice.action_post()
                self.env.flush_all()

            answer = measure(self, post)
            assert invoice.state == "posted"
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        return answer


def take_time(desk, post):
    """Return the milliseconds of processor time."""
    begin = get_processor_time(desk.backend)
    post()
    return (get_processor_time(desk.backend) - begin) * 1000


def count_queries(desk, post):
    """Return the number of queries."""
    before = desk.env.cr.sql_log_count
    post()
    return desk.env.cr.sql_log_count - before


def count_calls(_desk, post):
    """Return how many functions were called, Python's and C's."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        post()
    finally:
        sys.setprofile(None)
    return calls


def compare(ours, core):
    """Print the three measures side by side; return the ratio of the times."""
    for desk in (ours, core):
        for _number in range(5):  # caches
            desk.post(take_time)
    for name, measure in (("queries", count_queries), ("calls", count_calls)):
        show(name, ours.post(measure), core.post(measure))
    times = [[], []]
    for number in range(ROUNDS):
        # Neither of them always comes first.
        for position in (0, 1) if number % 2 else (1, 0):
            times[position].append((ours, core)[position].post(take_time))
    with_suite, without = map(statistics.median, times)
    show("ms of processor time", with_suite, without)
    # In pairs, so that what slows the machine for a second slows both.
    pairs = [one / other for one, other in zip(*times, strict=True)]
    ratio = statistics.median(pairs)
    print(f"median of the {ROUNDS} pairs {ratio:26.3f}, goal below {GOAL}")
    return ratio


def show(name, ours, core):
    """Print one line."""
    print(f"{name:<22}{ours:>12.1f}{core:>12.1f}{ours / core:>10.3f}", flush=True)


# ----------------------------------------------------------------------- the databases
def read_core_modules(name):
    """Return the modules of Odoo in a database, ours left out."""
    with Registry(name).cursor() as cr:
        cr.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        names = {name for (name,) in cr.fetchall()}
    return sorted(name for name in names if not name.startswith("field_service"))


def make_core(name, modules):
    """Make a database with these modules and nothing else."""
    with maintenance() as cr:
        cr.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cr.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    Registry.new(name, update_module=True, install_modules=modules, new_db_demo=False)


def main(arguments):
    """Make the database without the suite, compare, clear up; return the exit code."""
    parser = argparse.ArgumentParser(prog="setup/benchmark posting")
    parser.add_argument("template", help="a database with the suite")
    parser.add_argument("--without", help="one without it; made when not named")
    parser.add_argument("--config", help="Odoo's configuration file")
    options = parser.parse_args(arguments)
    settings = ["-c", options.config] if options.config else []
    config.parse_config(
        [*settings, "--no-http", "--max-cron-threads=0", "--log-level=warn"],
        setup_logging=True,
    )
    without = options.without or CORE
    modules = read_core_modules(options.template)
    if not options.without:
        make_core(without, modules)
    if read_core_modules(without) != modules:
        print("The two databases have not the same modules of Odoo.")
        return 2
    try:
        with ExitStack() as stack:
            desks = []
            for name in (options.template, without):
                cr = stack.enter_context(Registry(name).cursor())
                stack.callback(cr.rollback)
                desks.append(Desk(api.Environment(cr, SUPERUSER_ID, {})))
            return int(compare(*desks) >= GOAL)
    finally:
        if not options.without:
            sql_db.close_db(without)
            with maintenance() as cr:
                cr.execute(f'DROP DATABASE IF EXISTS "{without}"')


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
