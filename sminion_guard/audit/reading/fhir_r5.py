"""The log as AuditEvents of FHIR R5 (5.0.0)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sminion_guard.audit.reading import fhir
from sminion_guard.audit.reading.entry import Entry, rfc3339


def document(entries: Iterable[Entry], subject: str | None) -> Any:
    """A Bundle of them."""
    return fhir.bundle(entries, subject, _event)


def _event(entry: Entry, subject: str | None) -> dict[str, Any]:
    agent: dict[str, Any] = {"who": fhir.person(entry.actor or entry.login), "requestor": True}
    if entry.address:
        agent["networkString"] = entry.address
    entity: dict[str, Any] = {
        "detail": [{"type": {"text": name}, "valueString": value} for name, value in (*fhir.details(entry),
                                                                                      ("login", entry.login))]}
    if subject is not None:
        entity["what"] = {"identifier": {"value": subject}}
    found: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "code": {"coding": [fhir.lifecycle(entry)]},
        "action": fhir.action(entry),
        "severity": "warning" if fhir.failed(entry) else "informational",
        "recorded": rfc3339(entry.at),
        "agent": [agent],
        "source": {"observer": {"display": "sminion_guard"}},
        "entity": [entity],
    }
    if purposes := fhir.purpose(entry):
        found["authorization"] = purposes
    return found
