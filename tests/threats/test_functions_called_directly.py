# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: call the guard's own functions directly, as every kind of role. What is not granted here is granted to nobody."""

from __future__ import annotations

import pytest

from tests.world import PRIVILEGE, World

GRANTED = {
    "all": {
        "open_ticket", "enter", "session_facts", "policy_in_force", "context", "open_log", "knows_log", "log_shape", "maintain",
        "maintain_step", "count_journal",
    },
    "contract": {"context", "named_subject", "named_alone", "ticket_value", "within_retention", "enter", "refuse_expired"},
    "officer": {
        "merge_subjects", "unmerge_subjects", "block", "unblock", "give_consent", "withdraw_consent", "object", "withdraw_objection", "revoke_ticket",
        "give_consents", "withdraw_consents", "object_all", "block_all", "await_older", "block_and_wait", "drop_log",
        "open_request", "identify_request", "assign_request", "note_request", "extend_request", "close_request", "load_calendar",
        "refuse_consent", "import_consents", "consent_differences", "record_disclosure", "settle_obligation",
        "plan_destruction", "begin_destruction", "destroy_batch", "hold_data", "release_hold", "record_verification", "keep_certificate",
        "purge_batch", "retention_status", "expired_partitions", "forget_pseudonym_key", "rotate_pseudonyms",
        "state_holders", "blind_tables",
        "suspend_ddl_guard", "resume_ddl_guard", "erase_from_log", "record_reading", "report_restore", "accept_restore",
        "ledger_size", "ledger_events", "ledger_people", "replay_decision", "end_replay",
        "unfolded_entries", "unfolded_writes", "fold_holders", "policy_in_force", "explanations", "explained_accesses",
        "accesses_of", "other_keys",
        "begin_report", "report_tables", "report_rows",
    },
    "keeper": {
        "settle", "remask", "backfill", "await_older", "extend_log", "state_holders", "blind_tables", "maintain", "maintain_step",
        "fold_holders", "purge_batch", "retention_status", "expired_partitions", "drop_expired_partition", "check_partition", "record_drop",
    },
    "reader": {"object_states", "state_holders", "blind_tables", "unfolded_entries", "unfolded_writes", "fold_holders", "leaves", "stray_rows",
               "silent_tickets", "accesses_of", "other_keys", "policy_in_force", "explanations", "explained_accesses", "consent_differences",
               "record_checkpoint", "record_reading", "report_restore", "retention_status",
               "ledger_size", "ledger_events"},
    "owner": set(),
}
"""Role to the functions of schema `sminion` that it may execute: all of them, by comparison with pg_proc."""
EVERYBODY = {"refuse_others", "refuse_partition"}
"""What PUBLIC may execute: row security calls it as whoever reads a table, and it does nothing but raise."""
EVENTS = {
    "ddl_on_tables", "ddl_on_views", "ddl_on_policies", "ddl_on_grants", "ddl_on_routines", "ddl_on_publications", "ddl_on_guard",
    "ddl_drops",
}
"""Functions of event triggers: whoever trips one executes it, and nobody can call it."""
LOGS = {
    "access_log", "ticket_minutes", "journal_minutes", "statement_log", "refusals", "subject_access", "write_log", "log_faults", "dropped_log",
    "ddl_suspension", "act", "subject_history",
    "request_status", "request_history", "clarifications", "calendar", "consent_register", "report", "obligation_status", "disclosures", "transfers", "disclosure_register", "destruction_status",
    "destruction_event", "destruction", "certificate", "hold", "merged_subjects", "subject_status",
}
WAITING = {"settle_status", "pending_changes", "settle_problems", "maintenance_status", "retention_progress"}
VIEWS = {
    "all": set(), "app": set(), "contract": set(), "owner": set(),
    "officer": LOGS | WAITING | {"policy_version"},
    "keeper": WAITING,
    "reader": LOGS | WAITING | {"policy_version", "installed_object", "tile", "tree_state", "checkpoint"},
}


