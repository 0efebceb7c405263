"""A view leaves nothing out exactly where pyCANON calls a table k-anonymous and l-diverse: 500 random tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.database.views.tables import TABLES, answers, table
from tests.database.views.viewing import put, seen, view, viewed
from tests.world import World

STATES = {"": None, "wed": True, "not": False}


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    with viewed(server) as world:
        rows = [(number, *row) for number in range(TABLES) for row in table(number)]
        with world.database.connect() as admin, admin.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO study.person (id, city, age, wed, ill) VALUES (%s, %s, %s, %s, %s)",
                [(at, str(number), age, STATES[state], ill) for at, (number, age, state, ill) in enumerate(rows)],
            )
        world.settle()
        yield world


@pytest.mark.parametrize(("k", "distinct"), [(2, None), (3, None), (5, None), (2, 2), (4, 2), (3, 3)])
def test_nothing_is_left_out_where_pycanon_finds_large_and_various_groups(
    world: World, k: int, distinct: int | None
) -> None:
    more = "" if distinct is None else f'sensitive = ["ill"]\nl = {distinct}'
    ill = "" if distinct is None else ', ill = "ill"'
    put(world, view(f'number = "city", age = "age", wed = "wed"{ill}', k=k, more=more), version=f"{k}.{distinct}")
    shown = Counter(int(number) for (number,) in seen(world, "SELECT number FROM for_research.people"))
    found = answers()
    assert len(found) == TABLES
    whole = {number for number in range(TABLES) if shown[number] == len(table(number))}
    assert whole == {number for number, (least, values) in enumerate(found) if least >= k and values >= (distinct or 0)}
    assert 10 < len(whole) < TABLES - 10  # else nothing was compared


def test_of_other_tables_the_groups_that_are_large_enough_are_shown(world: World) -> None:
    put(world, view('number = "city", age = "age", wed = "wed"', k=4), version="parts")
    shown = Counter(seen(world, "SELECT number::integer, age, wed FROM for_research.people"))
    there = Counter((number, age, STATES[state]) for number in range(TABLES) for age, state, _ in table(number))
    assert shown == Counter({group: size for group, size in there.items() if size >= 4})
