"""Proves, before the first connection of a process, that SQLAlchemy calls what we override.

Content matching uses what SQLAlchemy does not document: loader strategies, the cache of compiled statements, what a
mapper knows of its columns. With a version that no longer looks there, a session would ask for columns that the purpose
may not see, or serve for one purpose what it loaded for another. The server refuses the first, but does not see the
second. So an entity of our own is selected, expired, changed and written for two purposes, on an engine whose driver
notes the statements and sends none. It costs a process 0.1 s, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from sqlalchemy import BigInteger, Column, Engine, MetaData, String, Table, make_url, select
from sqlalchemy.orm import Session, registry
from sqlalchemy.orm.base import instance_state
from sqlalchemy.pool import StaticPool

from sminion_guard.errors import ContextEscape, GuardError, PurposeViolation
from sminion_guard.policy import loads
from sminion_guard.policy.document import document
from sminion_guard.session.context import processing
from sminion_guard.session.guard import Guard
from sminion_guard.session.psycopg.self_test_steps import no_longer_fits
from sminion_guard.session.sqlalchemy.orm.compiled import keep_by_purpose
from sminion_guard.session.tickets.cache import Home
from sminion_guard.session.tickets.server_facts import Facts

_POLICY = """
[policy]
name = "self_test"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
[login.self_test]
purposes = ["narrow", "wide"]
[purpose.narrow]
title = "See no secret"
basis = "contract"
needs = ["identity"]
may = ["collect", "use", "clarify"]
[purpose.wide]
title = "See it"
basis = "contract"
needs = ["identity", "health"]
may = ["collect", "use", "clarify"]
[schema.self_test]
collected_for = ["narrow", "wide"]
[schema.self_test.person]
subject = "id"
columns = { id = "key", name = "identity", secret = "health" }
"""
_ROW = {"id": 1, "name": "Ada", "secret": "none"}

_proved = False


_HOME: Home = ("", "", 0, "self_test", "utf-8", "self_test")
_SERVER = 180007


class _Driver:
    """A connection and its cursors: they note statements, and answer each with one row of the columns it names."""

    notices: tuple[str, ...] = ()
    rowcount = 1
    arraysize = 1
    _home = _HOME

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.description: list[Any] | None = None
        self._rows: list[tuple[Any, ...]] = []

    def cursor(self, *_: Any, **__: Any) -> _Driver:
        return self

    def execute(self, statement: str, *_: Any) -> None:
        self.sent.append(statement)
        self.description, self._rows = None, []
        if statement.startswith("SELECT"):
            names = [name.split(" AS ")[0].split(".")[-1].strip()
                     for name in statement.split("FROM")[0].removeprefix("SELECT").split(",")]
            self.description = [(name, *[None] * 6) for name in names]
            self._rows = [tuple(_ROW[name] for name in names)]

    def fetchall(self) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows, []
        return rows

    def fetchmany(self, _: int = 1) -> list[tuple[Any, ...]]:
        return self.fetchall()

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def nothing(self, *_: Any) -> None:
        """What ends a transaction, or closes."""

    commit = rollback = close = nothing


def prove(dialect: type[Any]) -> None:
    """Asked before each connection of a guarded engine; does its work once.

    :param dialect: of guarded engines.
    :raises ContextEscape: SG236.
    """
    global _proved
    if _proved:
        return
    mapped = registry(metadata=MetaData())
    policy = loads(_POLICY, source="self test")
    guard = Guard(policy)
    # As a server would say that the policy is in force.
    guard.accept(_HOME, Facts("1", 900.0, policy.name, policy.version, document(policy), (), False), _SERVER)
    try:
        _steps(dialect(guard_policy=guard), guard, mapped)
    except Exception as error:  # a name that is gone, a signature that changed
        if isinstance(error, ContextEscape) and error.code == "SG236":
            raise
        raise no_longer_fits(
            "SQLAlchemy", sqlalchemy.__version__,
            f"an entity of our own could not be loaded and written: {type(error).__name__}: {error}") from error
    finally:
        mapped.dispose()
    _proved = True


def _steps(dialect: Any, guard: Guard, mapped: registry) -> None:
    class Person:
        id: Any
        name: Any
        secret: Any

    mapped.map_imperatively(Person, Table(
        "person", mapped.metadata, Column("id", BigInteger, primary_key=True, autoincrement=False),
        Column("name", String), Column("secret", String), schema="self_test",
    ))
    driver = _Driver()
    engine = Engine(StaticPool(lambda: driver), dialect, make_url("postgresql+sminion://"))  # type: ignore[arg-type]
    keep_by_purpose(engine, guard)
    with Session(engine, expire_on_commit=False) as session, _for("narrow"):
        person = session.scalars(select(Person)).one()
        _expect("selecting an entity", "setup_query", "secret" not in _last(driver))
        _expect("loading an entity", "create_row_processor", "secret" in instance_state(person).callables)
        _expect("touching a closed attribute", "callables", _refused(person))
        session.expire(person)
        _expect("touching an expired attribute", "name", person.name == "Ada")
        _expect("reading an expired object", "expired_attribute_loader", "secret" not in _last(driver))
        person.secret = "changed"
        _expect("a flush", "before_flush", _refused_flush(session))
        session.rollback()
    with Session(engine, expire_on_commit=False) as session:
        with _for("narrow"):
            kept = session.scalars(select(Person)).one()  # the session forgets what nobody holds
            session.commit()
        with _for("wide"):
            before = len(driver.sent)
            session.get(Person, 1)
            _expect("a transaction for another purpose", "after_begin",
                    len(driver.sent) > before and "secret" in _last(driver))
            found = session.scalars(select(Person)).one()
            _expect("a select for another purpose", "_compiled_cache",
                    "secret" in _last(driver) and found is kept and found.secret == "none")
            session.rollback()
        with _for("narrow"):
            new = Person()
            new.id, new.name = 2, "Bo"
            session.add(new)
            session.flush()
            inserts = [statement for statement in driver.sent if statement.startswith("INSERT")]
            _expect("an INSERT", "_insert_cols_as_none", len(inserts) == 1 and "secret" not in inserts[0])
            session.rollback()


@contextmanager
def _for(purpose: str) -> Iterator[None]:
    with processing(purpose, actor="sminion_guard", reason="self test"):
        yield


def _last(driver: _Driver) -> str:
    return driver.sent[-1] if driver.sent else "secret"


def _refused(person: Any) -> bool:
    try:
        person.secret  # noqa: B018 - the access is the test
    except PurposeViolation:
        return True
    return False


def _refused_flush(session: Session) -> bool:
    try:
        session.flush()
    except GuardError:
        return True
    return False


def _expect(what: str, hook: str, holds: bool) -> None:
    if not holds:
        raise no_longer_fits("SQLAlchemy", sqlalchemy.__version__, f"{what} does not pass `{hook}`")
