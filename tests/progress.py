"""Progress in words, for runs that nobody watches at a terminal: a log of CI shows dots, and of a run that was broken
off not even which tests had failed.
"""

from __future__ import annotations

import time

import pytest

EVERY = 60.0
"""Seconds between two lines."""


class Progress:
    """Names each failure when it happens, and says every minute how far the run is.

    :param reporter: pytest's own, of the process that the user started.
    :param every: seconds between two lines.
    """

    def __init__(self, reporter: pytest.TerminalReporter, every: float = EVERY) -> None:
        self._reporter = reporter
        self._every = every
        self._begun = self._told = time.monotonic()
        self._done = self._failed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed += 1
            self._say(f"{'FAILED' if report.when == 'call' else 'ERROR'} {report.nodeid} ({report.when})")
        if report.when == "teardown":
            self._done += 1
            if time.monotonic() - self._told >= self._every:
                self._told = time.monotonic()
                minutes = (self._told - self._begun) / 60
                self._say(f"{self._done} tests done after {minutes:.0f} min, {self._failed} failed; "
                          f"now {report.nodeid}")

    def _say(self, line: str) -> None:
        self._reporter.ensure_newline()
        self._reporter.write_line(line)


def report_in_words(config: pytest.Config) -> None:
    """Add it where no terminal is; the workers of xdist say nothing themselves."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not reporter.isatty and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(reporter), "progress_in_words")
