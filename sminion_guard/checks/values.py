"""What values mean: the zone that time is counted in, how texts are compared, and what is computed from what."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import names
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.compiler.subjects import subject_columns
from sminion_guard.policy import Policy, SubjectPath, Table
from sminion_guard.policy.access import table_access


def values(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Whether retention, keys and generated columns mean in the database what the policy takes them for."""
    yield from _timezone(database, compiled.policy)
    yield from _collations(database, compiled.policy)
    yield from _generated(database, compiled)


def _timezone(database: Database, policy: Policy) -> Iterator[Problem]:
    if policy.timezone == "UTC":
        return
    ((known,),) = database.ask("queries/preflight/timezone", as_owner=False, timezone=policy.timezone)
    if not known:
        yield Problem(
            "SG327",
            f"the server knows no time zone `{policy.timezone}`",
            detail="it is the `timezone` that retention is counted in",
            hint="take a name from `pg_timezone_names`",
        )


def _collations(database: Database, policy: Policy) -> Iterator[Problem]:
    keys = {(table.schema, table.name, column) for table in policy.tables() for column in subject_columns(table)}
    for table in policy.tables():
        if isinstance(table.subject, SubjectPath):
            keys.add((table.schema, table.name, table.subject.column))
            keys.add((table.subject.schema, table.subject.table, table.subject.key))
    for schema, name, column, collation, deterministic, kind in database.ask(
        "queries/preflight/collations", as_owner=False, **names(policy)
    ):
        if (schema, name, column) in keys:
            yield Problem(
                "SG328",
                f"subject column `{schema}.{name}.{column}` has the collation `{collation}`",
                detail="the guard compares it with keys of the database's collation, and every INSERT would fail"
                + ("" if deterministic else "; in it, different keys are equal"),
                hint=f'`ALTER TABLE {schema}.{name} ALTER {column} TYPE {kind} COLLATE "C"`; queries that sort by it '
                f"say `COLLATE {collation}`",
            )


def _generated(database: Database, compiled: Compiled) -> Iterator[Problem]:
    policy = compiled.policy
    tables = {(table.schema, table.name): table for table in policy.tables()}
    for schema, name, column, sources in database.ask("queries/preflight/generated", as_owner=False, **names(policy)):
        table = tables[schema, name]
        shown = _shown(compiled, table, column, sources)
        if shown:
            hidden = sorted({source for found in shown.values() for source in found})
            listed = ", ".join(f"`{source}`" for source in hidden)
            yield Problem(
                "SG329",
                f"column `{schema}.{name}.{column}` is generated from {listed}, which "
                f"{_purposes(sorted(shown))} may not see",
                detail=f"its category is `{table.columns[column]}`, and a computed column reveals its source",
                hint=f"give `{column}` a category that only purposes need which see its sources, or leave it out of "
                "the policy",
            )


def _shown(compiled: Compiled, table: Table, column: str, sources: list[str]) -> dict[str, list[str]]:
    """Purposes that see the generated column, each with the sources that it does not see."""
    found: dict[str, list[str]] = {}
    for purpose in sorted({entry.purpose for entry in compiled.compartments}):
        seen = table_access(compiled.policy, purpose, table).use
        hidden = [source for source in sources if source not in seen]
        if column in seen and hidden:
            found[purpose] = hidden
    return found


def _purposes(listed: list[str]) -> str:
    names_ = ", ".join(f"`{name}`" for name in listed)
    return f"purpose {names_}" if len(listed) == 1 else f"purposes {names_}"
