"""Rewrites `analyzer/builtins.txt` from a server of each version.

Run it with ``python -m tests.database.analyzer.write_builtins``.
"""

from __future__ import annotations

from pathlib import Path

import psycopg

from sminion_guard.embedded import EmbeddedServerError, Server
from tests.servers import ALL_VERSIONS, find

ROOT = Path(__file__).parents[3]
QUERY = ROOT / "sql" / "queries" / "catalog" / "builtins.sql"
TARGET = ROOT / "sminion_guard" / "analyzer" / "builtins.txt"
Row = tuple[str, ...]


def read(connection: psycopg.Connection[tuple[object, ...]]) -> dict[Row, Row]:
    """What the server has: (what, schema, name) to the rest of the line."""
    words = {None: "", True: "t", False: "f"}
    rows = connection.execute(QUERY.read_text(encoding="utf-8").encode()).fetchall()
    found = (tuple(words.get(value, str(value)) if value in (None, True, False) else str(value) for value in row)
             for row in rows)
    return {row[:3]: row[3:] for row in found}


def merge(found: dict[int, dict[Row, Row]]) -> list[str]:
    """The lines of the file: all versions together, each name once, with the first and the last version that has it.

    What differs between versions is taken for the worst of them: volatile, composite, columns that only a call tells.

    :param found: what :func:`read` gave, by major version.
    :raises ValueError: when a version in between lacks a name, which the file has no way to say.
    """
    lines = []
    for key in sorted(set().union(*found.values())):
        having = [version for version in sorted(found) if key in found[version]]
        if having != [version for version in sorted(found) if having[0] <= version <= having[-1]]:
            raise ValueError(f"{key} is in {having} only")
        rests = [found[version][key] for version in having]
        last = rests[-1]
        columns = {rest[3] for rest in rests}
        lines.append("|".join((
            *key, "v" if any(rest[0] == "v" for rest in rests) else last[0], last[1],
            "t" if any(rest[2] == "t" for rest in rests) else last[2],
            last[3] if len(columns) == 1 else "/".join(sorted(columns)), str(having[0]), str(having[-1]),
        )))
    return lines


def main() -> None:
    """:raises EmbeddedServerError: when a version is not on this machine."""
    found = {}
    for version in ALL_VERSIONS:
        binaries = find(version)
        if isinstance(binaries, EmbeddedServerError):
            raise binaries
        with Server(binaries, durable=False) as server, psycopg.connect(server.dsn()) as connection:
            found[int(version)] = read(connection)
    TARGET.write_text("\n".join(merge(found)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
