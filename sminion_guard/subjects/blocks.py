"""Blocks of people, and what holds for a person now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from sminion_guard.subjects.asking import Hear, Officer


@dataclass(frozen=True, slots=True)
class Status:
    """What holds for one key now.

    :param blocked: the block of the whole subject, by what was decided for the key itself.
    :param blocked_schemas: where a block is limited to schemas; None where there is none.
    :param others_blocked: as ``blocked``, by what was decided for another key of the same person.
    :param erased: the data were destroyed, or are being.
    :param consents: purposes with a consent in force.
    :param objections: purposes that the person objected to.
    :param pending: a change waits for a lock; what it denies is denied.
    :param unsettled: rows wait for their masks; until then a block that is limited to schemas may deny more.
    """

    subject: str
    blocked: bool
    blocked_schemas: list[str] | None
    others_blocked: bool
    others_blocked_schemas: list[str] | None
    erased: bool
    consents: list[str]
    objections: list[str]
    other_keys: list[str] | None
    pending: bool
    unsettled: bool

    @property
    def limited_to(self) -> list[str]:
        """The schemas of limited blocks, of this key or another one of the person."""
        return sorted({*(self.blocked_schemas or ()), *(self.others_blocked_schemas or ())})


@dataclass(frozen=True, slots=True)
class StateEvent:
    """One decision in the history of a key.

    :param schemas: of a block, and of its end, where it is limited.
    :param until: when it ends by itself.
    :param request: the number of the request for which it was made.
    """

    id: int
    at: datetime
    event: str
    purpose: str | None
    schemas: list[str] | None
    until: datetime | None
    reason: str
    actor: str
    login: str
    request: int | None
    policy_version: str


class Blocks:
    """Blocks people, wholly or in some schemas, and ends that.

    Calls and errors are those of :class:`~sminion_guard.subjects.Requests`.

    :param connection: of a member of the privacy officers' role; to read, the auditors' is enough.
    :param hear: told what the server warns of, such as another block that still holds (SG547).
    """

    def __init__(self, connection: psycopg.Connection[Any], *, hear: Hear | None = None) -> None:
        self._officer = Officer(connection, hear)

    def block(
        self, subject: object, reason: str, *, schemas: Sequence[str] | None = None, until: datetime | None = None,
        actor: str | None = None, kind: str | None = None,
    ) -> bool:
        """Block a person, from the next statement of every session on; whether the state changed.

        :param schemas: only the data in these; None for all.
        :param until: when it ends by itself, with its time zone.
        :param kind: of the subject, where the policy names kinds.
        :raises GuardError: SG546 for a schema that has no data of people, SG530 for an end that is over.
        """
        return bool(self._officer.value(
            "block", subject=str(subject), reason=reason, schemas=_list(schemas), until=until, actor=actor, kind=kind))

    def unblock(
        self, subject: object, reason: str, *, schemas: Sequence[str] | None = None, actor: str | None = None,
        kind: str | None = None,
    ) -> bool:
        """End a block: that of the whole subject, or one that is limited, in these schemas; whether the state changed.

        :raises GuardError: SG527 while a request blocks the person.
        """
        return bool(self._officer.value(
            "unblock", subject=str(subject), reason=reason, schemas=_list(schemas), actor=actor, kind=kind))

    def status(self, subject: str) -> Status | None:
        """What holds now; None where nothing is known of the key.

        :param subject: as the log has it: with its kind before the key where the policy names kinds.
        """
        found = self._officer.ask("subject_status", subject=subject)
        return Status(**found[0]) if found else None

    def history(self, subject: str) -> tuple[StateEvent, ...]:
        """Consents, objections, blocks and merges of a key, in order.

        :param subject: as for :meth:`status`.
        """
        return tuple(StateEvent(**row) for row in self._officer.ask("subject_history", subject=subject))


def _list(schemas: Sequence[str] | None) -> list[str] | None:
    return None if schemas is None else [*schemas]
