"""What the policy's roles may do in schema ``sminion``: every such grant stands here."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler.quoting import ident, literal
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.policy import Compartment, Policy

_TICKET = ("open_ticket(text, text, text, text[], text, text, text)", "enter(text)", "session_facts()")
_LOG = ("open_log()", "log_shape(jsonb)", "log_statements(bigint, bigint, jsonb)")
_ROUTINES: dict[str, tuple[str, ...]] = {
    # `enter` asks the context before it takes on the role.
    "login": (*_TICKET, "context(name, name)", *_LOG),
    # The floor of every table calls them as the compartment.
    "compartment": ("context(name, name)", "named_subject(name, name)", "enter(text)"),
    "privacy_officer": (
        "block(text, text, text)",
        "unblock(text, text, text)",
        "give_consent(text, text, text, text)",
        "withdraw_consent(text, text, text, text)",
        "object(text, text, text, text)",
        "withdraw_objection(text, text, text, text)",
        "revoke_ticket(bigint, text)",
        "await_older(interval)",
        "block_and_wait(text, text, text, interval)",
        "drop_log(date, text)",
    ),
    "maintenance": (
        "settle(integer, integer)", "remask(integer)", "backfill(integer)", "await_older(interval)",
        "extend_log(integer)",
    ),
    "auditor": ("object_states()",),
}
_LOGS = ("access_log", "statement_log", "refusals", "subject_access", "write_log", "dropped_log", "subject_history")
_VIEWS: dict[str, tuple[str, ...]] = {
    "privacy_officer": (*_LOGS, "settle_status"),
    "maintenance": ("settle_status",),
    "auditor": (*_LOGS, "settle_status", "policy_version", "installed_object"),
}


def guard_grants(policy: Policy, compartments: tuple[Compartment, ...]) -> Iterator[Statement]:
    """EXECUTE and SELECT in schema ``sminion`` for logins, compartments and offices."""
    for compartment in compartments:
        yield _grant(compartment.role, "compartment")
    for office in ("auditor", "maintenance", "privacy_officer"):
        yield _grant(f"{policy.name}_{office}", office)
    for login in sorted(policy.logins):
        yield _grant(login, "login")


def _grant(role: str, kind: str) -> Statement:
    routines = ", ".join(f"sminion.{signature}" for signature in _ROUTINES[kind])
    grants = [f"GRANT EXECUTE ON ROUTINE {routines} TO {ident(role)}"]
    if kind in _VIEWS:
        views = ", ".join(f"sminion.{view}" for view in _VIEWS[kind])
        grants.append(f"GRANT SELECT ON {views} TO {ident(role)}")
    values = {"role": ident(role), "role_literal": literal(role), "grants": ";\n".join(grants)}
    return from_templates("guard_grant", role, values, as_owner=True)
