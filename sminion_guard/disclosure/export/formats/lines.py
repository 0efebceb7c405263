"""JSON lines: an object for each row, made by the server, so that numbers keep all of their digits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from sminion_guard.disclosure.export.fields import Field
from sminion_guard.disclosure.export.formats.form import CACHED, Block, Write

_WORDS = frozenset({19, 25, 1042, 1043})
"""name, text, char, varchar."""
_BREAKS = bytes.maketrans(b"\r\n", b"  ")


class Lines:
    """JSON lines for some fields."""

    size = CACHED

    def __init__(self, fields: Sequence[Field]) -> None:
        self._texts = {field.name: at for at, field in enumerate(fields) if field.is_text}
        # A value of type json may name a key twice. A reader that keeps the last would pass over what is written.
        self._nested = any(field.is_text and field.oid not in _WORDS for field in fields)
        self._write: Write | None = None

    def question(self, query: str) -> str:
        # JSON holds none of these two, so no row stands in quotes, but for one with a line break between its tokens.
        return (f"COPY (SELECT pg_catalog.row_to_json(guard_row) FROM ({query}\n) AS guard_row) TO STDOUT "
                "WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')")

    def begin(self, write: Write) -> None:
        self._write = write

    def write(self, block: Block) -> None:
        assert self._write is not None
        self._write(_lines(block))

    def end(self) -> None:
        pass

    def distinct(self, block: Block) -> set[str]:
        if self._nested:
            return {text for _, _, text in self.texts(block)}
        rows = orjson.loads(b"[" + _lines(block)[:-1].replace(b"\n", b",") + b"]")
        return {text for name in self._texts for text in {row[name] for row in rows} if text}

    def texts(self, block: Block) -> Iterator[tuple[int, int, str]]:
        for at, row in enumerate(_lines(block)[:-1].split(b"\n")):
            for name, value in _pairs(row) if self._nested else orjson.loads(row).items():
                if value not in (None, "") and name in self._texts:
                    yield at, self._texts[name], value if isinstance(value, str) else _said(value)


def _lines(block: Block) -> bytes:
    """The rows, each in one line: in a text JSON escapes a line break, so it may be a space elsewhere."""
    if b"\x01" not in block.data:
        return block.data
    parts = block.data.split(b"\x01")
    parts[1::2] = [part.translate(_BREAKS) for part in parts[1::2]]
    return b"".join(parts)


def _pairs(row: bytes) -> Any:
    return json.loads(row, object_pairs_hook=list, parse_int=str, parse_float=str)


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
