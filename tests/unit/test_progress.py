"""A run without a terminal says in words how far it is."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

SOME = """
import pytest

def test_well():
    pass

def test_ill():
    assert 1 == 2

@pytest.fixture
def broken():
    raise ValueError

def test_beside(broken):
    pass
"""
CONFTEST = """
from tests import progress
from tests.progress import report_in_words

def pytest_sessionstart(session):
    progress.Progress.__init__.__defaults__ = ({every},)
    report_in_words(session.config)
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "with a worker"])
def test_failures_are_named_at_once_and_progress_is_told(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    pytester.makeconftest(CONFTEST.format(every=0.0))
    pytester.makepyfile(test_some=SOME)
    result = pytester.runpytest_subprocess("-p", "no:postgresql", "-p", "no:sminion_guard", *workers)
    result.stdout.fnmatch_lines([
        "*1 tests done after 0 min, 0 failed; now test_some.py::test_well*",
        "FAILED test_some.py::test_ill (call)",
        "ERROR test_some.py::test_beside (setup)",
        "*3 tests done after 0 min, 2 failed; now test_some.py::test_beside*",
        "*= FAILURES =*",
    ])


def test_between_two_lines_a_minute_passes(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST.format(every=60.0))
    pytester.makepyfile(test_some=SOME)
    result = pytester.runpytest_subprocess("-p", "no:postgresql", "-p", "no:sminion_guard")
    result.stdout.no_fnmatch_line("*tests done after*")
    result.stdout.fnmatch_lines(["FAILED test_some.py::test_ill (call)"])
