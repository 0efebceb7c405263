"""The plugin itself: what it costs who does not use it, and what it says when something is missing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import sminion_guard.testing
from tests.testing.clinic import Clinic

pytest_plugins = "pytester"
pytestmark = pytest.mark.postgres(18)


def test_who_does_not_use_it_loads_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
import sys

def test_it():
    heavy = {"alembic", "orjson", "pglast", "psycopg", "pydantic", "rich", "sqlalchemy", "typer"}
    assert heavy & set(sys.modules) == set()
    ours = {name for name in sys.modules if name.startswith("sminion_guard.")}
    assert ours == {
        "sminion_guard.diagnostic",
        "sminion_guard.errors", "sminion_guard.extras", "sminion_guard.testing", "sminion_guard.testing.plugin",
        "sminion_guard.testing.told", "sminion_guard.version",
        "sminion_guard.testing.fixtures_of_run", "sminion_guard.testing.fixtures_of_test",
    }
""")
    pytester.runpytest_subprocess("-p", "no:postgresql").assert_outcomes(passed=1)


@pytest.mark.parametrize(("change", "told"), [
    ({"privacy.toml": None}, ["*SG864: there is no policy `*privacy.toml`", "*hint: set `guard_policy`*"]),
    ({"privacy.toml": "[policy]\nname = 7\n"}, ["SG300: *", "*privacy.toml:2: `name` must be a string*"]),
    ({"conftest.py": ""}, ["*SG861: nothing says how the tables of the tests are made", "*hint: override*create_all*"]),
    ({"conftest.py": "import pytest\n@pytest.fixture(scope='session')\ndef guard_schema(guard_empty_database): ..."},
     ["*SG417*", "*schema `care` does not exist*"]),
], ids=["no policy", "a wrong policy", "no tables", "other tables"])
def test_what_is_missing_is_told_without_a_way_through_our_code(
    clinic: Clinic, change: dict[str, str | None], told: list[str]
) -> None:
    for name, text in change.items():
        clinic.write(name, text or "")
        if text is None:
            (clinic.pytester.path / name).unlink()
    result = clinic.run("def test_it(guard_database): raise AssertionError('it ran')")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(told)
    result.stdout.no_fnmatch_line("*fixtures_of_run*")


@pytest.mark.parametrize(("arguments", "told"), [
    (["--guard-postgres=99"], ["*SG851: no programs of PostgreSQL 99 found", "*hint: *`--guard-database-url`*"]),
    (["--guard-postgres=99", "-n1"], ["*SG851: no programs of PostgreSQL 99 found", "*hint: *`--guard-database-url`*"]),
    (["--guard-database-url=mysql://x"], ["*SG802: `mysql` is not PostgreSQL*"]),
    (["--guard-database-url=postgresql://nobody@127.0.0.1:1/x"], ["*SG824: the server of the tests cannot be reached"]),
])
def test_a_server_that_is_not_there_is_told(clinic: Clinic, arguments: list[str], told: list[str]) -> None:
    result = clinic.run("def test_it(guard_database): raise AssertionError('it ran')", *arguments, embedded=False)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(told)


def test_every_public_name_is_there_and_no_other() -> None:
    for name in sminion_guard.testing.__all__:
        assert getattr(sminion_guard.testing, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Server'"):
        sminion_guard.testing.Server  # noqa: B018 - the access is the test


def test_a_scope_that_pytest_does_not_know_is_a_usage_error(clinic: Clinic) -> None:
    result = clinic.run("def test_it(): ...", "-o", "guard_database_scope=worker")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*guard_database_scope: `worker` is none of function, class, *"])


def test_the_policy_is_found_where_the_command_line_finds_it(clinic: Clinic) -> None:
    policy = clinic.read("privacy.toml")
    (clinic.pytester.path / "privacy.toml").unlink()
    (clinic.pytester.path / "deploy").mkdir()
    clinic.write("deploy/policy.toml", policy)
    tests = "def test_it(guard_policy, guard_policy_file): assert guard_policy.name == 'clinic', guard_policy_file"
    clinic.run(tests).assert_outcomes(errors=1)
    clinic.run(tests, "-o", "guard_policy=deploy/policy.toml").assert_outcomes(passed=1)
    clinic.write("pyproject.toml", '[tool.sminion_guard]\npolicy = "deploy/policy.toml"\n')
    clinic.run(tests).assert_outcomes(passed=1)


def test_statements_can_be_judged_without_a_database(clinic: Clinic) -> None:
    script = (
        "from models import Base; from sminion_guard.analyzer.catalog_json import dump;"
        "from sminion_guard.analyzer.catalog_metadata import from_metadata;"
        "open('catalog.json', 'wb').write(dump(from_metadata(Base.metadata)))"
    )
    subprocess.run([sys.executable, "-c", script], cwd=clinic.pytester.path, check=True, env=os.environ.copy())
    clinic.run("""
import pytest

def test_it(guard_judge):
    guard_judge.allowed("SELECT full_name FROM care.patient", purpose="treatment")
    guard_judge.refused("SELECT email FROM news.reader", purpose="treatment", code="SG102")
    with pytest.raises(AssertionError, match="SG102"):
        guard_judge.allowed("SELECT email FROM news.reader", purpose="treatment")
""", "--guard-postgres=99").assert_outcomes(passed=1)
