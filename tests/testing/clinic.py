"""A project of a user, with a policy, models and tests of its own, that pytest runs in another process."""

from __future__ import annotations

import pytest

from sminion_guard.embedded import Binaries

POLICY = """
[policy]
name = "clinic"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
accept_upsert_leak = "the servers that the tests run on are older"

[login.clinic_app]
purposes = ["treatment", "rectification"]

[login.clinic_mailer]
purposes = ["newsletter"]

[purpose.treatment]
title = "Treat patients"
basis = "contract"
needs = ["identity", "health"]
may = ["collect", "use"]

[purpose.rectification]
title = "Correct contested data"
basis = "legal_obligation"
needs = "*"
may = ["use", "clarify"]
sees_blocked = true

[purpose.newsletter]
title = "Tell about new offers"
basis = "consent"
needs = ["contact"]
may = ["use"]

[schema.care]
collected_for = ["treatment", "rectification"]

[schema.care.patient]
subject = "id"
columns = { id = "key", full_name = "identity", diagnosis = "health" }

[schema.news]
collected_for = ["newsletter"]

[schema.news.reader]
subject = "patient_id"
columns = { patient_id = "key", email = "contact" }
"""
MODELS = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Patient(Base):
    __tablename__ = "patient"
    __table_args__ = {"schema": "care"}
    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str]
    diagnosis: Mapped[str]

class Reader(Base):
    __tablename__ = "reader"
    __table_args__ = {"schema": "news"}
    patient_id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
"""
CONFTEST = """
import pytest
from models import Base

@pytest.fixture(scope="session")
def guard_schema(guard_empty_database):
    guard_empty_database.create_all(Base.metadata)

@pytest.fixture
def patients(guard_admin):
    guard_admin.execute("INSERT INTO care.patient VALUES (42, 'Ada', 'flu'), (43, 'Bo', 'cold')")
"""
INI = """
[pytest]
pythonpath = .
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings =
    error
    ignore::sminion_guard.session.UpsertLeakWarning
"""


class Clinic:
    """The project, without tests until they are written."""

    def __init__(self, pytester: pytest.Pytester, binaries: Binaries) -> None:
        self.pytester, self._binaries = pytester, binaries
        self.write("privacy.toml", POLICY)
        self.write("models.py", MODELS)
        self.write("conftest.py", CONFTEST)
        self.write("pytest.ini", INI)

    def write(self, name: str, text: str) -> None:
        (self.pytester.path / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.pytester.path / name).read_text(encoding="utf-8")

    def run(self, tests: str, *arguments: str, embedded: bool = True) -> pytest.RunResult:
        """Run ``tests`` in a process of their own.

        :param embedded: on an embedded server of the version that is tested.
        """
        self.write("test_it.py", tests)
        which = [f"--guard-postgres={self._binaries.bin_dir}"] if embedded else []
        return self.pytester.runpytest_subprocess("-p", "no:postgresql", *which, *arguments)
