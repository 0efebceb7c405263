"""A guarded world with people in it, and engines to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, event

from sminion_guard.embedded import Server
from tests.session.orm.world import World, new_world
from tests.session.unrecorded import Unrecorded


@pytest.fixture(scope="session")
def world(server: Server) -> Iterator[World]:
    """Shared: what the tests write, they roll back."""
    with new_world(server) as world:
        yield world


@pytest.fixture
def own_world(server: Server) -> Iterator[World]:
    """For tests that block people."""
    with new_world(server) as world:
        yield world


@pytest.fixture
def engine(world: World) -> Iterator[Engine]:
    engine = create_engine(world.url(), plugins=["sminion_guard"], guard_policy=Unrecorded(world.policy))
    yield engine
    engine.dispose()


@pytest.fixture
def sent(engine: Engine) -> Iterator[list[str]]:
    """The statements that the engine sends."""
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda c, cur, statement, *_: statements.append(statement))
    yield statements
