"""Consents as records after ISO/IEC TS 27560:2023."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

SCHEMA = "ISO/IEC TS 27560:2023"
_STATES = {
    "give_consent": "given", "refuse_consent": "refused", "withdraw_consent": "withdrawn",
    "expire_consent": "expired", "note_refusal": "refused",
}


def record(row: Mapping[str, Any], policy: Mapping[str, Any]) -> dict[str, Any]:
    """One record of a subject and a purpose, with all that happened to it.

    :param row: of ``queries/subjects/consent_records.sql``.
    :param policy: the document of the policy under which the decision that counts was recorded.
    """
    purpose = policy.get("purposes", {}).get(row["purpose"], {})
    operator = policy.get("operator")
    name = policy["name"]
    return {
        "record_header": {
            "schema_version": SCHEMA,
            "record_id": str(uuid5(NAMESPACE_URL, f"sminion-guard/{name}/{row['subject']}/{row['purpose']}")),
            "pii_principal_id": row["subject"],
        },
        "pii_processing": {
            "privacy_notice": {"policy": name, "version": policy["version"], "text_sha256": row["text_sha256"]},
            "purposes": [{
                "purpose": purpose.get("title", row["purpose"]),
                "purpose_id": row["purpose"],
                "lawful_basis": purpose.get("basis", "consent"),
                "pii_information": sorted(purpose.get("needs", ())),
                "processing_operations": sorted(purpose.get("may", ())),
                "pii_controllers": [name],
                "recipient_third_parties": sorted(
                    entry["title"] for entry in policy.get("recipients", {}).values()
                    if row["purpose"] in entry["purposes"]),
                "collection_method": row["channel"],
            }],
        },
        "party_identification": [{
            "party_id": name,
            "party_role": "pii_controller",
            "party_name": operator["name"] if operator else None,
            "party_address": operator["address"] if operator else None,
            "party_contact": operator["contact"] if operator else None,
        }],
        "consent_state": row["state"],
        "events": [_event(event, row["subject"]) for event in row["events"] or ()],
    }


def _event(event: Mapping[str, Any], subject: str) -> dict[str, Any]:
    return {
        "event_time": event["time"],
        "event_type": event["event"],
        "event_state": _STATES[event["event"]],
        "validity_until": event["until"],
        "entity_id": subject,
        "recorded_by": event["actor"],
        "collection_method": event["channel"],
        "privacy_notice": {"version": event["policy_version"], "text_sha256": event["text_sha256"]},
    }
