"""CSV (RFC 4180), written by the server, made harmless for spreadsheets here.

A spreadsheet runs what begins with ``=`` as a formula, also where it stands in a file that somebody else sent: it can
fetch from the network and start programs. Whoever types a name into a form could so attack whoever opens the export.
Such a text gets an apostrophe before it; so does one that has apostrophes before such a beginning, and therefore one
apostrophe less gives the text as it was. Numbers, dates, times and truth values stay what they are.

Texts stand in quotes, NULL is an empty cell without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sminion_guard.compiler.quoting import columns
from sminion_guard.disclosure.export.fields import Field
from sminion_guard.disclosure.export.formats.form import CACHED, Block, Write

_DANGEROUS = re.compile(r"'*[ \u00a0]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# NUL stands after the end of each row, and no value holds it. A quote after a comma or NUL begins a cell: within one,
# quotes come in pairs, and after the last of a cell there is a comma or the end of its row.
_BEGINS = re.compile(
    rb'"(?<=[,\x00]")(?=\'*(?: |\xc2\xa0)*(?:[=+\-@\t\r]|\xef\xbc[\x8b\x8d\x9d\xa0]|\n(?!\x00)))')
_CELL = re.compile(rb'(?:"((?:[^"]++|"")*+)"|[^",\n]*+)([,\n])')
# For a look at many rows at once: what may begin such a text becomes F, a quote stays, all else becomes a space.
_CLASSES = bytes(ord("F") if byte in b"'=+-@\t\r \xc2\xef" else byte if byte == ord('"') else 32 for byte in range(256))


class Comma:
    """CSV for some fields."""

    size = CACHED

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields
        self._texts = [at for at, field in enumerate(fields) if field.is_text]
        self._write: Write | None = None

    def question(self, query: str) -> str:
        quoted = columns([self._fields[at].name for at in self._texts])
        force = f", FORCE_QUOTE ({quoted})" if self._texts else ""
        # A line break before the parenthesis: the query may end with a comment.
        return f"COPY ({query}\n) TO STDOUT WITH (FORMAT csv, NULL ''{force})"

    def begin(self, write: Write) -> None:
        self._write = write
        names = (harmless(field.name).replace('"', '""') for field in self._fields)
        write((",".join(f'"{name}"' for name in names) + "\r\n").encode())

    def write(self, block: Block) -> None:
        assert self._write is not None
        data = block.data
        simple = data.count(b"\n") == block.rows  # else a text has a line break
        if simple and b'"F' not in data.translate(_CLASSES):
            self._write(data.replace(b"\n", b"\r\n"))
            return
        ended = b"\x00" + (data.replace(b"\n", b"\n\x00") if simple else _ended(data))
        self._write(_BEGINS.sub(b"\"'", ended)[1:].replace(b"\n\x00", b"\r\n"))

    def end(self) -> None:
        pass

    def distinct(self, block: Block) -> set[str]:
        parts = block.data.split(b'"')
        if b"" in parts[2:-1:2]:  # two quotes, one after the other: one within a text
            return {text for _, _, text in self.texts(block)}
        return {text.decode() for text in set(parts[1::2])}

    def texts(self, block: Block) -> Iterator[tuple[int, int, str]]:
        row = column = 0
        for found in _CELL.finditer(block.data):
            if found[1]:
                yield row, column, found[1].replace(b'""', b'"').decode()
            row, column = (row, column + 1) if found[2] == b"," else (row + 1, 0)


def _ended(data: bytes) -> bytes:
    """Rows with NUL after the end of each. A line break within quotes ends none; other cells have no quotes."""
    parts = data.split(b'"')
    parts[::2] = [part.replace(b"\n", b"\n\x00") for part in parts[::2]]
    return b'"'.join(parts)


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def as_it_was(cell: str) -> str:
    """The text of a cell that :func:`harmless` made."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell) else cell
