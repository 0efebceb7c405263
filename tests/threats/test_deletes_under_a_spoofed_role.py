"""Attack: change the role from row to row of a DELETE, so that the row of a person blocked meanwhile is judged by
another purpose than the one that deletes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from tests.world import Connection, World, ticket

SLOW = "pg_sleep(2 + 0 * length(email))::text = ''"
"""Names a column, so that it is asked for each row, after the statement has begun."""


@pytest.fixture
def person(world: World) -> Iterator[int]:
    """A row of crm, with the person's state as it was afterwards."""
    number = 39
    yield number
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.unblock(%s, 'the test is over')", [str(number)])
    world.super("INSERT INTO crm.customer (id, email) VALUES (%s, 'e39') ON CONFLICT DO NOTHING", number)
    world.settle()


def deleted_while_blocked(
    world: World, attacker: Connection, person: int, spoof: str, token: str, *, settled: bool = False
) -> object:
    """What a slow DELETE answers when an officer blocks the person while it runs: its rows, or the SQLSTATE.

    :param settled: the block moves into the masks of the rows at once, so that the DELETE meets another row version;
        else the row stays as the DELETE saw it, and only the person's state says that it is blocked.
    """
    answer: list[object] = []
    back = f"set_config('role', '{world.role('contract')}', true)"

    def delete() -> None:
        try:
            attacker.execute("BEGIN")
            attacker.execute("SELECT sminion.enter(%s)", [token])
            rows = attacker.execute(
                f"DELETE FROM crm.customer WHERE id = {person} AND {SLOW}{spoof} RETURNING id, {back}".encode()
            ).fetchall()
            attacker.execute("COMMIT")
            answer.append(rows)
        except psycopg.Error as error:
            answer.append(error.sqlstate)
            attacker.execute("ROLLBACK")

    running = threading.Thread(target=delete)
    running.start()
    time.sleep(0.7)
    with world.connect("officer") as officer, officer.transaction():
        if not settled:
            officer.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        officer.execute("SELECT sminion.block(%s, 'contests the data')", [str(person)])
    running.join()
    return answer[0]


@pytest.mark.parametrize(("settled", "answer"), [(False, "SG216"), (True, [])], ids=["waiting", "settled"])
@pytest.mark.parametrize("role", ["rectification", None], ids=["another purpose", "none"])
def test_the_row_of_a_person_blocked_meanwhile_stays_whatever_the_role_says(
    world: World, attacker: Connection, person: int, role: str | None, settled: bool, answer: object
) -> None:
    named = "none" if role is None else world.role(role)
    spoof = f" AND set_config('role', '{named}' || left(email, 0), true) <> ''"
    token = ticket(attacker, "contract")
    assert deleted_while_blocked(world, attacker, person, spoof, token, settled=settled) == answer
    assert world.super("SELECT count(*) FROM crm.customer WHERE id = %s", person) == [(1,)]


def test_nor_when_the_note_of_the_ticket_is_hidden(world: World, attacker: Connection, person: int) -> None:
    spoof = " AND set_config('sminion.write_ticket', left(email, 0), true) = ''"
    token = ticket(attacker, "contract")
    assert deleted_while_blocked(world, attacker, person, spoof, token) == "SG216"


def test_without_a_block_the_same_statement_deletes(world: World, attacker: Connection, person: int) -> None:
    token = ticket(attacker, "contract")
    attacker.execute("BEGIN")
    attacker.execute("SELECT sminion.enter(%s)", [token])
    done = attacker.execute(f"DELETE FROM crm.customer WHERE id = {person} AND email IS NOT NULL RETURNING id".encode())
    assert done.fetchall() == [(person,)]
    attacker.execute("ROLLBACK")
