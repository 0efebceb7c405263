"""The tests that README and docs/TESTING.md show run as they stand, in a project that has what they are about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sminion_guard.embedded import Binaries
from tests.testing.clinic import MODELS

pytest_plugins = "pytester"
pytestmark = pytest.mark.postgres(18)
ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "TESTING.md").read_text(encoding="utf-8")
POLICY = next(re.finditer(r"^```toml\n(.*?)^```", README, re.MULTILINE | re.DOTALL))[1]
VISITS = """
from sqlalchemy import select
from sqlalchemy.orm import Session
from clinic.models import Patient

def diagnosis_of(session, patient):
    _, diagnosis = session.execute(select(Patient.id, Patient.diagnosis).where(Patient.id == patient)).one()
    return diagnosis

def show_visit(engine, patient):
    with Session(engine) as session:
        return session.execute(select(Patient.id, Patient.full_name).where(Patient.id == patient)).all()
"""
INI = """
[pytest]
pythonpath = .
filterwarnings =
    error
    ignore::sminion_guard.session.UpsertLeakWarning
"""


def files(page: str) -> dict[str, str]:
    """The blocks of Python that begin with the name of a file; one block may hold several."""
    found: dict[str, str] = {}
    for block in re.findall(r"^```python\n(# \w+\.py\n.*?)^```", page, re.MULTILINE | re.DOTALL):
        for name, text in re.findall(r"^# (\w+\.py)\n(.*?)(?=^# \w+\.py\n|\Z)", block, re.MULTILINE | re.DOTALL):
            found[name] = text
    return found


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    (pytester.path / "clinic").mkdir()
    for name, text in {"privacy.toml": POLICY, "pytest.ini": INI, "clinic/__init__.py": "", "clinic/models.py": MODELS,
                       "clinic/visits.py": VISITS}.items():
        (pytester.path / name).write_text(text, encoding="utf-8")
    return pytester


def run(project: pytest.Pytester, binaries: Binaries, *arguments: str) -> pytest.RunResult:
    return project.runpytest_subprocess("-p", "no:postgresql", "-p", "no:asyncio",
                                        f"--guard-postgres={binaries.bin_dir}", *arguments)


def test_the_page_shows_tests_that_run(project: pytest.Pytester, binaries: Binaries) -> None:
    found = files(PAGE)
    assert set(found) == {"conftest.py", "test_visits.py"}
    for name, text in found.items():
        (project.path / name).write_text(text, encoding="utf-8")
    run(project, binaries).assert_outcomes(passed=3)


def test_the_readme_shows_a_test_that_runs(project: pytest.Pytester, binaries: Binaries) -> None:
    found = files(README)
    assert set(found) == {"conftest.py", "test_visits.py"}
    imports = "import pytest\nfrom clinic.models import Base\nfrom clinic.visits import show_visit\n\n"
    rows = """
@pytest.fixture(autouse=True)
def rows(guard_admin):
    guard_admin.execute("INSERT INTO care.patient VALUES (42, 'Ada', 'flu'), (43, 'Bo', 'cold')")
"""
    (project.path / "conftest.py").write_text(imports + found["conftest.py"] + rows, encoding="utf-8")
    (project.path / "test_visits.py").write_text(imports + found["test_visits.py"], encoding="utf-8")
    run(project, binaries, "-n1").assert_outcomes(passed=1)


def test_the_tables_may_come_from_alembic_as_the_page_says(project: pytest.Pytester, binaries: Binaries) -> None:
    (alembic,) = (block for block in re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
                  if "alembic.command" in block)
    (project.path / "alembic.ini").write_text("[alembic]\nscript_location = versions\n", encoding="utf-8")
    versions = project.path / "versions" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text("""
from alembic import context
from sqlalchemy import create_engine

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
""", encoding="utf-8")
    (versions / "1.py").write_text("""
from alembic import op
from clinic.models import Base

revision, down_revision = "1", None

def upgrade():
    op.execute("CREATE SCHEMA care; CREATE SCHEMA news")
    Base.metadata.create_all(op.get_bind())
""", encoding="utf-8")
    (project.path / "conftest.py").write_text(
        f"import alembic.command\nimport alembic.config\nimport pytest\n\n{alembic}", encoding="utf-8")
    (project.path / "test_it.py").write_text("""
import pytest

@pytest.mark.purpose("treatment")
def test_it(guard_connection):
    assert guard_connection.execute("SELECT full_name FROM care.patient").fetchall() == []
""", encoding="utf-8")
    run(project, binaries).assert_outcomes(passed=1)


def test_every_fixture_and_option_is_on_the_page(project: pytest.Pytester, binaries: Binaries) -> None:
    shown = run(project, binaries, "--fixtures").stdout.str()
    named = set(re.findall(r"^(guard_\w+|as_purpose)\b", shown, re.MULTILINE))
    assert len(named) > 15
    assert {name for name in named if f"`{name}`" not in PAGE} == set()
    options = set(re.findall(r"--guard-[a-z-]+", run(project, binaries, "--help").stdout.str()))
    assert options and {name for name in options if f"`{name}" not in PAGE} == set()


def test_every_file_it_links_to_is_there() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", PAGE)
    assert targets
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
