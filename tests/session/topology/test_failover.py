"""The standby takes over while an application lives: it keeps working, or is told clearly why not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from sminion_guard import connect, processing
from sminion_guard.embedded import Server, disposal
from sminion_guard.errors import AuditUnavailable
from sminion_guard.session import Guard
from tests import journal
from tests.database.topology.conftest import Replica
from tests.session.shop import one
from tests.world import World

CUSTOMERS = "SELECT count(*) FROM crm.customer"


def work(actor: str) -> processing:
    return processing("contract", actor=actor, reason="r")


def on_record(replica: Replica, actor: str) -> int:
    """How many statements of ``actor`` the former standby has on record."""
    return int(replica.super(f"SELECT count(*) FROM sminion.statement_log WHERE actor = '{actor}'")[0][0])


@contextmanager
def promoted(replica: Replica, world: World) -> Iterator[None]:
    """The primary is lost, and the standby takes over; the lost one comes back for the fixtures to take down."""
    lost = world.database.server
    replica.catch_up()
    disposal.halt(lost.data_directory, "QUIT")
    try:
        assert replica.super("SELECT pg_promote()") == [(True,)]
        yield
    finally:
        lost.start()


def test_an_application_goes_on_when_the_standby_takes_over(replica: Replica, world: World, actor: str) -> None:
    old, new = world.database.server, replica.server
    login: dict[str, Any] = {"user": f"{world.name}_all", "dbname": world.database.name}
    both = f"host={old.socket_directory},{new.socket_directory} port={old.port},{new.port}"
    guard = Guard(world.policy, primary=both)
    single = Guard(world.policy, primary=f"host={old.socket_directory} port={old.port}")
    engine = create_engine(
        new.dsn(**login, scheme="postgresql+psycopg"), plugins=["sminion_guard"], guard_policy=guard, pool_pre_ping=True
    )
    with connect(new.dsn(**login), policy=guard) as reader, connect(new.dsn(**login), policy=single) as left_alone:
        with work(actor):
            assert one(reader, CUSTOMERS) == 40
            reader.rollback()
            assert one(left_alone, CUSTOMERS) == 40
            left_alone.rollback()
        with promoted(replica, world):
            with work(actor):  # its ticket came over with the data
                assert one(reader, CUSTOMERS) == 40
                reader.rollback()
                assert on_record(replica, actor) == 3
            with work(f"{actor}:new"):
                reader.execute("INSERT INTO crm.customer (id, email) VALUES (8003, 'x')")
                reader.rollback()
            with work(f"{actor}:new"), engine.begin() as connection:
                assert connection.scalar(text(CUSTOMERS)) == 40
            assert on_record(replica, f"{actor}:new") == 2

            # What the lost primary had not sent any more is unknown to the new one: a ticket is opened anew.
            lost = work(f"{actor}:lost")
            with lost:
                assert one(reader, CUSTOMERS) == 40
                reader.rollback()
                number = replica.super(f"SELECT id FROM sminion.ticket WHERE actor = '{actor}:lost'")[0][0]
                ticket = guard.tickets.get(reader._home, lost.context)
                assert ticket is not None
                ticket.entering = ticket.entering.replace(b"'%d." % number, b"'%d." % (number + 1000))
                ticket.setting = None
                assert one(reader, CUSTOMERS) == 40
                reader.rollback()
            assert replica.super(f"SELECT count(*) FROM sminion.ticket WHERE actor = '{actor}:lost'") == [(2,)]

            # What came over in the journal, and what was written since, is folded once. Nobody waits for the row of a
            # statement that was not executed: closing the log does.
            guard.close()
            everything = "SELECT writer, place, ticket, operations FROM sminion.statement_log ORDER BY 1, 2"
            before = replica.super(everything)
            assert replica.super("SELECT count(*) > 0 FROM sminion.journal") == [(True,)]
            with replica._connect(Server.superuser) as keeper:
                keeper.autocommit = True
                journal.fold_all(keeper)
            assert replica.super(everything) == before
            assert replica.super("SELECT count(*) FROM sminion.journal") == [(0,)]

            # An application that knows only the lost primary has nowhere to write its log.
            left_alone._recorder.writer.patience = 0.5  # type: ignore[union-attr]
            with work(actor), pytest.raises(AuditUnavailable) as refusal:
                left_alone.execute(CUSTOMERS)
            assert refusal.value.code == "SG601"
    engine.dispose()
    single.close()
