"""Exports that are harmless each and isolate people together: the last one is refused, its honest neighbour is not.

Each file of ``tests/cases/differencing`` has scripts: what was sent before, what is then refused, and by which code,
and what may be sent in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError
from tests.database.disclosure.groups import Groups, made

CASES = sorted((Path(__file__).parents[2] / "cases" / "differencing").glob("*.txt"))


def scripts(path: Path) -> dict[str, list[tuple[str, str]]]:
    """The lines of each script of a file: what becomes of it, and the query."""
    found = {}
    for part in path.read_text(encoding="utf-8").split("## ")[1:]:
        title, *lines = part.strip().splitlines()
        assert title not in found
        steps = [(line[:8].strip(), line[8:]) for line in lines]
        assert [what for what, _ in steps if what != "sent"] == [steps[-2][0], "honest"], title
        found[title] = steps
    return found


@pytest.fixture
def groups(server: Server, tmp_path: Path) -> Iterator[Groups]:
    with made(server, tmp_path) as found:
        yield found


def test_there_are_a_hundred() -> None:
    every = [steps for path in CASES for steps in scripts(path).values()]
    assert len(every) >= 100
    assert {what for steps in every for what, _ in steps} == {"sent", "honest", "SG742", "SG743", "SG744", "SG747"}


@contextmanager
def blamed(case: str, expected: str | None) -> Iterator[None]:
    try:
        yield
    except GuardError as error:
        assert error.code == expected, f"{case}: {error}"
    else:
        assert expected is None, f"{case}: nothing was refused"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_last_is_refused_and_its_neighbour_is_not(groups: Groups, path: Path) -> None:
    for title, steps in scripts(path).items():
        groups.forget()
        for what, query in steps:
            with blamed(f"{title}: {query}", what if what.startswith("SG") else None):
                groups.send(query)
