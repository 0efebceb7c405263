"""A policy as JSON-LD in the W3C Data Privacy Vocabulary, version 2.3. docs/PAGE.md explains the mapping."""

from __future__ import annotations

from typing import Any

from sminion_guard.policy.interval import parts
from sminion_guard.policy.page.notice import Kept, Notice, PurposeNotice, RecipientNotice

CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "sg": "urn:uuid:5c1d7a52-6f0e-4f0b-9d53-1f3f2c8e7a10#",
}
"""Prefixes; ``sg`` is for what the vocabulary has no term for."""

CATEGORIES = {
    "identity": "pd:Identifying", "birth": "pd:BirthDate", "contact": "pd:Contact", "address": "pd:PhysicalAddress",
    "family": "pd:Family", "social": "pd:Social", "property": "pd:Ownership", "education": "pd:Education",
    "profession": "pd:Professional", "income": "pd:Income", "health": "pd:Health", "payment": "pd:Financial",
    "device": "pd:DeviceBased", "behaviour": "pd:Behavioural", "free_text": "sg:FreeText",
}
"""Built-in category to the nearest term."""

BASES = {
    "consent": "eu-gdpr:A6-1-a", "contract": "eu-gdpr:A6-1-b", "legal_obligation": "eu-gdpr:A6-1-c",
    "vital_interest": "eu-gdpr:A6-1-d", "legitimate_interest": "eu-gdpr:A6-1-f", "public_data": "sg:PublicData",
    "mandatory_disclosure": "sg:MandatoryDisclosure",
}
"""Basis to the GDPR's; the last two are of Federal Law 152-FZ and have none."""

OPERATIONS = {
    "collect": "dpv:Collect", "use": "dpv:Use", "clarify": "dpv:Alter", "delete": "dpv:Erase",
    "transfer": "dpv:Transfer", "depersonalize": "dpv:Anonymise", "block": "dpv:Restrict", "destroy": "dpv:Destruct",
}
RIGHTS = {
    "access": "eu-gdpr:A15", "clarify": "eu-gdpr:A16", "destroy": "eu-gdpr:A17", "block": "eu-gdpr:A18",
    "object": "eu-gdpr:A21", "withdraw_consent": "eu-gdpr:A7-3",
}
"""Kind of request to the right; the others are of Federal Law 152-FZ and are left out."""

_DATE = {"year": "Y", "month": "M", "day": "D"}
_TIME = {"hour": "H", "minute": "M"}


def dpv(page: Notice) -> dict[str, Any]:
    """The document. Addresses that begin with ``#`` are relative to where it is published."""
    operator = page.operator
    responsible = [] if operator is None else [{
        "@id": "#operator", "@type": "dpv:DataController", "dpv:hasName": operator.name,
        "dpv:hasAddress": operator.address, "dpv:hasContact": operator.contact}]
    return {
        "@context": CONTEXT,
        "@graph": [
            *responsible,
            *({"@id": f"#category-{name}", "@type": "dpv:PersonalData", "skos:prefLabel": title}
              for name, title in page.own_categories.items()),
            *({"@id": f"#kind-{kind}", "@type": "dpv:DataSubject", "skos:prefLabel": kind}
              for kind in sorted({kind for entry in page.purposes for kind in entry.kinds})),
            *(_recipient(page, entry) for entry in page.recipients),
            *(_process(page, entry) for entry in page.purposes),
        ],
    }


def duration(text: str) -> str:
    """A length of time of a policy as ``xsd:duration``, which has no weeks."""
    dates: dict[str, int] = {}
    times: dict[str, int] = {}
    for number, unit in parts(text):
        if unit in _TIME:
            times[_TIME[unit]] = number
        elif unit == "week":
            dates["D"] = dates.get("D", 0) + 7 * number
        else:
            dates[_DATE[unit]] = dates.get(_DATE[unit], 0) + number
    date = "".join(f"{dates[letter]}{letter}" for letter in "YMD" if letter in dates)
    time = "".join(f"{times[letter]}{letter}" for letter in "HM" if letter in times)
    return f"P{date}{'T' if time else ''}{time}"


def _process(page: Notice, entry: PurposeNotice) -> dict[str, Any]:
    measures = ["dpv:AccessControlMethod", "dpv:AuthorisationProtocols", "dpv:ActivityMonitoring",
                *(["dpv:EncryptionInTransfer"] if page.require_tls else [])]
    found = {
        "@id": f"#process-{entry.name}",
        "@type": "dpv:Process",
        "dct:hasVersion": page.version,
        "dpv:hasPurpose": {"@id": f"#purpose-{entry.name}", "@type": "dpv:Purpose", "skos:prefLabel": entry.title},
        "dpv:hasLegalBasis": {"@id": BASES[entry.basis]},
        "dpv:hasProcessing": [{"@id": OPERATIONS[name]} for name in entry.may] or [{"@id": "dpv:Store"}],
        "dpv:hasPersonalData": _data(entry.data),
        "dpv:hasDataSubject": [{"@id": f"#kind-{kind}"} for kind in entry.kinds] or [{"@id": "dpv:DataSubject"}],
        "dpv:hasRecipient": [
            {"@id": f"#recipient-{other.name}"} for other in page.recipients if entry.name in other.purposes],
        "dpv:hasStorageCondition": [_storage(kept) for kept in entry.kept if kept.keep is not None],
        "dpv:hasTechnicalMeasure": [{"@id": name} for name in measures],
        "dpv:hasRight": [{"@id": RIGHTS[asked.kind.value]} for asked in page.asked
                         if asked.kind.value in RIGHTS and not asked.proof],
    }
    if page.operator is not None:
        found["dpv:hasDataController"] = {"@id": "#operator"}
    return {key: value for key, value in found.items() if value != []}


def _storage(kept: Kept) -> dict[str, Any]:
    return {
        "@type": "dpv:StorageCondition",
        "dpv:hasPersonalData": _data(kept.categories),
        "dpv:hasDuration": {"@type": "xsd:duration", "@value": duration(kept.keep or "")},
        "dpv:hasProcessing": {"@id": OPERATIONS[kept.then or ""]},
    }


def _recipient(page: Notice, entry: RecipientNotice) -> dict[str, Any]:
    never = [name for name in entry.never if name in page.held]
    found: dict[str, Any] = {
        "@id": f"#recipient-{entry.name}", "@type": "dpv:Recipient", "dpv:hasName": entry.title,
        "sg:agreement": entry.contract}
    return found | ({"sg:neverReceives": _data(tuple(never))} if never else {})


def _data(categories: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"@id": CATEGORIES.get(name, f"#category-{name}")} for name in categories]
