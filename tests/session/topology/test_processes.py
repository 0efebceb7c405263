"""Several processes of one application at once: tickets, writers of the log and connections belong to one process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from sminion_guard import connect, processing
from sminion_guard.embedded import Server
from sminion_guard.session import Guard
from tests.session.shop import PEOPLE, Shop, new_shop, one
from tests.session.topology.processes import (
    READS,
    read,
    run,
    with_inherited_connection,
    with_inherited_engine,
    with_own_engine,
)

PROCESSES = 4
TURNS = 30


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    """Of this module's own, since all rows are counted."""
    with new_shop(server) as shop:
        yield shop


@pytest.fixture
def engine(shop: Shop) -> Iterator[Engine]:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=Guard(shop.policy), pool_size=4)
    yield engine
    engine.dispose()
    engine.dialect.guard.close()  # type: ignore[attr-defined]


def log(shop: Shop, actor: str) -> list[tuple[Any, ...]]:
    """Of each statement of the actors that begin with ``actor``."""
    return shop.database.execute(
        "SELECT writer, place, actor, purpose, reason, relations, verdict FROM sminion.statement_log"
        " WHERE actor LIKE %s",
        f"{actor}:%",
    )


def check(shop: Shop, actor: str, processes: int, turns: int) -> None:
    """Every statement of each process is on record once, by its own writer, under the ticket of its purpose."""
    rows = log(shop, actor)
    assert len(rows) == processes * turns * 2
    assert len({(writer, place) for writer, place, *_ in rows}) == len(rows)
    pairs = {(writer, who) for writer, _, who, *_ in rows}
    assert len(pairs) == len({writer for writer, _ in pairs}) == len({who for _, who in pairs}) == processes
    for _, _, _, purpose, reason, relations, verdict in rows:
        assert (reason, verdict) == (purpose, "allowed")
        assert relations[0] in READS[purpose]
    logins = shop.database.execute(
        "SELECT DISTINCT login::text FROM sminion.log_writer WHERE id = ANY (%s)", [writer for writer, _ in pairs]
    )
    assert logins == [(f"{shop.name}_all",)]


def tickets(shop: Shop, actor: str) -> int:
    return int(shop.database.execute("SELECT count(*) FROM sminion.ticket WHERE actor LIKE %s", f"{actor}%")[0][0])


def deadlocks(shop: Shop) -> int:
    return int(shop.database.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0][0])


def test_four_processes_keep_four_logs(shop: Shop, tmp_path: Path, actor: str) -> None:
    before, file = deadlocks(shop), str(shop.file(tmp_path))
    run("spawn", *(
        (with_own_engine, (shop.url(), file, f"{actor}:{number}", TURNS)) for number in range(PROCESSES)
    ))
    check(shop, actor, PROCESSES, TURNS)
    assert tickets(shop, f"{actor}:") == PROCESSES * len(READS)
    assert deadlocks(shop) == before


def test_an_application_that_is_loaded_once_and_forked_keeps_nothing_in_common(
    shop: Shop, engine: Engine, actor: str
) -> None:
    read(engine, f"{actor}:parent", TURNS)  # it has connections, tickets, a catalog and a writer
    run("fork", *((with_inherited_engine, (engine, f"{actor}:{number}", TURNS)) for number in range(PROCESSES)))
    read(engine, f"{actor}:parent", TURNS)
    engine.dialect.guard.close()  # type: ignore[attr-defined]
    rows = log(shop, actor)
    assert len(rows) == (PROCESSES + 2) * TURNS * 2
    assert len({writer for writer, *_ in rows}) == PROCESSES + 1
    assert len({(writer, who) for writer, _, who, *_ in rows}) == PROCESSES + 1


def test_a_forked_process_opens_tickets_of_its_own(shop: Shop, engine: Engine, actor: str) -> None:
    read(engine, actor, len(READS))
    run("fork", *((with_inherited_engine, (engine, actor, len(READS))) for _ in range(2)))
    assert tickets(shop, actor) == 3 * len(READS)


def test_a_process_forked_in_the_midst_of_the_work_of_threads_does_not_get_stuck(
    shop: Shop, engine: Engine, actor: str
) -> None:
    ended, failures = Event(), []

    def work(number: int) -> None:
        try:
            while not ended.is_set():
                read(engine, f"{actor}:busy:{number}", 3)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        for generation in range(4):
            run("fork", *(
                (with_inherited_engine, (engine, f"{actor}:forked:{generation}:{number}", 6)) for number in range(2)
            ))
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert failures == []
    check(shop, f"{actor}:forked", 8, 6)


def test_a_connection_of_the_parent_is_refused_in_the_child_and_serves_the_parent_on(shop: Shop, actor: str) -> None:
    guard = Guard(shop.policy)
    connection = connect(shop.dsn(), policy=guard)
    with processing("contract", actor=actor, reason="r"):
        assert one(connection, "SELECT count(*) FROM crm.customer") == PEOPLE
        run("fork", (with_inherited_connection, (connection,)))
        assert one(connection, "SELECT count(*) FROM crm.customer") == PEOPLE
    connection.close()
    guard.close()


def test_who_was_refused_in_the_parent_stays_refused_in_the_child(shop: Shop, engine: Engine, actor: str) -> None:
    read(engine, actor, 1)
    shop.database.execute("SELECT sminion.revoke_ticket(id, 'left') FROM sminion.ticket WHERE actor = %s", actor)
    with pytest.raises(Exception, match="revoked"):
        read(engine, actor, 1)
    with pytest.raises(AssertionError, match="ended by an officer"):
        run("fork", (with_inherited_engine, (engine, actor, 1)))
