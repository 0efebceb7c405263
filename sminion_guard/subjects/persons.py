"""Keys that belong to one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from sminion_guard.subjects.asking import Hear, Officer


@dataclass(frozen=True, slots=True)
class Merged:
    """Two keys of one person, as the log has them.

    :param merged_at: since when.
    """

    subject: str
    other: str
    merged_at: datetime


class Persons:
    """Declares keys to be one person: what one of them denies holds for all, and later decisions are made for all.

    Calls and errors are those of :class:`~sminion_guard.subjects.Requests`.

    :param connection: of a member of the privacy officers' role.
    :param hear: told what the server warns of, such as a key that no row has (SG614).
    """

    def __init__(self, connection: psycopg.Connection[Any], *, hear: Hear | None = None) -> None:
        self._officer = Officer(connection, hear)

    def merge(
        self, subject: object, other: object, reason: str, *, actor: str | None = None, kind: str | None = None,
        other_kind: str | None = None, request: int | None = None,
    ) -> bool:
        """Declare two keys to be one person; true if they were two before.

        :param other_kind: of the other key; None for the kind of the first.
        :param request: the number of the request for which it is done.
        """
        return bool(self._officer.value(
            "merge", subject=str(subject), other=str(other), reason=reason, actor=actor, kind=kind,
            other_kind=other_kind, request=request))

    def unmerge(
        self, subject: object, other: object, reason: str, *, actor: str | None = None, kind: str | None = None,
        other_kind: str | None = None, request: int | None = None,
    ) -> bool:
        """End that two keys are one person; true if they are two from now on.

        :raises GuardError: SG537 for a pair that was not merged.
        """
        return bool(self._officer.value(
            "unmerge", subject=str(subject), other=str(other), reason=reason, actor=actor, kind=kind,
            other_kind=other_kind, request=request))

    def list(self, subject: str | None = None) -> tuple[Merged, ...]:
        """Pairs that are merged, each from both sides.

        :param subject: as the log has it: with its kind before the key where the policy names kinds; None for all.
        """
        return tuple(Merged(**row) for row in self._officer.ask("merged", subject=subject))
