"""A world whose rows have expired, for each test: what is purged is committed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.world import World, new_world


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        yield world
