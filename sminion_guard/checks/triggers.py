"""Triggers of the application that would hear of masks: they count retention anew, publish rows, or refuse."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.compiler.quoting import ident

DEAF = "WHEN (current_user <> 'sminion_owner')"


def triggers(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Each trigger that fires when the guard sets a mask, with the statement after which it does not."""
    personal = [table for table in compiled.policy.tables() if table.subject is not None]
    found = database.ask(
        "queries/preflight/update_triggers", as_owner=False,
        table_schemas=[table.schema for table in personal], table_names=[table.name for table in personal],
    )
    for table, name, definition, enabled, replica in found:
        yield Problem(
            "SG514",
            f"trigger `{name}` of `{table}` fires whenever the guard sets a mask",
            detail="it would count retention anew, publish the rows of a person just blocked, or keep rows from being"
            f" settled, and its code would run as `sminion_owner`; it is {definition}",
            hint=_deaf(table, name, definition, usual=replica and enabled in "AR"),
        )


def _deaf(table: str, name: str, definition: str, *, usual: bool) -> str:
    if usual:
        return f"`ALTER TABLE {table} ENABLE TRIGGER {ident(name)}`, which leaves out what replicas and the guard do"
    if " WHEN (" in definition:
        return f"make it anew with `{DEAF[6:-1]} AND ...` in its WHEN, or name the columns it is for (`UPDATE OF ...`)"
    head, place, tail = definition.partition(" EXECUTE FUNCTION ")
    made = f"{head} {DEAF}{place}{tail}"
    return f"`DROP TRIGGER {ident(name)} ON {table}; {made}`, or name the columns it is for (`UPDATE OF ...`)"
