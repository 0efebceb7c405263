"""The text of a .sql file as statements, each with its place and the purpose that a comment names for it.

``-- purpose: care`` holds for all that follows, up to the next such comment. Only PostgreSQL's own scanner decides what
is a comment, a literal or the end of a statement: a purpose inside a string is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pglast import parser

from sminion_guard.analyzer.tokens import tokens

_PURPOSE = re.compile(r"--\s*purpose:\s*(\S+)\s*")
_DATA = re.compile(r"[^\n]*\n(?:[^\n]*\n)*?\\\.[ \t]*(?=\n|\Z)")
"""The rows after ``COPY ... FROM STDIN;``, up to a line of its own that says so."""
_COMMENTS = frozenset({"SQL_COMMENT", "C_COMMENT"})
_BACKSLASH, _SEMICOLON = "ASCII_92", "ASCII_59"
_DEEPER, _HIGHER = frozenset({"ASCII_40", "ASCII_91"}), frozenset({"ASCII_41", "ASCII_93"})

Token = tuple[int, int, str]
"""Offset of the first character, offset after the last, and the name that PostgreSQL gives it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement, or something in its place that is none.

    :param text: without the comments before it and the semicolon after it.
    :param start: offset of its first character in the file.
    :param purpose: what the nearest comment above names; None without one.
    :param trouble: why it cannot be judged at all, such as a psql command.
    """

    text: str
    start: int
    purpose: str | None
    trouble: str | None = None


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of a file, in order; only comments, semicolons and space lie between them."""
    if "\x00" in text:
        yield Piece(text, 0, None)  # the scanner would end there and say nothing: the analyzer refuses the whole
        return
    here, purpose = 0, None
    while here < len(text):
        tokens, broken = _scan(text, here)
        statement = _Statement()
        for token in tokens:
            start, end, name = token
            if name in _COMMENTS:
                named = _PURPOSE.fullmatch(text[start:end])
                if named and statement.start is None:
                    purpose = named[1]
            elif name == _BACKSLASH:
                yield from statement.ended(text, start, purpose)
                here = _line_end(text, start)
                yield Piece(text[start:here].rstrip(), start, purpose, f"psql command `{text[start:here].split()[0]}`")
                break  # the rest of such a line follows other rules: scan anew behind it
            elif name == _SEMICOLON and statement.whole:
                yield from statement.ended(text, start, purpose)
                data = _DATA.match(text, end) if statement.copies_in else None
                statement = _Statement()
                if data:
                    here = data.end()
                    yield Piece("", start, purpose, "rows of COPY inside of the file")
                    break
            else:
                statement.take(token)
        else:
            if broken is not None and statement.start is None:
                statement.start = broken
            yield from statement.ended(text, len(text), purpose)
            return


class _Statement:
    """The statement that is being read, token by token."""

    __slots__ = ("_atomic", "_depth", "_last", "copies_in", "opening", "start")

    def __init__(self) -> None:
        self.start: int | None = None
        self.opening = ""
        self.copies_in = False
        self._depth = self._atomic = 0
        self._last = ""

    @property
    def whole(self) -> bool:
        """A semicolon here ends it: those of CREATE RULE stand in parentheses, others in ``BEGIN ATOMIC ... END``."""
        return self._depth == 0 and self._atomic == 0

    def take(self, token: Token) -> None:
        start, _, name = token
        if self.start is None:
            self.start, self.opening = start, name
        if name in _DEEPER:
            self._depth += 1
        elif name in _HIGHER:
            self._depth = max(self._depth - 1, 0)
        elif name == "ATOMIC" and self._last == "BEGIN_P":
            self._atomic = 1
        elif self._atomic:
            self._atomic += (name == "CASE") - (name == "END_P")
        elif name == "STDIN" and self._last == "FROM" and self.opening == "COPY":
            self.copies_in = True
        self._last = name

    def ended(self, text: str, end: int, purpose: str | None) -> Iterator[Piece]:
        if self.start is not None:
            yield Piece(text[self.start : end].rstrip(), self.start, purpose)


def _scan(text: str, here: int) -> tuple[list[Token], int | None]:
    """The tokens from ``here`` on, and where the scanner gave up: at a literal or comment without an end."""
    rest, broken = text[here:], None
    while True:
        try:
            found = tokens(rest)
        except parser.ParseError as error:
            # A bad escape is found in the middle of a literal: what is before it has no end then, and goes too.
            place = min(error.args[1] or 0, len(rest) - 1)
            rest, broken = rest[:place], here + place
        else:
            return [(here + token.start, here + token.end + 1, token.name) for token in found], broken


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
