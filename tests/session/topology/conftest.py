"""PgBouncer before a guarded shop, and a world with a replica."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from sminion_guard.session import Guard
from tests.database.topology.conftest import replica, world
from tests.session.shop import Shop
from tests.session.topology.pooler import Pooler, pgbouncer

__all__ = ["replica", "world"]  # fixtures

_numbers = count()


@pytest.fixture
def actor() -> str:
    """Nobody else's."""
    return f"topology:{next(_numbers)}"


@pytest.fixture(scope="module")
def short_directory() -> Iterator[Callable[[], Path]]:
    """Makes directories whose paths are short enough for a socket."""
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="sgp", dir="/tmp")))
        return made[-1]

    yield make
    for directory in made:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module", params=["", "server_reset_query_always = 1"], ids=["kept", "reset"])
def pooler(request: pytest.FixtureRequest, shop: Shop, short_directory: Callable[[], Path]) -> Iterator[Pooler]:
    """As most run it; and with ``DISCARD ALL`` after each transaction."""
    with pgbouncer(shop, short_directory(), request.param) as running:
        yield running


@pytest.fixture
def guard(pooler: Pooler) -> Iterator[Guard]:
    guard = pooler.guard
    yield guard
    guard.close()
