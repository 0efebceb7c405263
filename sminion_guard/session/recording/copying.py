"""Whose data COPY TO hands out. The server sends one message for each row, and says of its columns only how many.

Rows are read ahead by :data:`AHEAD`, so that one commit of the log stands for many of them, and none is released
before.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pglast

from sminion_guard.policy import SubjectKey
from sminion_guard.session.recording import subjects

if TYPE_CHECKING:
    from psycopg.abc import Buffer, PQGen

    from sminion_guard.analyzer.verdict import SubjectPlace

AHEAD = 500
"""Rows that are read and put on record together."""

_ESCAPED = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00"


@dataclass(frozen=True, slots=True)
class Format:
    """How COPY writes a row (https://www.postgresql.org/docs/current/sql-copy.html).

    :param kind: ``text``, ``csv`` or ``binary``.
    """

    kind: str = "text"
    delimiter: str = "\t"
    quote: str = '"'
    escape: str = '"'
    header: bool = False


@lru_cache(maxsize=256)
def copy_format(sql: str) -> Format:
    """The format that a COPY statement asks for."""
    options: dict[str, Any] = {}
    for option in getattr(pglast.parse_sql(sql)[0].stmt, "options", None) or ():
        options[option.defname] = True if option.arg is None else getattr(
            option.arg, "sval", getattr(option.arg, "boolval", getattr(option.arg, "ival", True)))
    kind = str(options.get("format", "text")).lower()
    quote = str(options.get("quote", '"'))
    return Format(
        kind, str(options.get("delimiter", "," if kind == "csv" else "\t")), quote, str(options.get("escape", quote)),
        str(options.get("header", False)).lower() not in ("false", "off", "0"),
    )


class CopiedRow:
    """Reads the keys of subjects out of rows.

    :param layout: of the rows.
    :param places: of the columns that hold a subject's key.
    :param keys: kinds of subjects, name to the type of their keys.
    """

    def __init__(
        self, layout: Format, places: tuple[SubjectPlace, ...], keys: Mapping[str, SubjectKey]
    ) -> None:
        self._layout, self._places, self._keys = layout, places, keys
        self._begun = False
        delimiter = re.escape(layout.delimiter.encode())
        self._field = re.compile(rb"((?:\\.|[^\\" + delimiter + rb"])*)(" + delimiter + rb"|$)", re.DOTALL)

    def keys(self, data: bytes) -> list[str | None] | None:
        """The subjects of a row, None for each that cannot be read; None for a message that is no row."""
        first, self._begun = not self._begun, True
        if self._layout.kind == "binary":
            return self._binary(data)
        if first and self._layout.header:
            return None
        try:
            fields = self._csv(data) if self._layout.kind == "csv" else self._text(data)
            return [subject for place in self._places if (key := fields[place.column]) != ""
                    for subject in subjects.named(key, place.kinds)]
        except (IndexError, UnicodeDecodeError, csv.Error, StopIteration):
            return [None for _ in self._places]

    def _text(self, data: bytes) -> list[str]:
        fields = []
        for found in self._field.finditer(data.removesuffix(b"\n")):
            value = found.group(1)
            fields.append("" if value == b"\\N" else _ESCAPE.sub(_plain, value).decode())
            if not found.group(2):
                break
        return fields

    def _csv(self, data: bytes) -> list[str]:
        doubled = self._layout.escape == self._layout.quote
        return next(csv.reader(
            [data.decode().removesuffix("\n")], delimiter=self._layout.delimiter, quotechar=self._layout.quote,
            doublequote=doubled, escapechar=None if doubled else self._layout.escape,
        ))

    def _binary(self, data: bytes) -> list[str | None] | None:
        if data.startswith(_SIGNATURE):
            at = len(_SIGNATURE) + 8 + int.from_bytes(data[len(_SIGNATURE) + 4 : len(_SIGNATURE) + 8], "big")
            data = data[at:]
        count = int.from_bytes(data[:2], "big", signed=True)
        if count < 0 or not data:
            return None
        fields: list[bytes | None] = []
        at = 2
        for _ in range(count):
            size = int.from_bytes(data[at : at + 4], "big", signed=True)
            fields.append(None if size < 0 else data[at + 4 : at + 4 + size])
            at += 4 + max(size, 0)
        found: list[str | None] = []
        for place in self._places:
            value = fields[place.column]
            if value is not None:
                # Columns of a UNION are of one type, and so are the keys of their kinds.
                key = _value(value, self._keys[place.kinds[0]])
                found += (None,) if key is None else subjects.named(key, place.kinds)
        return found


def _value(value: bytes, kind: SubjectKey) -> str | None:
    """A key of a type, out of the binary format."""
    if kind is SubjectKey.BIGINT and len(value) in (2, 4, 8):
        return str(int.from_bytes(value, "big", signed=True))
    if kind is SubjectKey.UUID and len(value) == 16:
        return str(UUID(bytes=value))
    try:
        return value.decode() if kind is SubjectKey.TEXT else None
    except UnicodeDecodeError:
        return None


def _plain(found: re.Match[bytes]) -> bytes:
    return _ESCAPED.get(found.group(1), found.group(1))


@dataclass(slots=True)
class Copying:
    """One COPY TO on its way to the application.

    :param row: reads its keys; None where no column holds any.
    """

    row: CopiedRow | None
    ready: deque[Buffer] = field(default_factory=deque)
    """Rows that are on record, or will be before the next is released."""
    ended: bool = False
    _listed: set[str] = field(default_factory=set)

    def ahead(self, read: Callable[[], PQGen[Buffer]]) -> PQGen[tuple[int, tuple[str, ...], int | None]]:
        """Read rows, up to :data:`AHEAD` of them.

        :returns: how many, the subjects that were not met before, and how many rows hold others: beyond
            :data:`~sminion_guard.session.recording.subjects.MOST` none is listed.
        """
        rows, others, met = 0, 0, set()
        while len(self.ready) < AHEAD:
            data = yield from read()
            if not data:
                self.ended = True
                break
            self.ready.append(data)
            keys: list[str | None] | None = [] if self.row is None else self.row.keys(bytes(data))
            if keys is None:  # a header, or the end of the binary format
                continue
            rows += 1
            for key in keys:
                if key is None or (key not in self._listed and len(self._listed) >= subjects.MOST):
                    others += 1
                elif key not in self._listed:
                    self._listed.add(key)
                    met.add(key)
        return rows, tuple(sorted(met)), others or None
