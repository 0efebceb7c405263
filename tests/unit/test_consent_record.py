"""Consent records have the fields of ISO/IEC TS 27560:2023, as section 8.2 of the guide of W3C DPVCG lists them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sminion_guard.policy import loads
from sminion_guard.policy.document import document
from sminion_guard.subjects.consent_record import EXTENSIONS, record
from tests.policies import SHOP

SECTIONS = {"record_header", "pii_processing", "party_identification", "events"}
MANDATORY = {
    "schema_version", "record_id", "pii_principal_id", "privacy_notice", "language", "purpose", "pii_information",
    "pii_controllers", "storage_locations", "retention_period", "jurisdiction", "recipient_third_parties",
    "withdrawal_method", "pii_type", "party_id", "party_address", "party_name", "party_contact", "party_type",
    "event_time", "validity_duration", "entity_id", "event_type", "event_state",
}
OPTIONAL = {"purposes", "lawful_basis", "processing_method", "party_role"}
"""Those of the optional ones that we have; `purposes` holds the fields of each purpose."""
ROW = {
    "subject": "5", "purpose": "news", "state": "given", "until": None, "text_sha256": "ab", "channel": "web",
    "events": [{"event": "give_consent", "time": "2026-05-03T00:00:00Z", "until": "2027-05-03T00:00:00Z",
                "actor": "anna", "channel": "web", "text_sha256": "ab", "policy_version": "1"}],
}


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)
    elif isinstance(value, list):
        for entry in value:
            yield from keys(entry)


def test_each_key_is_a_field_of_the_standard_or_known_to_be_ours() -> None:
    made = record(ROW, document(loads(SHOP)))
    assert set(keys(made)) == SECTIONS | MANDATORY | OPTIONAL | EXTENSIONS
    assert made["events"][0]["validity_duration"] == "2026-05-03T00:00:00Z/2027-05-03T00:00:00Z"
    assert made["pii_processing"]["purposes"][0]["pii_information"] == [{"pii_type": "contact"}]
