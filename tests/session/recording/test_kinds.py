# ruff: noqa: E501 - a statement stands on one line, as it is sent
"""Subjects of several kinds in a guarded session: the ticket names one, and the log names them all with their kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sminion_guard import connect, processing
from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError, PolicyError
from sminion_guard.session import Guard, GuardedConnection
from tests.firm import AGENT, Firm, new_firm


@pytest.fixture(scope="module")
def firm(server: Server) -> Iterator[Firm]:
    with new_firm(server) as firm:
        yield firm


@pytest.fixture(params=["policy file", "policy in force"])
def conn(firm: Firm, request: pytest.FixtureRequest) -> Iterator[GuardedConnection[Any]]:
    guard = Guard(firm.policy() if request.param == "policy file" else None)
    with connect(firm.database.dsn(f"{firm.name}_app"), policy=guard) as connection:
        yield connection
        connection.rollback()
    guard.close()


CASES = [
    ("SELECT id FROM firm.customer WHERE id = 5", {"customer:5"}),
    ("SELECT c.id, e.id FROM firm.customer c JOIN firm.employee e USING (id) WHERE id = 5", {"customer:5", "employee:5"}),
    ("SELECT id, customer_id, employee_id, agent_id, partner_id FROM firm.message WHERE id IN (2, 4, 5)",
     {"customer:5", "employee:6", "customer:7", f"agent:{AGENT}", "partner:5"}),
    ("SELECT id FROM firm.customer WHERE id = 5 UNION SELECT id FROM firm.employee WHERE id = 6",
     {"customer:5", "employee:5", "customer:6", "employee:6"}),
    ("SELECT id FROM firm.agent", {f"agent:{AGENT}"}), ("SELECT id FROM firm.orders WHERE id = 5", set()),
]


def said(firm: Firm, actor: str) -> set[str]:
    return {subject for (subject,) in firm.super("SELECT subject FROM sminion.subject_access WHERE actor = %s", actor)}


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_a_result_is_recorded_with_the_kinds_of_its_subjects(
    firm: Firm, conn: GuardedConnection[Any], request: pytest.FixtureRequest, binary: bool
) -> None:
    for number, (statement, subjects) in enumerate(CASES):
        actor = f"{request.node.name}:{number}"
        with processing("work", actor=actor, reason="r"), conn.cursor(binary=binary) as cursor:
            cursor.execute(statement)
            assert cursor.fetchall()
            conn.rollback()
        assert said(firm, actor) == subjects


@pytest.mark.parametrize("layout", ["", "(FORMAT csv)", "(FORMAT binary)"])
def test_a_copy_is_recorded_with_the_kinds_of_its_subjects(
    firm: Firm, conn: GuardedConnection[Any], request: pytest.FixtureRequest, layout: str
) -> None:
    for number, (statement, subjects) in enumerate(CASES):
        actor = f"{request.node.name}:{number}"
        with processing("work", actor=actor, reason="r"):
            with conn.cursor().copy(f"COPY ({statement}) TO STDOUT {layout}".encode()) as copy:
                assert b"".join(bytes(part) for part in copy)
            conn.rollback()
        assert said(firm, actor) == subjects


def test_a_context_names_a_subject_of_a_kind(firm: Firm) -> None:
    guard = Guard(firm.policy())
    with connect(firm.database.dsn(f"{firm.name}_desk"), policy=guard) as desk:
        for kind, seen in (("customer", (1, 0)), ("employee", (0, 1))):
            with processing("repair", actor=f"kind:{kind}", reason="r", subject=5, kind=kind):
                found = desk.execute(
                    "SELECT (SELECT count(*) FROM firm.customer), (SELECT count(*) FROM firm.employee)").fetchone()
                assert found == seen
                desk.rollback()
        with processing("repair", actor="a", reason="r", subject=5), pytest.raises(PolicyError) as caught:
            desk.execute("SELECT 1")
        assert caught.value.code == "SG460"
        desk.rollback()
        with processing("repair", actor="a", reason="r", subject=5, kind="visitor"), pytest.raises(GuardError) as unknown:
            desk.execute("SELECT 1")
        assert unknown.value.code == "SG460"
        desk.rollback()
    guard.close()
    assert firm.super("SELECT DISTINCT subject FROM sminion.access_log WHERE actor LIKE 'kind:%' ORDER BY 1") == [
        ("customer:5",), ("employee:5",)]
