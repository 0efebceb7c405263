"""Whatever columns are open to a purpose, an entity has exactly those, and touching any other is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, ForeignKey, create_engine, inspect, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
)

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.errors import DataNotNeeded
from sminion_guard.policy import loads
from tests import servers
from tests.session.orm.world import work
from tests.session.unrecorded import Unrecorded

COLUMNS = ("a", "b", "c", "d")
SUBSETS = [frozenset(each) for each in chain.from_iterable(combinations(COLUMNS, n) for n in range(5))]


def purpose(columns: frozenset[str]) -> str:
    return "see_" + ("".join(sorted(columns)) or "nothing")


def policy(name: str) -> str:
    purposes = [purpose(columns) for columns in SUBSETS]
    listed = ", ".join(f'"{each}"' for each in purposes)
    parts = [
        f'[policy]\nname = "{name}"\nversion = "1"\nsubject_key = "bigint"\nticket_lifetime = "15 minutes"\n'
        f'require_tls = true\n[login.{name}_app]\npurposes = [{listed}]'
    ]
    parts += [f'[category.kind_{column}]\ntitle = "Column {column}"' for column in COLUMNS]
    parts += [
        f'[purpose.{purpose(columns)}]\ntitle = "Sees some"\nbasis = "contract"\nmay = ["use"]\n'
        f'needs = [{", ".join(f"{chr(34)}kind_{column}{chr(34)}" for column in sorted(columns))}]'
        for columns in SUBSETS
    ]
    kinds = ", ".join(f'{column} = "kind_{column}"' for column in COLUMNS)
    parts.append(f'[schema.s]\ncollected_for = [{listed}]')
    for table in ("thing", "part"):
        keys = 'id = "key"' + (', thing_id = "key"' if table == "part" else "")
        subject = "thing_id" if table == "part" else "id"
        parts.append(f'[schema.s.{table}]\nsubject = "{subject}"\ncolumns = {{ {keys}, {kinds} }}')
    return "\n".join(parts)


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "thing"
    __table_args__ = ({"schema": "s"},)
    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[str]
    b: Mapped[str]
    c: Mapped[str]
    d: Mapped[str]
    parts: Mapped[list[Part]] = relationship()


class Part(Base):
    __tablename__ = "part"
    __table_args__ = ({"schema": "s"},)
    id: Mapped[int] = mapped_column(primary_key=True)
    thing_id: Mapped[int] = mapped_column(ForeignKey("s.thing.id"))
    a: Mapped[str]
    b: Mapped[str]
    c: Mapped[str]
    d: Mapped[str]


@pytest.fixture(scope="module")
def engine(server: Server) -> Iterator[Engine]:
    name = servers.unique_name("sub")
    columns = ", ".join(f"{column} text" for column in COLUMNS)
    with servers.new_guarded_database(server) as database:
        with database.connect() as connection:
            connection.execute(
                f"CREATE ROLE {name}_app LOGIN NOINHERIT; CREATE SCHEMA s;"
                f"CREATE TABLE s.thing (id bigint PRIMARY KEY, {columns});"
                f"CREATE TABLE s.part (id bigint PRIMARY KEY, thing_id bigint REFERENCES s.thing, {columns});"
                "CREATE INDEX ON s.part (thing_id);"
                "INSERT INTO s.thing VALUES (1, 'a', 'b', 'c', 'd');"
                "INSERT INTO s.part VALUES (1, 1, 'a', 'b', 'c', 'd')".encode()
            )
        with database.connect() as connection:
            migrate.apply(connection, loads(policy(name)))
        url = database.url(f"{name}_app")
        engine = create_engine(url, plugins=["sminion_guard"], guard_policy=Unrecorded(loads(policy(name))))
        yield engine
        engine.dispose()


def selected(session: Session) -> list[object]:
    return [session.scalars(select(Thing)).one()]


def got(session: Session) -> list[object]:
    return [session.get_one(Thing, 1)]


def refreshed(session: Session) -> list[object]:
    thing = session.get_one(Thing, 1)
    session.refresh(thing)
    return [thing]


def expired(session: Session) -> list[object]:
    thing = session.get_one(Thing, 1)
    session.expire_all()
    assert thing.id == 1
    return [thing]


def of_alias(session: Session) -> list[object]:
    return [session.scalars(select(aliased(Thing))).one()]


def of_subquery(session: Session) -> list[object]:
    return [session.scalars(select(aliased(Thing, select(Thing).limit(1).subquery()))).one()]


def with_lazy(session: Session) -> list[object]:
    thing = session.get_one(Thing, 1)
    return [thing, *thing.parts]


def with_joined(session: Session) -> list[object]:
    thing = session.scalars(select(Thing).options(joinedload(Thing.parts))).unique().one()
    return [thing, *thing.parts]


def with_selectin(session: Session) -> list[object]:
    thing = session.scalars(select(Thing).options(selectinload(Thing.parts))).one()
    return [thing, *thing.parts]


def with_subquery(session: Session) -> list[object]:
    thing = session.scalars(select(Thing).options(subqueryload(Thing.parts))).one()
    return [thing, *thing.parts]


WAYS: list[Callable[[Session], list[object]]] = [
    selected, got, refreshed, expired, of_alias, of_subquery, with_lazy, with_joined, with_selectin, with_subquery,
]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    turns=st.lists(st.tuples(st.sampled_from(SUBSETS), st.sampled_from(WAYS), st.permutations(COLUMNS)), min_size=1,
                   max_size=4),
    keep=st.booleans(),
)
def test_one_session_has_in_each_transaction_exactly_what_its_purpose_may_see(
    engine: Engine, turns: list[tuple[frozenset[str], Callable[[Session], list[object]], list[str]]], keep: bool
) -> None:
    with Session(engine, expire_on_commit=not keep) as session:
        for columns, way, order in turns:
            with work(purpose(columns)):
                for entity in way(session):
                    assert in_memory(entity) == columns
                    for column in order:
                        if column in columns:
                            assert getattr(entity, column) == column
                        else:
                            with pytest.raises(DataNotNeeded, match=f"\\.{column}`"):
                                getattr(entity, column)
                session.commit()


def in_memory(entity: object) -> set[str]:
    return {column for column in COLUMNS if column in inspect(entity).dict}  # type: ignore[union-attr]
