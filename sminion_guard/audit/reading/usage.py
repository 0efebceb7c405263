"""Accesses to one person's data with the fields of the Estonian data tracker (Andmejälgija, `findUsage` version 2)."""

from __future__ import annotations

from typing import Any

from sminion_guard.audit.reading.entry import Entry, rfc3339

_OF_STATEMENTS = {"at", "verdict", "refused_by", "outcomes", "codes"}
"""What accesses to a person's data do not have."""


def usage(entry: Entry, receiver_code: str) -> dict[str, Any]:
    """One usage: the tracker's five fields, and what our log knows beside them.

    :param receiver_code: registry code of the organisation that has the application.
    """
    named = entry.title or entry.purpose or "outside of any purpose"
    found = {
        "logtime": rfc3339(entry.at),
        "action": f"{named}: {entry.reason}" if entry.reason else named,
        "receiverCode": receiver_code,
        "receiverSystem": entry.application or entry.login,
    }
    if entry.unit:
        found["receiverName"] = entry.unit
    return found | {name: value for name, value in entry.document().items() if name not in _OF_STATEMENTS}
