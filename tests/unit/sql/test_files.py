"""The rules for the database side that can be read off its files: one object a file, attributes, nothing for PUBLIC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pglast import ast, parse_plpgsql, parse_sql
from pglast.parser import ParseError
from pglast.visitors import Visitor

from sminion_guard import resources

SQL = resources.sql()
ORDER = (SQL / "LOAD_ORDER").read_text(encoding="utf-8").split()
FUNCTIONS = sorted((SQL / "functions").rglob("*.sql"))
CREATE = re.compile(r"^CREATE (?:(?:UNLOGGED )?TABLE|FUNCTION|PROCEDURE|VIEW|DOMAIN) sminion\.(\w+)", re.MULTILINE)
MAY_COMMIT = {"block_and_wait", "maintain"}
"""Procedures that commit can have no settings of their own (manual, CREATE PROCEDURE)."""

DEFINERS = {
    "context", "context_of_kind", "refuse_ticket", "stay_in_compartment", "named_subject", "named_subject_of_kind",
    "named_alone", "ticket_value", "open_ticket", "revoke_ticket",
    "block", "unblock", "give_consent", "withdraw_consent", "object", "withdraw_objection",
    "merge_subjects", "unmerge_subjects",
    "give_consents", "withdraw_consents", "object_all", "block_all",
    "open_request", "identify_request", "assign_request", "note_request", "extend_request", "close_request",
    "load_calendar", "refuse_consent", "import_consents", "record_consent", "consent_differences",
    "record_disclosure", "settle_obligation",
    "open_transfer", "name_rows", "name_table", "name_group", "finish_transfer", "fail_transfer",
    "plan_destruction", "begin_destruction", "destroy_batch", "hold_data", "release_hold",
    "record_verification", "keep_certificate",
    "purge_batch", "retention_status", "forget_pseudonym_key",
    "rotate_pseudonyms", "expired_partitions", "check_partition", "record_drop",
    "backfill", "remask", "settle", "await_older", "state_holders", "blind_tables", "object_states", "session_facts",
    "open_log", "count_journal", "knows_log", "log_shape", "maintain_step", "unfolded_entries",
    "unfolded_writes", "fold_holders", "extend_log", "drop_log",
    "report_restore", "accept_restore",
    "ledger_size", "ledger_events", "ledger_people", "replay_decision", "end_replay",
    "keep_log_of", "end_log_of", "erase_from_log", "leaves", "stray_rows", "record_checkpoint", "record_reading",
    "silent_tickets", "accesses_of", "other_keys", "explanations", "explained_accesses",
    "begin_report", "report_tables", "report_rows",
    "fix_ticket", "policy_in_force", "suspend_ddl_guard", "resume_ddl_guard",
}
"""Functions that others than the owner call, and that need what only the owner may: a new one is a decision."""


def test_every_file_is_loaded_once_and_exists() -> None:
    present = {
        str(path.relative_to(SQL)) for path in SQL.rglob("*.sql")
        if path.relative_to(SQL).parts[0] not in ("templates", "queries", "extension")
    }
    assert len(ORDER) == len(set(ORDER))
    assert set(ORDER) == present


@pytest.mark.parametrize("directory", ["domains", "tables", "functions", "views"])
def test_a_file_makes_one_object_of_its_own_name(directory: str) -> None:
    for path in sorted((SQL / directory).rglob("*.sql")):
        # `block.key.sql` makes another function of the name.
        assert set(CREATE.findall(path.read_text(encoding="utf-8"))) == {path.stem.partition(".")[0]}, path.name


@pytest.mark.parametrize("path", FUNCTIONS, ids=lambda path: path.stem)
def test_a_function_pins_its_search_path(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    pinned = "SET search_path = pg_catalog, pg_temp" in text
    # A body that is parsed when it is created (RETURN ...) resolves no name when it runs.
    assert pinned or path.stem.partition(".")[0] in MAY_COMMIT or re.search(r"^RETURN ", text, re.MULTILINE)


def test_only_listed_functions_act_as_their_owner() -> None:
    found = {path.stem for path in FUNCTIONS if "SECURITY DEFINER" in re.sub(r"--[^\n]*", "", path.read_text())}
    assert found == DEFINERS


@pytest.mark.parametrize("path", FUNCTIONS, ids=lambda path: path.stem)
def test_a_function_says_what_it_is_for_before_it_is_made(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("-- ")


def _queries(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "query" and isinstance(value, str):
                yield value
            else:
                yield from _queries(value)
    elif isinstance(node, list):
        for value in node:
            yield from _queries(value)


def _unqualified(query: str) -> set[str]:
    try:
        tree = parse_sql(query)
    except ParseError:
        tree = parse_sql(f"SELECT {query}")  # an expression of PL/pgSQL
    found: set[str] = set()
    known: set[str] = set()

    class Relations(Visitor):  # type: ignore[misc]
        def visit_RangeVar(self, ancestors: object, node: ast.RangeVar) -> None:
            if node.schemaname is None and not node.relname.startswith("pg_"):
                found.add(node.relname)

        def visit_CommonTableExpr(self, ancestors: object, node: ast.CommonTableExpr) -> None:
            known.add(node.ctename)

    Relations()(tree)
    return found - known


PLPGSQL = [path for path in FUNCTIONS if "LANGUAGE plpgsql" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", PLPGSQL, ids=lambda path: path.stem)
def test_a_relation_is_named_with_its_schema(path: Path) -> None:
    """A temporary table shadows an unqualified name even where the search_path is pinned."""
    text = path.read_text(encoding="utf-8")
    if "CREATE PROCEDURE" in text:
        text = text.replace("CREATE PROCEDURE", "CREATE FUNCTION").replace("LANGUAGE", "RETURNS void LANGUAGE")
        text = text.replace("(INOUT more boolean DEFAULT NULL)", "(more boolean DEFAULT NULL)")
    # libpg_query knows no row types of ours; for finding relations a record does as well.
    text = re.sub(r"(?m)^( +\w+ +)sminion\.\w+_(?:text|json)\b", r"\1text", text)
    text = re.sub(r"(?m)^( +\w+ +)sminion\.\w+;", r"\1record;", text).replace("SETOF sminion.journal", "SETOF record")
    text = text.replace("SETOF sminion.subject_access", "SETOF record")
    text = re.sub(r"(?m)^( +\w+ +)sminion\.\w+ :=", r"\1record :=", text)
    text = re.sub(r"\b(target|own|calendar|said|before|changed) sminion\.\w+(?=[,)])", r"\1 record", text)
    text = re.sub(r"\bRETURNS sminion\.\w+", "RETURNS record", text)
    queries = [query for query in _queries(parse_plpgsql(text)) if not re.match(r"[\w.]+ :=", query)]
    assert queries
    assert set().union(*(_unqualified(query) for query in queries)) == set()


def test_all_event_triggers_let_the_same_pass_and_call_nothing_else() -> None:
    """Whoever trips them may not call another function of the guard, and a superuser must not."""
    paths = [path for path in FUNCTIONS if path.stem.startswith("ddl_")]
    bodies = [path.read_text(encoding="utf-8").partition("BEGIN\n")[2].partition("$sminion$")[0] for path in paths]
    assert len(bodies) == 8
    assert len({body.partition("    RETURN;\n  END IF;\n")[0] for body in bodies}) == 1
    hint = "sminion.suspend_ddl_guard(reason, until)"
    assert all("sminion." not in re.sub(r"--[^\n]*", "", body).replace(hint, "") for body in bodies)
