"""The log as AuditEvents of FHIR R4 (4.0.1; R4B has the same)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sminion_guard.audit.reading import fhir
from sminion_guard.audit.reading.entry import Entry, rfc3339


def document(entries: Iterable[Entry], subject: str | None) -> Any:
    """A Bundle of them."""
    return fhir.bundle(entries, subject, _event)


def _event(entry: Entry, subject: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "type": fhir.lifecycle(entry),
        "action": fhir.action(entry),
        "recorded": rfc3339(entry.at),
        "outcome": "8" if fhir.failed(entry) else "0",  # 8: serious failure, the action was ended
        "agent": [_agent(entry)],
        "source": {"observer": {"display": "sminion_guard"}},
        "entity": [_entity(entry, subject)],
    }
    if purposes := fhir.purpose(entry):
        found["purposeOfEvent"] = purposes
    return found


def _agent(entry: Entry) -> dict[str, Any]:
    agent: dict[str, Any] = {
        "who": fhir.person(entry.actor or entry.login), "altId": entry.login, "name": entry.actor or entry.login,
        "requestor": True,
    }
    if entry.address:
        agent["network"] = {"address": entry.address, "type": fhir.NETWORK_IP}
    return agent


def _entity(entry: Entry, subject: str | None) -> dict[str, Any]:
    entity: dict[str, Any] = {"detail": [{"type": name, "valueString": value} for name, value in fhir.details(entry)]}
    if subject is not None:
        entity["what"] = {"identifier": {"value": subject}}
        entity["type"] = {"system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": "1"}  # person
    return entity
