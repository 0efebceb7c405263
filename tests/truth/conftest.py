"""The database of the truth, made once for each version and module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests import servers
from tests.truth.world import World, shop_world


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    """The demo's tables with views, functions, triggers and partitions around them."""
    with servers.new_database(server) as database:
        yield shop_world(database)
