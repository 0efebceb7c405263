"""What widespread extensions bring: functions in C of which it is known that they look at their arguments only.

``code_of_extensions/NAME.txt`` names those of one extension, ``function|library|symbol``, as PostgreSQL 15 and 18 come
with it (`tests/database/analyzer/write_extensions.py` writes them, a test compares). A function that is not named
there, such as one of a later version, is refused like any other in C. Only a superuser, or an extension that a
superuser installed, can make a function in C, and only the extension's owner can make one its member. What runs is the
symbol of the library, so that is compared: a member that was replaced is refused, and a function of one's own is open
that declares the same code otherwise, as ``immutable_unaccent`` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from sminion_guard.analyzer.catalog import Function

REFUSED = frozenset(
    """
    adminpack amcheck autoinc bloom dblink file_fdw lo old_snapshot pageinspect pg_buffercache pg_freespacemap
    pg_logicalinspect pg_prewarm pg_stat_statements pg_surgery pg_visibility pg_walinspect pgaudit pgrowlocks
    pgstattuple plpgsql postgres_fdw refint sslinfo tcn tsm_system_rows tsm_system_time xml2
    """.split()
)
"""Extensions that come with PostgreSQL and are refused whole: they run SQL given as text, reach files, other servers or
the pages of tables, tell of others' statements, or are not called by statements at all."""

REFUSED_FUNCTIONS: Mapping[str, frozenset[str]] = {
    "isn": frozenset({"isn_weak"}),  # it keeps a value in the session
    "pg_trgm": frozenset({"set_limit"}),  # it keeps a value in the session
    "tablefunc": frozenset(
        {"connectby", "crosstab", "crosstab2", "crosstab3", "crosstab4", "crosstab_hash"}  # they run SQL given as text
    ),
}
"""Functions of the other extensions that are refused."""


def harmless(function: Function) -> bool:
    """Whether the function is one of those that are known to look at their arguments only."""
    if function.definer or function.language not in {"c", "internal"} or function.kind == "a":
        return False  # an aggregate is as harmless as its functions, which are asked one by one
    code = (function.library, function.body)
    if function.extension is None:
        return function.language == "c" and code in CODE
    return code in HARMLESS.get(function.extension, {}).get(function.name, ())


def _read() -> dict[str, dict[str, frozenset[tuple[str, str]]]]:
    found: dict[str, dict[str, frozenset[tuple[str, str]]]] = {}
    for file in files("sminion_guard.analyzer.resolving").joinpath("code_of_extensions").iterdir():
        functions = found.setdefault(file.name.removesuffix(".txt"), {})
        for line in file.read_text(encoding="utf-8").splitlines():
            name, library, symbol = line.split("|")
            functions[name] = functions.get(name, frozenset()) | {(library, symbol)}
    return found


HARMLESS: Mapping[str, Mapping[str, frozenset[tuple[str, str]]]] = _read()
"""Extension to function to the code behind it: library and symbol; those in ``internal`` have no library."""
CODE = frozenset(code for functions in HARMLESS.values() for codes in functions.values() for code in codes if code[0])
"""All code of libraries among it."""
