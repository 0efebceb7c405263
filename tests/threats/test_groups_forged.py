"""Attack: a login that exports to a recipient with ``k`` names people outside of groups, or too few of them.

It names rows instead of groups, names groups without a ticket, for another export, or of tables that it does not reach,
reads or empties what is remembered, and calls the functions that compare. Where the line is: which rows make a group is
its word, as what it sends is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests.database.disclosure.groups import Groups, made

OPEN = ("SELECT disclosure, token FROM sminion.open_transfer(%s, 'counting', 'actor', 'reason', 'SELECT ?',"
        " sha256('q'), ARRAY['word'], ARRAY['behaviour'])")
GROUP = ("SELECT sminion.name_group(%s, %s, 'shop.person'::regclass::oid, (SELECT array_agg(ctid) FROM shop.person"
         " WHERE age <= %s))")
END = "SELECT sminion.finish_transfer(%s, 1, 1, sha256('file'))"


@pytest.fixture
def groups(server: Server, tmp_path: Path) -> Iterator[Groups]:
    with made(server, tmp_path) as found:
        yield found


@pytest.fixture
def mine(groups: Groups) -> Iterator[psycopg.Connection]:
    with groups.database.connect(f"{groups.name}_sender") as connection:
        yield connection


def begun(mine: psycopg.Connection, to: str = "counter") -> tuple[int, str]:
    row = mine.execute(OPEN, [to]).fetchone()
    assert row is not None
    return row[0], row[1]


def state(mine: psycopg.Connection, token: str | None, statement: str, *parameters: object) -> str | None:
    """The SQLSTATE of what is refused; None for what is not."""
    try:
        with mine.transaction():
            if token is not None:
                mine.execute("SELECT sminion.enter(%s)", [token])
            mine.execute(statement, parameters)
    except psycopg.Error as error:
        return error.sqlstate
    return None


def test_groups_are_named_and_compared(mine: psycopg.Connection) -> None:
    """The positive control: by hand it works as by the program."""
    number, token = begun(mine)
    assert state(mine, token, GROUP, number, 1, 50) is None
    assert state(mine, token, GROUP, number, 1, 30) is None  # the same group: nobody goes from it
    assert state(mine, None, END, number) is None
    number, token = begun(mine)
    assert state(mine, token, GROUP, number, 1, 52) is None
    assert state(mine, None, END, number) == "SG744"
    number, token = begun(mine)
    assert state(mine, token, GROUP, number, 1, 4) is None
    assert state(mine, None, END, number) == "SG743"


def test_people_are_named_in_groups_and_in_no_other_way(mine: psycopg.Connection) -> None:
    rows = "SELECT sminion.name_rows(%s, 'shop.person', ARRAY['(0,1)']::tid[])"
    number, token = begun(mine)
    assert state(mine, token, rows, number) == "SG746"
    number, token = begun(mine, "list")
    assert state(mine, token, rows, number) is None
    assert state(mine, token, GROUP, number, 1, 50) == "SG746"


def test_a_group_is_named_under_the_ticket_of_its_export(mine: psycopg.Connection) -> None:
    first, _ = begun(mine)
    number, token = begun(mine)
    assert state(mine, token, GROUP, first, 1, 50) == "SG729"
    assert state(mine, None, GROUP, number, 1, 50) == "42501"
    assert state(mine, token, GROUP, number, 1, 50) is None
    assert state(mine, None, "SELECT sminion.fail_transfer(%s, 'x')", number) is None
    assert state(mine, token, GROUP, number, 1, 50) == "SG729"


@pytest.mark.parametrize("arguments", [
    "NULL, 'shop.person'::regclass::oid, ARRAY['(0,1)']::tid[]", "1, 'shop.person'::regclass::oid, NULL",
    "1, 'shop.person'::regclass::oid, '{}'",
])
def test_a_group_has_a_number_and_rows(mine: psycopg.Connection, arguments: str) -> None:
    number, token = begun(mine)
    assert state(mine, token, f"SELECT sminion.name_group({number}, {arguments})") == "SG746"


@pytest.mark.parametrize("relation", ["NULL", "'pg_catalog.pg_class'::regclass::oid", "0", "1"])
def test_a_group_is_of_rows_of_a_table_within_reach(mine: psycopg.Connection, relation: str) -> None:
    number, token = begun(mine)
    assert state(mine, token, f"SELECT sminion.name_group({number}, 1, {relation}, ARRAY['(0,1)']::tid[])") == "SG732"


@pytest.mark.parametrize("statement", [
    "SELECT * FROM sminion.sent_group", "SELECT * FROM sminion.group_salt", "DELETE FROM sminion.sent_group",
    "TRUNCATE sminion.sent_group", "UPDATE sminion.group_salt SET salt = sha256('x')",
    "SELECT sminion.isolated_by(1, 'counter', 5)", "SELECT sminion.forget_groups()",
    "SELECT sminion.forget_in_groups('1')", "SELECT sminion.group_mark(sha256('x'), '1')",
    "SELECT sminion.begin_groups('counter')", "SELECT sminion.group_minimum('counter')",
    "SELECT sminion.check_groups(NULL)", "SELECT sminion.group_support(NULL, NULL, NULL)",
    "LOCK TABLE sminion.group_salt IN SHARE MODE", "LOCK TABLE sminion.sent_group IN SHARE MODE",
])
@pytest.mark.parametrize("under", [True, False])
def test_what_is_remembered_is_out_of_reach(mine: psycopg.Connection, statement: str, under: bool) -> None:
    _, token = begun(mine)
    assert state(mine, token if under else None, statement) == "42501"


def test_an_open_export_keeps_no_officer_waiting(groups: Groups, mine: psycopg.Connection) -> None:
    """It holds its transaction open after it has named a group, and after it was compared."""
    number, token = begun(mine)
    with groups.database.connect() as officer:
        officer.execute("SET lock_timeout = '5s'")
        with mine.transaction():
            mine.execute("SELECT sminion.enter(%s)", [token])
            mine.execute(GROUP, [number, 1, 50])
            officer.execute("SELECT sminion.erase_from_log('7', 'asked')")
            officer.execute("CALL sminion.maintain()")
        with mine.transaction():
            mine.execute(END, [number])
            officer.execute("SELECT sminion.erase_from_log('8', 'asked')")
            officer.execute("CALL sminion.maintain()")
        officer.execute("CALL sminion.maintain()")
        failed = officer.execute("SELECT step, message FROM sminion.maintenance_state WHERE code IS NOT NULL")
        assert failed.fetchall() == []
        # Both were named by transactions that began before: maintenance has taken them out.
        left = officer.execute(
            "SELECT count(*) FROM sminion.sent_group g, sminion.group_salt s, unnest(ARRAY['7', '8']) w"
            " WHERE g.persons @> ARRAY[sminion.group_mark(s.salt, w)]").fetchone()
        assert left == (0,)
