"""One event of the log, with all that its ticket and the policy say about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event.

    :param writer: of a statement, with ``place``; both 0 for a write, which has the number ``write``.
    :param ticket: None for a write without one.
    :param title: of the purpose, in the policy that was in force at ``at``.
    :param categories: of the columns, in that policy; ``closed`` for columns that it did not list.
    :param rows: of the whole statement; None where they are not known, as for TRUNCATE.
    :param verdict: allowed or refused.
    :param refused_by: analyzer or server, of refusals only.
    :param home: the database that has the ticket, where the log is kept in another one.
    """

    at: datetime
    actor: str | None
    unit: str | None
    login: str
    purpose: str | None
    title: str | None = None
    reason: str | None
    basis: str | None = None
    basis_ref: str | None = None
    operations: tuple[str, ...]
    relations: tuple[str, ...]
    columns: tuple[str, ...]
    categories: tuple[str, ...] = ()
    rows: int | None = None
    verdict: str = "allowed"
    refused_by: str | None = None
    outcomes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    ticket: int | None
    address: str | None = None
    application: str | None = None
    home: str | None = None
    writer: int
    place: int
    write: int

    def document(self) -> dict[str, Any]:
        """The entry as JSON knows it."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()} | {
            "at": rfc3339(self.at)}


def rfc3339(at: datetime) -> str:
    """A moment in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


COLUMNS = tuple(field.name for field in fields(Entry))
"""The names, in the order in which tables show them."""
