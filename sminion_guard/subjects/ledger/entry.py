"""One decision, as a ledger has it: without the key of the person."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision.

    :param number: of its event in the log.
    :param kind: state, request or act.
    :param at: the moment, as PostgreSQL writes it in JSON.
    :param person: commitment of the key, in hexadecimal; None where nobody is named any more.
    :param other: of a merge, that of the other key.
    :param about: of an erasure from the log, the number of another event of the person.
    """

    number: int
    kind: str
    at: str
    person: str | None
    other: str | None
    about: int | None
    decision: Json

    @property
    def of_nobody(self) -> bool:
        """A report of misconduct, which may concern nobody in particular."""
        return self.kind == "request" and self.person is None and bool(self.decision["row"]["kind"] == "misconduct")

    def json(self) -> Json:
        return asdict(self)


def commitment(salt: bytes, key: str) -> str:
    """What stands for a person in a ledger with this salt: whoever has the key recognizes it."""
    return hashlib.sha256(salt + key.encode()).hexdigest()
