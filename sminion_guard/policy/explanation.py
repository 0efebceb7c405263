"""What explains an access, as values: what ``explains`` of a purpose says, in one of four sentences."""

from __future__ import annotations

from dataclasses import dataclass

TICKET_FIELDS = ("basis_ref", "actor", "unit")
"""What every ticket may say; ``values.NAME`` is a value that the policy declares."""
VALUE = "values."


@dataclass(frozen=True, slots=True)
class EqualsTicket:
    """The row's column, as text, is what the ticket says in ``field``."""

    column: str
    field: str


@dataclass(frozen=True, slots=True)
class EqualsText:
    """The row's column, as text, is a constant."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Within:
    """The row's column is a time at most ``days`` days before or after the access."""

    column: str
    days: int


Test = EqualsTicket | EqualsText | Within


@dataclass(frozen=True, slots=True)
class NamedSubject:
    """The ticket was opened for this subject."""

    words: str


@dataclass(frozen=True, slots=True)
class HandledRequest:
    """A request of the subject was open, and its unit is that of the ticket."""

    words: str


@dataclass(frozen=True, slots=True)
class OwnRow:
    """There is a row about the subject that meets all tests."""

    words: str
    schema: str
    table: str
    tests: tuple[Test, ...]

    @property
    def relation(self) -> str:
        """``schema.table``."""
        return f"{self.schema}.{self.table}"

    @property
    def columns(self) -> tuple[str, ...]:
        """What is compared, sorted."""
        return tuple(sorted({test.column for test in self.tests}))


Explanation = NamedSubject | HandledRequest | OwnRow
