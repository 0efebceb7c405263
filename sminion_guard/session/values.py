"""Values of tickets (``processing(..., values={"tenant": 17})``): in one form, and checked before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sminion_guard.errors import TicketRefused
from sminion_guard.policy import Policy
from sminion_guard.policy.conditions.condition import Kind
from sminion_guard.policy.findings import suggestion
from sminion_guard.session.legible import legible, safe

TicketValue = int | str | bool | date | UUID
"""What a value may be in Python."""

LONGEST = 200
"""Characters of a text (sql/functions/tickets/ticket_values.sql)."""

_RANGES = {Kind.INTEGER: 2**31, Kind.BIGINT: 2**63}


def encoded(values: Mapping[str, TicketValue] | None) -> str | None:
    """The values as JSON in one form: contexts with the same values are equal, and 1 is not True. None for none.

    :raises TicketRefused: SG227 for a value of a type that no ticket can carry.
    """
    if not values:
        return None
    return json.dumps({str(name): _plain(str(name), value) for name, value in values.items()},
                      sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plain(name: str, value: object) -> int | str | bool:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | str):
        return value
    raise TicketRefused(
        "SG227", f"value `{name}` is a {type(value).__name__}", hint="pass a whole number, text, bool, date or UUID"
    )


def check_values(values: str | None, policy: Policy | None, purpose: str) -> None:
    """Refuse values that the server would refuse, or a context without those that the policy declares.

    :param values: as :func:`encoded` gives them.
    :param policy: that statements are judged by; None before the server was asked for it, which then refuses itself.
    :raises TicketRefused: SG227.
    """
    if policy is not None and (values is not None or policy.ticket_values):
        _check(values, tuple(policy.ticket_values.items()), purpose)


@lru_cache(maxsize=4096)
def _check(values: str | None, declared: tuple[tuple[str, Kind], ...], purpose: str) -> None:
    given: dict[str, Any] = {} if values is None else json.loads(values)
    kinds = dict(declared)
    for name in given:
        if name not in kinds:
            raise TicketRefused(
                "SG227", f"the policy declares no value `{name}`",
                hint=suggestion(name, kinds.keys()) if kinds else "leave `values` out",
            )
    missing = [name for name in kinds if name not in given]
    if missing:
        listed = ", ".join(f'"{name}": ...' for name in missing)
        raise TicketRefused(
            "SG227", f"purpose `{purpose}` was declared without " + " and ".join(f"`{name}`" for name in missing),
            detail="each ticket of the policy carries it: rules of rows compare with it, and the log shows it",
            hint=f'pass it: `processing("{purpose}", ..., values={{{listed}}})`',
        )
    for name, kind in declared:
        if not _fits(given[name], kind):
            raise TicketRefused("SG227", f"value `{name}` is no {kind.value}", detail=f"it is {given[name]!r}",
                                hint=f"pass {_WANTED[kind]}")


def _fits(value: object, kind: Kind) -> bool:
    if kind in _RANGES:
        most = _RANGES[kind]
        return isinstance(value, int) and not isinstance(value, bool) and -most <= value < most
    if kind is Kind.BOOLEAN:
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if kind is Kind.TEXT:
        return legible(value) is not None and safe(value, LONGEST) == value
    try:
        return UUID(value) is not None if kind is Kind.UUID else date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def typed(values: str | None, policy: Policy) -> Mapping[str, object]:
    """The values as Python has them in rows: those of type date and uuid are no texts."""
    found: dict[str, object] = {} if values is None else json.loads(values)
    for name, kind in policy.ticket_values.items():
        if name in found and kind in (Kind.DATE, Kind.UUID):
            text = str(found[name])
            found[name] = UUID(text) if kind is Kind.UUID else date.fromisoformat(text)
    return found


_WANTED = {
    Kind.INTEGER: "a whole number within the range of integer",
    Kind.BIGINT: "a whole number within the range of bigint",
    Kind.BOOLEAN: "True or False", Kind.DATE: "a date", Kind.UUID: "a UUID",
    Kind.TEXT: f"a text of 1 to {LONGEST} characters",
}
