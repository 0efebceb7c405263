"""The register of requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from sminion_guard.errors import GuardError
from sminion_guard.policy.calendar import WEEKENDS, calendar
from sminion_guard.subjects.asking import Hear, Officer
from sminion_guard.subjects.request import Clarification, Request, RequestEvent

_ALL = 2**31 - 1


class Requests:
    """Records and decides requests of people, each with the term that the policy gives it.

    Each call is a transaction of its own on a connection in autocommit, else part of the caller's. All raise
    :class:`~sminion_guard.errors.GuardError` with the code of the server, SG528 for who is no privacy officer.

    :param connection: of a member of the privacy officers' role.
    :param hear: told what the server warns of, such as a key that no row has (SG614).
    """

    def __init__(self, connection: psycopg.Connection[Any], *, hear: Hear | None = None) -> None:
        self._officer = Officer(connection, hear)

    def open(
        self, subject: object | None, request: str, reason: str, *, purpose: str | None = None,
        trigger: str = "request", received_at: datetime | None = None, channel: str = "other",
        representative: str | None = None, unit: str | None = None, actor: str | None = None, kind: str | None = None,
        schemas: Sequence[str] | None = None,
    ) -> int:
        """Record a request, and do at once what cannot wait; its number.

        :param subject: the key, as it stands in the subject column; None for misconduct that concerns nobody in
            particular.
        :param request: clarify, block, destroy, withdraw_consent, object, access, stop or misconduct.
        :param purpose: for withdraw_consent and object; None stands for all purposes.
        :param trigger: what the term counts from: request, proof, detection or purpose_reached.
        :param received_at: when it came in, with its time zone; None is now.
        :param channel: how it came in, such as `letter`.
        :param representative: who asks for the subject.
        :param kind: of the subject, where the policy names kinds.
        :param schemas: only the data in these are contested, or are to be blocked; None for all.
        """
        return int(self._officer.value(
            "open_request", subject=None if subject is None else str(subject), request=request, reason=reason,
            purpose=purpose, trigger=trigger, received_at=received_at, channel=channel, representative=representative,
            unit=unit, actor=actor, kind=kind, schemas=None if schemas is None else [*schemas]))

    def identify(self, id: int, how: str, *, actor: str | None = None) -> None:
        """Record how the identity of whoever asks was checked."""
        self._officer.ask("identify_request", id=id, how=how, actor=actor)

    def assign(self, id: int, unit: str, reason: str, *, actor: str | None = None) -> None:
        """Say which unit handles a request."""
        self._officer.ask("assign_request", id=id, unit=unit, reason=reason, actor=actor)

    def note(self, id: int, note: str, *, actor: str | None = None) -> None:
        """Add a note, such as that the person was told."""
        self._officer.ask("note_request", id=id, note=note, actor=actor)

    def extend(self, id: int, notice: str, *, actor: str | None = None) -> date:
        """Extend the term, once, with the notice that the person got; the new last day."""
        day = self._officer.value("extend_request", id=id, notice=notice, actor=actor)
        assert isinstance(day, date)
        return day

    def close(
        self, id: int, outcome: str, reason: str, *, duplicate_of: int | None = None, actor: str | None = None,
        unchanged: bool = False,
    ) -> None:
        """Close a request, which ends the block that was made for it, and the tickets that rest on it.

        :param outcome: granted, partly_granted, refused, withdrawn or duplicate.
        :param unchanged: grant a request ``clarify`` although nothing was changed for it (SG544).
        """
        self._officer.ask(
            "close_request", id=id, outcome=outcome, reason=reason, duplicate_of=duplicate_of, actor=actor,
            unchanged=unchanged)

    def list(
        self, *, states: Sequence[str] | None = ("overdue", "open"), subject: str | None = None,
        unit: str | None = None, held: bool = False, limit: int | None = None,
    ) -> tuple[Request, ...]:
        """Requests, those that are due first.

        :param states: of open, overdue and closed; None for all.
        :param subject: as the log has it: with its kind before the key where the policy names kinds.
        :param held: only those of which a hold keeps data that are to be destroyed.
        :param limit: how many at most.
        """
        rows = self._officer.ask(
            "requests", id=None, states=None if states is None else [*states], subject=subject, unit=unit,
            held=held, limit=limit or _ALL)
        return tuple(Request(**row) for row in rows)

    def get(self, id: int) -> Request:
        """One request.

        :raises GuardError: SG522 when there is none.
        """
        rows = self._officer.ask("requests", id=id, states=None, subject=None, unit=None, held=False, limit=1)
        if not rows:
            raise GuardError("SG522", f"there is no request {id}", hint="see `sminion-guard request list --all`")
        return Request(**rows[0])

    def history(self, id: int) -> tuple[RequestEvent, ...]:
        """What happened to a request, in order."""
        return tuple(RequestEvent(**row) for row in self._officer.ask("request_history", id=id))

    def clarifications(self, id: int) -> tuple[Clarification, ...]:
        """What was written for a request, in order."""
        return tuple(
            Clarification(**{**row, "columns": tuple(row["columns"])})
            for row in self._officer.ask("clarifications", id=id))

    def load_calendar(self, name: str | None = None) -> str | None:
        """Load the newest version of a calendar; its name and version. Dates that were computed stay as they are.

        :param name: a country, such as ``DE-BY``; None for the one of the policy in force.
        :return: None where the policy counts weekends only, or has no terms.
        :raises PolicyError: SG521 for a country that is not known.
        """
        wanted = name or next((row["calendar"] for row in self._officer.ask("calendar_in_force")), None)
        if wanted is None or wanted == WEEKENDS:
            return None
        found = calendar(wanted, datetime.now(UTC).date())
        self._officer.ask(
            "load_calendar", calendar=found.name, version=found.version, first=found.first, last=found.last,
            known_until=found.known_until, holidays=[*found.holidays], working_days=[*found.working_days])
        return f"{found.name}, {found.version}, known until {found.known_until}"
