"""Rows that refuse an update: the guard cannot set their masks, so they would be visible to nobody.

Constraints are asked by query, and whether a published table may be updated by planning an update, in `plan` too. What
only an update tells (generated columns, expressions of indexes, functions that find nothing under the guard's
search_path) is tried by `apply`, once the columns are there and before it commits: on a sample of rows, and taken back.
`plan` tries none: before the first `apply` there is no column to set, and the tables would be locked for it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import psycopg

from sminion_guard import resources
from sminion_guard.checks.asking import Database
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled

LONGEST = 2_000
"""Milliseconds that counting may take for one constraint."""
ALTOGETHER = 20.0
"""Seconds that counting may take for all constraints."""
MOST = 300
"""Rows of a table that an update is tried on."""
TRYING = 300
"""Milliseconds that trying may take for one table, after the first row: the table is locked meanwhile."""
TRYING_ALTOGETHER = 10.0
"""Seconds that trying may take for all tables."""
_HIDDEN = "the guard cannot set the mask of a row that refuses an update"


def refusing(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Rows that violate a constraint which was not validated, or a check whose functions answer otherwise today; and
    tables that cannot be updated at all."""
    personal = [table for table in compiled.policy.tables() if table.subject is not None]
    named: dict[str, object] = {
        "table_schemas": [table.schema for table in personal], "table_names": [table.name for table in personal],
    }
    yield from _published(database, named)
    found = database.ask("queries/preflight/checks", as_owner=False, **named)
    ends = time.monotonic() + ALTOGETHER
    for table, name, validated, condition, key, secured, masked in found:
        # Once protected, the table shows its owner nothing: the guard's own role counts.
        counted: tuple[int, int] | None = None
        why = f"counting takes longer than {LONGEST / 1000:g} seconds"
        if time.monotonic() < ends:
            try:
                counted = database.look(
                    f"SELECT count(*) FILTER (WHERE {condition}), count(*) FROM {table}",
                    as_owner=secured, milliseconds=LONGEST,
                )
            except psycopg.Error as error:
                why = f"asking it fails: {(error.diag.message_primary or str(error)).strip()}"
        if counted is None:
            if not validated or not why.startswith("counting"):
                yield _not_counted(table, name, why, validated)
            continue
        violating, every = counted
        if violating:
            yield _violated(table, name, violating, every, _some(database, table, condition, key, secured), masked)


def _published(database: Database, named: dict[str, object]) -> Iterator[Problem]:
    for table, column, masked in database.ask("queries/preflight/published", as_owner=False, **named):
        try:
            database.look(f"EXPLAIN UPDATE {table} SET {column} = {column}", as_owner=False, milliseconds=LONGEST)
        except (psycopg.errors.ObjectNotInPrerequisiteState, psycopg.errors.InvalidColumnReference) as error:
            yield Problem(
                "SG338",
                f"table `{table}` refuses every update"
                + (": what changes for subjects does not reach its rows" if masked else ": nobody would see any row"),
                detail=f"{_HIDDEN}: {error.diag.message_primary}",
                hint=f"`ALTER TABLE {table} REPLICA IDENTITY FULL`, or take it out of the publication",
                refuses=not masked,
            )


def _some(database: Database, table: str, condition: str, key: str, secured: bool) -> str:
    try:
        row = database.look(
            f"SELECT array_agg(q.key) FROM (SELECT {key}::text AS key FROM {table} WHERE {condition} LIMIT 3) q",
            as_owner=secured, milliseconds=LONGEST,
        )
    except psycopg.Error:
        row = None
    return f"rows with `{key}` {', '.join(row[0])}" if row and row[0] else "some rows"


