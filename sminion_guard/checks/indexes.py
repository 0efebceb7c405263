"""Indexes that row security keeps from being used: what is not leakproof is tested after it, row by row."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import names
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled

_SHOWN = 3


def indexes(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Every index whose operators or expression are not leakproof; the application goes on, but slower."""
    found = database.ask("queries/preflight/slow_indexes", as_owner=False, **names(compiled.policy))
    for table, index, definition, why, functions in found:
        shown = ", ".join(f"`{name}`" for name in functions[:_SHOWN])
        more = f" and {len(functions) - _SHOWN} more" if len(functions) > _SHOWN else ""
        yield Problem(
            "SG330",
            f"index `{index}` of `{table}` is hardly used under row security",
            detail=f"its {'expression calls' if why == 'expression' else 'operators call'} {shown}{more}, not"
            " leakproof: the server tests them after row security, on every row that it leaves",
            hint=_ways(table, definition, why, functions),
            refuses=False,
        )


def _ways(table: str, definition: str, why: str, functions: list[str]) -> str:
    trust = " ".join(f"`ALTER FUNCTION {name} LEAKPROOF`" for name in functions[:_SHOWN])
    trusted = (
        f"or, as superuser, {trust}: its errors may then tell any role of hidden rows, and an upgrade of the server "
        "forgets it; or leave it: with few rows it costs little"
    )
    if why == "expression":
        return (
            f"keep the value in a column of its own, `ALTER TABLE {table} ADD ... GENERATED ALWAYS AS ({definition})"
            f" STORED` with the category of its sources, and index that: it rewrites the table once; {trusted}"
        )
    return f"let another condition with an index of its own leave few rows, such as the subject's key; {trusted}"
