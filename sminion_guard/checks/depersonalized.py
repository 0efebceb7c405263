"""What depersonalizing leaves of a row fits its columns."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import names
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy import OPEN_CATEGORIES, RetentionEnd, Table
from sminion_guard.policy.access import leading_columns
from sminion_guard.policy.model.depersonalized_views import WORKS_ON
from sminion_guard.policy.model.depersonalizing import FITS, Operator, operator


def depersonalized(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Columns whose operator does not work on their type, and columns that must be emptied and may not be."""
    found = {
        (schema, name, column): rest for schema, name, column, *rest in
        database.ask("queries/preflight/depersonalized", as_owner=False, **names(compiled.policy))}
    for table in compiled.policy.tables():
        for column, said in _left(table).items():
            if rest := found.get((table.schema, table.name, column)):
                yield from _judge(table, column, said, *rest)


def depersonalized_views(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Columns of views whose operator does not work on their type."""
    views = compiled.policy.depersonalized_views
    if not views:
        return
    found = {
        (schema, name, column): kind for schema, name, column, kind, *_ in
        database.ask("queries/preflight/depersonalized", as_owner=False, **names(compiled.policy))}
    for name, view in sorted(views.items()):
        for column, shown in sorted(view.columns.items()):
            kind = found.get((view.source_schema, view.source_table, shown.column))
            if kind is not None and kind not in WORKS_ON[shown.operator]:
                yield Problem(
                    "SG397", f"`{column}` of view `{name}` shows `{view.source}.{shown.column}`, which is {kind}",
                    detail=f"`{shown.operator}` works on {', '.join(sorted(WORKS_ON[shown.operator]))}",
                    hint="name another operator, or leave the column out of the view")


def _left(table: Table) -> dict[str, Operator]:
    """What is left of each column that does not stay as it is."""
    if table.retention is None or table.retention.then is not RetentionEnd.DEPERSONALIZE:
        return {}
    personal = {name for name, category in table.columns.items() if category not in OPEN_CATEGORIES}
    emptied = {*personal, *leading_columns(table), table.retention.after} - table.depersonalize.keys()
    written = {name: operator(text) or Operator("null") for name, text in table.depersonalize.items()}
    return dict.fromkeys(sorted(emptied), Operator("null")) | written


def _judge(
    table: Table, column: str, said: Operator, kind: str, length: int | None, required: bool, unique: bool
) -> Iterator[Problem]:
    name = f"`{table.qualified}.{column}`"
    fits = FITS.get(said.name)
    if fits is not None and kind not in fits:
        yield Problem("SG378", f"{name} is {kind}, on which `{said.name}` does not work",
                      hint=f"it works on {', '.join(sorted(fits))}")
    elif said.name == "null" and required:
        yield Problem("SG378", f"{name} is NOT NULL, and depersonalizing a row empties it",
                      detail="the row would stand as it is, past its retention",
                      hint=f"`ALTER TABLE {table.qualified} ALTER {column} DROP NOT NULL`; name an operator under"
                      " `depersonalize` where it does not lead to the person; or say `then = \"destroy\"`")
    elif length is not None and length < _needed(said):
        yield Problem("SG378", f"{name} has room for {length} characters, and `{said.name}` needs {_needed(said)}",
                      hint="make it longer, or name another operator")
    elif unique and said.name not in ("null", "pseudonym"):
        yield Problem("SG379", f"{name} is unique, and `{said.name}` leaves the same of several rows",
                      hint="let the operator be `null` or `pseudonym`")


def _needed(said: Operator) -> int:
    return {"pseudonym": 32, "value": len(said.argument)}.get(said.name, 0)
