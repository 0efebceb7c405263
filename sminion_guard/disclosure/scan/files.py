"""Files block by block, in flat memory: what cannot be read as text is refused."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sminion_guard.disclosure.scan.patterns import Kind
from sminion_guard.disclosure.scan.text import hits
from sminion_guard.errors import TransferRefused

BLOCK = 1 << 18
MAX_LINE = 1 << 20
"""Bytes. A longer line is no text that people write."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in a file.

    :param line: from 1.
    :param column: in characters, from 1.
    """

    line: int
    column: int
    kind: Kind


def scan_file(path: Path) -> Iterator[Finding]:
    """What a file holds that identifies a person or a device.

    :raises TransferRefused: SG709 for a file that cannot be read, is no UTF-8 text, or has a line of over a megabyte.
    """
    try:
        with path.open("rb") as file:
            yield from scan_stream(file, str(path))
    except OSError as error:
        raise TransferRefused("SG709", f"file `{path}` cannot be read", detail=str(error),
                              hint="pass a file of UTF-8 text") from error


def scan_stream(stream: BinaryIO, name: str) -> Iterator[Finding]:
    """As :func:`scan_file`, for what a stream yields; ``name`` is for messages."""
    first = 1
    for block in _blocks(stream, name):
        text = _text(block, first, name)
        starts = [0]
        while (end := text.find("\n", starts[-1])) >= 0:
            starts.append(end + 1)
        for hit in hits(text):
            line = bisect_right(starts, hit.start)
            yield Finding(first + line - 1, hit.start - starts[line - 1] + 1, hit.kind)
        first += len(starts) - 1


def _blocks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Whole lines, many at a time."""
    rest = b""
    number = 1
    while more := stream.read(BLOCK):
        rest += more
        end = rest.rfind(b"\n") + 1
        if end:
            yield rest[:end]
            number += rest.count(b"\n", 0, end)
            rest = rest[end:]
        elif len(rest) > MAX_LINE:
            raise TransferRefused("SG709", f"line {number} of `{name}` cannot be scanned",
                                  detail=f"it has more than {MAX_LINE} bytes",
                                  hint="break the line, or leave the values out")
    if rest:
        yield rest


def _text(block: bytes, first: int, name: str) -> str:
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError as error:
        line = first + block.count(b"\n", 0, error.start)
        raise TransferRefused("SG709", f"line {line} of `{name}` cannot be scanned", detail="it is not UTF-8",
                              hint="convert the file to UTF-8") from error
    if "\x00" in text:
        line = first + text[:text.index("\x00")].count("\n")
        raise TransferRefused("SG709", f"line {line} of `{name}` cannot be scanned", detail="it is not text",
                              hint="pass a file of UTF-8 text, such as CSV or JSON lines")
    return text.removeprefix("\ufeff") if first == 1 else text
