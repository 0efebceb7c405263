"""The connection to the log, whatever the sessions of its login are like: answers, refusals, lost answers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sminion_guard.session.recording import AuditWriter, Result, Statement
from sminion_guard.session.recording.link import Link
from tests.session.recording.conftest import open_ticket, places
from tests.session.shop import Shop

PLAIN = ""
ODD = (
    "-c default_transaction_read_only=on", "-c default_transaction_isolation=serializable",
    "-c default_transaction_read_only=on -c default_transaction_deferrable=on -c synchronous_commit=off",
)
ADD = b"SELECT $1::pg_catalog.int4 + $2::pg_catalog.int4"
HOW = (
    b"SELECT pg_catalog.concat_ws("
    b"' ', pg_catalog.current_setting('transaction_read_only'), pg_catalog.current_setting('transaction_isolation'))"
)


@pytest.fixture(params=[PLAIN, *ODD])
def conninfo(shop: Shop, request: pytest.FixtureRequest) -> str:
    return make_conninfo(shop.dsn("app"), options=request.param)


@pytest.fixture(params=[True, False], ids=["pipeline", "libpq 13"])
def piped(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(psycopg.Pipeline, "is_supported", classmethod(lambda cls: request.param))
    return bool(request.param)


@pytest.fixture
def link(conninfo: str, piped: bool) -> Iterator[Link]:
    link = Link(conninfo, 10)
    link.open(soon())
    yield link
    link.close()


def soon() -> float:
    return time.monotonic() + 10


def test_questions_are_answered_in_a_transaction_that_can_write(link: Link) -> None:
    for number in range(5):
        assert link.ask(ADD, (b"%d" % number, b"2"), soon()) == b"%d" % (number + 2)
    assert link.ask(HOW, (), soon()) == b"off read committed"


def test_after_a_refusal_the_next_question_is_answered(link: Link) -> None:
    for _ in range(2):
        with pytest.raises(psycopg.errors.NumericValueOutOfRange):
            link.ask(ADD, (b"2147483647", b"1"), soon())
        with pytest.raises(psycopg.errors.UndefinedFunction):
            link.ask(b"SELECT sminion.nothing($1::pg_catalog.int4)", (b"1",), soon())
        assert link.ask(ADD, (b"1", b"2"), soon()) == b"3"


def test_what_is_sent_is_answered_later(link: Link) -> None:
    link.ask(ADD, (b"1", b"2"), soon())
    link.send(ADD, (b"3", b"4"))
    while not link.answered():
        time.sleep(0.001)
    assert link.receive(soon()) == b"7"
    with pytest.raises(psycopg.OperationalError, match="lost"):
        link.receive(soon())


@pytest.mark.parametrize("question", [b"SELECT 1 WHERE $1::int4 = 0", b"SELECT NULLIF($1::int4, 1)"])
def test_no_answer_is_none_that_can_be_mistaken_for_one(link: Link, question: bytes) -> None:
    with pytest.raises(psycopg.OperationalError, match="lost"):
        link.ask(question, (b"1",), soon())


def test_a_log_is_written_and_its_bad_rows_are_faults(shop: Shop, conninfo: str, piped: bool) -> None:
    writer, ticket = AuditWriter(conninfo), open_ticket(shop)
    foreign = open_ticket(shop, "news", "marketing")
    receipts = [writer.record(Statement(number), at_once=False) for number in (ticket, foreign, ticket)]
    for _ in range(5):
        receipts.append(writer.record(Statement(ticket)))
        writer.await_receipt(writer.record_result(receipts[-1], Result(rows=1, subjects=("7",))))
    for receipt in receipts:
        writer.await_receipt(receipt)
    writer.close()
    assert places(shop, ticket) == [receipt.result()[1] for receipt in receipts if receipt is not receipts[1]]
    assert places(shop, foreign) == []
    number, place = receipts[1].result()
    assert shop.database.execute(
        "SELECT place, code FROM sminion.log_faults WHERE writer = %s", number) == [(place, "SG603")]
    ((subjects,),) = shop.database.execute("SELECT count(*) FROM sminion.subject_access WHERE ticket = %s", ticket)
    assert subjects == 5


def test_an_answer_that_is_lost_leaves_the_batch_on_record_once(shop: Shop, conninfo: str, piped: bool) -> None:
    writer, ticket = AuditWriter(conninfo), open_ticket(shop)
    writer.await_receipt(writer.record(Statement(ticket)))
    for _ in range(3):
        receipt = writer.record(Statement(ticket))  # on its way
        shop.database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s AND query ~ 'sminion[.]journal'"
            " AND state = 'idle'", f"{shop.name}_app")
        writer.await_receipt(receipt)
    writer.close()
    assert places(shop, ticket) == [1, 2, 3, 4]
