"""For which purpose a test acts: the marker, and `as_purpose`."""

from __future__ import annotations

import pytest

from tests.testing.clinic import Clinic

pytest_plugins = "pytester"
pytestmark = pytest.mark.postgres(18)  # no matter of the server's version


def test_a_marked_function_acts_for_its_purpose_whatever_kind_it_is(clinic: Clinic) -> None:
    clinic.run("""
import unittest
import pytest
from hypothesis import given, settings, strategies
from sminion_guard.errors import ContextMissing
from sminion_guard.session import current

@pytest.mark.purpose("treatment")
class TestOfAClass:
    def test_method(self):
        assert current().purpose == "treatment"

    @pytest.mark.purpose("newsletter", actor="mailer", reason="offer of May", unit="sales")
    async def test_coroutine_that_says_more(self):
        context = current()
        assert (context.purpose, context.actor, context.reason) == ("newsletter", "mailer", "offer of May")
        assert context.unit == "sales"

    @given(strategies.integers())
    @settings(max_examples=5)
    def test_hypothesis(self, number):
        assert current().reason == "test_it.py::TestOfAClass::test_hypothesis"

@pytest.mark.purpose("treatment")
class TestOfUnittest(unittest.TestCase):
    def test_it(self):
        assert current().purpose == "treatment"

@pytest.mark.purpose("treatment")
@pytest.mark.parametrize("text", ["x"], ids=["x" * 2000])
def test_long_name(text):
    assert len(current().reason) == 1000 and current().reason.endswith("...")

@pytest.fixture
def outside():
    with pytest.raises(ContextMissing):
        current()
    yield
    with pytest.raises(ContextMissing):
        current()

@pytest.mark.purpose("treatment")
def test_fixtures_are_outside(outside):
    assert current().actor == "pytest"

def test_unmarked():
    with pytest.raises(ContextMissing):
        current()
""").assert_outcomes(passed=7)


def test_a_block_names_the_test_as_its_reason(clinic: Clinic) -> None:
    clinic.run("""
import pytest
from sminion_guard.errors import ContextMissing
from sminion_guard.session import current

@pytest.mark.purpose("treatment", unit="ward 3")
def test_marked(as_purpose):
    with as_purpose():
        assert (current().purpose, current().unit) == ("treatment", "ward 3")
    with as_purpose(unit="ward 4", reason="other"):
        assert (current().unit, current().reason) == ("ward 4", "other")
    with as_purpose("newsletter"):
        assert (current().purpose, current().unit) == ("newsletter", None)
    assert current().purpose == "treatment"

async def test_unmarked(as_purpose):
    async with as_purpose("rectification", subject=42):
        assert (current().subject, current().reason) == ("42", "test_it.py::test_unmarked")
    with pytest.raises(ContextMissing) as error:
        as_purpose()
    assert error.value.code == "SG863"

@pytest.fixture
def treated(as_purpose):
    with as_purpose("treatment"):
        yield current()

def test_of_a_fixture(treated):
    assert current() == treated
""").assert_outcomes(passed=3)


def test_a_refusal_fails_the_test_with_code_place_and_way_out(clinic: Clinic) -> None:
    result = clinic.run("""
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from models import Reader

@pytest.mark.purpose("treatment")
def test_it(guard_engine):
    with Session(guard_engine) as session:
        session.execute(select(Reader.email))
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*SG102: purpose `treatment` does not reach `news.reader`", "*FROM news.reader*",
                                 "*^^^^^^^^^^^*", "*hint: act for `newsletter`, *"])


def test_a_marker_that_makes_no_sense_is_told(clinic: Clinic) -> None:
    result = clinic.run("""
import pytest

@pytest.mark.purpose()
def test_nameless(guard_login):
    raise AssertionError("it ran")

@pytest.mark.purpose
def test_nameless_and_without_fixtures():
    raise AssertionError("it ran")

@pytest.mark.purpose("treatment", "newsletter")
def test_two(guard_login):
    raise AssertionError("it ran")

@pytest.mark.purpose("billing")
def test_unknown(guard_login):
    raise AssertionError("it ran")

def test_unmarked(guard_login):
    raise AssertionError("it ran")
""")
    result.assert_outcomes(errors=4, failed=1)
    result.stdout.fnmatch_lines_random([
        "SG863: the marker names no purpose", "SG863: the marker names more than one purpose",
        "SG862: no login of the policy holds `billing`", "SG862: which login the test connects as is not clear",
        "detail: logins that it may be: `clinic_app`, `clinic_mailer`",
        "hint: override the fixture `guard_login`, or mark the test*",
    ])
    result.stdout.no_fnmatch_line("*it ran*")
    result.stdout.no_fnmatch_line("*fixtures_of_test*")


def test_the_values_of_a_marker_hold_for_all_purposes_of_the_test(clinic: Clinic) -> None:
    clinic.run("""
import pytest
from sminion_guard.session import current

@pytest.mark.purpose("treatment", values={"tenant": 7})
def test_it(as_purpose):
    assert current().values == '{"tenant":7}'
    with as_purpose("newsletter") as context:
        assert (context.purpose, context.values) == ("newsletter", '{"tenant":7}')
    with as_purpose("newsletter", values={"tenant": 8}) as context:
        assert context.values == '{"tenant":8}'
    with as_purpose(unit="x") as context:
        assert context.values == '{"tenant":7}'

@pytest.mark.purpose("treatment")
def test_without(as_purpose):
    with as_purpose("newsletter") as context:
        assert context.values is None
""").assert_outcomes(passed=2)
