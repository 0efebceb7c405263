"""A guarded engine: every way that SQLAlchemy has to a statement goes through the one door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import BigInteger, Engine, Numeric, create_engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import QueuePool

from sminion_guard import guard_engine, processing
from sminion_guard.errors import ContextEscape, ContextMissing, DataNotNeeded, IncompatibleMerge
from sminion_guard.session import Guard
from tests.session.shop import PEOPLE, Shop
from tests.session.unrecorded import Unrecorded

ROLE = text("SELECT current_user::text")


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customer"
    __table_args__ = ({"schema": "crm"},)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    full_name: Mapped[str]


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = ({"schema": "sales"},)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(Numeric)


def work(purpose: str = "contract", reason: str = "ticket 1") -> processing:
    return processing(purpose, actor="agent:17", reason=reason)


@pytest.fixture
def engine(shop: Shop, guard: Guard) -> Iterator[Engine]:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard, pool_pre_ping=True)
    yield engine
    engine.dispose()


def orm(engine: Engine) -> int:
    with Session(engine) as session:
        return len(session.scalars(select(Customer)).all())


def core(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Customer)) or 0


def textual(engine: Engine) -> int:
    with engine.begin() as connection:
        return connection.scalar(text("SELECT count(*) FROM crm.customer")) or 0


def driver_sql(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM crm.customer").scalar_one())


def raw(engine: Engine) -> int:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM crm.customer")
        return int(cursor.fetchone()[0])
    finally:
        connection.close()


def driver_connection(engine: Engine) -> int:
    with engine.connect() as connection:
        driver: psycopg.Connection[Any] = connection.connection.driver_connection
        with driver.cursor().copy("COPY (SELECT id FROM crm.customer) TO STDOUT") as copy:
            return len(list(copy.rows()))


def streamed(engine: Engine) -> int:
    with engine.connect().execution_options(stream_results=True) as connection:
        return len(connection.execute(select(Customer.id)).all())


WAYS: list[Callable[[Engine], int]] = [orm, core, textual, driver_sql, raw, driver_connection, streamed]


@pytest.mark.parametrize("way", WAYS)
def test_no_way_is_open_without_a_purpose(engine: Engine, way: Callable[[Engine], int]) -> None:
    with pytest.raises(ContextMissing):
        way(engine)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_is_open_with_one(engine: Engine, way: Callable[[Engine], int]) -> None:
    with work():
        assert way(engine) == PEOPLE


def test_flushes_bulk_inserts_and_core_inserts_need_a_purpose(engine: Engine) -> None:
    def flush(session: Session) -> None:
        session.add_all([Order(customer_id=1, total=n) for n in range(3)])
        session.flush()

    def bulk(session: Session) -> None:
        session.execute(insert(Order), [{"customer_id": 1, "total": n} for n in range(3)])

    def plain(session: Session) -> None:
        session.connection().execute(insert(Order.__table__).values(customer_id=1, total=1))  # type: ignore[arg-type]

    for write in (flush, bulk, plain):
        with Session(engine) as session, pytest.raises(ContextMissing):
            write(session)
        with work(), Session(engine) as session:
            write(session)
            assert session.scalar(ROLE).endswith("_contract")  # type: ignore[union-attr]
            session.rollback()


def test_a_flush_at_commit_outside_of_the_block_is_refused(engine: Engine) -> None:
    with Session(engine) as session:
        with work():
            session.scalar(ROLE)
        session.add(Order(customer_id=1, total=1))
        with pytest.raises(ContextMissing):
            session.commit()


def test_refusals_arrive_unwrapped(engine: Engine) -> None:
    with work(), engine.connect() as connection:
        with pytest.raises(DataNotNeeded):
            connection.execute(text("SELECT born_on FROM crm.customer"))
        assert connection.scalar(ROLE).endswith("_contract"), "nothing was sent"  # type: ignore[union-attr]
        with pytest.raises(IncompatibleMerge):
            connection.execute(text("SELECT 1 FROM crm.customer c JOIN marketing.subscriber s ON s.customer_id = c.id"))


def test_refusals_of_the_server_arrive_unwrapped_with_their_cause(shop: Shop, unrecorded: Unrecorded) -> None:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=unrecorded)
    with work(), engine.connect() as connection:
        with pytest.raises(DataNotNeeded) as refusal:
            connection.execute(text("SELECT born_on FROM crm.customer"))
        assert isinstance(refusal.value.__cause__, psycopg.errors.InsufficientPrivilege)
        connection.rollback()
        with pytest.raises(IncompatibleMerge):
            connection.execute(text("SELECT 1 FROM crm.customer c JOIN marketing.subscriber s ON s.customer_id = c.id"))
        connection.rollback()
        assert connection.scalar(ROLE).endswith("_contract")  # type: ignore[union-attr]


def test_other_errors_stay_those_of_sqlalchemy(engine: Engine) -> None:
    with work(), engine.connect() as connection, pytest.raises(DBAPIError, match="division by zero"):
        connection.execute(text("SELECT 1 / 0"))


def test_pooled_connections_carry_no_purpose_to_the_next_user(shop: Shop, guard: Guard) -> None:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard, pool_size=1, max_overflow=0)
    with work(), engine.connect() as connection:
        connection.scalar(ROLE)
    with engine.connect() as connection, pytest.raises(ContextMissing):
        connection.scalar(ROLE)
    with work("marketing"), engine.connect() as connection:
        assert connection.scalar(ROLE).endswith("_marketing")  # type: ignore[union-attr]
    engine.dispose()


def test_savepoints_isolation_levels_and_read_only_behave_as_they_do_without_the_guard(engine: Engine) -> None:
    options = {"isolation_level": "SERIALIZABLE", "postgresql_readonly": True}
    with work(), engine.connect().execution_options(**options) as connection:
        assert connection.scalar(text("SHOW transaction_isolation")) == "serializable"
        with pytest.raises(DBAPIError, match="read-only"):
            connection.execute(insert(Order).values(customer_id=1, total=1))
    with work(), Session(engine) as session:
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        assert session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text("SELECT 1 / 0"))
        with session.begin_nested():
            assert session.scalar(ROLE).endswith("_contract")  # type: ignore[union-attr]
        session.rollback()


def test_savepoints_may_be_ended_outside_of_the_block_as_transactions_may(engine: Engine) -> None:
    with Session(engine) as session:
        with work():
            session.add(Order(customer_id=1, total=1))
            session.flush()
            nested = session.begin_nested()
            session.scalar(ROLE)
        nested.rollback()
        with work():
            nested = session.begin_nested()
            assert session.scalar(ROLE).endswith("_contract")  # type: ignore[union-attr]
        nested.commit()
        session.rollback()


def test_two_phase_transactions_commit(shop: Shop, engine: Engine) -> None:
    count = "SELECT count(*) FROM sales.orders WHERE total = 4242"
    before = shop.database.execute(count)[0][0]
    with work(), engine.connect() as connection:
        for end in ("commit", "rollback"):
            transaction = connection.begin_twophase()
            connection.execute(insert(Order).values(customer_id=1, total=4242))
            transaction.prepare()
            getattr(transaction, end)()
    assert shop.database.execute(count)[0][0] == before + 1
    shop.database.execute("DELETE FROM sales.orders WHERE total = 4242")  # other tests count the orders


def test_in_autocommit_each_statement_is_committed(shop: Shop, engine: Engine, guard: Guard) -> None:
    count = "SELECT count(*) FROM sales.orders WHERE total = 4343"
    with work(), engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(insert(Order).values(customer_id=1, total=4343))
        assert shop.database.execute(count)[0][0] == 1
        connection.rollback()
    whole = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard, isolation_level="AUTOCOMMIT")
    with work(), Session(whole) as session:
        session.add_all([Order(customer_id=1, total=4343), Order(customer_id=2, total=4343)])
        session.flush()
        assert shop.database.execute(count)[0][0] == 3
        assert len(session.scalars(select(Order).where(Order.total == 4343)).all()) == 3
    whole.dispose()
    assert shop.database.execute(count)[0][0] == 3
    shop.database.execute("DELETE FROM sales.orders WHERE total = 4343")  # other tests count the orders


def test_a_lost_connection_is_replaced(shop: Shop, engine: Engine) -> None:
    with work():
        with engine.connect() as connection:
            pid = connection.scalar(text("SELECT pg_backend_pid()"))
        shop.database.execute("SELECT pg_terminate_backend(%s, 5000)", pid)
        with engine.connect() as connection:
            assert connection.scalar(ROLE).endswith("_contract")  # type: ignore[union-attr]


def test_a_connection_lost_in_a_transaction_is_told_and_replaced(shop: Shop, engine: Engine) -> None:
    with work(), engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        shop.database.execute("SELECT pg_terminate_backend(%s, 5000)", pid)
        with pytest.raises(DBAPIError) as lost:
            connection.scalar(ROLE)
        assert lost.value.connection_invalidated
        connection.rollback()
        assert connection.scalar(ROLE).endswith("_contract")  # type: ignore[union-attr]


def test_the_plugin_may_stand_in_the_url(shop: Shop, tmp_path: Path) -> None:
    query = f"&plugin=sminion_guard&guard_policy={shop.file(tmp_path)}"
    engine = create_engine(shop.url() + query)
    with work(), engine.connect() as connection:
        assert connection.scalar(ROLE).endswith("_contract")  # type: ignore[union-attr]
    assert "guard_policy" not in str(engine.url)
    engine.dispose()


def test_the_dialect_may_be_named(shop: Shop, guard: Guard) -> None:
    engine = create_engine(shop.url().replace("+psycopg", "+sminion"), guard_policy=guard)
    with pytest.raises(ContextMissing):
        core(engine)
    with work():
        assert core(engine) == PEOPLE
    engine.dispose()


def test_an_engine_that_is_there_already_can_be_guarded(shop: Shop, guard: Guard) -> None:
    engine = create_engine(shop.url())
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user = session_user")) is True
    guard_engine(engine, guard)
    for way in WAYS:
        with pytest.raises(ContextMissing):
            way(engine)
        with work():
            assert way(engine) == PEOPLE
    engine.dispose()


def test_an_engine_with_connections_in_use_is_not_half_guarded(shop: Shop, guard: Guard) -> None:
    engine = create_engine(shop.url())
    with engine.connect(), pytest.raises(ContextEscape, match="1 of the engine's connections are in use"):
        guard_engine(engine, guard)
    engine.dispose()


def test_connections_made_by_others_are_not_handed_out(shop: Shop, guard: Guard) -> None:
    def creator() -> psycopg.Connection[Any]:
        return psycopg.connect(shop.dsn())

    engines = [
        create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard, creator=creator),
        create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard, pool=QueuePool(creator)),
        create_engine(shop.url(), creator=creator),
    ]
    guard_engine(engines[2], guard)
    for engine in engines:
        with work(), pytest.raises(ContextEscape, match="was given a `Connection`"):
            engine.connect()


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg2://", "postgresql+asyncpg://"])
def test_an_engine_of_another_driver_is_refused(url: str) -> None:
    with pytest.raises(ContextEscape, match="cannot be guarded"):
        create_engine(url, plugins=["sminion_guard"])


def test_an_existing_engine_of_another_driver_is_refused(guard: Guard) -> None:
    with pytest.raises(ContextEscape, match="the engine's dialect is `sqlite"):
        guard_engine(create_engine("sqlite://"), guard)


def test_compiled_statements_are_cached(engine: Engine) -> None:
    assert engine.dialect.supports_statement_cache
    with work():
        core(engine)
        known = len(engine._compiled_cache)  # type: ignore[arg-type]
        core(engine)
    assert len(engine._compiled_cache) == known  # type: ignore[arg-type]