@pytest.mark.parametrize("role", GRANTED)
def test_a_role_may_execute_just_what_it_is_for(role: str, world: World) -> None:
    found = world.super(
        "SELECT DISTINCT p.proname::text FROM pg_proc p WHERE p.pronamespace = 'sminion'::regnamespace"
        " AND has_function_privilege(%s, p.oid, 'EXECUTE') AND has_schema_privilege(%s, 'sminion', 'USAGE')",
        f"{world.name}_{role}", f"{world.name}_{role}")
    assert {name for (name,) in found} == (GRANTED[role] | EVERYBODY | EVENTS if GRANTED[role] else set())


@pytest.mark.parametrize("role", VIEWS)
def test_a_role_may_read_just_what_it_is_for(role: str, world: World) -> None:
    found = world.super(
        "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'sminion'::regnamespace AND c.relkind IN ('r', 'v')"
        " AND has_any_column_privilege(%s, c.oid, 'SELECT,UPDATE') AND has_schema_privilege(%s, 'sminion', 'USAGE')",
        f"{world.name}_{role}", f"{world.name}_{role}")
    assert {name for (name,) in found} == VIEWS[role]


@pytest.mark.parametrize("role", VIEWS)
def test_a_login_may_write_four_columns_of_the_journal_and_nothing_else(role: str, world: World) -> None:
    tables = world.super(
        "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'sminion'::regnamespace AND c.relkind IN ('r', 'v', 'p')"
        " AND has_table_privilege(%s, c.oid, 'INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER')", f"{world.name}_{role}")
    assert tables == []
    columns = world.super(
        "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'sminion'::regnamespace AND c.relkind IN ('r', 'v', 'p')"
        " AND has_column_privilege(%s, c.oid, a.attnum, 'INSERT,UPDATE,REFERENCES')", f"{world.name}_{role}")
    expected = {"journal.writer", "journal.first", "journal.proof", "journal.entries"} if role in ("all", "app") else set()
    assert {name for (name,) in columns} == expected


@pytest.mark.parametrize("login", ["all", "officer", "keeper", "reader", "owner"])
def test_a_call_of_anything_else_is_refused(login: str, world: World) -> None:
    functions = world.super(
        "SELECT p.oid::regprocedure::text, p.proname::text, p.prokind, p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype),"
        " ARRAY(SELECT t::regtype::text FROM unnest(p.proargtypes) t)"
        " FROM pg_proc p WHERE p.pronamespace = 'sminion'::regnamespace")
    assert len(functions) > 40
    with world.connect(login) as connection:
        for signature, name, kind, trigger, types in functions:
            if name in GRANTED[login] or trigger:
                continue
            expected = PRIVILEGE
            if name in EVERYBODY and GRANTED[login]:
                expected = "SG201" if name == "refuse_others" else "SG229"
            nulls = [f"NULL::{kind_of}" for kind_of in types]
            if kind in ("p", b"p"):
                call = f"CALL sminion.\"{name}\"({', '.join(nulls)})"
            else:
                # From behind OFFSET: a strict function of plain NULLs is folded away before anybody's right is asked for.
                names = ", ".join(f"a{place}" for place in range(len(types)))
                given = ", ".join(f"{null} AS a{place}" for place, null in enumerate(nulls))
                call = f"SELECT sminion.\"{name}\"({names}) FROM (SELECT {given} OFFSET 0) v"
            try:
                connection.execute(call.encode())
            except Exception as error:
                assert getattr(error, "sqlstate", None) == expected, (signature, error)
            else:
                raise AssertionError(f"{login} called {signature}")


def test_every_definer_function_pins_its_search_path(world: World) -> None:
    loose = world.super(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'sminion'::regnamespace AND p.prosecdef"
        " AND NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)")
    assert loose == []


def test_nobody_can_become_the_owner_of_the_log(world: World) -> None:
    members = world.super(
        "SELECT r.rolname FROM pg_roles r WHERE NOT r.rolsuper AND r.rolname <> 'sminion_owner'"
        " AND pg_has_role(r.oid, 'sminion_owner', 'MEMBER')")
    assert members == []
