# ruff: noqa: E501 - a change stands on one line
"""Attack: read rows by masks that were computed from another subject than the one that the policy now names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests.world import World, acting, new_world, rows, ticket

CHANGES = {
    "another path to the same parent": (
        "sales.item", "other = 5", 'subject = "order_id -> sales.orders"', 'subject = "other -> sales.orders"'),
    "another column": ("sales.visit", "id = 5", '[schema.sales.visit]\nsubject = "customer_id"', '[schema.sales.visit]\nsubject = "id"'),
}


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        world.super("ALTER TABLE sales.item ADD other bigint")
        world.apply(loads(_text(world)))
        world.super("UPDATE sales.item SET other = 1 + order_id % 40; UPDATE sales.visit SET customer_id = 1 + id % 40")
        world.settle()
        yield world


def _text(world: World) -> str:
    return world.text().replace('order_id = "key", what', 'order_id = "key", other = "key", what')


@pytest.mark.parametrize("fill", [True, False], ids=["filled in", "not yet filled in"])
@pytest.mark.parametrize("name", CHANGES)
def test_nobody_is_seen_by_the_mask_of_somebody_else(name: str, fill: bool, world: World) -> None:
    table, about_five, before, after = CHANGES[name]
    world.super("SELECT sminion.block('5', 'court')")
    assert before in _text(world)
    policy = loads(_text(world).replace(before, after))
    with world.database.connect() as admin:
        migrate.apply(admin, policy, fill=fill)
    if fill:
        world.settle()
    count = f"SELECT count(*) FROM {table}"
    each = world.super(count)[0][0] // 40
    with world.connect() as connection, acting(connection, ticket(connection, "contract")):
        assert rows(connection, f"{count} WHERE {about_five}") == [(0,)]
        assert rows(connection, count) == [(39 * each if fill else 0,)], "hidden until its mask is computed, never the other way"
    with world.database.connect() as admin:
        migrate.apply(admin, policy)
        assert migrate.plan(admin, policy).clean
    world.super("SELECT sminion.block('6', 'court')")
    world.settle()
    with world.connect() as connection, acting(connection, ticket(connection, "contract")):
        assert rows(connection, count) == [(38 * each,)]
