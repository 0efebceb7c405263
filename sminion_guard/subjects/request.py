"""A request and what happened to it, as the database says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    :param kind: clarify, block, destroy, withdraw_consent, object, access, stop or misconduct.
    :param subject: the key, with its kind before it where the policy names kinds; None for nobody in particular.
    :param trigger: what the term counts from: request, proof, detection or purpose_reached.
    :param state: open, overdue or closed.
    :param due_on: the last day of the term, extended where it was.
    :param days_left: until then; negative once it is over; None for a closed request.
    :param provisional: the calendar did not know all free days until then.
    :param blocks: the subject is blocked until the request is closed, in ``schemas`` only where they are named.
    :param identified: somebody checked who asks.
    :param outcome: granted, partly_granted, refused, withdrawn or duplicate; None while it is open.
    :param calendar: name and version of the calendar that the term was counted by.
    :param clarifications: how often data were written for it.
    :param other_keys: that belong to the same person; None where the key was merged with none.
    """

    id: int
    kind: str
    subject: str | None
    purpose: str | None
    trigger: str
    state: str
    due_on: date
    days_left: int | None
    extended: bool
    provisional: bool
    blocks: bool
    identified: bool
    unit: str | None
    channel: str
    representative: str | None
    received_at: datetime
    closed_at: datetime | None
    outcome: str | None
    duplicate_of: int | None
    calendar: str
    policy_version: str
    clarifications: int
    other_keys: list[str] | None
    schemas: list[str] | None


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """One thing that happened to a request.

    :param event: opened, identified, assigned, extended, noted or closed.
    :param reason: what was said: the reason, the notice, the note, or how the identity was checked.
    """

    at: datetime
    event: str
    detail: Mapping[str, Any]
    reason: str
    actor: str | None
    login: str


@dataclass(frozen=True, slots=True)
class Clarification:
    """One statement that wrote data of a person for a request. Values are not kept.

    :param operation: collect, clarify or delete.
    :param columns: that changed, or got a value.
    :param others: how many people beside the one of the request the rows are about.
    """

    at: datetime
    actor: str | None
    unit: str | None
    purpose: str
    login: str
    operation: str
    relation: str
    columns: tuple[str, ...]
    rows: int | None
    others: int
