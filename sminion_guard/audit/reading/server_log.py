"""Lines of a PostgreSQL server's log, as csvlog or as plain text with `log_line_prefix`: when, whose, what."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

PREFIX = "%m [%p] %q%u@%d "
"""`log_line_prefix` of Debian's packages. PostgreSQL's own default names no login."""
MOST = 2**31 - 1
"""Bytes of one field: the csv module refuses more than 128 KB otherwise, and a statement may be longer."""
_TIME, _LOGIN, _DATABASE, _MESSAGE = 0, 1, 2, 13
"""Columns of csvlog."""
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) (\S+)")
_PARTS = {
    "u": r"(?P<login>.*?)", "d": r"(?P<database>.*?)", "n": r"(?P<epoch>\d+\.\d+)",
    "m": rf"(?P<at>{_MOMENT.pattern})", "t": rf"(?P<at>{_MOMENT.pattern})",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a session.

    :param number: of its first line in the file.
    """

    number: int
    at: datetime
    login: str
    database: str
    message: str


def csvlog(lines: Iterable[str], zone: ZoneInfo | None = None) -> Iterator[Line | int]:
    """The lines of a file that `log_destination = 'csvlog'` wrote; the number of one that cannot be read."""
    csv.field_size_limit(MOST)
    rows = csv.reader(lines)
    while True:
        number = rows.line_num + 1
        try:
            row = next(rows)
            yield Line(number, moment(row[_TIME], zone), row[_LOGIN], row[_DATABASE], row[_MESSAGE])
        except StopIteration:
            return
        except (csv.Error, IndexError, ValueError):
            yield number


def stderr(lines: Iterable[str], prefix: str = PREFIX, zone: ZoneInfo | None = None) -> Iterator[Line | int]:
    """The lines of a plain file; the number of one whose message is of pgaudit, and that the prefix does not fit."""
    head = re.compile(pattern(prefix) + r"[^\s:]+: {1,2}(?P<message>.*)", re.DOTALL)
    for number, text in _whole(lines):
        found = head.fullmatch(text)
        login = found and found.groupdict().get("login")
        if found is None or not login:
            if "AUDIT: " in text:
                yield number
            continue
        said = found.groupdict()
        at = datetime.fromtimestamp(float(said["epoch"]), UTC) if said.get("epoch") else moment(said["at"], zone)
        yield Line(number, at, login.strip(), said["database"].strip(), said["message"])


def _whole(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Messages with their further lines, before which the server writes a tab: nobody's text begins a line."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(lines, 1):
        if line.startswith("\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield begun, "".join(parts).rstrip("\n")
        begun, parts = number, [line]
    if parts:
        yield begun, "".join(parts).rstrip("\n")


def pattern(prefix: str) -> str:
    """A regular expression for a `log_line_prefix`.

    :raises ValueError: when it lacks the time (%m, %t or %n), the login (%u) or the database (%d).
    """
    wanted = re.findall(r"%-?\d*([a-zA-Z])", prefix)
    if not {"u", "d"} <= {*wanted} or len({"m", "t", "n"} & {*wanted}) != 1 or max(map(wanted.count, "udmtn")) > 1:
        raise ValueError("the prefix must have %u, %d and one of %m, %t and %n, each once")
    before, _, after = prefix.partition("%q")
    return _pattern(before) + _pattern(after)


def _pattern(part: str) -> str:
    found = ""
    for padded, letter, text in re.findall(r"%(-?\d*)([a-zA-Z%])|([^%]+)", part):
        if text:
            found += re.escape(text)
        else:
            field = "%" if letter == "%" else _PARTS.get(letter, ".*?")
            found += rf"\ *{field}\ *" if padded else field
    return found


def moment(text: str, zone: ZoneInfo | None = None) -> datetime:
    """A time of the log.

    :param zone: `log_timezone`, where it is not UTC: abbreviations such as CST mean several.
    :raises ValueError: when it is none, or its zone is not known.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"`{text}` is no time")
    at, name = datetime.fromisoformat(found[1]), found[2]
    if zone is not None:
        return at.replace(tzinfo=zone)
    if name not in ("UTC", "GMT"):
        raise ValueError(f"the zone `{name}` has no one meaning")
    return at.replace(tzinfo=UTC)
