"""The ``[ticket]`` section of privacy.toml: what each ticket carries, and what a session may set for itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypedDict

from sminion_guard.policy.conditions.condition import Kind
from sminion_guard.policy.file import shape
from sminion_guard.policy.findings import Report

VALUE_KINDS: Mapping[str, Kind] = MappingProxyType({
    "int": Kind.INTEGER, "integer": Kind.INTEGER, "bigint": Kind.BIGINT, "uuid": Kind.UUID, "text": Kind.TEXT,
    "date": Kind.DATE, "boolean": Kind.BOOLEAN,
})
"""The types that a value of a ticket may have."""


class TicketPart(TypedDict):
    """The arguments of a Policy that the section gives."""

    ticket_values: Mapping[str, Kind]
    may_set: frozenset[str]
    may_call: frozenset[str]
    trusted_operators: frozenset[str]


def build_ticket(raw: Mapping[str, Any], report: Report) -> TicketPart:
    """The section as far as it is right; everything wrong is reported."""
    found = shape.validate(shape.TicketShape, raw, ("ticket",), report)
    values: dict[str, Kind] = {}
    if found is None:
        # Its names count as known even so: one mistake, one finding.
        found, written = shape.TicketShape(), raw.get("values")
        values = dict.fromkeys(written, Kind.TEXT) if isinstance(written, dict) else {}
    for name, word in found.values.items():
        if word not in VALUE_KINDS:
            report.add_unknown("SG310", ("ticket", "values", name), "type of a value", word, VALUE_KINDS.keys())
        values[name] = VALUE_KINDS.get(word, Kind.TEXT)
    return TicketPart(
        ticket_values=MappingProxyType(values),
        # The names of settings are the same in upper and lower case.
        may_set=frozenset(name.lower() for name in found.may_set),
        may_call=frozenset(found.may_call),
        trusted_operators=frozenset(found.trusted_operators),
    )
