"""The register of consents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

import psycopg

from sminion_guard.errors import GuardError
from sminion_guard.subjects.asking import Hear, Officer
from sminion_guard.subjects.consent import Consent, Difference, Fault, Imported
from sminion_guard.subjects.consent_file import Line, read
from sminion_guard.subjects.consent_record import record

_OF_A_LINE = {"SG215", "SG460", "SG501", "SG502", "SG504", "SG530", "SG613"}
"""What the server says of single lines; everything else concerns all of them."""
_BATCH = 2000


class Consents:
    """Records decisions on consent, and tells them.

    Each call is a transaction of its own on a connection in autocommit, else part of the caller's. All raise
    :class:`~sminion_guard.errors.GuardError` with the code of the server, SG528 for who is no privacy officer.

    :param connection: of a member of the privacy officers' role; to read, the auditors' is enough.
    :param hear: told what the server warns of, such as a key that no row has (SG614).
    """

    def __init__(self, connection: psycopg.Connection[Any], *, hear: Hear | None = None) -> None:
        self._officer = Officer(connection, hear)

    def give(
        self, subject: object, purpose: str, reason: str, *, given_at: datetime | None = None,
        text_sha256: bytes | None = None, channel: str | None = None, until: datetime | None = None,
        actor: str | None = None, kind: str | None = None,
    ) -> bool:
        """Record a consent; whether the state changed.

        :param given_at: when it was given, with its time zone; None is now.
        :param text_sha256: of the text that the person saw.
        :param channel: how it came in, such as `letter`.
        :param until: when it ends by itself.
        :param actor: who took it; None is the login.
        :param kind: of the subject, where the policy names kinds.
        """
        return self._decide("given", subject, purpose, reason, given_at=given_at, text_sha256=text_sha256,
                            channel=channel, until=until, actor=actor, kind=kind)

    def refuse(
        self, subject: object, purpose: str, reason: str, *, given_at: datetime | None = None,
        text_sha256: bytes | None = None, channel: str | None = None, actor: str | None = None,
        kind: str | None = None,
    ) -> bool:
        """Record that a person was asked and refused; whether the state changed."""
        return self._decide("refused", subject, purpose, reason, given_at=given_at, text_sha256=text_sha256,
                            channel=channel, until=None, actor=actor, kind=kind)

    def withdraw(
        self, subject: object, purpose: str, reason: str, *, actor: str | None = None, kind: str | None = None
    ) -> bool:
        """Withdraw a consent, from the next statement of every session on; whether the state changed."""
        return self._decide("withdrawn", subject, purpose, reason, given_at=None, text_sha256=None, channel=None,
                            until=None, actor=actor, kind=kind)

    def get(self, subject: str) -> tuple[Consent, ...]:
        """What a person decided, by purpose.

        :param subject: as the log has it: with its kind before the key where the policy names kinds.
        """
        return tuple(Consent(**row) for row in self._officer.ask("consents", subject=subject))

    def records(self, subject: str | None = None) -> Iterator[dict[str, Any]]:
        """All consents, or those of one person, as records after ISO/IEC TS 27560."""
        policies = {row["epoch"]: row["document"] for row in self._officer.ask("consent_policies")}
        for row in self._officer.stream("consent_records", subject=subject):
            yield record(row, policies[row["epoch"]])

    def differences(self) -> Iterator[Difference]:
        """States that are not what the history says; none where nobody changed either past the other."""
        return (Difference(**row) for row in self._officer.stream("consent_differences"))

    def import_csv(
        self, lines: Iterable[str], reason: str, *, report: Callable[[Fault], None], kind: str | None = None,
        actor: str | None = None, progress: Callable[[Imported], None] | None = None,
    ) -> Imported:
        """Record the decisions of a CSV file with a header.

        What is on record already is not recorded again, so an import that was interrupted is simply made anew.

        :param lines: of the file.
        :param report: told each line that was not entered.
        :param actor: who took the decision, where the line does not say it (`taken_by`); None is the login.
        :param progress: told what was done after each batch.
        :raises PolicyError: SG534 for a header that is none.
        """
        done = Imported()
        for batch in _batches(read(lines)):
            faults = [entry for entry in batch if isinstance(entry, Fault)]
            good = [entry for entry in batch if isinstance(entry, Line)]
            done = self._enter(good, reason, kind, actor, faults.append, done)
            for fault in sorted(faults, key=lambda entry: entry.line):
                report(fault)
            done = replace(done, faulty=done.faulty + len(faults))
            if progress is not None:
                progress(done)
        return done

    def _enter(
        self, lines: list[Line], reason: str, kind: str | None, actor: str | None, fault: Callable[[Fault], None],
        done: Imported,
    ) -> Imported:
        if not lines:
            return done
        try:
            with self._officer.apart():
                said = self._officer.ask(
                    "import_consents", subjects=[line.subject for line in lines],
                    purposes=[line.purpose for line in lines], decisions=[line.decision for line in lines],
                    given_at=[line.given_at for line in lines], hashes=[line.text_sha256 for line in lines],
                    channels=[line.channel for line in lines], until=[line.until for line in lines],
                    actors=[line.taken_by or actor for line in lines], reason=reason, kind=kind)
        except GuardError as error:
            if error.code not in _OF_A_LINE:
                raise
            if len(lines) == 1:
                fault(Fault(lines[0].number, error.code, error.message))
                return done
            # Which line it is, the server does not say: halves find it, and the others are entered.
            middle = len(lines) // 2
            done = self._enter(lines[:middle], reason, kind, actor, fault, done)
            return self._enter(lines[middle:], reason, kind, actor, fault, done)
        counts = {row["outcome"]: row["lines"] for row in said}
        return replace(done, recorded=done.recorded + counts.get("recorded", 0),
                       repeated=done.repeated + counts.get("repeated", 0))

    def _decide(self, decision: str, subject: object, purpose: str, reason: str, **facts: object) -> bool:
        return bool(self._officer.value(
            "decide_consent", decision=decision, subject=str(subject), purpose=purpose, reason=reason, **facts))


def _batches(entries: Iterator[Line | Fault]) -> Iterator[list[Line | Fault]]:
    while batch := list(islice(entries, _BATCH)):
        yield batch
