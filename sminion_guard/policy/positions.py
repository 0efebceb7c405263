"""Where in a TOML text each key and array element stands: ``tomllib`` gives values but no lines.

The scanner assumes a text that ``tomllib`` has accepted, so it looks for the end of things and checks nothing.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from types import MappingProxyType

Path = tuple[str | int, ...]
"""Keys and array indexes from the root of the file, such as ``("compatible", 0, "purposes", 1)``."""

DEEPEST = 100
"""Most parts of one dotted key: a path is kept for each of them, which grows with the square."""

_BLANK = re.compile(r"(?:[ \t\n,]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\n#]*")
# The long forms first. A closing `"""` may be preceded by two more quotes that belong to the string: hence (?!").
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?!")' r"|'''.*?'''(?!')" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'",
    re.DOTALL,
)


class Positions:
    """The line of each path of a text.

    :param lines: path to line, the first line being 1.
    """

    __slots__ = ("_lines",)

    def __init__(self, lines: Mapping[Path, int] | None = None) -> None:
        self._lines: Mapping[Path, int] = MappingProxyType(dict(lines or {}))

    def line(self, path: Path) -> int | None:
        """The line of ``path``, or of the nearest thing around it that has one; None when nothing has."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return None


def index(text: str) -> Positions:
    """Find the line of every key, table header and array element.

    :param text: a valid TOML document with ``\\n`` line ends.
    :raises RecursionError: when values are nested deeper than Python's stack, or keys deeper than :data:`DEEPEST`.
    """
    return Positions(_Scanner(text).scan())


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._line_ends = [match.start() for match in re.finditer("\n", text)]
        self._arrays: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        prefix: Path = ()
        while self._skip_blank():
            if self.text.startswith("[[", self.at):
                prefix = self._array_header()
            elif self.text[self.at] == "[":
                prefix = self._header()
            else:
                self._pair(prefix)
        return self.lines

    def _line(self) -> int:
        return bisect_right(self._line_ends, self.at - 1) + 1

    def _skip_blank(self) -> bool:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at < len(self.text)

    def _header(self) -> Path:
        line = self._line()
        self.at += 1
        path = self._resolve(self._key())
        self.at += 1
        # An explicit header beats the line that a sub-table before it implied.
        self.lines[path] = line
        return path

    def _array_header(self) -> Path:
        line = self._line()
        self.at += 2
        parts = self._key()
        self.at += 2
        array = (*self._resolve(parts[:-1]), parts[-1])
        number = self._arrays.get(array, 0)
        self._arrays[array] = number + 1
        self.lines.setdefault(array, line)
        self.lines[(*array, number)] = line
        return (*array, number)

    def _resolve(self, parts: tuple[str, ...]) -> Path:
        """A header's keys as a path: a key of an array of tables means its last table."""
        path: Path = ()
        for part in parts:
            path = (*path, part)
            self.lines.setdefault(path, self._line())
            if path in self._arrays:
                path = (*path, self._arrays[path] - 1)
        return path

    def _key(self) -> tuple[str, ...]:
        """Read a dotted key; ends before ``=`` or ``]``."""
        parts: list[str] = []
        while len(parts) < DEEPEST:
            self._skip_blank()
            if self.text[self.at] in "\"'":
                parts.append(str(tomllib.loads(f"k = {self._string()}")["k"]))
            else:
                match = _BARE_KEY.match(self.text, self.at)
                if match is None:
                    raise ValueError(f"no key at offset {self.at}: the text is not valid TOML")
                parts.append(match.group())
                self.at = match.end()
            self._skip_blank()
            if self.text[self.at] != ".":
                return tuple(parts)
            self.at += 1
        raise RecursionError("a key with too many parts")

    def _pair(self, prefix: Path) -> None:
        self._skip_blank()
        line = self._line()
        path = prefix
        for part in self._key():
            path = (*path, part)
            self.lines.setdefault(path, line)
        self.at += 1
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip_blank()
        opening = self.text[self.at]
        if opening in "\"'":
            self._string()
        elif opening == "[":
            self.at += 1
            number = 0
            while self._skip_blank() and self.text[self.at] != "]":
                self.lines[(*path, number)] = self._line()
                self._value((*path, number))
                number += 1
            self.at += 1
        elif opening == "{":
            self.at += 1
            while self._skip_blank() and self.text[self.at] != "}":
                self._pair(path)
            self.at += 1
        else:
            match = _SCALAR.match(self.text, self.at)
            self.at = match.end() if match else self.at

    def _string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise ValueError(f"no string at offset {self.at}: the text is not valid TOML")
        self.at = match.end()
        return match.group()
