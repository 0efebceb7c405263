"""A pool hands a connection on: whoever has it next finds nothing of whoever had it before."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool
from sqlalchemy import create_engine, text

from sminion_guard import processing
from sminion_guard.errors import GuardError
from sminion_guard.session import Guard, GuardedConnection
from tests.database.analyzer.test_spans import ENDS, SESSION, STAYS
from tests.session.shop import Shop

Pool = ConnectionPool[GuardedConnection[Any]]
NEEDS_MORE = (" t", "f()", "p()", "leave", "before")
OF_ITS_OWN = [sql for sql in (*ENDS, *STAYS) if not any(name in sql for name in NEEDS_MORE)]
"""The statements of the analyzer's table that need nothing made for them."""


@pytest.fixture
def pool(shop: Shop, guard: Guard) -> Iterator[Pool]:
    """One connection, which everybody gets in turn."""
    with ConnectionPool(shop.dsn(), min_size=1, max_size=1, connection_class=GuardedConnection,
                        kwargs={"policy": guard, "prepare_threshold": None}) as pool:
        yield pool


def found(pool: Pool) -> Any:
    """What the next user finds."""
    with pool.connection() as connection, connection.setting_up():
        connection.execute("DO 'BEGIN END'")  # plpgsql brings settings of its own with its first use
        return connection.execute("SELECT pg_backend_pid()").fetchone(), connection.execute(SESSION).fetchone()


def test_the_next_user_of_a_pooled_connection_finds_the_session_as_it_was(pool: Pool) -> None:
    before, changed, refused = found(pool), [], 0
    for sql in OF_ITS_OWN:
        with processing("contract", actor="a", reason="r"), contextlib.suppress(psycopg.Error):
            try:
                with pool.connection() as connection:
                    connection.execute(sql.encode())
            except GuardError:
                refused += 1
        changed += [sql] if found(pool) != before else []
    assert changed == []
    assert refused >= len(STAYS) // 2
    assert len(OF_ITS_OWN) - refused >= len(ENDS) // 2


def test_a_setting_of_the_transaction_is_gone_for_the_next_user_and_one_of_the_session_is_refused(
    shop: Shop, guard: Guard
) -> None:
    engine = create_engine(shop.url(), guard_policy=guard, plugins=["sminion_guard"], pool_size=1, max_overflow=0)
    try:
        with processing("contract", actor="a", reason="r"):
            with engine.begin() as connection:
                connection.execute(text("SET LOCAL statement_timeout = '7s'"))
                first = connection.scalar(text("SELECT pg_backend_pid()"))
                assert connection.scalar(text("SHOW statement_timeout")) == "7s"
            with engine.begin() as connection:
                assert connection.scalar(text("SELECT pg_backend_pid()")) == first
                assert connection.scalar(text("SHOW statement_timeout")) == "0"
                with pytest.raises(GuardError, match="SET LOCAL statement_timeout"):
                    connection.execute(text("SET statement_timeout = '7s'"))
                assert connection.scalar(text("SHOW statement_timeout")) == "0"
    finally:
        engine.dispose()


def test_the_driver_still_puts_away_what_it_prepared(shop: Shop, guard: Guard) -> None:
    with GuardedConnection.connect(shop.dsn(), policy=guard, prepare_threshold=0) as connection:
        connection.prepared_max = 2
        with processing("contract", actor="a", reason="r"), connection.transaction():
            for number in range(8):
                connection.execute(f"SELECT {number}, %s::int", [number])
        with connection.setting_up():
            asked = connection.execute("SELECT count(*) FROM pg_prepared_statements", prepare=False).fetchone()
    assert asked is not None
    assert 0 < asked[0] <= 2
