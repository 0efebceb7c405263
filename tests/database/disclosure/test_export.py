"""Exports: on record before the first byte, a whole file or none, and everybody whose data are in it."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pyarrow import parquet

from sminion_guard import migrate
from sminion_guard.cli import export_run
from sminion_guard.disclosure.export import judged as judging
from sminion_guard.disclosure.export import reading, sending, transfer
from sminion_guard.disclosure.export.target import Target
from sminion_guard.errors import AuditUnavailable, GuardError, TransferRefused
from sminion_guard.policy import loads
from tests.database.disclosure.conftest import Shop, policy_text

WORDS = "SELECT word, count(*) FROM shop.orders GROUP BY word"
EVERYBODY = {"1", "2", "3", "4"}
"""In a gift."""
REQUESTS = """
[operator]
name = "Shop"
address = "1 Road"
contact = "privacy@shop.example"
[request]
profile = "GDPR"
"""
MAILS = "SELECT p.mail, o.word FROM shop.orders o JOIN shop.person p ON p.id = o.person_id WHERE o.id <= 3"


def refused(shop: Shop, *arguments: Any, **more: Any) -> GuardError:
    with pytest.raises(GuardError) as caught:
        shop.send(*arguments, **more)
    assert shop.files() == []
    return caught.value


def test_a_file_and_its_row_of_the_register(shop: Shop) -> None:
    told: list[int] = []
    made = shop.send(MAILS, actor="dispatch", unit="warehouse", basis_ref="contract 7", progress=told.append)
    rows = list(csv.reader((shop.directory / "out.csv").open(newline="")))
    assert rows[0] == ["mail", "word"]
    assert sorted(rows[1:]) == [
        ["p2@example.org", "shoes 1"], ["p3@example.org", "shoes 2"], ["p4@example.org", "shoes 3"]]
    data = (shop.directory / "out.csv").read_bytes()
    assert (made.rows, made.bytes, made.sha256) == (3, len(data), hashlib.sha256(data).hexdigest())
    assert (made.persons, made.at_most) == (3, False)
    assert told == [3]
    assert shop.people(made.disclosure) == {"2", "3", "4"}
    (row,) = shop.super(
        "SELECT recipient, contract, purpose, categories, columns, query, state, rows, bytes, sha256, persons, at_most,"
        " why, login, actor, reason, basis_ref FROM sminion.transfers")
    assert row == (
        "carrier", "DPA-1", "delivery", ["behaviour", "contact", "key"], ["mail", "word"],
        MAILS.replace("3", "?"), "finished", 3,
        len(data), made.sha256, 3, False, None, f"{shop.name}_carrier", "dispatch", "a test", "contract 7")
    acts = shop.super("SELECT act FROM sminion.act ORDER BY id")
    assert acts == [("transfer",), ("transfer_finished",)]


def test_an_export_tells_what_could_single_people_out(shop: Shop) -> None:
    put_in_force(shop, policy_text(shop.name).replace('total = "none"', 'total = "payment"').replace(
        'needs = ["contact", "behaviour"]', 'needs = ["contact", "behaviour", "payment"]'))
    made = shop.send("SELECT word, total FROM shop.orders")
    (warning,) = made.warnings
    assert (warning.code, warning.message) == (
        "SG710", "`shop.orders.total`, `shop.orders.word` may single people out together")
    assert "\nwarning SG710: `shop.orders.total`, " in export_run.text(made, "carrier")
    assert shop.send("SELECT word FROM shop.orders", out="one.csv").warnings == ()
    assert shop.send("SELECT mail, word, total FROM shop.person p JOIN shop.orders o ON o.person_id = p.id",
                     out="names.csv").warnings == ()  # it is told who they are


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
def test_the_name_of_the_file_says_its_format(shop: Shop, out: str) -> None:
    shop.send("SELECT mail, total FROM shop.person p JOIN shop.orders o ON o.person_id = p.id WHERE o.id = 7", out=out)
    path = shop.directory / out
    if out.endswith("csv"):
        assert path.read_bytes() == b'"mail","total"\r\n"p8@example.org",1.00\r\n'
    elif out.endswith("jsonl"):
        assert json.loads(path.read_text()) == {"mail": "p8@example.org", "total": 1.00}
    else:
        assert parquet.read_table(path).to_pylist() == [{"mail": "p8@example.org", "total": 1}]


@pytest.mark.parametrize(("query", "people", "at_most"), [
    ("SELECT word FROM shop.orders WHERE id = 1", {"2"}, False),
    ("SELECT word, count(*) FROM shop.orders WHERE id IN (1, 2) GROUP BY word", {"2", "3"}, False),
    ("SELECT count(*) FROM shop.orders o JOIN shop.person p ON p.id = o.person_id WHERE p.id <= 2", {"1", "2"}, False),
    ("SELECT i.word FROM shop.item i WHERE i.id = 1", {"3"}, False),
    ("SELECT word FROM shop.gift WHERE id = 1", {"1", "2"}, False),
    ("SELECT word FROM shop.gift WHERE id = 1 UNION SELECT word FROM shop.orders WHERE id = 8", {"1", "2", "9"}, False),
    ("WITH few AS (SELECT 1 AS x) SELECT o.word FROM shop.orders AS o, few WHERE o.id = few.x", {"2"}, False),
    ("SELECT a.word, b.word AS other FROM shop.orders a LEFT JOIN shop.orders b ON b.id = a.id + 1 WHERE a.id = 1",
     {"2", "3"}, False),
    ("SELECT name FROM shop.country", set(), False),
    ("SELECT 1 AS one", set(), False),
    # more than are sent, and said so
    ("SELECT word FROM shop.orders WHERE id <= 2 ORDER BY id LIMIT 1", {"2", "3"}, True),
    ("SELECT word, count(*) FROM shop.orders WHERE id <= 2 GROUP BY word HAVING count(*) > 5", {"2", "3"}, True),
    ("SELECT s.word FROM (SELECT word FROM shop.gift WHERE id = 1) s", EVERYBODY, True),
    ("SELECT name FROM shop.country WHERE EXISTS (SELECT FROM shop.gift g WHERE g.id = 1)", EVERYBODY, True),
    ("SELECT word FROM shop.gift WHERE id = 1 EXCEPT SELECT word FROM shop.gift WHERE id = 2", EVERYBODY, True),
    ("WITH g AS (SELECT word FROM shop.gift) SELECT word FROM g", EVERYBODY, True),
    ("SELECT word FROM shop.gift g WHERE id = 1 AND EXISTS (SELECT FROM shop.gift h WHERE h.id = g.id)",
     EVERYBODY, True),
])
def test_everybody_is_named(shop: Shop, query: str, people: set[str], at_most: bool) -> None:
    made = shop.send(query)
    assert (shop.people(made.disclosure), made.at_most, made.persons) == (people, at_most, len(people))


def test_who_objects_or_is_blocked_is_in_no_export(shop: Shop) -> None:
    shop.super("SELECT sminion.block('3', 'contests')")
    shop.super("SELECT sminion.object('4', 'counting', 'letter')")
    made = shop.send(MAILS)
    assert (made.rows, shop.people(made.disclosure)) == (2, {"2", "4"})
    few = "SELECT word FROM shop.orders WHERE total < 0.5"
    made = shop.send(few, "counter", "counting", login="analyst", out="2.csv")
    assert (made.rows, shop.people(made.disclosure)) == (1, {"2"})


def test_who_is_named_is_told_of_open_requests(shop: Shop) -> None:
    put_in_force(shop, policy_text(shop.name) + REQUESTS)
    shop.super("SELECT sminion.open_request('2', 'stop', 'letter')")
    shop.send(MAILS)
    shop.super("CALL sminion.maintain()")
    assert shop.super("SELECT recipient FROM sminion.obligation") == [("carrier",)]


PERSON = "SELECT tableoid::int, ctid::text FROM shop.person WHERE id = %s"


@pytest.fixture
def begun(shop: Shop) -> Iterator[tuple[psycopg.Connection, int]]:
    """An export under way whose login has left a transaction open, in which it named person 3."""
    put_in_force(shop, policy_text(shop.name) + REQUESTS)
    with shop.database.connect(f"{shop.name}_carrier") as sender:
        ((number, token),) = sender.execute(
            "SELECT disclosure, token FROM sminion.open_transfer('carrier', 'delivery', 'actor', 'reason', 'SELECT ?',"
            " sha256('q'), ARRAY['mail'], ARRAY['contact'])").fetchall()
        sender.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        sender.execute("SELECT sminion.enter(%s)", [token])
        name(shop, sender, number, 3)
        yield sender, number


def name(shop: Shop, sender: psycopg.Connection, number: int, person: int) -> None:
    """Name a person by the place of its row."""
    ((table, place),) = shop.super(PERSON, person)
    sender.execute("SELECT sminion.name_rows(%s, %s::oid::regclass, ARRAY[%s]::tid[])", [number, table, place])


def test_whoever_names_people_in_an_open_transaction_keeps_no_officer_waiting(
    shop: Shop, begun: tuple[psycopg.Connection, int]
) -> None:
    """Who contests data is blocked at once, and a login that exports must not stop that."""
    with shop.database.connect() as officer:
        officer.execute("SET statement_timeout = '3s'")
        officer.execute("SELECT sminion.open_request('3', 'stop', 'letter')")


def test_who_is_named_after_a_request_must_be_told_before_it_is_granted(
    shop: Shop, begun: tuple[psycopg.Connection, int]
) -> None:
    shop.super("SELECT sminion.open_request('3', 'object', 'letter', purpose => 'counting')")
    begun[0].execute("COMMIT")
    with pytest.raises(psycopg.Error) as refused:
        shop.super("SELECT sminion.close_request(max(id), 'granted', 'done') FROM sminion.request WHERE subject = '3'")
    assert refused.value.sqlstate == "SG703"


@pytest.mark.parametrize("end", [
    "SELECT sminion.finish_transfer({0}, 1, 1, sha256('file'))", "SELECT sminion.fail_transfer({0}, 'why')", None,
])
def test_who_was_erased_from_the_log_is_not_brought_back(
    shop: Shop, begun: tuple[psycopg.Connection, int], end: str | None
) -> None:
    """The transaction that reads does not see what was erased since; whoever ends the export does, or maintenance."""
    sender, number = begun
    shop.super("SELECT sminion.erase_from_log('5', 'destroyed')")
    name(shop, sender, number, 5)
    name(shop, sender, number, 6)
    sender.execute("COMMIT")
    assert shop.people(number) == {"3", "5", "6"}
    if end is not None:
        sender.execute(end.format(number).encode())
    else:
        shop.super("CALL sminion.maintain()")
    assert shop.people(number) == {"3", "6"}


def test_an_erasure_is_kept_for_as_long_as_somebody_may_undo_it(
    shop: Shop, begun: tuple[psycopg.Connection, int]
) -> None:
    sender, _ = begun
    shop.super("SELECT sminion.erase_from_log('5', 'destroyed')")
    # the test cannot wait for a day: the transaction is older than the erasure, whenever that was
    shop.super("UPDATE sminion.erasure SET at = now() - interval '2 days'")
    began = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start < now()"
    assert shop.super(began) == [(1,)]
    sender.execute("COMMIT")
    shop.super("CALL sminion.maintain()")
    assert shop.super("SELECT count(*) FROM sminion.erasure") == [(0,)]


@pytest.mark.parametrize(("arguments", "more", "code"), [
    ((MAILS, "stranger"), {}, "SG704"),
    ((MAILS, "carrier", "care"), {}, "SG704"),
    ((MAILS, "counter", "counting"), {"login": "analyst"}, "SG103"),
    (("SELECT id FROM shop.person",), {}, "SG705"),
    (("SELECT ordered_at, word FROM shop.orders", "counter", "counting"), {"login": "analyst"}, "SG725"),
    (("SELECT mail FROM shop.person WHERE ip IS NOT NULL",), {}, "SG103"),
    (("SELECT word FROM shop.orders; SELECT 1",), {}, "SG707"),
    (("SELECT 1 AS a, 2 AS a",), {}, "SG721"),
    (("SELECT mail FROM shop.person",), {"format": "xml"}, "SG720"),
    (("SELECT mail FROM shop.person",), {"out": "none/out.csv"}, "SG720"),
    (("SELECT mail FROM shop.person",), {"login": "clerk"}, "SG734"),
    (("SELECT word FROM shop.orders", "counter", "counting"), {}, "SG734"),
    (("SELECT mail FROM shop.person", "court", "court"), {"login": "lawyer"}, "SG701"),
])
def test_what_may_not_leave_does_not(shop: Shop, arguments: tuple[str, ...], more: dict[str, Any], code: str) -> None:
    assert refused(shop, *arguments, **more).code == code


def test_a_court_gets_what_it_orders_by_its_number(shop: Shop) -> None:
    made = shop.send("SELECT mail FROM shop.person", "court", "court", login="lawyer", basis_ref="2 O 17/26")
    assert shop.super("SELECT basis_ref FROM sminion.transfers WHERE id = %s", made.disclosure) == [("2 O 17/26",)]


def test_a_refusal_of_the_server_is_on_record(shop: Shop) -> None:
    error = refused(shop, "SELECT word, 1 / (id - 2) AS x FROM shop.orders ORDER BY id", "carrier", "delivery")
    assert error.code == "SG705"  # keys are not sent
    error = refused(shop, "SELECT word, 1 / (total - 0.14) AS x FROM shop.orders")
    assert error.code == "SG728"
    assert shop.last() == ("failed", "SG728", None, 0)


def test_a_statement_that_takes_too_long_leaves_nothing(shop: Shop) -> None:
    shop.super(f"ALTER ROLE {shop.name}_carrier SET statement_timeout = '4s'")
    endless = ", ".join(f"shop.orders {name}" for name in "abcde")
    error = refused(shop, f"SELECT a.word FROM {endless}")
    assert error.code == "SG728"
    assert shop.last()[:2] == ("failed", "SG728")


def test_a_full_disk_leaves_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Target.write

    def full(self: Target, data: bytes) -> None:
        if self.bytes:
            raise self._failure(OSError(28, "No space left on device"))
        written(self, data)

    monkeypatch.setattr(Target, "write", full)
    error = refused(shop, MAILS)
    assert (error.code, error.detail) == ("SG720", "No space left on device")
    assert shop.last() == ("failed", "SG720", None, 0)


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, MemoryError])
def test_whatever_stops_it_is_on_record(shop: Shop, stopped: type[BaseException]) -> None:
    def stop(rows: int) -> None:
        raise stopped

    with pytest.raises(stopped):
        shop.send(MAILS, progress=stop)
    assert shop.files() == []
    assert shop.last() == ("failed", stopped.__name__, None, 0)


def test_no_register_no_row(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.database.suspend_ddl_guard()
    shop.super("ALTER TABLE sminion.transfer ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    monkeypatch.setattr(sending, "_Sending", None)
    assert isinstance(refused(shop, MAILS), AuditUnavailable)
    assert shop.super("SELECT count(*) FROM sminion.ticket") == [(0,)]


def test_no_end_no_file(shop: Shop) -> None:
    shop.database.suspend_ddl_guard()
    shop.super("ALTER TABLE sminion.transfer_end ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    error = refused(shop, MAILS)
    assert (type(error), error.code) == (AuditUnavailable, "SG727")
    assert shop.last()[0] == "begun"


def meanwhile(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Something happens when all rows are written, and the last look is not yet taken."""
    look = sending.judge_again

    def changed(*arguments: Any) -> None:
        change()
        look(*arguments)

    monkeypatch.setattr(sending, "judge_again", changed)


