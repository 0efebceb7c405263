"""Statements about nobody: ``SELECT 1``, ``SELECT now()``. They touch no relation, so no purpose need be declared.

A whitelist by construction, apart from all other judgement: one SELECT of constants, parameters and the functions named
here. Whatever else stands in the text, a clause, an operator, another function, a cast to another type, makes it a
statement like all others. The session runs them with the search_path ``pg_catalog, pg_temp``, so that no function or
type of somebody's own goes by one of these names.
"""

from __future__ import annotations

from typing import Any

from sminion_guard.analyzer.catalog import Catalog
from sminion_guard.analyzer.parse import Node, Unparsed, parse
from sminion_guard.analyzer.statements import resolve

LONGEST = 1_000
"""Characters of a text that is looked at."""
FUNCTIONS = frozenset(
    """
    clock_timestamp current_database now pg_backend_pid pg_is_in_recovery pg_postmaster_start_time statement_timestamp
    transaction_timestamp version
    """.split()
)
"""Functions without arguments that tell of the server and the clock."""
TYPES = frozenset("bool date float4 float8 int2 int4 int8 numeric text timestamp timestamptz uuid varchar".split())
PATH = ("pg_catalog",)
_SELECT = {"limitOption": "LIMIT_OPTION_DEFAULT", "op": "SETOP_NONE"}


def harmless(sql: str, catalog: Catalog) -> bool:
    """Whether ``sql`` is one statement that touches nothing and calls nothing but what is named here.

    What is not plain ASCII, or has a backslash, is none: what it means depends on settings of the session.
    """
    if len(sql) > LONGEST or not sql.isascii() or "\\" in sql:
        return False
    try:
        parts = parse(sql)
    except Unparsed:
        return False
    if len(parts) != 1 or parts[0].kind != "SelectStmt" or not _plain(parts[0].node):
        return False
    # The resolver must find the same: that is a second opinion, not a second list.
    found = resolve(parts[0], sql, catalog, PATH, version=catalog.server_version)
    return found.without_data and not (
        found.facts or found.schemas or found.prepares or found.executes or found.declares
    )


def _plain(select: Node) -> bool:
    targets: Any = select.get("targetList")
    return bool(targets) and {name: value for name, value in select.items() if name != "targetList"} == _SELECT and all(
        target.keys() == {"ResTarget"} and target["ResTarget"].keys() <= {"name", "val", "location"}
        and _value(target["ResTarget"].get("val", {})) for target in targets
    )


def _value(expression: Node) -> bool:
    if len(expression) != 1:
        return False
    ((kind, node),) = expression.items()
    if kind == "TypeCast":
        kind_of = node["typeName"]
        names = [name.get("String", {}).get("sval") for name in kind_of.get("names", ())]
        return (
            node.keys() <= {"arg", "typeName", "location"} and kind_of.keys() <= {"names", "typemod", "location"}
            and names[-1] in TYPES and names[:-1] in ([], ["pg_catalog"])
            and len(node["arg"]) == 1 and node["arg"].keys() <= {"A_Const", "ParamRef"}
        )
    if kind == "FuncCall":
        names = [name.get("String", {}).get("sval") for name in node["funcname"]]
        return (
            node.keys() <= {"funcname", "funcformat", "location"}
            and names[-1] in FUNCTIONS and names[:-1] in ([], ["pg_catalog"])
        )
    return kind in {"A_Const", "ParamRef", "SQLValueFunction"}
