"""The writer: what it took is on disk or refused, never lost, and nobody waits for ever."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from sminion_guard.embedded import Binaries, Server
from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.recording import AuditWriter, Receipt, Result, Shape, Statement
from tests import journal, servers
from tests.session.recording.conftest import open_ticket, places
from tests.session.shop import Shop, new_shop


@pytest.fixture(scope="module")
def own(binaries: Binaries) -> Iterator[tuple[Server, Shop]]:
    """A durable server of this module's own, to be shot down, and a shop on it."""
    with Server(binaries, durable=True, settings=servers.SETTINGS) as server, new_shop(server) as shop:
        yield server, shop


def test_a_receipt_is_done_when_the_row_is_there(shop: Shop, writer: AuditWriter, ticket: int) -> None:
    receipt = writer.record(Statement(ticket, Shape(relations=("crm.customer",), statement="SELECT 1")))
    writer.await_receipt(receipt)
    assert receipt.result()[1] == 1
    assert places(shop, ticket) == [1]


def test_a_result_finds_its_statement_in_the_same_batch_or_a_later_one(
    shop: Shop, writer: AuditWriter, ticket: int
) -> None:
    first, second = writer.record(Statement(ticket)), writer.record(Statement(ticket))
    same = writer.record_result(second, Result(rows=2, subjects=("7", "8")))
    writer.await_receipt(same)
    writer.await_receipt(writer.record_result(first, Result(rows=1, subjects=("9",), bulk=3)))
    assert shop.database.execute(
        "SELECT rows, bulk FROM sminion.statement_log WHERE ticket = %s ORDER BY place", ticket
    ) == [(1, 3), (2, None)]
    assert shop.database.execute(
        "SELECT subject FROM sminion.subject_access WHERE ticket = %s ORDER BY 1", ticket
    ) == [("7",), ("8",), ("9",)]


def test_rows_gather_into_one_commit_while_another_is_written(shop: Shop, writer: AuditWriter, ticket: int) -> None:
    receipts = [writer.record(Statement(ticket)) for _ in range(300)]
    for receipt in receipts:
        writer.await_receipt(receipt)
    ((rows, commits),) = shop.database.execute(
        "SELECT count(*), count(DISTINCT at) FROM sminion.statement_log WHERE ticket = %s", ticket
    )
    assert rows == 300
    assert commits < 100
    assert places(shop, ticket) == list(range(1, 301))


def test_rows_wait_for_others_but_not_for_long(shop: Shop, writer: AuditWriter, ticket: int) -> None:
    statement = writer.record(Statement(ticket), at_once=False)
    result = writer.record_result(statement, Result(rows=1), at_once=False)
    result.result(5)  # nobody hurries it
    assert places(shop, ticket) == [1]
    with shop.database.connect() as connection:
        journal.fold_all(connection)
    assert shop.database.execute(
        "SELECT outcome, rows FROM sminion.statement_event WHERE ticket = %s", ticket
    ) == [("done", 1)], "they share a commit, and a row"
    last = writer.record(Statement(ticket), at_once=False)
    assert writer.flush()
    assert last.done()


def test_many_threads_share_a_writer(shop: Shop, writer: AuditWriter, ticket: int) -> None:
    def work() -> None:
        for _ in range(20):
            receipt = writer.record(Statement(ticket))
            writer.await_receipt(writer.record_result(receipt, Result(rows=1)))

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shop.database.execute(
        "SELECT count(*), sum(rows)::int FROM sminion.statement_log WHERE ticket = %s", ticket
    ) == [(160, 160)]


def test_one_bad_row_does_not_take_the_others_with_it(shop: Shop, writer: AuditWriter, ticket: int) -> None:
    foreign = open_ticket(shop, "news", "marketing")
    receipts = [writer.record(Statement(number)) for number in (ticket, foreign, ticket)]
    orphan = writer.record_result(receipts[1], Result(rows=1))
    last = writer.record_result(receipts[2], Result(rows=5))
    for receipt in (*receipts, orphan, last):
        writer.await_receipt(receipt)
    number, place = receipts[1].result()
    query = "SELECT code FROM sminion.log_faults WHERE writer = %s AND place >= %s"
    assert journal.shown(shop.database, query, number, place)[:1] == [("SG603",)]
    assert len(places(shop, ticket)) == 2
    assert places(shop, foreign) == []
    assert shop.database.execute("SELECT max(rows) FROM sminion.statement_log WHERE ticket = %s", ticket) == [(5,)]


