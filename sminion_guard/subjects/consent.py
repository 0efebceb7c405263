"""A decision on consent, and what imports and verification say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """What a subject decided on a purpose: the decision that counts.

    :param subject: the key, with its kind before it where the policy names kinds.
    :param state: given, refused, withdrawn or expired.
    :param given_at: when it was decided, which may be before it was recorded.
    :param until: when the consent ends by itself.
    :param text_sha256: of the text that the person saw, in hexadecimal digits.
    :param channel: how it came in; None where it was not said.
    :param actor: who took it from the person.
    """

    subject: str
    purpose: str
    state: str
    given_at: datetime
    until: datetime | None
    text_sha256: str | None
    channel: str | None
    actor: str | None
    login: str
    reason: str
    recorded_at: datetime
    policy_version: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the lines of a file.

    :param recorded: lines that were entered.
    :param repeated: lines whose decision was on record already.
    :param faulty: lines that were not entered; each was reported.
    """

    recorded: int = 0
    repeated: int = 0
    faulty: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that was not entered.

    :param line: its number in the file, from 1, the header included.
    """

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A state that is not what the history says.

    :param what: block, or a consent or an objection to a purpose.
    """

    subject: str
    what: str
    in_history: str
    in_state: str
