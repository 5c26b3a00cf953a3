"""Pytest plugin: a skipped test is a failure, as it proves nothing."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Turn a success with skipped tests into a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter):
    """Say why, before the closing line."""
    skipped = terminalreporter.stats.get("skipped")
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} skipped: all tests must run, so this is a failure.",
            red=True,
        )
