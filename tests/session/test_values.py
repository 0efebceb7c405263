# ruff: noqa: E501 - a case stands on one line
"""Values of tickets: given with the purpose, checked before anything is sent, and kept apart by the cache of tickets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Column, Integer, String, Text, create_engine, event, insert, select, text, update
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session

from examples.web.purpose import PurposeMiddleware
from sminion_guard import connect, processing
from sminion_guard.embedded import Server
from sminion_guard.errors import ContextEscape, TicketRefused
from sminion_guard.session import Guard, GuardedConnection
from tests.tenants import Tenants, new_tenants
from tests.world import rows


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "account"
    __table_args__: ClassVar[Any] = {"schema": "app"}
    id = Column(Integer, primary_key=True)
    tenant = Column(Integer)
    email = Column(Text)


class Option(Base):
    __tablename__ = "option"
    __table_args__: ClassVar[Any] = {"schema": "app"}
    tenant = Column(Integer, primary_key=True)
    name = Column(String, primary_key=True)
    what = Column(Text)


@pytest.fixture(scope="module")
def tenants(server: Server) -> Iterator[Tenants]:
    with new_tenants(server) as made:
        yield made


@pytest.fixture
def guard(tenants: Tenants) -> Iterator[Guard]:
    guard = Guard(tenants.policy)
    yield guard
    guard.close()


@pytest.fixture
def connection(tenants: Tenants, guard: Guard) -> Iterator[GuardedConnection[Any]]:
    with connect(tenants.database.dsn(f"{tenants.name}_app"), policy=guard) as made:
        yield made


def working(tenant: object = 1, **more: Any) -> processing:
    return processing("work", **{"actor": "tester", "reason": "test", "values": {"tenant": tenant}, **more})


def tickets(tenants: Tenants) -> int:
    return int(tenants.super("SELECT count(*) FROM sminion.ticket")[0][0])


def test_each_transaction_sees_the_tenant_of_its_purpose(connection: GuardedConnection[Any]) -> None:
    for tenant in (1, 2, 1):
        with working(tenant), connection.transaction():
            assert rows(connection, "SELECT DISTINCT tenant FROM app.account") == [(tenant,)]


def test_contexts_with_the_same_values_share_a_ticket_and_others_do_not(
    tenants: Tenants, connection: GuardedConnection[Any]
) -> None:
    before = tickets(tenants)
    for tenant in (1, 2, 1, 2):
        with working(tenant, reason="shared"), connection.transaction():
            connection.execute("SELECT 1")
    assert tickets(tenants) == before + 2
    assert working(1).context == working(1).context
    assert working(1).context != working(2).context
    assert working(1).context != working(True).context
    assert working(1).context != working("1").context


def test_a_transaction_refuses_the_statements_of_another_tenant(connection: GuardedConnection[Any]) -> None:
    with working(1):
        connection.execute("SELECT count(*) FROM app.account")
        with working(2), pytest.raises(ContextEscape) as caught:
            connection.execute("SELECT count(*) FROM app.account")
        connection.rollback()
    assert caught.value.code == "SG231"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"values": None}, "without `tenant`"), ({"values": {}}, "without `tenant`"), ({"values": {"tenent": 1}}, "no value `tenent`"),
    ({"values": {"tenant": 1, "other": 2}}, "no value `other`"), ({"values": {"tenant": "1"}}, "`tenant` is no integer"),
    ({"values": {"tenant": True}}, "`tenant` is no integer"), ({"values": {"tenant": 2**31}}, "`tenant` is no integer"),
]


@pytest.mark.parametrize("said, message", WRONG)
def test_values_that_do_not_fit_are_refused_before_anything_is_sent(
    tenants: Tenants, connection: GuardedConnection[Any], said: dict[str, Any], message: str
) -> None:
    before = tickets(tenants)
    with working(**said), pytest.raises(TicketRefused, match=message) as caught:
        connection.execute("SELECT 1")
    assert caught.value.code == "SG227" and caught.value.hint
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert tickets(tenants) == before
    with working(), connection.transaction():  # and the connection is none the worse for it
        connection.execute("SELECT 1")


def test_a_value_of_no_such_type_is_refused_where_it_is_said() -> None:
    for value in (1.5, None, [1], datetime(2026, 1, 1), b"x"):
        with pytest.raises(TicketRefused) as caught:
            working(value)
        assert caught.value.code == "SG227"
    assert working(date(2026, 1, 2)).context.values == '{"tenant":"2026-01-02"}'
    assert working(UUID(int=1)).context.values == '{"tenant":"00000000-0000-0000-0000-000000000001"}'


def test_an_application_without_a_policy_file_is_told_the_same(tenants: Tenants) -> None:
    with connect(tenants.database.dsn(f"{tenants.name}_app")) as made:
        with processing("work", actor="a", reason="r"), pytest.raises(TicketRefused) as caught:
            made.execute("SELECT 1")
        assert caught.value.code == "SG227"
        with working(2), made.transaction():
            assert rows(made, "SELECT DISTINCT tenant FROM app.account") == [(2,)]
        made.guard.close()


def test_a_write_for_another_tenant_is_refused_with_the_rule(connection: GuardedConnection[Any]) -> None:
    for statement in ("INSERT INTO app.account (id, tenant, email) VALUES (901, 2, 'x')", "UPDATE app.account SET tenant = 2 WHERE id = 2"):
        with working(), pytest.raises(TicketRefused) as caught, connection.transaction():
            connection.execute(statement)
        assert caught.value.code == "SG227"
        assert "tenant = :tenant" in str(caught.value.hint)


def test_the_log_of_statements_says_for_which_tenant(tenants: Tenants, connection: GuardedConnection[Any]) -> None:
    with working(2, reason="logged"), connection.transaction():
        connection.execute("SELECT email FROM app.account")
    assert tenants.super("SELECT DISTINCT \"values\" FROM sminion.statement_log WHERE reason = 'logged'") == [({"tenant": 2},)]


@pytest.mark.parametrize("statement", [
    "SET LOCAL app.locale = 'de'", "SET LOCAL App.Locale TO DEFAULT", "SELECT set_config('app.locale', 'de', true)",
    "SELECT pg_catalog.set_config('app.locale', 'de'::text, true)", "DO 'BEGIN PERFORM set_config(''app.locale'', ''de'', true); END'",
])
def test_a_listed_setting_may_be_made_for_the_transaction(connection: GuardedConnection[Any], statement: str) -> None:
    with working(), connection.transaction():
        connection.execute(statement)
        shown = rows(connection, "SELECT coalesce(current_setting('app.locale', true), '')")
        assert shown in ([("de",)], [("",)])
    with working(), connection.transaction():
        assert rows(connection, "SELECT coalesce(current_setting('app.locale', true), '')") == [("",)]


def test_a_listed_setting_takes_a_parameter(connection: GuardedConnection[Any]) -> None:
    with working(), connection.transaction():
        connection.execute("SELECT set_config('app.locale', %s, true)", ["fr"])
        assert rows(connection, "SELECT current_setting('app.locale')") == [("fr",)]


@pytest.mark.parametrize("statement", [
    "SET app.locale = 'de'", "SET SESSION app.locale = 'de'", "RESET app.locale", "SET LOCAL app.other = 'de'", "SET LOCAL sminion.token = 'x'",
    "SET LOCAL ROLE NONE", "SELECT set_config('app.locale', 'de', false)", "SELECT set_config('app.other', 'de', true)",
    "SELECT set_config('app.locale', email, true) FROM app.account", "SELECT set_config('app.' || 'locale', 'de', true)",
    "SELECT set_config('role', 'postgres', true)", "SELECT set_config('sminion.token', 'x', true)", "SELECT set_config('app.locale', 'de', 1 = 1)",
    "SELECT set_config('app.locale', 'de', NULL)", "SELECT set_config('app.locale', (SELECT min(email) FROM app.account), true)",
    "SELECT set_config('app.locale', 'de', true), set_config('app.other', 'de', true)",
])
def test_no_other_setting_and_none_for_the_session(connection: GuardedConnection[Any], statement: str) -> None:
    with working(), pytest.raises(ContextEscape) as caught, connection.transaction():
        connection.execute(statement)
    assert caught.value.code == "SG106"


@pytest.fixture
def engine(tenants: Tenants, guard: Guard) -> Iterator[Any]:
    engine = create_engine(tenants.database.url(f"{tenants.name}_app"), plugins=["sminion_guard"], guard_policy=guard)
    yield engine
    engine.dispose()


def test_an_orm_session_reads_and_writes_its_tenant(engine: Any) -> None:
    with working(2), Session(engine) as session:
        assert set(session.scalars(select(Account.tenant))) == {2}
        session.add(Account(id=905, tenant=2, email="x"))
        account = session.get(Account, 1)
        assert account is not None
        account.email = "changed"
        session.flush()
        assert session.get(Account, 2) is None
        session.rollback()
    with working(1), Session(engine) as session:
        assert session.get(Account, 1) is None


@pytest.mark.parametrize("change", ["new", "moved", "without"])
def test_a_flush_for_another_tenant_is_refused_before_it_is_sent(engine: Any, change: str) -> None:
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda c, cur, statement, *_: sent.append(statement))
    with working(1), Session(engine) as session:
        account = session.get(Account, 2)
        assert account is not None
        sent.clear()
        if change == "moved":
            account.tenant = 2
        else:
            session.add(Account(id=905, tenant=2 if change == "new" else None, email="x"))
        with pytest.raises(TicketRefused) as caught:
            session.flush()
        session.rollback()
    assert caught.value.code == "SG227" and "`:tenant` is 1" in str(caught.value.detail)
    assert sent == []


def test_what_cannot_be_told_before_is_refused_by_the_server(engine: Any) -> None:
    told = [
        lambda session: session.add(Option(tenant=text("1 + 1"), name="n", what="x")) or session.flush(),
        lambda session: session.execute(insert(Account), [{"id": 905, "tenant": 2, "email": "x"}]),
        lambda session: session.execute(update(Account).where(Account.id == 2).values(tenant=2)),
    ]
    for write in told:
        with working(1), Session(engine) as session:
            with pytest.raises(TicketRefused) as caught:
                write(session)
            assert caught.value.code == "SG227", caught.value
            session.rollback()


def test_objects_of_one_tenant_are_not_served_to_another(engine: Any) -> None:
    with Session(engine, expire_on_commit=False) as session:
        with working(1):
            account = session.get(Account, 2)
            assert account is not None and account.email == "e2"
            session.commit()
        with working(2):
            assert session.get(Account, 2) is None
            session.rollback()


def test_an_async_engine_has_values_too(tenants: Tenants, guard: Guard) -> None:
    async def run() -> list[int]:
        engine = create_async_engine(
            tenants.database.url(f"{tenants.name}_app"), plugins=["sminion_guard"], guard_policy=guard)
        async with working(2), engine.connect() as made:
            found = [row[0] for row in await made.execute(text("SELECT DISTINCT tenant FROM app.account"))]
        await engine.dispose()
        return found

    assert asyncio.run(run()) == [2]


def test_the_middleware_of_the_example_declares_a_tenant_for_each_request(tenants: Tenants, guard: Guard) -> None:
    seen: list[tuple[int, list[int]]] = []
    engine = create_async_engine(
        tenants.database.url(f"{tenants.name}_app"), plugins=["sminion_guard"], guard_policy=guard)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        async with engine.connect() as made:
            found = [row[0] for row in await made.execute(text("SELECT DISTINCT tenant FROM app.account"))]
        seen.append((scope["tenant"], found))
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Any:
        return {}

    async def send(message: Any) -> None:
        return None

    async def run() -> None:
        app = PurposeMiddleware(application, lambda scope: working(scope["tenant"]))
        await asyncio.gather(*(app({"type": "http", "tenant": tenant}, receive, send) for tenant in (1, 2, 1, 2)))
        await engine.dispose()

    asyncio.run(run())
    assert sorted(seen) == [(1, [1]), (1, [1]), (2, [2]), (2, [2])]
