"""The example shop, as the plugin for pytest sets it up: the application's login, some customers and orders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from sminion_guard import resources
from sminion_guard.testing import GuardDatabase

SHOP = resources.examples() / "shop"
ORDERS = 8


@pytest.fixture(scope="session")
def guard_policy_file() -> Path:
    return SHOP / "privacy.toml"


@pytest.fixture(scope="session")
def guard_schema(guard_empty_database: GuardDatabase) -> None:
    guard_empty_database.run_file(SHOP / "schema.sql")


@pytest.fixture
def guard_login() -> str:
    return "shop_app"


@pytest.fixture
def orders(guard_admin: psycopg.Connection) -> None:
    """Order n is customer n's and costs n."""
    guard_admin.execute(
        "INSERT INTO crm.customer (full_name, email) SELECT 'customer ' || n, n || '@example.org'"
        " FROM generate_series(1, %s) n", [ORDERS])
    guard_admin.execute(
        "INSERT INTO sales.orders (customer_id, total, card_last4) SELECT n, n, '0000' FROM generate_series(1, %s) n",
        [ORDERS])


@pytest.fixture
async def pool(guard_url: str, guard_database: GuardDatabase) -> AsyncIterator[AsyncEngine]:
    """Fewer connections than requests at a time, so that each serves one purpose after the other."""
    engine = create_async_engine(
        guard_url, plugins=["sminion_guard"], guard_policy=guard_database.guard, pool_size=3, max_overflow=0)
    yield engine
    await engine.dispose()
