"""Public corpora with their tables dealt out to schemas that may not be merged: every merge is found.

What a statement merges the server says: the relations that it refuses to touch without a privilege, and those that
its plan and its counters show.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests import servers
from tests.truth import corpora
from tests.truth.merging import find_merges, policy_of_tables
from tests.truth.world import World

pytestmark = pytest.mark.corpora

SPLITS = [(name, corpora.split) for name in corpora.QUERIES] + [("pagila", corpora.split_as_published)]


@pytest.fixture(scope="module", params=SPLITS, ids=[f"{name}-{change.__name__}" for name, change in SPLITS])
def divided(request: pytest.FixtureRequest, server: Server) -> Iterator[tuple[str, World]]:
    name, change = request.param
    with servers.new_database(server) as database:
        yield name, corpora.load(name, database, change)


def test_every_merge_is_found_and_nothing_else_is_called_one(divided: tuple[str, World]) -> None:
    name, world = divided
    found = find_merges(world, corpora.queries(name), rows=False)
    print(f"{name}: {found}")
    assert found.missed == []
    assert found.alarms == []
    assert found.merges > 0 or name == "river"  # which has one table, and others beside it


@pytest.fixture(scope="module", params=corpora.QUERIES)
def whole(request: pytest.FixtureRequest, server: Server) -> Iterator[tuple[str, World]]:
    with servers.new_database(server) as database:
        yield request.param, corpora.load(request.param, database)


def test_every_merge_is_found_where_tables_stay_in_one_schema(whole: tuple[str, World]) -> None:
    name, world = whole
    found = find_merges(world, corpora.queries(name), policy_of_tables(world.catalog, corpora.PARTS),
                        rows=False)
    print(f"{name}: {found}")
    assert found.missed == []
    assert found.alarms == []
    assert found.merges > 0 or name == "river"  # which has one table, and others beside it
