"""Each of more than two hundred mutations is refused by the DDL guard or found by the doctor: none slips through both.

``mutations.txt`` says what became of each. To review a change on purpose: SMINION_GUARD_GOLDEN=1 pytest, then read the
diff.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.doctor import CHECKS
from sminion_guard.doctor.check import Look
from sminion_guard.doctor.examine import findings_of
from sminion_guard.doctor.finding import Level
from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError
from sminion_guard.migrate import queries
from sminion_guard.migrate.installed import policy_in_force, read_installed
from sminion_guard.migrate.plan import compare
from sminion_guard.migrate.transaction import Installer, Waiting
from tests.database.doctor.conftest import Patient, make
from tests.database.doctor.mutations import mutations
from tests.servers import new_database

GOLDEN = Path(__file__).parent / "mutations.txt"
NAMES = (
    "SELECT polname::text FROM pg_policy WHERE polrelid = 'crm.customer'::regclass ORDER BY 1",
    "SELECT tgname::text FROM pg_trigger WHERE tgrelid = 'crm.customer'::regclass AND tgname LIKE '~guard%' ORDER BY 1",
    "SELECT evtname::text FROM pg_event_trigger ORDER BY 1",
)
SUSPENDED = "SG929"
"""The suspension under which the doctor looks."""


@pytest.fixture(scope="module")
def lonely(server: Server) -> Iterator[Patient]:
    """In a database that shares its roles with no other one: there they might be the other one's."""
    with new_database(server) as database:
        migrate.upgrade(database.dsn())
        make(database, "lone")
        database.execute("CREATE ROLE lone_spy")
        yield Patient(database, "lone")


def refused(patient: Patient, statement: str) -> str:
    """What the server answers while the DDL guard is on: an SQLSTATE of the guard's, else nothing."""
    with patient.database.connect(autocommit=False) as connection:
        try:
            connection.execute(patient.text(statement).encode())
        except psycopg.Error as error:
            return error.sqlstate if error.sqlstate and error.sqlstate.startswith("SG") else ""
        finally:
            connection.rollback()
    return ""


def found(patient: Patient, statement: str) -> list[str]:
    """The codes of what the doctor says in the transaction of a mutation, which is taken back."""
    with patient.database.connect(autocommit=False) as connection:
        try:
            connection.execute(patient.text(statement).encode())
            queries.run(connection, "become_installer")
            queries.run(connection, "queries/doctor/search_path")
            installer = Installer(connection, Waiting())
            policy = policy_in_force(installer)
            assert policy is not None
            look = Look.at(installer, compare(policy, read_installed(installer)), full=False)
            codes = {entry.code for check in CHECKS for entry in findings_of(check, look)
                     if entry.level is not Level.ACCEPTED}
        except GuardError as error:  # the doctor as a whole refuses, and says why
            codes = {error.code}
        finally:
            connection.rollback()
    return sorted(codes - {SUSPENDED})


def test_no_mutation_slips_through_both(lonely: Patient) -> None:
    policies, triggers, events = ([str(name) for (name,) in lonely.database.execute(query)] for query in NAMES)
    all_of_them = mutations(policies, triggers, events)
    assert len(all_of_them) >= 200
    assert found(lonely, "SELECT 1") == [], "the control: nothing is found without a mutation"
    first = {statement: refused(lonely, statement) for statement in all_of_them}
    with lonely.database.ddl_guard_suspended():
        seen = {statement: found(lonely, statement) for statement in all_of_them}
    assert [statement for statement in all_of_them if not first[statement] and not seen[statement]] == []
    text = "".join(
        f"{statement}\n    {first[statement] or 'done'}; the doctor: {', '.join(seen[statement]) or 'nothing'}\n"
        for statement in all_of_them)
    if os.environ.get("SMINION_GUARD_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    if lonely.version == 18:  # memberships of 15 differ
        assert GOLDEN.read_text(encoding="utf-8") == text
