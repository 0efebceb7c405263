"""Consents as records after ISO/IEC TS 27560:2023."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

SCHEMA = "ISO/IEC TS 27560:2023"
EXTENSIONS = frozenset({
    "policy", "policy_version", "text_sha256", "purpose_id", "consent_state", "recorded_as", "recorded_by", "channel",
})
"""Keys of our own, beside the fields of the standard."""
_STATES = {
    "give_consent": "given", "refuse_consent": "refused", "withdraw_consent": "withdrawn",
    "expire_consent": "expired", "note_refusal": "refused",
}


def record(row: Mapping[str, Any], policy: Mapping[str, Any]) -> dict[str, Any]:
    """One record of a subject and a purpose, with all that happened to it.

    Its keys are fields of the standard, but for those of ``EXTENSIONS``. A field that the standard demands and that
    neither the policy nor the register knows is None: whoever passes the record on fills it in.

    :param row: of ``queries/subjects/consent_records.sql``.
    :param policy: the document of the policy under which the decision that counts was recorded.
    """
    purpose = policy.get("purposes", {}).get(row["purpose"], {})
    operator = policy.get("operator")
    name = policy["name"]
    contact = operator["contact"] if operator else None
    return {
        "record_header": {
            "schema_version": SCHEMA,
            "record_id": str(uuid5(NAMESPACE_URL, f"sminion-guard/{name}/{row['subject']}/{row['purpose']}")),
            "pii_principal_id": row["subject"],
        },
        "pii_processing": {
            "privacy_notice": {"policy": name, "policy_version": policy["version"], "text_sha256": row["text_sha256"]},
            "language": None,
            "purposes": [{
                "purpose": purpose.get("title", row["purpose"]),
                "purpose_id": row["purpose"],
                "lawful_basis": purpose.get("basis", "consent"),
                "pii_information": [{"pii_type": category} for category in sorted(purpose.get("needs", ()))],
                "pii_controllers": [name],
                "processing_method": sorted(purpose.get("may", ())),
                "storage_locations": None,
                "retention_period": None,
                "jurisdiction": None,
                "recipient_third_parties": sorted(
                    entry["title"] for entry in policy.get("recipients", {}).values()
                    if row["purpose"] in entry["purposes"]),
                "withdrawal_method": contact,
            }],
        },
        "party_identification": [{
            "party_id": name,
            "party_name": operator["name"] if operator else None,
            "party_address": operator["address"] if operator else None,
            "party_role": "pii_controller",
            "party_contact": contact,
            "party_type": None,
        }],
        "consent_state": row["state"],
        "events": [_event(event, row["subject"]) for event in row["events"] or ()],
    }


def _event(event: Mapping[str, Any], subject: str) -> dict[str, Any]:
    return {
        "event_time": event["time"],
        "validity_duration": f"{event['time']}/{event['until']}" if event["until"] else None,
        "entity_id": subject,
        "event_type": None,
        "event_state": _STATES[event["event"]],
        "recorded_as": event["event"],
        "recorded_by": event["actor"],
        "channel": event["channel"],
        "policy_version": event["policy_version"],
        "text_sha256": event["text_sha256"],
    }
