"""Attack: name other people for an export that has ended, or keep officers waiting with one that has not.

A second session of the login holds a snapshot from before the end, in which the export is still open, and names people
then: the register would say other people than were counted and compared. Or it names a group twice and stays in the
transaction, and nobody in this group can be erased.
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
GROUP = ("SELECT sminion.name_group(%s, 1, 'shop.person'::regclass::oid, (SELECT array_agg(ctid) FROM shop.person"
         " WHERE age <= %s))")
ROWS = "SELECT sminion.name_rows(%s, 'shop.person', (SELECT array_agg(ctid) FROM shop.person WHERE age <= %s))"
TABLE = "SELECT sminion.name_table(%s, 'shop.person') FROM shop.person WHERE age < %s LIMIT 1"
END = "SELECT sminion.finish_transfer(%s, 1, 1, sha256('file'))"
FAIL = "SELECT sminion.fail_transfer(%s, 'why')"
NAMED = "SELECT count(*) FROM sminion.disclosure_subject WHERE disclosure = %s"
LOCKED = psycopg.errors.LockNotAvailable


@pytest.fixture
def groups(server: Server, tmp_path: Path) -> Iterator[Groups]:
    with made(server, tmp_path) as found:
        yield found


def sender(groups: Groups) -> psycopg.Connection:
    return groups.database.connect(f"{groups.name}_sender", prepare_threshold=None)


def begun(mine: psycopg.Connection, to: str) -> tuple[int, str]:
    row = mine.execute(OPEN, [to]).fetchone()
    assert row is not None
    return row[0], row[1]


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
@pytest.mark.parametrize("end", [END, FAIL])
@pytest.mark.parametrize(("to", "name"), [("counter", GROUP), ("list", ROWS), ("list", TABLE)])
def test_nobody_is_named_after_the_end(groups: Groups, isolation: str, end: str, to: str, name: str) -> None:
    with sender(groups) as mine, sender(groups) as other:
        number, token = begun(mine, to)
        with mine.transaction():  # the control: before the end it names people
            mine.execute("SELECT sminion.enter(%s)", [token])
            mine.execute(name, [number, 30])
        named = groups.database.execute(NAMED, number)
        assert named > [(20,)]
        with pytest.raises(psycopg.Error) as caught, other.transaction():
            other.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}".encode())
            other.execute("SELECT sminion.enter(%s)", [token])
            assert other.execute("SELECT count(*) > 30 FROM shop.person").fetchone() == (True,)
            mine.execute(end, [number])
            other.execute(name, [number, 50])
        assert caught.value.sqlstate == ("SG729" if isolation == "READ COMMITTED" else "40001")
        assert groups.database.execute(NAMED, number) == named


def test_the_end_waits_for_people_that_are_being_named(groups: Groups) -> None:
    with sender(groups) as mine, sender(groups) as other:
        number, token = begun(mine, "list")
        mine.execute("SET lock_timeout = '300ms'")
        with other.transaction():
            other.execute("SELECT sminion.enter(%s)", [token])
            other.execute(ROWS, [number, 50])
            with pytest.raises(LOCKED):
                mine.execute(END, [number])
        assert mine.execute(END, [number]).fetchone() == groups.database.execute(NAMED, number)[0]


def test_a_group_that_is_named_again_keeps_nobody_from_being_erased(groups: Groups) -> None:
    left = ("SELECT count(*) FROM sminion.sent_group g, sminion.group_salt s"
            " WHERE g.persons @> ARRAY[sminion.group_mark(s.salt, '7')]")
    with sender(groups) as mine, groups.database.connect() as officer:
        number, token = begun(mine, "counter")
        with mine.transaction():
            mine.execute("SELECT sminion.enter(%s)", [token])
            mine.execute(GROUP, [number, 50])
        assert officer.execute(left).fetchone() == (1,)
        with mine.transaction():
            mine.execute("SELECT sminion.enter(%s)", [token])
            mine.execute(GROUP, [number, 50])
            officer.execute("SELECT sminion.erase_from_log('7', 'asked')")
            officer.execute("CALL sminion.maintain()")
        mine.execute(END, [number])
        officer.execute("CALL sminion.maintain()")
        failed = officer.execute("SELECT step, message FROM sminion.maintenance_state WHERE code IS NOT NULL")
        assert failed.fetchall() == []
        assert officer.execute(left).fetchone() == (0,)


def test_an_end_that_is_not_committed_keeps_no_maintenance_waiting(groups: Groups) -> None:
    """Somebody was erased while the export named people, so its end takes the person out."""
    with sender(groups) as mine, groups.database.connect() as officer:
        number, token = begun(mine, "list")
        with mine.transaction():
            mine.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            mine.execute("SELECT sminion.enter(%s)", [token])
            mine.execute("SELECT count(*) FROM shop.person")
            officer.execute("SELECT sminion.erase_from_log('7', 'asked')")
            mine.execute(ROWS, [number, 50])
        person = f"{NAMED} AND subject = '7'"
        assert groups.database.execute(person, number) == [(1,)]
        with mine.transaction(force_rollback=True):
            mine.execute(END, [number])
            officer.execute("CALL sminion.maintain()")
            failed = officer.execute("SELECT step, message FROM sminion.maintenance_state WHERE code IS NOT NULL")
            assert failed.fetchall() == []
        officer.execute("CALL sminion.maintain()")
        assert groups.database.execute(person, number) == [(0,)]
