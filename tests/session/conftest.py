"""A guarded shop on each server, and connections to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sminion_guard import connect
from sminion_guard.embedded import Server
from sminion_guard.session import Guard, GuardedConnection
from tests.session.shop import Shop, new_shop
from tests.session.unrecorded import Unrecorded


@pytest.fixture(scope="session")
def shop(server: Server) -> Iterator[Shop]:
    """Shared by the tests: what they write, they roll back, or do not count."""
    with new_shop(server) as shop:
        yield shop


@pytest.fixture
def own_shop(server: Server) -> Iterator[Shop]:
    """For tests that change the policy in force."""
    with new_shop(server) as shop:
        yield shop


@pytest.fixture
def guard(shop: Shop) -> Iterator[Guard]:
    """As every application has it."""
    guard = Guard(shop.policy)
    yield guard
    guard.close()


@pytest.fixture
def unrecorded(shop: Shop) -> Unrecorded:
    """For what the server says by itself."""
    return Unrecorded(shop.policy)


@pytest.fixture
def connection(shop: Shop, guard: Guard) -> Iterator[GuardedConnection[Any]]:
    """Guarded, as the login that holds all purposes."""
    with connect(shop.dsn(), policy=guard) as connection:
        yield connection
