"""Run within Odoo: odoo_tests.py RESULTS MODULE... [-- ARGUMENTS] runs their tests.

Odoo's command and its runner do the work. Two things are ours: what each test came to
is written to the file RESULTS, and the tests that Odoo runs while it installs a module
run a second time when all modules are there, because that is the situation which an
add-on changes.
"""

import json
import sys
from pathlib import Path

import odoo.cli
import odoo.cli.server  # the server's imports, as in the real process
from odoo.tests import loader
from odoo.tests.result import OdooTestResult
from odoo.tests.suite import OdooSuite

# Names what a test came to at its own moment, while not all modules were loaded.
EARLY = "at_install: "
make_suite_at = loader.make_suite
outcomes = {}


class RecordedResult(OdooTestResult):
    """Keeps what each test came to; a failed subtest fails its test."""

    moment = EARLY

    def _record(self, test, outcome):
        whole = getattr(test, "test_case", None) or test
        outcomes[self.moment + whole.id()] = outcome

    def startTest(self, test):  # noqa: N802
        self._record(test, "passed")
        return super().startTest(test)

    def addSkip(self, test, reason):  # noqa: N802
        self._record(test, "skipped")
        return super().addSkip(test, reason)

    def logError(self, flavour, test, error):  # noqa: N802
        self._record(test, "failed")
        return super().logError(flavour, test, error)


def make_suite(module_names, position="at_install"):
    """Return the tests of that moment; when all is loaded, those of both moments."""
    suite = make_suite_at(module_names, position)
    if position == "at_install":
        return suite
    RecordedResult.moment = ""
    return OdooSuite([*make_suite_at(module_names, "at_install"), *suite])


def main(results, *words):
    """Run the tests and write what they came to, whatever that is."""
    cut = words.index("--")
    modules, arguments = words[:cut], words[cut + 1 :]
    loader.OdooTestResult = RecordedResult
    loader.make_suite = make_suite
    sys.argv[1:] = [
        *("--test-tags", ",".join(f"/{name}" for name in modules)),
        *("-u", ",".join(modules), "--stop-after-init", "--max-cron-threads=0"),
        *arguments,
    ]
    try:
        odoo.cli.main()
    except SystemExit:
        # A failed test is a result here, not an error.
        if not outcomes:
            raise
    Path(results).write_text(
        json.dumps(outcomes, indent=0, sort_keys=True), encoding="utf-8"
    )


main(*sys.argv[1:])
