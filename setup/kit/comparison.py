"""Odoo's own tests, without and with these add-ons: the results must be the same.

Per module of Odoo two databases are made, which differ in nothing but the add-ons. The
modules beside them are as few as possible: each one more makes some of Odoo's tests
fail on both sides, and what fails anyway can show no difference.
"""

import json
from typing import NamedTuple

from .console import SetupError, Step
from .machine import external_dependencies
from .server import choose_port

MODULES = ("stock", "stock_account", "sale_stock", "purchase_stock")
CORE = "fs_own_core"
SIDES = ("without", "with")
OUTCOMES = ("passed", "failed", "skipped")
ABSENT = "not run"
# What the step tells while it runs: the test it has come to.
TEST = r"Starting (\S+) \.\.\."


class Comparison(NamedTuple):
    """What the tests of one module came to on both sides."""

    module: str
    without: dict
    with_ours: dict

    @property
    def differences(self):
        """Each test whose outcome is not the same: (test, without, with)."""
        pairs = {
            test: (self.without.get(test, ABSENT), self.with_ours.get(test, ABSENT))
            for test in sorted({*self.without, *self.with_ours})
        }
        return [(test, *pair) for test, pair in pairs.items() if pair[0] != pair[1]]

    def lines(self):
        """Yield the figures of both sides, then the differences."""
        for side, outcomes in zip(SIDES, (self.without, self.with_ours), strict=True):
            found = list(outcomes.values())
            counts = "".join(f"{found.count(name):>6} {name}" for name in OUTCOMES)
            yield f"{self.module:<16}{side:<8}{len(found):>6} tests:{counts}"
        for test, before, after in self.differences:
            yield f"    {test}: {before} -> {after}"


def run(machine, modules):
    """Compare module by module; print the figures; return the exit code."""
    _make_core(machine)
    differences = 0
    try:
        for module in modules or MODULES:
            compared = _compare(machine, module)
            print(*compared.lines(), sep="\n", flush=True)
            differences += len(compared.differences)
    finally:
        machine.databases.drop(CORE)
    print(f"Differences: {differences}", flush=True)
    return bool(differences)


def _make_core(machine):
    names = {
        name for module in machine.modules for name in external_dependencies(module)
    }
    with (
        Step("Installing what the add-ons build on") as step,
        machine.databases.built(CORE, "field-service own tests") as part,
    ):
        _install(machine, part, sorted(names), step)


def _install(machine, database, modules, step):
    machine.change_modules(
        database, "-i", ",".join(modules), log="own-install", step=step, checked=False
    )


def _compare(machine, module):
    databases = [f"fs_own_{side}" for side in SIDES]
    try:
        for name, source, wanted in zip(
            databases, (CORE, databases[0]), ([module], machine.modules), strict=True
        ):
            with Step(f"Installing {', '.join(wanted)}") as step:
                machine.databases.clone(source, name)
                _install(machine, name, wanted, step)
        results = [
            _run_tests(machine, name, module, side)
            for name, side in zip(databases, SIDES, strict=True)
        ]
    finally:
        for name in databases:
            machine.databases.drop(name)
    return Comparison(module, *results)


def _run_tests(machine, database, module, side):
    """Return {test: outcome}; the log is kept for who wants to know why."""
    log = machine.log(f"own-{module}-{side}")
    results = log.with_suffix(".json")
    results.unlink(missing_ok=True)
    command = [
        *(str(machine.venv.python), str(machine.script("odoo_tests.py"))),
        *(str(results), module, "--", "-d", database),
        *(f"--http-port={choose_port()}", "--log-level=info"),
    ]
    with Step(f"Running the tests of {module} {side} the add-ons") as step:
        machine.run_clean(command, log.stem, checked=False, step=step, watch=TEST)
    if not results.exists():
        raise SetupError(f"The tests of {module} came to no end (see {log}).")
    return json.loads(results.read_text(encoding="utf-8"))
