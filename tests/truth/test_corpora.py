"""The analyzer against the server over public corpora: queries, views and functions that nobody here wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests import servers
from tests.truth import corpora
from tests.truth.compare import Tally, compare
from tests.truth.needs import open_policy
from tests.truth.witness import Witness
from tests.truth.world import World

pytestmark = pytest.mark.corpora


@pytest.fixture(scope="module", params=corpora.QUERIES)
def corpus(request: pytest.FixtureRequest, server: Server) -> Iterator[tuple[str, World]]:
    with servers.new_database(server) as database:
        yield request.param, corpora.load(request.param, database)


@pytest.fixture(scope="module")
def tally(corpus: tuple[str, World]) -> Tally:
    """The comparison of every query that the server can run with its parameters replaced by NULL."""
    name, world = corpus
    found, policy = Tally(), open_policy(world.catalog)
    with world.connection() as connection:
        witness = Witness(connection, world.roles)
        for case in corpora.queries(name):
            if witness.runs(case.sql) is None:
                compare(found, case.name, case.sql, world, policy, witness, rows=False)
    print(f"{name}: {found}")
    return found


def test_nothing_that_the_server_checks_is_missed(tally: Tally) -> None:
    assert tally.missed == []
    assert tally.statements > 0


def test_hardly_anything_is_claimed_that_the_server_does_not_check(tally: Tally) -> None:
    assert tally.relation_precision > 0.99, tally.idle_relations
    assert tally.column_precision > 0.99, tally.idle_columns
