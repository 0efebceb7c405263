"""The policy as the database keeps it: what its own functions need, and the document people may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sminion_guard.compiler.explanations import explanations_of
from sminion_guard.compiler.subjects import depth, parent_of, personal_tables, subject_columns, subjects_of
from sminion_guard.policy import Anonymous, Basis, Compartment, Login, Policy, Table
from sminion_guard.policy.compartments import clash
from sminion_guard.policy.differences.held import held, subject_terms
from sminion_guard.policy.document import document
from sminion_guard.policy.permission import transferring

Json = dict[str, Any]


def registry(policy: Policy, compartments: tuple[Compartment, ...], bits: Mapping[str, int], digest: str) -> Json:
    """The argument of ``sminion.record_policy``."""
    return {
        "name": policy.name,
        "version": policy.version,
        "digest": digest,
        "subject_keys": subject_keys(policy),
        "ticket_lifetime_seconds": policy.ticket_lifetime.total_seconds(),
        "require_tls": policy.require_tls,
        "ticket_values": {name: kind.value for name, kind in sorted(policy.ticket_values.items())},
        "request_terms": _request_terms(policy),
        **_mask_formula(policy, bits),
        "purposes": [
            {
                "bit": bit,
                "name": name,
                "title": policy.purposes[name].title,
                "basis": policy.purposes[name].basis.value,
                "sees_blocked": policy.purposes[name].sees_blocked,
            }
            for name, bit in sorted(bits.items())
        ],
        "compartments": [
            {
                "role": entry.role,
                "purpose": entry.purpose,
                "recipient": entry.recipient or "",
                "mask": 1 << bits[entry.purpose],
                "schemas": list(entry.schemas),
                "tables": [
                    table.qualified for table in policy.tables()
                    if policy.collection_of(table).name in entry.collections
                ],
                "sees_blocked": policy.purposes[entry.purpose].sees_blocked,
                "clashes": clashes(policy, compartments, entry),
                **_held(policy, entry),
            }
            for entry in compartments
        ],
        "logins": [
            {"login": login.name, "purpose": purpose, "recipient": recipient,
             "may_hold_incompatible": login.may_hold_incompatible is not None,
             "may_own": login.may_own is not None, "tickets_per_minute": login.tickets_per_minute,
             "log_mb_per_minute": login.log_mb_per_minute}
            for login in sorted(policy.logins.values(), key=lambda entry: entry.name)
            for purpose, recipient in _openings(policy, login)
        ],
        "consent_logins": [
            {"login": login.name, "purpose": purpose}
            for login in sorted(policy.logins.values(), key=lambda entry: entry.name)
            for purpose in sorted(set(login.may_record_consent))
        ],
        "tables": [
            {
                "schema": table.schema,
                "table": table.name,
                "subject_columns": list(subject_columns(table)),
                "key_types": [entry.key.value for entry in subjects_of(policy, table)],
                "prefixes": [entry.prefix for entry in subjects_of(policy, table)],
                "optional": [entry.optional for entry in subjects_of(policy, table)],
                "depth": depth(policy, table),
                "subject_terms": subject_terms(policy, table),
                **_parent(policy, table),
                "anonymous": table.anonymous is Anonymous.VISIBLE,
                "bits": sum({
                    1 << bits[entry.purpose] for entry in compartments
                    if policy.collection_of(table).name in entry.collections
                }),
            }
            for table in personal_tables(policy)
        ],
        "explanations": explanations_of(policy),
        "document": document(policy),
    }


def _openings(policy: Policy, login: Login) -> list[tuple[str, str]]:
    """The purposes that a login acts for, each with the recipient that it exports to; empty for tickets of its own."""
    sent = [(purpose, name) for name in login.transfers_to for purpose in transferring(policy, policy.recipients[name])]
    return sorted([*((purpose, "") for purpose in set(login.purposes)), *sent])


def _request_terms(policy: Policy) -> Json | None:
    """The terms of requests, as ``sminion.open_request`` reads them."""
    if policy.requests is None:
        return None
    return {
        "calendar": policy.requests.calendar,
        "timezone": policy.timezone,
        "terms": {
            kind.value: {
                trigger.value: {
                    "count": term.length.count,
                    "unit": term.length.unit.value,
                    "extend_count": term.extend.count if term.extend else None,
                    "extend_unit": term.extend.unit.value if term.extend else None,
                    "extend_total": term.extend_total,
                    "interim": term.interim,
                }
                for trigger, term in sorted(said.items())
            }
            for kind, said in sorted(policy.requests.terms.items())
        },
    }


def subject_keys(policy: Policy) -> dict[str, str]:
    """The types of keys by kind, as the database keeps them."""
    return {kind: key.value for kind, key in sorted(policy.subject_keys.items())}


def _parent(policy: Policy, table: Table) -> dict[str, str]:
    """Where the subject of a child is found: what settling needs to see that a row still has an earlier one."""
    parent = parent_of(policy, table)
    if parent is None:
        return {}
    return {
        "parent_schema": parent.table.schema,
        "parent_table": parent.table.name,
        "parent_key": parent.key,
        "parent_subject": parent.subject,
        "child_column": parent.column,
    }


def _held(policy: Policy, compartment: Compartment) -> Json:
    found = held(policy, compartment)
    return {"gives": found.gives, "terms": found.terms}


def clashes(policy: Policy, compartments: tuple[Compartment, ...], own: Compartment) -> list[str]:
    """Roles that one transaction may not combine with ``own``: some of what they hold is not mergeable."""
    return [other.role for other in compartments if clash(policy, own, other)]


def _mask_formula(policy: Policy, bits: Mapping[str, int]) -> dict[str, int]:
    def mask(names: list[str]) -> int:
        return sum(1 << bits[name] for name in names)

    by_consent = [name for name, purpose in policy.purposes.items() if purpose.basis is Basis.CONSENT]
    by_interest = [name for name, purpose in policy.purposes.items() if purpose.basis is Basis.LEGITIMATE_INTEREST]
    return {
        "default_bits": mask([name for name in policy.purposes if name not in by_consent]),
        "consent_bits": mask(by_consent),
        "objection_bits": mask(by_interest),
        "blocked_bits": mask([name for name, purpose in policy.purposes.items() if purpose.sees_blocked]),
    }
