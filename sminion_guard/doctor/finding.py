"""One finding of the doctor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sminion_guard.diagnostic import finding_text
from sminion_guard.migrate import Problem

_NAME = re.compile(r"`([^`]+)`")
_SQL = re.compile(r"`((?:ALTER|CREATE|DROP|GRANT|REVOKE) (?:(?!\.\.\.)[^`])+)`")


class Level(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    """somebody can see or do what the policy does not allow"""
    WARNING = "warning"
    """the promise holds as long as nobody uses it, or is about to fail"""
    ACCEPTED = "accepted"
    """the policy says why it may be so"""
    UNCHECKABLE = "uncheckable"
    """nobody knows: the check could not be made"""


class Remedy(StrEnum):
    """What `--fix` does about a finding."""

    SQL = "sql"
    """run its SQL: it takes away nothing that the policy gives"""
    APPLY = "apply"
    """put the policy in force in place again"""
    MAINTAIN = "maintain"
    """do the maintenance that waits"""


LONGEST = 3
"""Lines of SQL that a finding shows people."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that would make the promise untrue.

    :param object: what it is about, as a kind and a name: ``table crm.customer``.
    :param message: what is wrong, in lower case, names in backticks.
    :param detail: what it means for the policy.
    :param hint: how to close it, as an action.
    :param sql: the statement that closes it, where there is one.
    :param remedy: what `--fix` does about it; None where a person must decide.
    :param facet: tells two findings of one code about one object apart.
    """

    code: str
    object: str
    message: str
    detail: str | None = None
    hint: str | None = None
    sql: str | None = None
    level: Level = Level.ERROR
    remedy: Remedy | None = None
    facet: str = ""

    @property
    def key(self) -> str:
        """The same for the same finding in each run, whatever its figures and words are."""
        return ":".join(part for part in (self.code, self.object, self.facet) if part)

    def render(self) -> str:
        """The finding as text of a few lines."""
        text = f"{self.level}: " + finding_text(self.code, self.message, detail=self.detail, hint=self.hint)
        if self.sql is None or f"`{self.sql}`" in text:
            return text
        lines = self.sql.count("\n") + 1
        return f"{text}\n    sql: {self.sql if lines <= LONGEST else f'{lines} lines: see --format json'}"

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON values."""
        return {
            "code": self.code, "level": self.level.value, "object": self.object, "message": self.message,
            "detail": self.detail, "hint": self.hint, "sql": self.sql, "key": self.key,
            "fix": None if self.remedy is None else self.remedy.value,
        }


def of_problems(kind: str, problems: Iterable[Problem], *codes: str) -> Iterator[Finding]:
    """What a check of `plan` found, as findings of the doctor.

    :param kind: of the objects, such as ``login``.
    :param codes: those of the check; what else is found belongs to another one.
    """
    for problem in problems:
        if problem.code not in codes:
            continue
        named = _NAME.findall(problem.message)
        sql = _SQL.search(problem.hint or "")
        yield Finding(
            problem.code, f"{kind} {named[0]}" if named else kind, problem.message,
            detail=problem.detail, hint=problem.hint, sql=sql[1] if sql else None,
            level=_level(problem), facet=":".join(named[1:]),
        )


def _level(problem: Problem) -> Level:
    if problem.accepted:
        return Level.ACCEPTED
    return Level.ERROR if problem.refuses else Level.WARNING
