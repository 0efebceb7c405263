"""No statement ever runs under another context's purpose, whatever is done in whatever order."""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any, TypeVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from psycopg_pool import ConnectionPool
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from sminion_guard import connect, processing
from sminion_guard.errors import ContextEscape, ContextMissing
from sminion_guard.policy import compartments_of
from sminion_guard.session import Context, Guard, GuardedConnection, current
from tests.session.shop import Shop

R = TypeVar("R")
TOKEN = "SELECT current_setting('sminion.token')"
CONTEXTS = st.builds(
    lambda purpose, reason: processing(purpose, actor="agent:17", reason=reason),
    st.sampled_from(["contract", "accounting", "marketing", "audit_books"]), st.sampled_from(["ticket 1", "ticket 2"]),
)


def in_a_thread(work: Callable[[], R]) -> R:
    """What ``work`` returns or raises in a thread of its own."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((work(), None))
        except BaseException as error:
            outcome.append((None, error))

    thread = Thread(target=run)
    thread.start()
    thread.join()
    result, error = outcome[0]
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]


class Sessions(RuleBasedStateMachine):
    """Connections, a stack of entered contexts, and what must happen to each statement."""

    connections = Bundle("connections")
    shop: Shop
    guard: Guard
    table: str
    """In the compartment that `audit_books` enters where a savepoint decides."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[processing, Any]] = []
        # of each connection: the context of its transaction, whether the transaction is broken, its open savepoints
        self.running: dict[int, tuple[Context, bool]] = {}
        self.cleanup = ExitStack()
        self.seen: list[tuple[str, Context]] = []

    @initialize(target=connections)
    def first(self) -> GuardedConnection[Any]:
        return self.connect()

    @rule(target=connections)
    def connect(self) -> GuardedConnection[Any]:
        connection = self.cleanup.enter_context(connect(self.shop.dsn(), policy=self.guard))
        connection.prepare_threshold = 1
        return connection

    @rule(context=CONTEXTS)
    def enter(self, context: processing) -> None:
        context.__enter__()
        self.stack.append((context, context.context))

    @rule()
    def leave(self) -> None:
        if self.stack:
            self.stack.pop()[0].__exit__(None, None, None)

    def statement(self) -> str:
        """Asks for the token. A purpose of several compartments has none before it has turned to data."""
        try:
            several = current().purpose == "audit_books"
        except ContextMissing:
            several = False
        return f"{TOKEN} FROM {self.table} LIMIT 1" if several else TOKEN

    def token(self, connection: GuardedConnection[Any]) -> Any:
        return connection.execute(self.statement()).fetchone()

    def current(self) -> Context | None:
        return self.stack[-1][1] if self.stack else None

    def expect(self, connection: GuardedConnection[Any], work: Callable[[], R], now: Context | None) -> R | None:
        """Do ``work``, which sends a statement, and compare what becomes of it with what must."""
        began, broken = self.running.get(id(connection), (None, False))
        if now is None:
            with pytest.raises(ContextMissing):
                work()
            return None
        if began is not None and began != now:
            with pytest.raises(ContextEscape):
                work()
            return None
        self.running[id(connection)] = (now, broken)
        if broken:
            # The second: in a pipeline psycopg takes for prepared what could not be, until it rolls back.
            with pytest.raises((psycopg.errors.InFailedSqlTransaction, psycopg.errors.InvalidSqlStatementName)):
                work()
            return None
        return work()

    def note(self, row: Any, context: Context | None) -> None:
        if row is not None and context is not None:
            self.seen.append((row[0], context))

    @rule(connection=connections)
    def execute(self, connection: GuardedConnection[Any]) -> None:
        self.note(self.expect(connection, lambda: self.token(connection), self.current()), self.current())

    @rule(connection=connections)
    def execute_in_a_pipeline(self, connection: GuardedConnection[Any]) -> None:
        def work() -> Any:
            with connection.pipeline():
                return self.token(connection)

        self.note(self.expect(connection, work, self.current()), self.current())

    @rule(connection=connections)
    def copy(self, connection: GuardedConnection[Any]) -> None:
        def work() -> Any:
            with connection.cursor().copy(f"COPY ({self.statement()}) TO STDOUT") as copy:
                (row,) = copy.rows()
                return row

        self.note(self.expect(connection, work, self.current()), self.current())

    @rule(connection=connections)
    def execute_in_a_thread_without_context(self, connection: GuardedConnection[Any]) -> None:
        self.expect(connection, lambda: in_a_thread(lambda: self.token(connection)), None)

    @rule(connection=connections, context=CONTEXTS)
    def execute_in_a_thread_with_its_own_context(self, connection: GuardedConnection[Any], context: processing) -> None:
        def work() -> Any:
            with context:
                return self.token(connection)

        self.note(self.expect(connection, lambda: in_a_thread(work), context.context), context.context)

    @rule(connection=connections)
    def execute_in_a_copied_context(self, connection: GuardedConnection[Any]) -> None:
        copied = contextvars.copy_context()
        row = self.expect(
            connection, lambda: copied.run(lambda: self.token(connection)), self.current()
        )
        self.note(row, self.current())

    @rule(connection=connections)
    def fail(self, connection: GuardedConnection[Any]) -> None:
        def work() -> None:
            with pytest.raises(psycopg.errors.DivisionByZero):
                connection.execute("SELECT 1 / 0")

        before = self.running.get(id(connection), (None, False))
        self.expect(connection, work, self.current())
        now = self.current()
        if now is not None and before[0] in (None, now):
            self.running[id(connection)] = (now, True)

    @rule(connection=connections)
    def try_in_a_savepoint(self, connection: GuardedConnection[Any]) -> None:
        began, broken = self.running.get(id(connection), (None, False))
        now = self.current()
        if began is None or broken or began != now:
            return
        with pytest.raises(psycopg.errors.DivisionByZero), connection.transaction():
            connection.execute("SELECT 1 / 0")
        self.note(self.token(connection), now)

    @rule(connection=connections)
    def set_transaction(self, connection: GuardedConnection[Any]) -> None:
        if id(connection) not in self.running:
            self.expect(connection, lambda: connection.execute("SET TRANSACTION READ ONLY"), self.current())

    @rule(connection=connections, commit=st.booleans())
    def end(self, connection: GuardedConnection[Any], commit: bool) -> None:
        _, broken = self.running.pop(id(connection), (None, False))
        if commit and not broken:
            connection.commit()
        else:
            connection.rollback()

    @rule(connection=connections)
    def forget_the_tickets(self, connection: GuardedConnection[Any]) -> None:
        connection.guard.tickets._kept.clear()

    @invariant()
    def every_statement_ran_under_its_own_context(self) -> None:
        for token, context in self.seen:
            _, purpose, actor, reason = self.shop.ticket(token)
            assert (purpose, actor, reason) == (context.purpose, context.actor, context.reason)
        self.seen.clear()

    def teardown(self) -> None:
        self.every_statement_ran_under_its_own_context()
        while self.stack:
            self.leave()
        self.cleanup.close()


