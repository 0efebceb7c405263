"""Writers of the log, and what the tests see of it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.session.recording import AuditWriter
from tests.session.shop import Shop, one


@pytest.fixture
def writer(shop: Shop) -> Iterator[AuditWriter]:
    """Of the application's login."""
    writer = AuditWriter(shop.dsn("app"))
    yield writer
    writer.close()


@pytest.fixture
def ticket(shop: Shop) -> int:
    """A committed ticket of the application's login."""
    return open_ticket(shop)


def open_ticket(shop: Shop, login: str = "app", purpose: str = "contract") -> int:
    with psycopg.connect(shop.dsn(login)) as connection:
        token = one(connection, "SELECT sminion.open_ticket(%s, 'writer', 'r')", purpose)
    return int(token.split(".")[0])


def places(shop: Shop, ticket: int) -> list[int]:
    """Where the statements under a ticket stand, in the order of the application."""
    found = shop.database.execute(
        "SELECT place FROM sminion.statement_log WHERE ticket = %s ORDER BY writer, place", ticket
    )
    return [place for (place,) in found]
