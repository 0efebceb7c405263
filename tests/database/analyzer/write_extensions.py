"""Rewrites `analyzer/resolving/code_of_extensions/*.txt` from two servers: `write_extensions.py DSN_OF_15 DSN_OF_18`.

Only the extensions that have a file already: which ones look at their arguments only is for a reader to decide.
"""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg

from sminion_guard.analyzer.resolving.extensions import HARMLESS, REFUSED_FUNCTIONS

TARGET = Path(__file__).parents[3] / "sminion_guard" / "analyzer" / "resolving" / "code_of_extensions"
MEMBERS = """
SELECT DISTINCT p.proname, CASE l.lanname WHEN 'c' THEN p.probin ELSE '' END, p.prosrc FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
 WHERE e.extname = %s AND l.lanname IN ('c', 'internal') AND NOT p.prosecdef AND p.prokind <> 'a'
"""


def available(connection: psycopg.Connection[tuple[object, ...]]) -> set[str]:
    """The extensions that the server has and that need none which it lacks, such as a language."""
    rows = connection.execute(
        "SELECT a.name FROM pg_catalog.pg_available_extensions a JOIN pg_catalog.pg_available_extension_versions v"
        " ON v.name = a.name AND v.version = a.default_version WHERE NOT EXISTS (SELECT FROM unnest(v.requires) needed"
        " WHERE needed NOT IN (SELECT name FROM pg_catalog.pg_available_extensions))"
    )
    return {str(name) for (name,) in rows}


def members(connection: psycopg.Connection[tuple[object, ...]], extension: str) -> set[tuple[str, str, str]]:
    """The functions in C of an extension, which is installed for it: name, library, symbol."""
    connection.execute(f'CREATE EXTENSION IF NOT EXISTS "{extension}" CASCADE'.encode())
    return {(str(name), str(library), str(symbol))
            for name, library, symbol in connection.execute(MEMBERS, [extension])}


if __name__ == "__main__":
    found: dict[str, set[tuple[str, str, str]]] = {extension: set() for extension in HARMLESS}
    for dsn in sys.argv[1:3]:
        with psycopg.connect(dsn) as server:
            for name in available(server) & found.keys():
                refused = REFUSED_FUNCTIONS.get(name, frozenset())
                found[name] |= {member for member in members(server, name) if member[0] not in refused}
            server.rollback()
    for name, functions in found.items():
        lines = "".join(f"{'|'.join(member)}\n" for member in sorted(functions))
        (TARGET / f"{name}.txt").write_text(lines, encoding="utf-8")