def _violated(table: str, name: str, violating: int, every: int, some: str, masked: bool) -> Problem:
    nothing_left = violating == every and not masked
    return Problem(
        "SG337",
        f"{_rows(violating)} of {every} of `{table}` violate constraint `{name}`"
        + (": nobody would see any row" if nothing_left else ": nobody sees them until they are mended" if not masked
           else ": what changes for their subjects does not reach them"),
        detail=f"{_HIDDEN}; {some}{'' if violating <= 3 else ', and others'}",
        hint=f"mend the rows, then `ALTER TABLE {table} VALIDATE CONSTRAINT {name}`; or drop the constraint",
        refuses=nothing_left,
    )


def _not_counted(table: str, name: str, why: str, validated: bool) -> Problem:
    return Problem(
        "SG337",
        f"rows of `{table}` may violate constraint `{name}`"
        + ("" if validated else ", which was not validated") + ": nobody sees those that do",
        detail=f"{_HIDDEN}; {why}",
        hint=f"`ALTER TABLE {table} VALIDATE CONSTRAINT {name}`, which names what violates it",
        refuses=False,
    )


def probe(
    database: Database, known: Iterable[Problem], names: list[str] | None = None, ends: float | None = None
) -> Iterator[Problem]:
    """Try to set masks on a sample of each table that is to be filled in, in a transaction in which the policy is in
    force, and columns and triggers are there. What was done is taken back.

    :param known: findings of the preflight: a constraint that was told already is not told again.
    :param names: of these tables only, as ``schema.table``.
    :param ends: when to try no more, by :func:`time.monotonic`.
    """
    told = "\n".join(problem.message for problem in known if problem.code == "SG337")
    ends = time.monotonic() + TRYING_ALTOGETHER if ends is None else ends
    for schema, name in database.ask("tables_to_probe", names=names):
        table = f"{schema}.{name}"
        answer = None
        if time.monotonic() < ends:
            answer = database.look(
                resources.sql_text("queries/migrate/probe"),
                {"schema": schema, "table": name, "most": MOST, "milliseconds": TRYING},
                as_owner=True, milliseconds=2 * TRYING,
            )
        if answer is None:
            yield Problem(
                "SG338",
                f"it was not tried whether masks can be set in `{table}`",
                detail="it took too long, and the tables are locked meanwhile",
                hint="look at `sminion.settle_problems` when masks are filled in",
                refuses=False,
            )
            continue
        tried, refused, hidden, cause, broken, places = answer
        nothing_left = refused == tried == hidden
        if refused and (nothing_left or not (broken and f"of `{table}` violate constraint `{broken}`" in told)):
            yield Problem(
                "SG338",
                f"{_rows(refused)} of `{table}` refuse an update, of {tried} tried"
                + (": nobody would see any row" if nothing_left else ": nobody sees those that do"),
                detail=f"{_HIDDEN}: {cause}; {', '.join(places)}",
                hint=_way(table, cause, broken),
                refuses=nothing_left,
            )


def _way(table: str, cause: str, broken: str | None) -> str:
    if broken:
        return f"mend the rows, then `ALTER TABLE {table} VALIDATE CONSTRAINT {broken}`; or drop the constraint"
    if cause.endswith("(23514)"):
        return "mend the rows, then `ALTER DOMAIN ... VALIDATE CONSTRAINT`; or drop the constraint of the domain"
    if cause.endswith("(55000)"):
        return f"`ALTER TABLE {table} REPLICA IDENTITY FULL`, or take the table out of the publication"
    if cause.endswith(("(42883)", "(42P01)", "(42704)")):
        return (
            "name everything with its schema in the function that a check, a generated column or an index calls, or"
            " give it a path of its own: `ALTER FUNCTION ... SET search_path = ...`"
        )
    if cause.endswith("(42501)"):
        return "grant `sminion_owner` what a check, a generated column or an index asks for: it runs as that role"
    return f"let `UPDATE {table} SET guard_mask = NULL` succeed as `sminion_owner`: the detail says what stops it"


def _rows(number: int) -> str:
    return f"{number} row{'' if number == 1 else 's'}"
