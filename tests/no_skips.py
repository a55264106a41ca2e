"""Pytest plugin of bin/test: which tests a pass runs, and no skipped test when ``CI`` is true.

``TEST_PASS=engine`` leaves the browser tests out, ``TEST_PASS=browser`` keeps only them; unset, all run.
Deselecting here rather than with ``-m`` leaves that option to the person at the keyboard.
"""

import os

import pytest


def pytest_configure(config):
    if os.environ.get("CI") == "true" and not hasattr(config, "workerinput"):
        config.pluginmanager.register(NoSkips(), "no-skips")


def pytest_collection_modifyitems(config, items):
    wanted = os.environ.get("TEST_PASS")
    if wanted is None:
        return
    kept, dropped = [], []
    for item in items:
        is_browser = item.get_closest_marker("browser") is not None
        (kept if is_browser == (wanted == "browser") else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


class NoSkips:
    """Collect the skipped tests and modules, and fail the run when there is one."""

    def __init__(self):
        self.names = set()

    def pytest_runtest_logreport(self, report):
        # An expected failure is reported as skipped too, but it did run.
        if report.skipped and not hasattr(report, "wasxfail"):
            self.names.add(report.nodeid)

    def pytest_collectreport(self, report):
        if report.skipped:
            self.names.add(report.nodeid)

    def pytest_sessionfinish(self, session):
        if self.names and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.names:
            terminalreporter.section("skipped tests, refused because CI=true", red=True, bold=True)
            for name in sorted(self.names):
                terminalreporter.write_line(name)
