"""What pgaudit wrote into the server's log: which login read or wrote which relation."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sminion_guard.audit.reading.server_log import Line

_KINDS = {"TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE"}
_NAME = re.compile(r'("(?:[^"]|"")+"|[^".]+)\.("(?:[^"]|"")+"|[^".]+)')
_KEYS = re.compile(r'SELECT 1 FROM ONLY .* FOR KEY SHARE OF x')
_COUNTED = re.compile(r"SELECT count\(\*\) FROM \(SELECT FROM .* LIMIT \$2\) q", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Audited:
    """One relation in one statement.

    :param relation: schema and name, as the log has them, without quotes.
    :param write: inserted, updated, deleted or truncated; else read.
    :param nested: the statement ran in a function or trigger.
    """

    at: datetime
    login: str
    database: str
    relation: str
    write: bool
    nested: bool
    line: int


@dataclass(slots=True)
class Heard:
    """What was found in files.

    :param statements: lines of pgaudit, also those that name no relation, such as ``SELECT 1``.
    :param unreadable: numbers of lines that cannot be read.
    :param keys: checks of foreign keys, which are the server's own; ``own``: statements of the guard's maintenance.
    """

    relations: list[Audited] = field(default_factory=list)
    statements: int = 0
    unreadable: list[int] = field(default_factory=list)
    keys: int = 0
    own: int = 0

    def listen(self, lines: Iterable[Line | int]) -> None:
        """Add a file."""
        for line in lines:
            if isinstance(line, int):
                self.unreadable.append(line)
            elif line.message.startswith("AUDIT: "):
                self._line(line)

    def _line(self, line: Line) -> None:
        self.statements += 1
        try:
            (row,) = csv.reader([line.message.removeprefix("AUDIT: ")], strict=True)
            _, _, substatement, group, _, kind, name, statement, *_ = row
            nested = int(substatement) > 1
        except (csv.Error, ValueError):
            self.unreadable.append(line.number)
            return
        if kind not in _KINDS or group not in ("READ", "WRITE"):
            return
        if nested and _KEYS.fullmatch(statement):
            self.keys += 1
        elif nested and ("guard_mask" in statement or _COUNTED.fullmatch(statement)):
            self.own += 1
        else:
            self.relations.append(Audited(line.at, line.login, line.database, unquoted(name), group == "WRITE", nested,
                                          line.number))


def unquoted(name: str) -> str:
    """A qualified name without its quotes."""
    found = _NAME.fullmatch(name)
    if found is None:
        return name
    return ".".join(part[1:-1].replace('""', '"') if part.startswith('"') else part for part in found.groups())
