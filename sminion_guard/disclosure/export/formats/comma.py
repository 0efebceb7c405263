"""CSV (RFC 4180), written by the server, made harmless for spreadsheets here.

A spreadsheet runs what begins with ``=`` as a formula, also where it stands in a file that somebody else sent: it can
fetch from the network and start programs. Whoever types a name into a form could so attack whoever opens the export.
Such a text gets an apostrophe before it; so does one that has apostrophes before such a beginning, and therefore one
apostrophe less gives the text as it was. Numbers, dates, times and truth values stay what they are.

Texts stand in quotes, NULL is an empty cell without them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sminion_guard.compiler.quoting import columns
from sminion_guard.disclosure.export.fields import Field
from sminion_guard.disclosure.export.formats.form import Write

if TYPE_CHECKING:
    from psycopg.adapt import AdaptersMap

_DANGEROUS = re.compile(r"'*[ \u00a0]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# In blocks of rows with NUL between them, which no value holds. A quote after a comma or NUL begins a cell: within one,
# quotes come in pairs, and after the last of a cell there is a comma or the end of its row.
_BEGINS = re.compile(
    rb'"(?<=[,\x00]")(?=\'*(?: |\xc2\xa0)*(?:[=+\-@\t\r]|\xef\xbc[\x8b\x8d\x9d\xa0]|\n(?!\x00)))')


class Comma:
    """CSV for some fields."""

    copies = True

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields
        self._texts = [at for at, field in enumerate(fields) if field.is_text]
        self._write: Write | None = None

    def question(self, query: str) -> str:
        quoted = columns([self._fields[at].name for at in self._texts])
        force = f", FORCE_QUOTE ({quoted})" if self._texts else ""
        # A line break before the parenthesis: the query may end with a comment.
        return f"COPY ({query}\n) TO STDOUT WITH (FORMAT csv, NULL ''{force})"

    def prepare(self, adapters: AdaptersMap) -> None:
        pass

    def begin(self, write: Write) -> None:
        self._write = write
        names = (harmless(field.name).replace('"', '""') for field in self._fields)
        write((",".join(f'"{name}"' for name in names) + "\r\n").encode())

    def write(self, rows: Sequence[bytes]) -> None:
        assert self._write is not None
        block = b"\x00".join((b"", *rows, b""))
        if self._texts:
            block = _BEGINS.sub(b"\"'", block)
        self._write(block[1:].replace(b"\n\x00", b"\r\n"))

    def end(self) -> None:
        pass

    def texts(self, rows: Sequence[bytes]) -> Iterator[tuple[int, int, str]]:
        lines = (row.decode() for row in rows)  # one row each: a line break in a cell is within its element
        for at, cells in enumerate(csv.reader(lines, strict=True)):
            for column in self._texts:
                if cells[column]:
                    yield at, column, cells[column]


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def as_it_was(cell: str) -> str:
    """The text of a cell that :func:`harmless` made."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell) else cell


