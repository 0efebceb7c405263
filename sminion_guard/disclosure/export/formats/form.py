"""What a format of a file does: it says how the server is asked, and turns its answers into bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

Write = Callable[[bytes], object]


CACHED = 1 << 18
"""Bytes that stay in the cache of a processor while they are gone through several times."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole rows, as COPY sends them one after the other.

    :param rows: how many.
    """

    data: bytes
    rows: int


class Form(Protocol):
    """Writes one file. Made for the fields of a query; used once."""

    size: int
    """Bytes of COPY that it takes at once."""

    def question(self, query: str) -> str:
        """The COPY statement that makes the server send the rows of ``query``."""

    def begin(self, write: Write) -> None:
        """Write what comes before the first row."""

    def write(self, block: Block) -> None:
        """Write some rows."""

    def end(self) -> None:
        """Write what comes after the last row."""

    def distinct(self, block: Block) -> set[str]:
        """Each text of some rows, once; fast, and without places."""

    def texts(self, block: Block) -> Iterator[tuple[int, int, str]]:
        """The texts of some rows: row and field, both from 0, and the text."""
