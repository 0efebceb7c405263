"""Fixtures that a test uses: its database, guarded ways into it, its purpose, and what the log says of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from sminion_guard.testing.told import told

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

    from sminion_guard.policy import Policy
    from sminion_guard.session import GuardedConnection
    from sminion_guard.testing import AccessLog, AsPurpose, GuardDatabase

_numbers = itertools.count(1)


def _scope(fixture_name: str, config: pytest.Config) -> Any:
    return config.getini("guard_database_scope")


@pytest.fixture(scope=_scope)
def guard_database(guard_template: GuardDatabase) -> Iterator[GuardDatabase]:
    """A database with the policy in force: of this test alone, unless `guard_database_scope` says otherwise."""
    with told():
        from sminion_guard.testing.template import copied

    with copied(guard_template, next(_numbers)) as database:
        yield database


@pytest.fixture
def guard_login(request: pytest.FixtureRequest, guard_policy: Policy) -> str:
    """Who connects: the policy's only login, or with the marker the first one that holds its purpose."""
    with told():
        from sminion_guard.testing.purposes import login_of

        return login_of(guard_policy, request.node)


@pytest.fixture
def guard_url(guard_database: GuardDatabase, guard_login: str, _guard_since: object) -> str:
    """The address for an application that makes its own engine."""
    return guard_database.url(guard_login)


@pytest.fixture
def guard_engine(guard_url: str, guard_database: GuardDatabase) -> Iterator[Engine]:
    """A guarded engine of SQLAlchemy."""
    from sqlalchemy import create_engine

    engine = create_engine(guard_url, plugins=["sminion_guard"], guard_policy=guard_database.guard)
    yield engine
    engine.dispose()


@pytest.fixture
def guard_async_engine(guard_url: str, guard_database: GuardDatabase) -> AsyncEngine:
    """The same for asyncio. It keeps no connections, so it needs no loop to be disposed of."""
    with told():
        from sqlalchemy.ext.asyncio import create_async_engine
        from sqlalchemy.pool import NullPool

    return create_async_engine(
        guard_url, plugins=["sminion_guard"], guard_policy=guard_database.guard, poolclass=NullPool)


@pytest.fixture
def guard_connection(
    guard_database: GuardDatabase, guard_login: str, _guard_since: object
) -> Iterator[GuardedConnection[Any]]:
    """A guarded connection of psycopg."""
    with told():
        from sminion_guard.session import connect

    with closing(connect(guard_database.dsn(guard_login), policy=guard_database.guard)) as connection:
        yield connection


@pytest.fixture
def guard_admin(guard_database: GuardDatabase) -> Iterator[psycopg.Connection]:
    """An unguarded connection in autocommit: to arrange rows, consents and blocks, and to look at them."""
    with closing(guard_database.connect()) as connection:
        yield connection


@pytest.fixture
def as_purpose(request: pytest.FixtureRequest) -> AsPurpose:
    """`with as_purpose("support"):` is `processing`, with actor and reason taken from the test."""
    with told():
        from sminion_guard.testing.purposes import AsPurpose

    return AsPurpose(request.node)


@pytest.fixture
def _guard_since(request: pytest.FixtureRequest, guard_database: GuardDatabase) -> datetime | None:
    """The server's clock before the test did anything; None in a database of its own, where all of the log is its."""
    return None if _scope("", request.config) == "function" else guard_database.now()


@pytest.fixture
def guard_log(guard_database: GuardDatabase, _guard_since: datetime | None) -> AccessLog:
    """What this test left in the log: statements, refusals, what was touched, whose data."""
    from sminion_guard.testing.log import AccessLog

    return AccessLog(guard_database, _guard_since)


@pytest.fixture
def guard_subjects(guard_log: AccessLog) -> Callable[[], frozenset[str]]:
    """The keys of the people whose data this test was given."""
    return lambda: guard_log.subjects