def put_in_force(shop: Shop, text: str) -> None:
    with shop.database.connect(autocommit=False) as connection:
        migrate.apply(connection, loads(text))


def ended(shop: Shop) -> str:
    return policy_text(shop.name, str(date.today() - timedelta(2)))


def test_a_contract_that_ends_meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, lambda: put_in_force(shop, ended(shop)))
    error = refused(shop, WORDS, "counter", "counting", login="analyst")
    assert error.code == "SG723"
    assert "ended" in str(error.detail)
    assert shop.last()[:2] == ("failed", "SG723")


def test_a_contract_ends_at_midnight_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_force(shop, policy_text(shop.name, str(date.today() + timedelta(1))))
    tomorrow = date.today() + timedelta(3)
    meanwhile(monkeypatch, lambda: monkeypatch.setattr(judging.Ground, "today", tomorrow))
    error = refused(shop, WORDS, "counter", "counting", login="analyst")
    assert (error.code, shop.last()[:2]) == ("SG704", ("failed", "SG704"))


def test_the_server_ends_a_contract_by_itself(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "judge_again", lambda *_: put_in_force(shop, ended(shop)))
    assert refused(shop, WORDS, "counter", "counting", login="analyst").code == "SG701"
    assert shop.last()[:2] == ("failed", "SG701")


