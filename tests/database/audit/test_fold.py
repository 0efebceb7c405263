# ruff: noqa: E501 - statements and batches stand on one line
"""Moving the journal to the log: bounded, once, in one order, whatever stops it; and all that `maintain` does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests import journal
from tests.database.audit.test_journal import shape, ticket
from tests.session.shop import Shop, new_shop

Connection = psycopg.Connection[Any]
LOGS = ("statement_event", "statement_result", "log_fault", "write_event")
"""What has numbered events."""


@pytest.fixture
def shop(server: Server) -> Iterator[Shop]:
    """One of its own: numbers are those of a whole log."""
    with new_shop(server) as shop:
        yield shop


@pytest.fixture
def app(shop: Shop) -> Iterator[Connection]:
    with psycopg.connect(shop.dsn("app"), autocommit=True) as connection:
        yield connection


def fill(app: Connection, batches: int, each: int = 1) -> journal.Writer:
    own = journal.opened(app)
    entry = {"ticket": ticket(app), "shape": shape(app)}
    for first in range(1, batches * each + 1, each):
        journal.write(app, own, first, [entry] * each)
    return own


def waiting(shop: Shop) -> int:
    return int(shop.database.execute("SELECT count(*) FROM sminion.journal")[0][0])


def places(shop: Shop, own: journal.Writer) -> list[int]:
    query = "SELECT place FROM sminion.statement_event WHERE writer = %s ORDER BY number"
    return [place for (place,) in shop.database.execute(query, own[0])]


def soon(condition: Any) -> bool:
    deadline = time.monotonic() + 15
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_call_moves_so_many_rows_and_no_more(shop: Shop, app: Connection, owner: Connection) -> None:
    fill(app, 7)
    assert soon(lambda: owner.execute("SELECT sminion.fold(3)").fetchone() == (3,))
    assert waiting(shop) == 4
    assert owner.execute("SELECT sminion.fold(0)").fetchone() == (1,)
    assert owner.execute("SELECT sminion.fold()").fetchone() == (3,)
    assert owner.execute("SELECT sminion.fold()").fetchone() == (0,)


def test_a_call_reads_so_many_bytes_and_no_more(shop: Shop, app: Connection, owner: Connection) -> None:
    own = journal.opened(app)
    for first in range(1, 11):
        journal.write(app, own, first, b'["' + b"x" * 1_000_000 + b'"]')
    assert soon(lambda: owner.execute("SELECT sminion.fold()").fetchone() == (4,))
    app.execute("CALL sminion.maintain()")
    assert waiting(shop) == 2
    assert len(journal.faults(shop.database, own)) == 10


def test_numbers_have_no_gaps_over_several_calls_and_kinds(shop: Shop, app: Connection, owner: Connection) -> None:
    own = fill(app, 3, 4)
    came = {"outcome": "done", "codes": [], "microseconds": 1}
    journal.write(app, own, 20, [{"of": 1} | came, {}, {"of": 2} | came])
    journal.write(app, own, 20, b"junk")
    with owner.transaction(force_rollback=True):
        journal.fold(owner)
    shop.database.execute("UPDATE crm.customer SET email = 'numbered' WHERE id = 1")
    while waiting(shop):
        owner.execute("SELECT sminion.fold(1)")
    fill(app, 2)
    journal.fold_all(owner)
    numbers = sorted(number for log in LOGS for (number,) in shop.database.execute(f"SELECT number FROM sminion.{log}"))
    runs = "SELECT r.first + k.nth - 1 FROM sminion.event_run r, unnest(r.keys) WITH ORDINALITY k (key, nth)"
    numbers = sorted([*numbers, *(number for (number,) in shop.database.execute(runs))])
    assert len(numbers) >= 12 + 5 + 2 + 1
    assert shop.database.execute("SELECT relation FROM sminion.write_event") == [("crm.customer",)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert shop.database.execute("SELECT number FROM sminion.fold_state") == [(len(numbers),)]
    assert shop.database.execute("SELECT events FROM sminion.maintenance_status") == [(len(numbers),)]


def test_of_two_at_once_the_second_leaves_it_to_the_first(shop: Shop, app: Connection, owner: Connection) -> None:
    own = fill(app, 3)
    with shop.database.connect(autocommit=False) as first:
        assert first.execute("SELECT sminion.fold()").fetchone() == (3,)
        assert owner.execute("SELECT sminion.fold()").fetchone() == (None,)
        assert app.execute("CALL sminion.maintain()").fetchone() == (False,)
        first.commit()
    assert places(shop, own) == [1, 2, 3]
    assert owner.execute("SELECT sminion.fold()").fetchone() == (0,)


def test_a_transaction_that_stays_open_keeps_back_what_is_younger(shop: Shop, app: Connection, owner: Connection) -> None:
    older = fill(app, 2)
    with psycopg.connect(shop.dsn("app"), application_name="dawdler") as holder:
        held = journal.opened(holder)
        journal.write(holder, held, 1, [{"ticket": ticket(app), "shape": shape(app)}])
        younger = fill(app, 2)
        journal.fold_rows(owner, 2)
        assert (places(shop, older), places(shop, younger)) == ([1, 2], [])
        status = "SELECT journal_rows, journal_bytes > 0, journal_since < now(), journal_waits_for FROM sminion.maintenance_status"
        ((rows, size, since, waits),) = shop.database.execute(status)
        assert (rows, size, since) == (2, True, True)
        assert "dawdler" in waits
        holder.commit()
    journal.fold_all(owner)
    assert (places(shop, held), places(shop, younger)) == ([1], [1, 2])
    order = "SELECT writer FROM sminion.statement_event ORDER BY number"
    assert shop.database.execute(order) == [(older[0],)] * 2 + [(held[0],)] + [(younger[0],)] * 2
    assert shop.database.execute("SELECT journal_rows, journal_waits_for FROM sminion.maintenance_status") == [(0, None)]


def test_a_prepared_transaction_keeps_back_too_and_is_named(shop: Shop, app: Connection, owner: Connection) -> None:
    own = journal.opened(app)
    app.execute("BEGIN")
    journal.write(app, own, 1, [{"ticket": 10**15, "shape": 1}])
    app.execute(f"PREPARE TRANSACTION '{shop.name}'".encode())
    try:
        younger = fill(app, 1)
        journal.fold(owner, wait=False)
        assert places(shop, younger) == []
        ((waits,),) = shop.database.execute("SELECT journal_waits_for FROM sminion.maintenance_status")
        assert f"prepared transaction `{shop.name}`" in waits
    finally:
        app.execute(f"COMMIT PREPARED '{shop.name}'".encode())
    journal.fold_all(owner)
    assert places(shop, younger) == [1]
    assert journal.faults(shop.database, own) == [(1, "SG603")]


@pytest.mark.parametrize("table", ["statement_event", "statement_subject", "folded_batch", "log_writer", "journal"])
def test_killed_in_the_midst_nothing_is_lost_and_nothing_twice(shop: Shop, app: Connection, table: str) -> None:
    own = fill(app, 5)
    for n in range(6, 9):
        journal.write(app, own, n, [{"of": 1, "outcome": "done", "codes": [], "microseconds": 1, "subjects": ["7"]}])
    with shop.database.connect(autocommit=False) as holder:
        mode = "EXCLUSIVE" if table == "journal" else "ACCESS EXCLUSIVE"
        holder.execute(f"LOCK TABLE sminion.{table} IN {mode} MODE".encode())
        ended: list[str | None] = []

        def run() -> None:
            with shop.database.connect(application_name="folder") as folder:
                folder.execute("SELECT sminion.fold()")

        def caught() -> None:
            try:
                run()
            except psycopg.Error as error:
                ended.append(error.sqlstate)

        thread = Thread(target=caught)
        thread.start()
        waits = "SELECT pid FROM pg_stat_activity WHERE application_name = 'folder' AND wait_event_type = 'Lock'"
        assert soon(lambda: shop.database.execute(waits))
        shop.database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'folder'")
        thread.join(20)
        assert ended == ["57P01"]
        holder.rollback()
    assert waiting(shop) == 8
    with shop.database.connect() as connection:
        journal.fold_all(connection)
    assert places(shop, own) == [1, 2, 3, 4, 5]
    assert shop.database.execute("SELECT count(*) FROM sminion.statement_subject") == [(3,)]


def test_a_copy_in_another_cluster_is_folded_under_its_own_transactions(shop: Shop, app: Connection, owner: Connection) -> None:
    """There all numbers of transactions are lower, or higher, than those of the rows that came with the copy."""
    own = fill(app, 3)
    shop.database.suspend_ddl_guard()
    shop.database.execute("ALTER TABLE sminion.journal DISABLE TRIGGER append_only; UPDATE sminion.journal SET transaction = '90000000000';"
                          "ALTER TABLE sminion.journal ENABLE TRIGGER append_only")
    journal.fold(owner, wait=False)
    assert places(shop, own) == []
    query = "SELECT place FROM sminion.statement_log WHERE writer = %s ORDER BY place"
    assert shop.database.execute(query, own[0]) == [(1,), (2,), (3,)], "the control: they are shown, and never folded"
    shop.database.execute("UPDATE sminion.fold_state SET system_identifier = system_identifier + 1, lowest = '90000000000'")
    for _ in range(2):
        app.execute("CALL sminion.maintain()")
    assert soon(lambda: app.execute("CALL sminion.maintain()") and places(shop, own) == [1, 2, 3])
    query = "SELECT system_identifier = (SELECT system_identifier FROM pg_control_system()) FROM sminion.fold_state"
    assert shop.database.execute(query) == [(True,)]


def test_a_month_to_drop_takes_its_rows_of_the_journal_along(shop: Shop, app: Connection, owner: Connection) -> None:
    own = fill(app, 2)
    younger = fill(app, 1)
    shop.database.suspend_ddl_guard()
    shop.database.execute(
        "ALTER TABLE sminion.journal DISABLE TRIGGER append_only; UPDATE sminion.journal SET at = '2020-01-05' WHERE writer = "
        f"{own[0]}; ALTER TABLE sminion.journal ENABLE TRIGGER append_only")
    with psycopg.connect(shop.dsn("app"), application_name="dawdler") as holder:
        holder.execute("SELECT pg_current_xact_id()")
        third = fill(app, 1)
        shop.database.execute(
            "ALTER TABLE sminion.journal DISABLE TRIGGER append_only; UPDATE sminion.journal SET at = '2020-01-06' WHERE writer = "
            f"{third[0]}; ALTER TABLE sminion.journal ENABLE TRIGGER append_only")
        with pytest.raises(psycopg.Error) as refused:
            owner.execute("SELECT sminion.drop_log('2020-02-01', 'old')")
        assert refused.value.sqlstate == "SG511"
        assert "dawdler" in (refused.value.diag.message_detail or "")
        holder.rollback()
    assert soon(lambda: owner.execute("SELECT sminion.drop_log('2020-02-01', 'old')").fetchone() == (1,))
    found = shop.database.execute("SELECT month::text, statements FROM sminion.dropped_log")
    assert found == [("2020-01-01", 3)]
    assert (places(shop, own), places(shop, younger)) == ([], [1])


# maintain


def test_a_step_that_fails_is_named_and_stops_no_other(shop: Shop, app: Connection) -> None:
    own = fill(app, 1)
    shop.database.suspend_ddl_guard()
    shop.database.execute(
        "ALTER FUNCTION sminion.forget_write_tickets() RENAME TO gone; ALTER FUNCTION sminion.fold_rows(tid[], bigint) RENAME TO gone")
    app.execute("CALL sminion.maintain()")
    ((failed,),) = shop.database.execute("SELECT failed FROM sminion.maintenance_status")
    assert "fold: 42883" in failed and "tidy: 42883" in failed
    done = "SELECT step FROM sminion.maintenance_state WHERE done_at IS NOT NULL ORDER BY 1"
    assert shop.database.execute(done) == [
        ("actors",), ("consents",), ("destroy",), ("expire",), ("instance",), ("months",), ("retention",), ("settle",), ("tree",)]
    shop.database.execute(
        "ALTER FUNCTION sminion.gone() RENAME TO forget_write_tickets; ALTER FUNCTION sminion.gone(tid[], bigint) RENAME TO fold_rows")
    assert soon(lambda: app.execute("CALL sminion.maintain()") and places(shop, own) == [1])
    assert shop.database.execute("SELECT failed FROM sminion.maintenance_status") == [(None,)]


def test_two_at_once_do_everything_once(shop: Shop, app: Connection) -> None:
    own = fill(app, 40, 5)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with psycopg.connect(shop.dsn("app"), autocommit=True) as connection:
                for _ in range(20):
                    connection.execute("CALL sminion.maintain()")
        except psycopg.Error as error:
            failures.append(error)

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert places(shop, own) == list(range(1, 201))


def test_more_says_whether_another_call_finds_more(shop: Shop, app: Connection) -> None:
    own = journal.opened(app)
    for first in range(1, 10):
        journal.write(app, own, first, b'["' + b"x" * 4_000_000 + b'"]')
    answers = []
    while waiting(shop):
        answers.append(app.execute("CALL sminion.maintain()").fetchone())
        assert len(answers) < 20
    assert answers[-1] == (False,)
    assert (True,) in answers[:-1]
    assert app.execute("CALL sminion.maintain()").fetchone() == (False,)


def test_many_changes_of_states_are_numbered_by_several_calls(shop: Shop, app: Connection) -> None:
    """Not by one, and `more` says so; fewer than one call takes are no reason for another."""
    assert soon(lambda: app.execute("CALL sminion.maintain()").fetchone() == (False,))
    change = ("INSERT INTO sminion.subject_event (subject, event, reason, actor, epoch)"
              " SELECT n::text, 'unblock', 'r', 'a', 1 FROM generate_series(1, %s) n")
    shop.database.execute(change, 40_500)
    answers = [app.execute("CALL sminion.maintain()").fetchone() for _ in range(3)]
    assert answers == [(True,), (True,), (False,)]
    with shop.database.connect() as two:
        two.execute(change, (5_000,))
        two.execute("SELECT sminion.open_log() FROM generate_series(1, 1500)")
        two.commit()
    assert app.execute("CALL sminion.maintain()").fetchone() == (False,)
    assert shop.database.execute("SELECT f.number = t.size FROM sminion.fold_state f, sminion.tree_state t") == [(True,)]


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_a_login_with_another_isolation_by_default_maintains_too(shop: Shop, app: Connection, level: str) -> None:
    own = fill(app, 2)
    app.execute(f"SET default_transaction_isolation = '{level}'".encode())
    app.execute("SET default_transaction_read_only = on")
    assert soon(lambda: app.execute("CALL sminion.maintain()") and waiting(shop) == 0)
    assert places(shop, own) == [1, 2]