def test_unsafe_text_neither_stops_nor_enters_the_log(shop: Shop, writer: AuditWriter, ticket: int) -> None:
    row = Statement(ticket, Shape(relations=("a\x00b",), fingerprint="\ud800", statement="x\x1b[2J\x00"))
    receipt = writer.record(row)
    writer.await_receipt(writer.record_result(receipt, Result(subjects=("k\x00",))))
    assert shop.database.execute(
        "SELECT relations, fingerprint, statement FROM sminion.statement_log WHERE ticket = %s", ticket
    ) == [(["a b"], " ", "x [2J ")]


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_it_survives_a_restart_of_the_server(own: tuple[Server, Shop], how: Any) -> None:
    server, shop = own
    writer, ticket = AuditWriter(shop.dsn("app"), patience=30), open_ticket(shop)
    given: list[Receipt] = []
    going = True

    def work() -> None:
        while going:
            receipt = writer.record(Statement(ticket))
            writer.await_receipt(receipt)
            given.append(receipt)

    thread = Thread(target=work)
    thread.start()
    for _ in range(2):
        time.sleep(0.3)
        server.restart(how)
    time.sleep(0.3)
    going = False
    thread.join()
    writer.close()
    promised = [receipt.result()[1] for receipt in given]
    assert len(promised) > 10
    assert places(shop, ticket) == promised, "a row is missing, or was written twice"


def test_without_a_server_it_refuses_within_its_patience(binaries: Binaries) -> None:
    with Server(binaries, durable=False) as server:
        dsn = server.dsn()
        server.stop()
        writer = AuditWriter(dsn, patience=1)
        start = time.monotonic()
        with pytest.raises(AuditUnavailable) as refused:
            writer.await_receipt(writer.record(Statement(1)))
        assert time.monotonic() - start < 30
        assert refused.value.code == "SG601"
        writer.close()


def test_a_locked_log_refuses_within_its_patience_and_goes_on_afterwards(own: tuple[Server, Shop]) -> None:
    _, shop = own
    ticket, writer = open_ticket(shop), AuditWriter(shop.dsn("app"), patience=1)
    writer.await_receipt(writer.record(Statement(ticket)))
    with shop.database.connect(autocommit=False) as officer:
        officer.execute("LOCK TABLE sminion.journal IN ACCESS EXCLUSIVE MODE")
        start = time.monotonic()
        with pytest.raises(AuditUnavailable) as refused:
            writer.await_receipt(writer.record(Statement(ticket)))
        assert time.monotonic() - start < 30
        assert refused.value.code == "SG601"
    receipt = writer.record(Statement(ticket))
    writer.flush()
    if receipt.exception() is not None:  # the lock was let go in the last moment of its patience
        receipt = writer.record(Statement(ticket))
    writer.await_receipt(receipt)
    writer.close()


def test_a_full_queue_refuses_at_once(own: tuple[Server, Shop]) -> None:
    _, shop = own
    ticket, writer = open_ticket(shop), AuditWriter(shop.dsn("app"), patience=2, capacity=3, batch=1)
    with shop.database.connect(autocommit=False) as officer:
        officer.execute("LOCK TABLE sminion.journal IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(AuditUnavailable, match="3 rows wait"):
            for _ in range(10):
                writer.record(Statement(ticket))
    writer.close()


def test_a_closed_writer_refuses(writer: AuditWriter, ticket: int) -> None:
    receipt = writer.record(Statement(ticket))
    writer.close()
    assert receipt.done()
    with pytest.raises(AuditUnavailable, match="closed"):
        writer.record(Statement(ticket))


def test_without_a_partition_the_log_is_written_all_the_same(own: tuple[Server, Shop]) -> None:
    _, shop = own
    ticket, writer = open_ticket(shop), AuditWriter(shop.dsn("app"), patience=5)
    this = shop.database.execute("SELECT to_char(now() AT TIME ZONE 'UTC', '_YYYY_MM')")[0][0]
    tables = ("statement_event", "statement_result", "statement_subject")
    shop.database.suspend_ddl_guard()
    for table in tables:
        shop.database.execute(f"DROP TABLE sminion.{table}{this}")
    writer.await_receipt(writer.record(Statement(ticket)))
    query = "SELECT place FROM sminion.statement_log WHERE ticket = %s"
    assert journal.shown(shop.database, query, ticket) == [(1,)], "folding makes the month"
    with shop.database.connect() as connection:
        journal.fold_all(connection)
    for table in tables:
        assert shop.database.execute("SELECT to_regclass(%s) IS NOT NULL", f"sminion.{table}{this}") == [(True,)]
    writer.close()


def test_the_interpreter_writes_what_waits_and_exits(shop: Shop, ticket: int) -> None:
    program = (
        "import sys\n"
        "from sminion_guard.session.recording import AuditWriter, Statement\n"
        "writer = AuditWriter(sys.argv[1])\n"
        "for _ in range(50): writer.record(Statement(int(sys.argv[2])))\n"
    )
    subprocess.run([sys.executable, "-c", program, shop.dsn("app"), str(ticket)], check=True, timeout=60)
    assert places(shop, ticket) == list(range(1, 51))


def _in_child(writer: AuditWriter, ticket: int) -> None:
    writer.await_receipt(writer.record(Statement(ticket)))
    writer.close()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_writes_through_a_connection_of_its_own(
    shop: Shop, writer: AuditWriter, ticket: int
) -> None:
    writer.await_receipt(writer.record(Statement(ticket)))
    child = multiprocessing.get_context("fork").Process(target=_in_child, args=(writer, ticket))
    child.start()
    child.join(30)
    assert child.exitcode == 0
    writer.await_receipt(writer.record(Statement(ticket)))
    assert places(shop, ticket) == [1, 2, 1]
