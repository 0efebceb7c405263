"""Rewrites `analyzer/resolving/builtins.txt` from two servers: `write_builtins.py DSN_OF_15 DSN_OF_18`."""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[3]
QUERY = ROOT / "sql" / "queries" / "catalog" / "builtins.sql"
TARGET = ROOT / "sminion_guard" / "analyzer" / "resolving" / "builtins.txt"
Row = tuple[str, ...]


def read(connection: psycopg.Connection[tuple[object, ...]]) -> dict[Row, Row]:
    """What the server has: (what, schema, name) to the rest of the line."""
    words = {None: "", True: "t", False: "f"}
    rows = connection.execute(QUERY.read_text(encoding="utf-8").encode()).fetchall()
    found = (tuple(words.get(value, str(value)) if value in (None, True, False) else str(value) for value in row)
             for row in rows)
    return {row[:3]: row[3:] for row in found}


def merge(old: dict[Row, Row], new: dict[Row, Row]) -> list[str]:
    """The lines of the file: both versions together, each name once, with the versions that have it."""
    lines = []
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        rest = after or before
        assert rest is not None
        if before is not None and after is not None:
            columns = before[3] if before[3] == after[3] else "/".join(sorted({before[3], after[3]}))
            rest = ("v" if "v" in (before[0], after[0]) else after[0], after[1],
                    "t" if "t" in (before[2], after[2]) else after[2], columns)
        lines.append("|".join((*key, *rest, "15" if before is not None else "18", "18" if after is not None else "15")))
    return lines


if __name__ == "__main__":
    with psycopg.connect(sys.argv[1]) as fifteen, psycopg.connect(sys.argv[2]) as eighteen:
        TARGET.write_text("\n".join(merge(read(fifteen), read(eighteen))) + "\n", encoding="utf-8")
