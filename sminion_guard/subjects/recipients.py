"""The register of disclosures, and telling recipients of requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import psycopg

from sminion_guard.errors import GuardError
from sminion_guard.policy.model.rights import Operator
from sminion_guard.subjects.asking import Hear, Officer
from sminion_guard.subjects.obligation import Disclosure, Obligation, Recall, Registered

Deliver = Callable[[Obligation], str]
"""Delivers the notice of an obligation; returns how, for the record. Raises OSError where it could not."""


class Recipients:
    """Records what was passed on, and tells recipients of requests.

    All raise :class:`~sminion_guard.errors.GuardError` with the code of the server, SG528 for who is no privacy
    officer.

    :param connection: of a member of the privacy officers' role; in autocommit for :meth:`tell`.
    :param hear: told what the server warns of.
    """

    def __init__(self, connection: psycopg.Connection[Any], *, hear: Hear | None = None) -> None:
        self._officer = Officer(connection, hear)
        self._connection = connection

    def record(
        self, recipient: str, purpose: str, categories: Sequence[str], subjects: Sequence[object], reason: str, *,
        disclosed_at: datetime | None = None, actor: str | None = None, kind: str | None = None,
    ) -> int:
        """Record that data of some people were passed on; the number of the disclosure.

        :param subjects: their keys, as they stand in the subject column: some thousands at most.
        :param disclosed_at: with its time zone; None is now.
        :raises TransferRefused: SG701 for what the policy does not permit.
        """
        return int(self._officer.value(
            "record_disclosure", recipient=recipient, purpose=purpose, categories=[*categories],
            subjects=[str(key) for key in subjects], reason=reason, disclosed_at=disclosed_at, actor=actor, kind=kind))

    def disclosures(self, subject: str) -> list[Disclosure]:
        """Who received data of a person, newest first.

        :param subject: as the log has it: with its kind before the key where the policy names kinds.
        """
        return [Disclosure(**row) for row in self._officer.ask("disclosures", subject=subject)]

    def register(
        self, *, recipient: str | None = None, purpose: str | None = None, legal: bool = False, most: int = 100
    ) -> list[Registered]:
        """What was passed on, newest first, whoever it is about.

        :param legal: only what rested on law, on a mandatory disclosure or on a vital interest.
        :param most: how many.
        """
        rows = self._officer.ask("disclosure_register", recipient=recipient, purpose=purpose, legal=legal, most=most)
        return [Registered(**row) for row in rows]

    def recall(self, subject: str) -> list[Recall]:
        """Who has data of a person, and who of them must still be told of a request.

        :param subject: as the log has it: with its kind before the key where the policy names kinds.
        """
        return [Recall(**row) for row in self._officer.ask("recall", subject=subject)]

    def obligations(
        self, *, states: Sequence[str] | None = ("due", "overdue"), request: int | None = None
    ) -> list[Obligation]:
        """Obligations, those that are due first.

        :param states: of due, overdue, told, acknowledged, waived and void; None for all.
        :param request: those of one request only.
        """
        rows = self._officer.ask("obligations", states=None if states is None else [*states], request=request)
        return [Obligation(**row) for row in rows]

    def settle(self, id: int, what: str, how: str, *, actor: str | None = None) -> None:
        """Record what was done to tell a recipient.

        :param what: told, failed, acknowledged or waived.
        :param how: the letter, the answer, or the reason.
        """
        self._officer.ask("settle_obligation", id=id, what=what, how=how, actor=actor)

    def operator(self) -> Operator | None:
        """Who is responsible, as the policy in force says it."""
        said = self._officer.value("operator_in_force")
        return Operator(**said) if said else None

    def tell(self, deliver: Deliver, *, request: int | None = None, actor: str | None = None) -> int:
        """Deliver the notice of each obligation that is due; how many were told.

        Interrupted, it goes on where it stopped.

        What was delivered is recorded at once. Where that fails, or the process ends in between, the notice is
        delivered again: it carries the number of its obligation, by which a recipient knows it.

        :raises GuardError: SG702 when some could not be delivered, after all others were.
        """
        if not self._connection.autocommit:
            raise GuardError("SG702", "the connection is not in autocommit",
                             hint="connect with `autocommit=True`: each notice is recorded when it is delivered")
        told, failed = 0, []
        for duty in self.obligations(request=request):
            try:
                how = deliver(duty)
            except OSError as error:
                self.settle(duty.id, "failed", f"{type(error).__name__}: {error}"[:1000], actor=actor)
                failed.append(f"{duty.recipient}, obligation {duty.id}: {error}")
            else:
                self.settle(duty.id, "told", how, actor=actor)
                told += 1
        if failed:
            raise GuardError("SG702", f"{len(failed)} of {len(failed) + told} recipients could not be told",
                             detail="\n".join(failed), hint="mend it, and repeat: what was told is not told again")
        return told
