"""What is on record of every statement of a shape, worked out once and not each time it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.analyzer import Verdict
from sminion_guard.analyzer.cache import Cache
from sminion_guard.analyzer.verdict import SubjectPlace
from sminion_guard.session.recording.normalise import normalised
from sminion_guard.session.recording.rows import Shape

MOST = 4096
"""Verdicts that are remembered; beyond, the one used longest ago is forgotten."""

Places = tuple[tuple[SubjectPlace, ...], ...]
"""For each statement of a text, the output columns that hold a subject's key."""


@dataclass(frozen=True, slots=True)
class Known:
    """A verdict, as the log sees it.

    :param of: the verdict itself; kept so that nothing else gets its identity.
    """

    of: Verdict
    shape: Shape
    places: Places

    def places_of(self, number: int) -> tuple[SubjectPlace, ...]:
        """Of the result with this number, counted from 0."""
        return self.places[number] if number < len(self.places) else ()

    @property
    def shows_subjects(self) -> bool:
        """Whether a result can hold the key of a subject."""
        return any(self.places)


class Shapes:
    """Thread-safe."""

    def __init__(self) -> None:
        self._known: Cache[Known] = Cache(MOST)

    def of(self, verdict: Verdict) -> Known:
        """What is on record of a verdict. The same text in the same state of a transaction has the same one."""
        known = self._known.get(id(verdict))
        if known is None or known.of is not verdict:
            known = _known(verdict)
            self._known.put(id(verdict), known)
        return known


def _known(verdict: Verdict) -> Known:
    accesses = [access for judged in verdict.statements for access in judged.statement.accesses]
    shape = Shape(
        codes=tuple(dict.fromkeys(reason.code for reason in verdict.reasons)),
        operations=tuple(sorted({access.operation.value for access in accesses})),
        relations=tuple(sorted({access.qualified for access in accesses})),
        columns=tuple(sorted({f"{access.qualified}.{column}" for access in accesses for column in access.columns})),
        fingerprint=verdict.fingerprint,
        statement=normalised(verdict.sql),
    )
    places = tuple(verdict.subject_columns(number) for number in range(len(verdict.statements)))
    return Known(verdict, shape, places)
