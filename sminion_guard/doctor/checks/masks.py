"""Masks that disagree with what people decided: a sample of rows, or with `--full` all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sminion_guard.compiler.quoting import literal
from sminion_guard.doctor.check import LONGEST, LONGEST_FULL, Check, Look
from sminion_guard.doctor.finding import Finding
from sminion_guard.errors import InstallError

SAMPLE = 1_000
"""About so many rows of each table are looked at, and so many states times a hundred."""
TOGETHER = 50
"""Tables that one query looks at."""


def find(look: Look) -> Iterator[Finding]:
    """States whose mask is not what was decided, and rows that permit more than the states of their people."""
    ((states,),) = look.ask("mask_states", as_owner=True, most=2**62 if look.full else 100 * SAMPLE)
    if states:
        yield _finding("states", f"{states} people's states do not permit what they decided")
    tables = look.ask("mask_tables", as_owner=True)
    for start in range(0, len(tables), TOGETHER):
        for name, count in _counted(look, tables[start:start + TOGETHER]):
            if count:
                yield _finding(f"table {name}", f"{count} row{'' if count == 1 else 's'} of `{name}` permit more than"
                               " their people do")


def _counted(look: Look, tables: list[tuple[Any, ...]]) -> list[tuple[str, int]]:
    asked = " UNION ALL ".join(_rows(*table, full=look.full) for table in tables)
    row = look.database.look(
        f"SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(f.name, f.rows)) FROM ({asked}) AS f (name, rows)",
        as_owner=True, milliseconds=LONGEST_FULL if look.full else LONGEST)
    if row is None:
        raise InstallError("SG901", "the rows cannot be counted",
                           detail=f"it takes too long, or may not be done, for tables such as `{tables[0][0]}`")
    return [(name, count) for name, count in row[0]]


def _rows(name: str, quoted: str, rows: int, condition: str, *, full: bool) -> str:
    percent = 100.0 if full or rows <= SAMPLE else 100.0 * SAMPLE / rows
    sample = "" if percent == 100.0 else f" TABLESAMPLE SYSTEM ({percent:.6f})"
    return f"SELECT {literal(name)}, pg_catalog.count(*) FROM {quoted} AS t{sample} WHERE {condition}"


def _finding(what: str, message: str) -> Finding:
    return Finding(
        "SG928", what, message,
        detail="a purpose sees rows of people who did not consent, objected or are blocked",
        hint="find out who wrote to `guard_mask` or `sminion.subject_state`; an UPDATE of these rows, as a superuser, "
        "lets their trigger compute the masks anew",
    )


CHECK = Check("masks", ("SG928",), find)