def test_a_table_that_means_something_else_meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        meanwhile(patched, lambda: shop.super("ALTER TABLE shop.country ADD COLUMN note text"))
        assert shop.send("SELECT name FROM shop.country").rows == 1  # another column, which the query does not name
    text = policy_text(shop.name).replace('total = "none"', 'total = "behaviour"')
    meanwhile(monkeypatch, lambda: put_in_force(shop, text))
    with pytest.raises(TransferRefused) as caught:
        shop.send("SELECT total FROM shop.orders", out="two.csv")
    assert caught.value.code == "SG723"
    assert shop.files() == ["out.csv"]


def test_a_person_whose_parent_row_is_hidden_is_named_all_the_same(shop: Shop) -> None:
    """The parent of a row is hidden by a policy of the application: the row itself says whose it is."""
    shop.database.suspend_ddl_guard()
    shop.super("CREATE POLICY hidden ON shop.orders AS RESTRICTIVE USING (id <> 2)")
    made = shop.send("SELECT word FROM shop.item WHERE id = 1")
    assert shop.people(made.disclosure) == {"3"}


def test_a_row_that_leads_to_nobody_stops_the_export(shop: Shop, begun: tuple[psycopg.Connection, int]) -> None:
    """Nobody could be told of a correction."""
    sender, number = begun
    shop.super("SET session_replication_role = replica;"
               " UPDATE shop.item SET order_id = 999, guard_subject = NULL WHERE id = 1")
    ((place,),) = shop.super("SELECT ctid::text FROM shop.item WHERE id = 1")
    sender.execute("ROLLBACK")
    ((token,),) = sender.execute(
        "SELECT token FROM sminion.open_transfer('carrier', 'delivery', 'actor', 'reason', 'SELECT ?',"
        " sha256('q'), ARRAY['mail'], ARRAY['contact'])").fetchall()
    with pytest.raises(psycopg.Error) as caught, sender.transaction():
        sender.execute("SELECT sminion.enter(%s)", [token])
        sender.execute("SELECT sminion.name_rows(%s, 'shop.item', ARRAY[%s]::tid[])", [number + 1, place])
    assert caught.value.sqlstate == "SG724"
    assert shop.people(number + 1) == set()


