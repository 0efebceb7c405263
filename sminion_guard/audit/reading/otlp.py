"""The log as records of OpenTelemetry, in the JSON of its protocol (OTLP 1.x): what its collectors take from a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sminion_guard.audit.reading.entry import Entry
from sminion_guard.version import __version__

_OWN = (
    "unit", "login", "purpose", "title", "reason", "basis", "basis_ref", "operations", "relations", "columns",
    "categories", "rows", "verdict", "refused_by", "outcomes", "codes", "ticket", "application", "home", "writer",
    "place", "write",
)
_SEVERITY = {"allowed": (9, "INFO"), "refused": (13, "WARN")}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def document(entries: Iterable[Entry], subject: str | None) -> Any:
    """LogsData with one resource and one scope.

    :param subject: key of the person whose data it was; None where that was not asked.
    """
    now = _nanoseconds(datetime.now(UTC))
    return {"resourceLogs": [{
        "resource": {"attributes": [_attribute("service.name", "sminion_guard")]},
        "scopeLogs": [{"scope": {"name": "sminion_guard.audit", "version": __version__},
                       "logRecords": [_record(entry, subject, now) for entry in entries]}],
    }]}


def _record(entry: Entry, subject: str | None, now: str) -> dict[str, Any]:
    number, text = _SEVERITY["refused" if entry.refused_by or entry.verdict == "refused" else "allowed"]
    said = {"user.name": entry.actor, "client.address": entry.address, "db.system.name": "postgresql",
            "sminion_guard.subject": subject, **{f"sminion_guard.{name}": getattr(entry, name) for name in _OWN}}
    return {
        "timeUnixNano": _nanoseconds(entry.at), "observedTimeUnixNano": now, "severityNumber": number,
        "severityText": text, "eventName": "sminion_guard.access",
        "body": {"stringValue": f"{entry.title or entry.purpose or 'no purpose'}: {entry.reason or 'no reason'}"},
        "attributes": [_attribute(name, value) for name, value in said.items() if value not in (None, ())],
    }


def _attribute(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "value": _value(value)}


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, tuple):
        return {"arrayValue": {"values": [_value(each) for each in value]}}
    if isinstance(value, int):
        return {"intValue": str(value)}  # 64 bits, which JSON's numbers have not: a string, as protobuf's JSON says
    return {"stringValue": str(value)}


def _nanoseconds(at: datetime) -> str:
    past = at - _EPOCH
    return str(((past.days * 86400 + past.seconds) * 1_000_000 + past.microseconds) * 1000)
