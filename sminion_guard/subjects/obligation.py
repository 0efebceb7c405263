"""A disclosure to a third party, and the obligation to tell it, as the database says them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Data of one person that were passed on.

    :param subject: the key, with its kind before it where the policy names kinds.
    :param contract: as the policy named it then.
    """

    id: int
    subject: str
    disclosed_at: datetime
    recipient: str
    contract: str
    purpose: str
    categories: list[str]
    reason: str
    actor: str | None


@dataclass(frozen=True, slots=True)
class Registered:
    """Data that were passed on once, whoever they are about.

    :param basis: what the purpose rested on, as the policy said it then.
    :param basis_ref: the order, decision or case, where one was named.
    :param state: recorded by hand, or the state of an export: begun, finished, failed or aborted.
    :param at_most: more people are named than there are.
    """

    id: int
    disclosed_at: datetime
    recipient: str
    contract: str
    purpose: str
    basis: str | None
    basis_ref: str | None
    categories: list[str]
    state: str
    persons: int
    at_most: bool
    reason: str
    who: str
    policy_version: str


@dataclass(frozen=True, slots=True)
class Recall:
    """A recipient that got data of a person, under any key of that person.

    :param times: how often.
    :param to_be_told: numbers of obligations that are due or overdue.
    :param told: numbers of obligations that are settled by telling.
    """

    recipient: str
    contracts: list[str]
    purposes: list[str]
    categories: list[str]
    first_at: datetime
    last_at: datetime
    times: int
    to_be_told: list[int]
    told: list[int]


@dataclass(frozen=True, slots=True)
class Obligation:
    """A recipient that must be told of a request.

    :param kind: of the request.
    :param subject: the key; None once the person was erased from the log.
    :param state: due, overdue, told, acknowledged, waived, or void where the request was not granted.
    :param due_on: the last day of the request's term.
    :param attempts: how often somebody tried to tell.
    :param known_as: keys of the person under which the recipient got data.
    """

    id: int
    request: int
    kind: str
    subject: str | None
    recipient: str
    state: str
    due_on: date
    attempts: int
    told_at: datetime | None
    acknowledged_at: datetime | None
    waived_at: datetime | None
    known_as: list[str]
