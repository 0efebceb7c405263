"""The fixtures in a user's project: each test has its database, its purpose and its part of the log."""

from __future__ import annotations

import pytest

from tests.testing.clinic import Clinic

pytest_plugins = "pytester"
ONLY_18 = pytest.mark.postgres(18)


def test_every_way_into_the_database_is_guarded_and_on_record(clinic: Clinic) -> None:
    clinic.run("""
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sminion_guard.errors import ContextMissing, DataNotNeeded
from models import Patient

pytestmark = pytest.mark.usefixtures("patients")

@pytest.mark.purpose("treatment")
def test_orm(guard_engine, guard_log, guard_subjects):
    with Session(guard_engine) as session:
        assert session.get(Patient, 42).full_name == "Ada"
    (entry,) = guard_log.statements
    assert (entry.login, entry.purpose, entry.actor) == ("clinic_app", "treatment", "pytest")
    assert entry.reason == "test_it.py::test_orm"
    assert entry.rows == 1 and not entry.refused and entry.operations == ("use",)
    assert guard_log.touched >= {"care.patient", "care.patient.diagnosis"}
    assert guard_log.purposes == {"treatment"}
    assert guard_subjects() == {"42"}

@pytest.mark.purpose("treatment")
async def test_async_orm(guard_async_engine, guard_log):
    async with guard_async_engine.connect() as connection:
        assert (await connection.execute(text("SELECT id FROM care.patient WHERE id = 43"))).all() == [(43,)]
    assert guard_log.subjects == {"43"}

@pytest.mark.purpose("newsletter")
def test_psycopg(guard_connection, guard_login, guard_log):
    assert guard_login == guard_connection.info.user == "clinic_mailer"
    with pytest.raises(DataNotNeeded) as refusal:
        guard_connection.execute("SELECT full_name FROM care.patient")
    assert refusal.value.code == "SG102"
    (entry,) = guard_log.refusals
    assert entry.codes == ("SG102",)
    assert guard_log.touched == guard_log.subjects == frozenset()

@pytest.mark.purpose("treatment")
def test_engine_of_the_application(guard_url, guard_policy_file, guard_log):
    engine = create_engine(guard_url, plugins=["sminion_guard"], guard_policy=guard_policy_file, guard_audit="strict")
    with engine.begin() as connection:
        connection.execute(text("SELECT full_name FROM care.patient"))
    engine.dispose()
    assert guard_log.touched == {"care.patient", "care.patient.full_name"}

@pytest.mark.parametrize("guard_login", ["clinic_app"])
def test_without_a_purpose(guard_login, guard_connection):
    with pytest.raises(ContextMissing):
        guard_connection.execute("SELECT id FROM care.patient")
""").assert_outcomes(passed=5)


@ONLY_18
def test_nothing_of_a_test_is_left_for_the_next(clinic: Clinic) -> None:
    clinic.run("""
import pytest

@pytest.mark.purpose("treatment")
@pytest.mark.parametrize("number", range(3))
def test_it(number, guard_admin, guard_connection, guard_log):
    assert guard_log.statements == ()
    guard_admin.execute("INSERT INTO care.patient VALUES (42, 'Ada', 'flu')")
    assert guard_connection.execute("SELECT id FROM care.patient").fetchall() == [(42,)]
    guard_admin.execute("SELECT sminion.block('42', 'contests her diagnosis')")
    assert guard_connection.execute("SELECT id FROM care.patient").fetchall() == []
    assert len(guard_log.statements) == 2
""").assert_outcomes(passed=3)


@ONLY_18
@pytest.mark.parametrize("scope", ["module", "session"])
def test_a_database_may_be_kept_and_the_log_is_still_that_of_one_test(clinic: Clinic, scope: str) -> None:
    clinic.run("""
import pytest

names = set()

@pytest.mark.purpose("treatment")
@pytest.mark.parametrize("number", range(3))
def test_it(number, guard_database, guard_connection, guard_log):
    names.add(guard_database.name)
    assert len(names) == 1
    guard_connection.execute("INSERT INTO care.patient VALUES (%s, 'Ada', 'flu')", [number])
    guard_connection.commit()
    assert len(guard_connection.execute("SELECT id FROM care.patient").fetchall()) == number + 1
    assert [entry.operations for entry in guard_log.statements] == [("collect",), ("use",)]
""", "-o", f"guard_database_scope={scope}").assert_outcomes(passed=3)


@ONLY_18
def test_a_copy_has_the_privileges_and_settings_of_the_template(clinic: Clinic) -> None:
    clinic.write("conftest.py", """
import pytest
from models import Base

@pytest.fixture(scope="session")
def guard_schema(guard_empty_database):
    guard_empty_database.create_all(Base.metadata)
    name = guard_empty_database.name
    guard_empty_database.execute(f'''
        ALTER DATABASE {name} SET search_path = care, "$user", public;
        ALTER DATABASE {name} SET application_name = 'it''s ours';
        ALTER ROLE clinic_app IN DATABASE {name} SET statement_timeout = '7s';
        GRANT CONNECT ON DATABASE {name} TO clinic_app WITH GRANT OPTION;
        REVOKE CONNECT ON DATABASE {name} FROM PUBLIC''')
""")
    clinic.run("""
import psycopg, pytest
from sminion_guard import migrate

def shown(connection, name):
    return connection.execute(f"SHOW {name}").fetchone()[0]

@pytest.mark.purpose("treatment")
def test_it(guard_database, guard_admin, guard_policy):
    assert migrate.plan(guard_admin, guard_policy).clean
    with guard_database.connect("clinic_app") as connection:
        assert shown(connection, "search_path") == 'care, "$user", public'
        assert shown(connection, "application_name") == "it's ours"
        assert shown(connection, "statement_timeout") == "7s"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TEMPORARY TABLE t ()")
    assert shown(guard_admin, "statement_timeout") == "0"
    (held,) = guard_admin.execute("SELECT has_database_privilege('clinic_app', current_database(), %s)",
                                  ["CONNECT WITH GRANT OPTION"]).fetchone()
    assert held
    (held,) = guard_admin.execute("SELECT has_database_privilege('clinic_mailer', current_database(), 'CONNECT')"
                                  ).fetchone()
    assert not held
""").assert_outcomes(passed=1)


@ONLY_18
def test_tables_may_come_from_a_file_and_the_guard_from_the_migrations_of_the_application(clinic: Clinic) -> None:
    clinic.write("tables.sql", """
CREATE SCHEMA care; CREATE TABLE care.patient (id bigint PRIMARY KEY, full_name text, diagnosis text);
CREATE SCHEMA news; CREATE TABLE news.reader (patient_id bigint PRIMARY KEY, email text);
INSERT INTO care.patient VALUES (42, 'Ada', 'flu');
""")
    clinic.write("conftest.py", """
import pytest
from sminion_guard import migrate

@pytest.fixture(scope="session")
def guard_schema(guard_empty_database, guard_policy):
    guard_empty_database.run_file("tables.sql")
    migrate.upgrade(guard_empty_database.dsn())
    with guard_empty_database.connect() as connection:
        migrate.apply(connection, guard_policy)
""")
    clinic.run("""
import pytest

@pytest.mark.purpose("treatment")
def test_it(guard_connection):
    assert guard_connection.execute("SELECT full_name FROM care.patient").fetchall() == [("Ada",)]
""").assert_outcomes(passed=1)
