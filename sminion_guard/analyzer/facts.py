"""What the resolver notices besides accesses: facts, which the rules turn into reasons.

The resolver does not refuse. It says "here the role is set" or "this name means nothing", with the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FactKind(StrEnum):
    """What was noticed."""

    UNPARSED = "unparsed"
    LIMIT = "limit"
    DISAGREEMENT = "disagreement"
    UNKNOWN = "unknown"
    OPAQUE = "opaque"
    ESCAPE = "escape"
    DEFINITION = "definition"
    LEAKY = "leaky"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing noticed.

    :param start: byte offset in the UTF-8 form of the SQL text; None when no place is to blame.
    :param setting: the setting that is made here, in lower case, when it is one with a prefix and made for the
        transaction only: the policy may permit it.
    :param call: the function of PostgreSQL that is called here, when it is one that the policy may permit.
    """

    kind: FactKind
    message: str
    detail: str | None = None
    hint: str | None = None
    start: int | None = None
    setting: str | None = None
    call: str | None = None
