"""What the policy's roles may do in schema ``sminion``: every such grant stands here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sminion_guard.compiler.quoting import ident, literal
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.policy import Compartment, Policy
from sminion_guard.policy.names import backup_role

_TICKET = (
    "open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint)", "enter(text)",
    "session_facts()", "policy_in_force()",
)
_LOG = (
    "open_log()", "knows_log(bigint, text)", "log_shape(jsonb)", "maintain(boolean)", "maintain_step(text)",
    # Row security of the journal calls it.
    "count_journal(integer, boolean)",
)
_TRANSFER = (
    "open_transfer(text, text, text, text, text, bytea, text[], text[], text[], text, text, jsonb)",
    "finish_transfer(bigint, bigint, bigint, bytea, boolean)", "fail_transfer(bigint, text)",
)
"""For logins that export to recipients."""
_SENT = ("name_rows(bigint, regclass, tid[])", "name_table(bigint, regclass)",
         "name_group(bigint, bigint, oid, tid[])")
"""For the compartments of recipients, in which an export reads: whose data it sends."""
_JOURNAL = "writer, first, proof, entries"
"""The columns of ``sminion.journal`` that a login may insert; the others say who and when."""
_ROUTINES: dict[str, tuple[str, ...]] = {
    # `enter` asks the context before it takes on the role.
    "login": (*_TICKET, "context(name, name)", *_LOG),
    # The floor of every table calls them as the compartment.
    "compartment": (
        "context(name, name)", "named_subject(name, name)", "named_alone(name, name, text, text[])",
        "ticket_value(name, name, text)", "enter(text)", "refuse_expired(text, text, text)",
        *(f"within_retention({kind}, interval, text)" for kind in ("date", "timestamp", "timestamptz")),
    ),
    "privacy_officer": (
        "policy_in_force()",
        "merge_subjects(text, text, text, text, text, text, bigint)",
        "merge_subjects(anynonarray, anynonarray, text, text, text, text, bigint)",
        "unmerge_subjects(text, text, text, text, text, text, bigint)",
        "unmerge_subjects(anynonarray, anynonarray, text, text, text, text, bigint)",
        "block(text, text, text, text, text[], timestamptz)",
        "block(anynonarray, text, text, text, text[], timestamptz)",
        "unblock(text, text, text, text, text[])",
        "unblock(anynonarray, text, text, text, text[])",
        "give_consent(text, text, text, text, text, timestamptz, bytea, text, timestamptz)",
        "give_consent(anynonarray, text, text, text, text, timestamptz, bytea, text, timestamptz)",
        "refuse_consent(text, text, text, text, text, timestamptz, bytea, text)",
        "refuse_consent(anynonarray, text, text, text, text, timestamptz, bytea, text)",
        "withdraw_consent(text, text, text, text, text)",
        "withdraw_consent(anynonarray, text, text, text, text)",
        "object(text, text, text, text, text)",
        "object(anynonarray, text, text, text, text)",
        "withdraw_objection(text, text, text, text, text)",
        "withdraw_objection(anynonarray, text, text, text, text)",
        "give_consents(text[], text, text, text, text)",
        "import_consents(text[], text[], text[], timestamptz[], bytea[], text[], timestamptz[], text[], text, text)",
        "consent_differences()",
        "withdraw_consents(text[], text, text, text, text)",
        "object_all(text[], text, text, text, text)",
        "block_all(text[], text, text, text)",
        "revoke_ticket(bigint, text)",
        "await_older(interval)",
        "block_and_wait(text, text, text, interval, text, text[], timestamptz)",
        "block_and_wait(anynonarray, text, text, interval, text, text[], timestamptz)",
        "state_holders(text)", "blind_tables()",
        "suspend_ddl_guard(text, timestamptz)", "resume_ddl_guard(text)",
        "open_request(text, text, text, text, text, timestamptz, text, text, text, text, text, text[])",
        "open_request(anynonarray, text, text, text, text, timestamptz, text, text, text, text, text, text[])",
        "identify_request(bigint, text, text)", "assign_request(bigint, text, text, text)",
        "note_request(bigint, text, text)", "extend_request(bigint, text, text)",
        "close_request(bigint, text, text, bigint, text, boolean)",
        "plan_destruction(bigint, boolean)", "begin_destruction(bigint, text, boolean, text)",
        "destroy_batch(bigint, integer)",
        "purge_batch(text, integer, boolean)", "retention_status(boolean)", "expired_partitions()",
        "forget_pseudonym_key(text)", "rotate_pseudonyms(text, text)",
        "hold_data(text, text, text, text, text, timestamptz, text, text)", "release_hold(bigint, text, text)",
        "record_verification(bigint, jsonb, text)", "keep_certificate(bigint, text, text)",
        "record_disclosure(text, text, text[], text[], text, timestamptz, text, text)",
        "settle_obligation(bigint, text, text, text)",
        "load_calendar(text, text, date, date, date, date[], date[])",
        "begin_report(text, text, bigint, text)", "report_tables(bigint)", "report_rows(bigint, text, text)",
        "report_restore(text)", "accept_restore(text, boolean)", "ledger_size(bigint)", "ledger_events(bigint, bigint)",
        "ledger_people(bytea, bytea[])", "end_replay(text, bigint, bigint, text)",
        "replay_decision(text, bigint, text, timestamptz, text, text, jsonb)",
        "drop_log(date, text)", "erase_from_log(text, text, text)",
        "record_reading(text, text, text, timestamptz, timestamptz, text, text)",
        "unfolded_entries()", "unfolded_writes()", "fold_holders()", "explanations()", "explained_accesses(bigint)",
        "accesses_of(text, timestamptz, timestamptz, timestamptz, bigint)", "other_keys(text)",
    ),
    "maintenance": (
        "settle(integer, integer)", "remask(integer)", "backfill(integer)", "await_older(interval)",
        "extend_log(integer)", "state_holders(text)", "blind_tables()", "maintain(boolean)", "maintain_step(text)",
        "fold_holders()", "purge_batch(text, integer, boolean)", "retention_status(boolean)", "expired_partitions()",
        "drop_expired_partition(text)", "check_partition(oid)", "record_drop(oid)",
    ),
    # The views call them.
    "auditor": ("policy_in_force()", "object_states()", "state_holders(text)", "blind_tables()", "unfolded_entries()",
                "unfolded_writes()", "fold_holders()", "leaves(bigint, bigint)", "stray_rows()",
                "silent_tickets(date)",
                "consent_differences()",
                "record_checkpoint(bigint, bytea, text)", "report_restore(text)", "ledger_size(bigint)",
                "ledger_events(bigint, bigint)",
                "record_reading(text, text, text, timestamptz, timestamptz, text, text)", "explanations()",
                "explained_accesses(bigint)",
                "accesses_of(text, timestamptz, timestamptz, timestamptz, bigint)", "retention_status(boolean)",
                "other_keys(text)"),
}
_RECORDING = ("record_consent(text, text, boolean, bytea, text, text, text)",)
"""For logins that may record consents, and the compartments in which they do: it asks which login calls it."""
_OF_KINDS = ("context_of_kind(name, name, text)", "named_subject_of_kind(name, name, text)")
"""What the floors of a policy that names kinds of subjects call too."""
_LOGS = (
    "access_log", "ticket_minutes", "journal_minutes",
    "statement_log", "refusals", "subject_access", "write_log", "log_faults",
    "dropped_log", "ddl_suspension", "act",
    "subject_history", "consent_register", "request_status", "request_history", "clarifications", "calendar", "report",
    "obligation_status", "disclosures", "transfers", "disclosure_register", "destruction_status", "destruction_event",
    "destruction", "certificate", "hold", "merged_subjects", "subject_status",
)
_WAITING = ("settle_status", "pending_changes", "settle_problems", "maintenance_status", "retention_progress")
_VIEWS: dict[str, tuple[str, ...]] = {
    "privacy_officer": (*_LOGS, *_WAITING, "policy_version"),
    "maintenance": _WAITING,
    "auditor": (*_LOGS, *_WAITING, "policy_version", "installed_object", "tile", "tree_state", "checkpoint"),
}


def routines(caller: str) -> tuple[str, ...]:
    """The routines of schema ``sminion`` that a kind of role may call.

    :param caller: ``login``, ``compartment`` or an office.
    """
    return _ROUTINES[caller]


def guard_privileges(policy: Policy, compartments: tuple[Compartment, ...]) -> dict[str, dict[str, Any]]:
    """Role to the routines that it may call, the views that it may read, and whether it may write to the journal."""
    callers = {entry.role: "compartment" for entry in compartments}
    callers |= {f"{policy.name}_{office}": office for office in ("auditor", "maintenance", "privacy_officer")}
    callers |= dict.fromkeys(sorted(policy.logins), "login")
    routines = _ROUTINES | ({"compartment": (*_ROUTINES["compartment"], *_OF_KINDS)} if policy.kinds else {})
    recorders = [login for login in policy.logins.values() if login.may_record_consent]
    recording = {login.name for login in recorders} | {
        entry.role for entry in compartments
        if entry.recipient is None and any(entry.purpose in login.purposes for login in recorders)}
    transferring = {login.name for login in policy.logins.values() if login.transfers_to}
    sent = {entry.role for entry in compartments if entry.recipient is not None}
    dumping = {backup_role(policy.name): {"routines": [], "views": [], "dump": True}} if policy.backup else {}
    return dumping | {
        role: {"routines": [*routines[caller], *(_RECORDING if role in recording else ()),
                            *(_TRANSFER if role in transferring else ()), *(_SENT if role in sent else ())],
               "views": list(_VIEWS.get(caller, ()))}
        | ({"journal": True} if caller == "login" else {})
        for role, caller in callers.items()
    }


def guard_grants(policy: Policy, compartments: tuple[Compartment, ...]) -> Iterator[Statement]:
    """EXECUTE, SELECT and INSERT in schema ``sminion`` for compartments, offices and logins."""
    for role, held in guard_privileges(policy, compartments).items():
        if "dump" in held:
            values = {"role": ident(role), "role_literal": literal(role)}
            yield from_templates("backup_guard", role, values, as_owner=True)
            continue
        routines = ", ".join(f"sminion.{signature}" for signature in held["routines"])
        grants = [f"GRANT EXECUTE ON ROUTINE {routines} TO {ident(role)}"]
        if held["views"]:
            views = ", ".join(f"sminion.{view}" for view in held["views"])
            grants.append(f"GRANT SELECT ON {views} TO {ident(role)}")
        if "journal" in held:
            grants.append(f"GRANT INSERT ({_JOURNAL}) ON sminion.journal TO {ident(role)}")
        values = {"role": ident(role), "role_literal": literal(role), "grants": ";\n".join(grants)}
        yield from_templates("guard_grant", role, values, as_owner=True)
