"""What a policy says about the operator, and about the requests that people make: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class RequestKind(StrEnum):
    """What people may ask for, and what the operator finds out by itself."""

    CLARIFY = "clarify"
    BLOCK = "block"
    DESTROY = "destroy"
    WITHDRAW_CONSENT = "withdraw_consent"
    OBJECT = "object"
    ACCESS = "access"
    STOP = "stop"
    MISCONDUCT = "misconduct"


class Trigger(StrEnum):
    """What a term counts from."""

    REQUEST = "request"
    PROOF = "proof"
    DETECTION = "detection"
    PURPOSE_REACHED = "purpose_reached"


class TermUnit(StrEnum):
    """The units of terms; the value is how the policy writes one of them."""

    WORKING_DAY = "working day"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Length:
    """The length of a term.

    :param count: how many of the unit; 0 is `at once`.
    :param unit: what is counted.
    """

    count: int
    unit: TermUnit

    def __str__(self) -> str:
        return "at once" if self.count == 0 else f"{self.count} {self.unit.value}{'s' if self.count > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Term:
    """Until when a request must be answered.

    :param length: counted from the day after the trigger.
    :param extend: by how much it may be extended, once and with a notice; None where it may not.
    :param extend_total: whether ``extend`` is the whole length from the trigger, and not what is added to the term.
    :param interim: whether the subject is blocked until the request is closed.
    """

    length: Length
    extend: Length | None = None
    extend_total: bool = False
    interim: bool = False


@dataclass(frozen=True, slots=True)
class Requests:
    """How requests are handled.

    :param profile: the law whose terms are used where the policy gives none: ``RU`` or ``GDPR``.
    :param calendar: whose public holidays count: a country such as ``DE``, with a subdivision
        ``DE-BY``; or ``weekends``.
    :param terms: a term for each kind and each trigger.
    """

    profile: str
    calendar: str
    terms: Mapping[RequestKind, Mapping[Trigger, Term]]


@dataclass(frozen=True, slots=True)
class Operator:
    """Who is responsible for the processing; named on the page for people, in reports and in certificates.

    :param name: as registered.
    :param address: where letters go.
    :param contact: where people write to about their data.
    :param processor: who processes the data on its behalf, with address; None where nobody does.
    :param backups: how long backups are kept, such as ``35 days``; None where the policy does not say.
    :param certificates: how long certificates of destruction are kept; None for three years.
    :param actors: how long the log says who acted and from which address; None for as long as the log is kept.
    """

    name: str
    address: str
    contact: str
    processor: str | None = None
    backups: str | None = None
    certificates: str | None = None
    actors: str | None = None
