"""What is asked of the log. It goes on record before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of questions; ``sminion.record_reading`` knows the same ones."""

    LOG = "log"
    REFUSALS = "refusals"
    ACTOR = "actor"
    PURPOSE = "purpose"
    SUBJECT = "subject"
    COMPARE = "compare"
    REPORT = "report"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    :param since: of this moment or later; None: since the log began.
    :param until: before this moment; None: until now.
    :param reason: why it is asked, for the record.
    :param subject: key of a person, as in the subject column, with ``kind`` where the policy names kinds of subjects.
    """

    what: Kind
    since: datetime | None = None
    until: datetime | None = None
    reason: str | None = None
    actor: str | None = None
    purpose: str | None = None
    subject: str | None = None
    kind: str | None = None
