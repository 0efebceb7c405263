"""Rows past their retention are found by an index."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import names, tables_with_columns
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled

_LARGE = 100_000
"""Rows above which maintenance does not read a whole table for each batch: as in ``sminion.large``."""


def retention_indexes(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Columns of large tables that retention counts from, and that no index begins with."""
    sizes: dict[tuple[str, str], tuple[int, int]] | None = None
    for table, own, _ in tables_with_columns(database, compiled.policy):
        after = table.retention.after if table.retention is not None else None
        if after is None or after not in own or own[after].indexed:
            continue
        if sizes is None:
            found = database.ask("queries/preflight/sizes", as_owner=False, **names(compiled.policy))
            sizes = {(schema, name): (rows, size) for schema, name, rows, size in found}
        rows, size = sizes.get((table.schema, table.name), (0, 0))
        if rows > _LARGE:
            yield Problem(
                "SG578",
                f"no index of `{table.qualified}` begins with `{after}`, from which its retention counts",
                detail=f"it has about {rows} rows, {size // 1_000_000} MB: maintenance does not read all of them for"
                " each batch, so its expired rows stay, hidden",
                hint=f"`CREATE INDEX CONCURRENTLY ON {table.qualified} ({after})`; or let `sminion-guard retention run"
                " --slow` run",
                refuses=False,
            )
