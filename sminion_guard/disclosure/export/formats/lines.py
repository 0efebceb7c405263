"""JSON lines: an object for each row, made by the server, so that numbers keep all of their digits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import orjson

from sminion_guard.disclosure.export.fields import Field
from sminion_guard.disclosure.export.formats.form import Write

if TYPE_CHECKING:
    from psycopg.adapt import AdaptersMap

_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


class Lines:
    """JSON lines for some fields."""

    copies = True

    def __init__(self, fields: Sequence[Field]) -> None:
        self._texts = {field.name: at for at, field in enumerate(fields) if field.is_text}
        self._write: Write | None = None

    def question(self, query: str) -> str:
        return f"COPY (SELECT pg_catalog.row_to_json(guard_row) FROM ({query}\n) AS guard_row) TO STDOUT"

    def prepare(self, adapters: AdaptersMap) -> None:
        pass

    def begin(self, write: Write) -> None:
        self._write = write

    def write(self, rows: Sequence[bytes]) -> None:
        assert self._write is not None
        block = b"".join(rows)
        if b"\\" in block:
            block = b"".join(_line(row) for row in rows)
        self._write(block)

    def end(self) -> None:
        pass

    def texts(self, rows: Sequence[bytes]) -> Iterator[tuple[int, int, str]]:
        for at, row in enumerate(rows):
            for name, value in orjson.loads(_line(row)).items():
                if value is not None and name in self._texts:
                    yield at, self._texts[name], value if isinstance(value, str) else orjson.dumps(value).decode()


def _line(row: bytes) -> bytes:
    """A row without the escapes of COPY. A line break within one stands between tokens: in a text JSON escapes it."""
    if b"\\" not in row:
        return row
    plain = _ESCAPED.sub(lambda found: _LETTERS.get(found.group(1), found.group(1)), row[:-1])
    return plain.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"
