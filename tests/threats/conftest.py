"""One installed world per server; every attack is rolled back, or leaves only tickets behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.world import Connection, World, new_world, open_tickets


@pytest.fixture(scope="session")
def world(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        yield world


@pytest.fixture(scope="session")
def tokens(world: World) -> dict[str, str]:
    return open_tickets(world)


@pytest.fixture
def attacker(world: World) -> Iterator[Connection]:
    """The login that holds every purpose."""
    with world.connect() as connection:
        yield connection


@pytest.fixture
def app(world: World) -> Iterator[Connection]:
    """A login whose purposes are all compatible."""
    with world.connect("app") as connection:
        yield connection
