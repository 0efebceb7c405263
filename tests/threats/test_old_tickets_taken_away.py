# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: take tickets out of the log, or have a record say that they were dropped, as a login, an officer or an auditor.

Positive control: what the officer may call is called in the same ways, and does what it says.
"""

from __future__ import annotations

import pytest

from tests.world import PRIVILEGE, World, refusal, ticket

RECORD = "INSERT INTO sminion.act (act, detail) VALUES ('drop_tickets', '{\"events\": 1, \"first\": 1, \"last\": 99}')"
ALIKE = [
    RECORD, "SELECT sminion.record_act('drop_tickets', '{\"events\": 1}', 'r')", "SELECT sminion.drop_tickets('2030-01-01', 'r')",
    "SELECT sminion.number_events(0, '99999', 10)", "SELECT sminion.grow_tree()", "DELETE FROM sminion.ticket",
    "UPDATE sminion.ticket SET expires_at = '2025-01-02'", "TRUNCATE sminion.ticket",
]


@pytest.mark.parametrize("who", ["all", "officer", "reader", "keeper"])
@pytest.mark.parametrize("attack", ALIKE)
def test_nobody_may(world: World, who: str, attack: str) -> None:
    with world.connect(who) as connection:
        connection.execute("SELECT set_config('sminion.dropping', '1', false), set_config('sminion.erasing', '1', false)")
        assert refusal(connection, attack) == PRIVILEGE


@pytest.mark.parametrize(("day", "code"), [
    ("infinity", "SG606"), ("2030-01-01", "SG606"), ("-infinity", None), ("4713-01-01 BC", None), ("0001-01-01", None),
    ("2025-01-01", None),
])
def test_a_day_that_is_no_day_of_the_log_takes_nothing(world: World, day: str, code: str | None) -> None:
    with world.connect("all") as connection:
        ticket(connection, "contract")
    before = world.super("SELECT count(*) FROM sminion.ticket")
    with world.connect("officer") as officer:
        call = f"SELECT sminion.drop_log('{day}', 'r')"
        if code is None:
            assert officer.execute(call.encode()).fetchone() == (0,)
        else:
            assert refusal(officer, call) == code
    assert world.super("SELECT count(*) FROM sminion.ticket") == before != [(0,)]
    assert world.super("SELECT count(*) FROM sminion.act WHERE act = 'drop_tickets'") == [(0,)]
