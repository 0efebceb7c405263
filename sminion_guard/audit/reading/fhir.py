"""What the AuditEvents of FHIR R4 and R5 have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sminion_guard.audit.reading.entry import Entry

LIFECYCLE = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
NETWORK_IP = "2"
"""Of the code system network-type: the address is an IP address."""
_ACTIONS = {
    "delete": ("D", "destroy"), "clarify": ("U", "amend"), "collect": ("C", "originate"), "use": ("R", "access"),
}
"""Operation to FHIR's action and its event in the life of a record; of several, the first in this order counts."""


def bundle(entries: Iterable[Entry], subject: str | None, event: Callable[[Entry, str | None], dict[str, Any]]) -> Any:
    """AuditEvents as a collection.

    :param subject: key of the person whose data it was; None where that was not asked.
    """
    return {"resourceType": "Bundle", "type": "collection",
            "entry": [{"resource": event(entry, subject)} for entry in entries]}


def action(entry: Entry) -> str:
    """C, R, U or D; E where nothing of that kind was done."""
    return next((code for name, (code, _) in _ACTIONS.items() if name in entry.operations), "E")


def lifecycle(entry: Entry) -> dict[str, str]:
    """The event in the life of a record, as a coding."""
    code = next((code for name, (_, code) in _ACTIONS.items() if name in entry.operations), "access")
    return {"system": LIFECYCLE, "code": code}


def purpose(entry: Entry) -> list[dict[str, Any]]:
    """The purpose as a list of concepts: of the policy, and of no code system."""
    if entry.purpose is None:
        return []
    return [{"coding": [{"code": entry.purpose}], "text": entry.title or entry.purpose}]


def failed(entry: Entry) -> bool:
    """Whether it was refused, or failed."""
    return entry.verdict == "refused" or entry.refused_by is not None or "failed" in entry.outcomes


def person(name: str) -> dict[str, Any]:
    """A reference by a name that has no URL."""
    return {"identifier": {"value": name}, "display": name}


def details(entry: Entry) -> Iterable[tuple[str, str]]:
    """What FHIR has no field for: name and value."""
    said = {
        "reason": entry.reason, "basis": entry.basis, "basis_ref": entry.basis_ref, "unit": entry.unit,
        "categories": ", ".join(entry.categories), "relations": ", ".join(entry.relations),
        "columns": ", ".join(entry.columns), "rows": entry.rows, "ticket": entry.ticket,
        "codes": ", ".join(entry.codes), "home": entry.home,
    }
    return ((name, str(value)) for name, value in said.items() if value not in (None, ""))
