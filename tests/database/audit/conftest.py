"""A guarded shop whose log of statements is written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests.session.shop import Shop, new_shop


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    with new_shop(server) as shop:
        yield shop


@pytest.fixture
def app(shop: Shop) -> Iterator[psycopg.Connection[Any]]:
    """The login of the application, autocommitting."""
    with psycopg.connect(shop.dsn("app"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def owner(shop: Shop) -> Iterator[psycopg.Connection[Any]]:
    """Somebody who acts as the owner of the log, which nobody can but a superuser."""
    with shop.database.connect() as connection:
        connection.execute("SET ROLE sminion_owner")
        yield connection
