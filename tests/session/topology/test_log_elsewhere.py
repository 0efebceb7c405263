"""The log of statements in another database than the data: tickets stay with the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from sminion_guard import connect, migrate, processing
from sminion_guard.errors import AuditUnavailable, DataNotNeeded, IncompatibleMerge
from sminion_guard.session import Guard, GuardedAsyncConnection
from tests import servers
from tests.session.shop import PEOPLE, Shop, one

CUSTOMERS = "SELECT count(*) FROM crm.customer"
SEVEN = "SELECT id FROM crm.customer WHERE id = 7"


@pytest.fixture
def logs(fresh_database: servers.Database) -> servers.Database:
    """With the guard's own side, and no policy."""
    migrate.upgrade(fresh_database.dsn())
    return fresh_database


@pytest.fixture
def kept(shop: Shop, logs: servers.Database) -> servers.Database:
    """It keeps the log of the shop's login."""
    ((cluster,),) = shop.database.execute("SELECT system_identifier FROM pg_control_system()")
    logs.execute("SELECT sminion.keep_log_of(%s, %s, %s)", f"{shop.name}_all", shop.database.name, cluster)
    return logs


@pytest.fixture
def at_data(shop: Shop, actor: str) -> Callable[[], dict[int, str]]:
    """The tickets of the actor, by number, with their purposes."""
    return lambda: dict(shop.database.execute("SELECT id, purpose FROM sminion.access_log WHERE actor = %s", actor))


def rows(logs: servers.Database, view: str = "statement_log") -> list[tuple[Any, ...]]:
    return logs.execute(f"SELECT ticket, home::text, login::text FROM sminion.{view} ORDER BY writer, place")


def test_statements_are_on_record_there_under_the_numbers_of_tickets_here(
    shop: Shop, kept: servers.Database, actor: str, at_data: Callable[[], dict[int, str]]
) -> None:
    engine = create_engine(
        shop.url(), plugins=["sminion_guard"], guard_policy=shop.policy, guard_log=f"dbname={kept.name}"
    )
    with processing("contract", actor=actor, reason="r"), engine.connect() as connection:
        assert connection.scalar(text(SEVEN)) == 7
        with pytest.raises((DataNotNeeded, IncompatibleMerge)):
            connection.execute(text("SELECT count(*) FROM marketing.subscriber"))
    with processing("marketing", actor=actor, reason="r"), engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM marketing.subscriber")) == PEOPLE
    engine.dispose()
    tickets = at_data()
    number = {purpose: ticket for ticket, purpose in tickets.items()}
    home = (shop.database.name, f"{shop.name}_all")
    assert rows(kept) == [(number[purpose], *home) for purpose in ("contract", "contract", "marketing")]
    assert rows(kept, "subject_access") == [(number["contract"], *home)]
    assert rows(kept, "refusals") == [(number["contract"], *home)]
    assert shop.database.execute("SELECT 1 FROM sminion.statement_log WHERE actor = %s", actor) == []


async def test_an_asynchronous_connection_keeps_its_log_there_too(
    shop: Shop, kept: servers.Database, actor: str, at_data: Callable[[], dict[int, str]]
) -> None:
    guard = Guard(shop.policy, log=kept.dsn(f"{shop.name}_all"))
    connecting = GuardedAsyncConnection.connect(shop.dsn(), policy=guard)
    async with await connecting as connection, processing("contract", actor=actor, reason="r"):
        cursor = await connection.execute(CUSTOMERS)
        assert await cursor.fetchone() == (PEOPLE,)
    guard.close()
    assert [ticket for ticket, *_ in rows(kept)] == list(at_data())


def test_a_login_of_its_own_may_write_the_log(
    shop: Shop, logs: servers.Database, actor: str, unique: Callable[[str], str]
) -> None:
    writer = unique("writer")
    logs.execute(f"CREATE ROLE {writer} LOGIN")
    logs.execute("SELECT sminion.keep_log_of(%s, %s, 1)", writer, shop.database.name)
    guard = Guard(shop.policy, log=logs.url(writer))
    with connect(shop.dsn(), policy=guard) as connection, processing("contract", actor=actor, reason="r"):
        assert one(connection, CUSTOMERS) == PEOPLE
    guard.close()
    assert [row[1:] for row in rows(logs)] == [(shop.database.name, writer)]


def test_nothing_is_released_to_a_login_whose_log_is_not_kept_there(
    shop: Shop, logs: servers.Database, actor: str
) -> None:
    guard = Guard(shop.policy, log=f"dbname={logs.name}")
    with connect(shop.dsn(), policy=guard) as connection, processing("contract", actor=actor, reason="r"):
        connection._recorder.writer.patience = 1.0  # type: ignore[union-attr]
        with pytest.raises(AuditUnavailable, match="permission denied"):
            connection.execute(CUSTOMERS)
        assert connection.closed
    guard.close()