def test_a_crowd_is_named_in_parts(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PLACES", 7)
    made = shop.send("SELECT segment FROM shop.person")
    assert (made.rows, made.persons, len(shop.people(made.disclosure))) == (30, 30, 30)


def test_what_a_killed_export_left_is_removed_by_the_next(shop: Shop) -> None:
    stale = shop.directory / ".out.csv.0123456789abcdef.sminion-part"
    stale.write_bytes(b"half")
    shop.send(MAILS)
    assert shop.files() == ["out.csv"]


def test_an_engine_is_an_address_too(shop: Shop) -> None:
    from sqlalchemy import create_engine

    engine = create_engine(shop.database.url(f"{shop.name}_carrier"))
    made = transfer(engine, "carrier", purpose="delivery", query=MAILS + ";  -- the end", reason="a test",
                              out=Path(shop.directory) / "out.csv")
    engine.dispose()
    assert made.rows == 3


def test_rows_are_read_in_one_snapshot(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes while the rows are written is in neither of the two."""
    def arrive(rows: int) -> None:
        shop.super("INSERT INTO shop.person VALUES (77, 'late@example.org', NULL, 'x')")

    made = shop.send("SELECT mail FROM shop.person", progress=arrive)
    assert (made.rows, made.persons) == (30, 30)
    assert "77" not in shop.people(made.disclosure)


def test_psycopg_is_told_what_the_server_says(shop: Shop) -> None:
    with psycopg.connect(shop.login("carrier")) as connection, pytest.raises(psycopg.Error) as caught:
        connection.execute("SELECT sminion.finish_transfer(1, 1, 1, sha256('x'))")
    assert caught.value.sqlstate == "SG729"


def test_the_register_shows_exports_with_what_they_rest_on(shop: Shop) -> None:
    made = shop.send(MAILS)
    ((state, persons, basis, recipient),) = shop.super(
        "SELECT state, persons, basis, recipient FROM sminion.disclosure_register WHERE id = %s", made.disclosure)
    assert (state, persons, basis, recipient) == ("finished", len(shop.people(made.disclosure)), "contract", "carrier")
