"""Lines that a pattern may match in, found many times faster than the pattern is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Spans = Callable[[str], Iterator[tuple[int, int]]]
"""Start and end of what is to be searched in a text: whole lines."""


def everything(text: str) -> Iterator[tuple[int, int]]:
    """All of it."""
    yield 0, len(text)


def lines_with(part: str) -> Spans:
    """Lines that hold ``part``, a pattern that is no longer than a line."""
    pattern = re.compile(part)

    def spans(text: str) -> Iterator[tuple[int, int]]:
        at = 0
        while (found := pattern.search(text, at)) is not None:
            start = text.rfind("\n", 0, found.start()) + 1
            end = text.find("\n", found.end())
            at = len(text) if end < 0 else end
            yield start, at

    return spans


def lines_with_run(letter: str, length: int) -> Spans:
    """Lines with ``length`` letters in a row.

    :param letter: a set of them; every byte of a letter that is not ASCII counts as one of them, so some more lines are
        found.
    """
    pattern = re.compile(letter)
    table = bytes(ord("1") if byte > 127 or pattern.match(chr(byte)) else 10 if byte == 10 else ord("0")
                  for byte in range(256))
    run = b"1" * length

    def spans(text: str) -> Iterator[tuple[int, int]]:
        marks = text.encode("utf-8", "surrogatepass").translate(table)
        if run not in marks:
            return
        at = 0
        for line, marked in zip(text.split("\n"), marks.split(b"\n"), strict=True):
            if run in marked:
                yield at, at + len(line)
            at += len(line) + 1

    return spans
