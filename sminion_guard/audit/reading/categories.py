"""Which categories the columns had that an event touched: as the policy says that was in force then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

UNLISTED = "closed"
"""The category of what a policy does not list: columns of its tables, and tables and partitions of its schemas."""

PLAIN = frozenset({"key", "none"})
"""The categories that say nothing about a person: keys, and neutral data."""


@dataclass(frozen=True, slots=True)
class Policies:
    """Documents of policies with the moments from which on they were in force, oldest first."""

    versions: Sequence[tuple[datetime, Mapping[str, Any]]]

    def at(self, moment: datetime) -> Mapping[str, Any] | None:
        """The one that was in force; None before the first."""
        return next((document for since, document in reversed(self.versions) if since <= moment), None)

    @property
    def last(self) -> Mapping[str, Any] | None:
        """The newest one; None where there is none."""
        return self.versions[-1][1] if self.versions else None

    @property
    def changes(self) -> list[datetime]:
        """When each began to be in force, oldest first."""
        return [since for since, _ in self.versions]

    def title(self, purpose: str | None, moment: datetime) -> str | None:
        """What the policy calls a purpose."""
        document = self.at(moment)
        said = (document or {}).get("purposes", {}).get(purpose)
        return None if said is None else str(said["title"])

    def categories(self, relations: Iterable[str], columns: Iterable[str], moment: datetime) -> tuple[str, ...]:
        """The categories of columns, sorted. Schemas that the policy does not list have none.

        :param relations: the only one, if ``columns`` are not qualified with schema and relation.
        """
        document, alone = self.at(moment), next(iter(relations), "")
        found = set()
        for column in columns:
            relation, _, name = column.rpartition(".")
            schema, _, table = (relation or alone).partition(".")
            known = (document or {}).get("schemas", {}).get(schema)
            if known is not None:
                found.add(str(known["tables"].get(table, {}).get("columns", {}).get(name, UNLISTED)))
        return tuple(sorted(found))