def test_any_sequence_of_steps(shop: Shop) -> None:
    first = compartments_of(shop.policy, "audit_books")[0]
    table = {"sales": "sales.orders", "marketing": "marketing.subscriber"}[first.schemas[0]]
    machine = type("TheseSessions", (Sessions,), {"shop": shop, "guard": Guard(shop.policy), "table": table})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@contextmanager
def chosen(rng: random.Random, number: int) -> Iterator[Context]:
    with processing(rng.choice(["contract", "marketing"]), actor=f"worker {number}", reason="stress") as context:
        yield context


def check(shop: Shop, seen: list[tuple[str, Context]], least: int) -> None:
    assert len(seen) >= least
    for token, context in set(seen):
        _, purpose, actor, _ = shop.ticket(token)
        assert (purpose, actor) == (context.purpose, context.actor)


def test_threads_on_a_pool_of_psycopg(shop: Shop, guard: Guard) -> None:
    seen: list[tuple[str, Context]] = []
    errors: list[BaseException] = []
    more: dict[str, Any] = {"connection_class": GuardedConnection, "kwargs": {"policy": guard}}

    def run(number: int, pool: ConnectionPool[Any]) -> None:
        rng = random.Random(number)
        try:
            for _ in range(40):
                with pool.connection() as connection:
                    with pytest.raises(ContextMissing):
                        connection.execute(TOKEN)
                    with chosen(rng, number) as context:
                        seen.append((connection.execute(TOKEN).fetchone()[0], context))
                        if rng.random() < 0.3:
                            connection.rollback()
                            seen.append((connection.execute(TOKEN).fetchone()[0], context))
        except BaseException as error:
            errors.append(error)

    with ConnectionPool(shop.dsn(), min_size=2, max_size=2, check=ConnectionPool.check_connection, **more) as pool:
        threads = [Thread(target=run, args=(number, pool)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not errors
    check(shop, seen, 240)


def test_threads_on_an_engine(shop: Shop, guard: Guard) -> None:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard, pool_size=2, max_overflow=0)
    seen: list[tuple[str, Context]] = []
    errors: list[BaseException] = []

    def run(number: int) -> None:
        rng = random.Random(number)
        try:
            for _ in range(40):
                with chosen(rng, number) as context, engine.connect() as connection:
                    seen.append((str(connection.scalar(text(TOKEN))), context))
                    inside = processing("accounting", actor=f"worker {number}", reason="inside")
                    with inside, pytest.raises(ContextEscape):
                        connection.scalar(text(TOKEN))
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert not errors
    check(shop, seen, 240)


async def test_tasks_on_an_async_engine(shop: Shop, guard: Guard) -> None:
    engine = create_async_engine(
        shop.url(), plugins=["sminion_guard"], guard_policy=guard, pool_size=2, max_overflow=0
    )
    seen: list[tuple[str, Context]] = []

    async def task(number: int) -> None:
        rng = random.Random(number)
        for _ in range(20):
            with chosen(rng, number) as context:
                async with engine.connect() as connection:
                    await asyncio.sleep(0)
                    seen.append((str(await connection.scalar(text(TOKEN))), context))

    await asyncio.gather(*(task(number) for number in range(8)))
    await engine.dispose()
    check(shop, seen, 160)
