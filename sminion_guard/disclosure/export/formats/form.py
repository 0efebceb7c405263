"""What a format of a file does: it says how the server is asked, and turns its answers into bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from psycopg.adapt import AdaptersMap

Write = Callable[[bytes], object]
Row = Any
"""What the server sends for a row: the bytes of COPY, or a tuple of values."""


class Form(Protocol):
    """Writes one file. Made for the fields of a query; used once."""

    copies: bool
    """Whether the server is asked with COPY, and the rows are the bytes that it sends for each."""

    def question(self, query: str) -> str:
        """What the server is asked, so that it sends the rows of ``query``."""

    def prepare(self, adapters: AdaptersMap) -> None:
        """Say how a cursor reads values, where it does not use COPY."""

    def begin(self, write: Write) -> None:
        """Write what comes before the first row."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""

    def end(self) -> None:
        """Write what comes after the last row."""

    def texts(self, rows: Sequence[Row]) -> Iterator[tuple[int, int, str]]:
        """The texts of some rows: row and field, both from 0, and the text."""
