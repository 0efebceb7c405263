"""What a server answered, and what the story expects of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from sminion_guard.errors import GuardError


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as it arrived.

    :param code: SQLSTATE, or the guard's code (which is the SQLSTATE of the guard's own refusals).
    :param kind: the Python class, where it arrived as one of the guard's.
    """

    code: str
    message: str
    detail: str | None = None
    hint: str | None = None
    kind: str | None = None
    excerpt: str | None = None

    @classmethod
    def of(cls, error: psycopg.Error | GuardError) -> Refusal:
        """The parts of an error of the driver or of the guard."""
        if isinstance(error, GuardError):
            return cls(error.code, error.message, error.detail, error.hint, type(error).__name__, error.excerpt)
        diagnosis = error.diag
        return cls(
            error.sqlstate or "", diagnosis.message_primary or str(error).strip(), diagnosis.message_detail,
            diagnosis.message_hint,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows or a refusal.

    :param columns: names of the columns of the rows; empty for a statement without result.
    :param affected: rows returned or written.
    :param seconds: from sending the statement to holding its last row.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    affected: int = 0
    seconds: float = 0.0
    refusal: Refusal | None = None

    @property
    def value(self) -> Any:
        """The first column of the first row, or None."""
        return self.rows[0][0] if self.rows else None


Expectation = Callable[[Answer], str | None]
"""Says what was expected when an answer is another, and None when it is as expected."""


def refused(*codes: str, message: str = "") -> Expectation:
    """A refusal with one of ``codes`` whose message contains ``message``."""

    def judge(answer: Answer) -> str | None:
        found = answer.refusal
        if found and found.code in codes and message in found.message:
            return None
        return f"a refusal with {' or '.join(codes)}" + (f" and the words `{message}`" if message else "")

    return judge


def value(expected: Any) -> Expectation:
    """One value."""
    return lambda answer: None if not answer.refusal and answer.value == expected else f"the value {expected}"


def rows(count: int) -> Expectation:
    """So many rows, returned or written."""
    return lambda answer: None if not answer.refusal and answer.affected == count else f"{count} rows"


def some(least: int = 1) -> Expectation:
    """At least ``least`` rows."""
    return lambda answer: None if not answer.refusal and answer.affected >= least else f"at least {least} rows"


def first(*expected: Any) -> Expectation:
    """A first row that begins with these values."""

    def judge(answer: Answer) -> str | None:
        found = answer.rows[0][: len(expected)] if answer.rows else None
        return None if not answer.refusal and found == expected else f"a first row that begins with {expected}"

    return judge
