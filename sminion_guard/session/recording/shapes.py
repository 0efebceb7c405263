"""What is on record of every statement of a shape, worked out once and not each time it is sent."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from sminion_guard.analyzer import Verdict
from sminion_guard.analyzer.verdict import SubjectPlace
from sminion_guard.session.recording.normalise import normalised
from sminion_guard.session.recording.rows import Shape

MOST = 4096
"""Texts that are remembered; beyond, the one used longest ago is forgotten."""

Places = tuple[tuple[SubjectPlace, ...], ...]
"""For each statement of a text, the output columns that hold a subject's key."""


@dataclass(frozen=True, slots=True)
class Known:
    """A verdict, as the log sees it.

    :param of: what the verdict was found from; kept so that nothing else gets its identity.
    """

    of: object
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
        self._known: OrderedDict[tuple[int, str, tuple[str, ...]], Known] = OrderedDict()
        self._lock = Lock()

    def of(self, verdict: Verdict) -> Known:
        """The same text judged again has the same statements, from the analyzer's cache."""
        codes = tuple(dict.fromkeys(reason.code for reason in verdict.reasons))
        key = (id(verdict.statements), verdict.sql, codes)  # texts that cannot be parsed have the same: none
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        known = _known(verdict, codes)
        with self._lock:
            self._known[key] = known
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return known


def _known(verdict: Verdict, codes: tuple[str, ...]) -> Known:
    accesses = [access for judged in verdict.statements for access in judged.statement.accesses]
    shape = Shape(
        codes=codes,
        operations=tuple(sorted({access.operation.value for access in accesses})),
        relations=tuple(sorted({access.qualified for access in accesses})),
        columns=tuple(sorted({f"{access.qualified}.{column}" for access in accesses for column in access.columns})),
        fingerprint=verdict.fingerprint,
        statement=normalised(verdict.sql),
    )
    places = tuple(verdict.subject_columns(number) for number in range(len(verdict.statements)))
    return Known(verdict.statements, shape, places)
