"""The SQL that names the people of each group, by the places of their rows: see ``sminion.name_group``.

It is the same SELECT with arrays of places beside its columns. So the groups are those that are sent, in the same
snapshot; ORDER BY and LIMIT are left out, and groups that they leave out are named too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pglast import ast, enums, parse_sql
from pglast.stream import RawStream

_SIDE = 1_000_000_000_000
"""How far apart the numbers of groups of two SELECTs are."""


def named(node: Any, people: Sequence[str], columns: Sequence[str], side: int) -> str:
    """What follows the number of the export in the statement that names all groups of a SELECT.

    Each group is several: for each table the rows of it, and for each aggregate those that have a value.

    :param people: the tables about people, by their names in the query, quoted.
    :param columns: that aggregates are of.
    """
    parts = [(row, column) for row in people for column in (None, *columns)]
    listed = []
    for number, (row, column) in enumerate(parts):
        only = "" if column is None else f" FILTER (WHERE pg_catalog.num_nonnulls({column}) = 1)"
        listed += [f"array_agg({row}.tableoid){only} AS guard_table_{number}",
                   f"array_agg({row}.ctid){only} AS guard_place_{number}"]
    made: Any = parse_sql(f"SELECT {', '.join(listed)}")[0].stmt
    groups = RawStream()(ast.SelectStmt(
        targetList=(*node.targetList, *made.targetList), fromClause=node.fromClause, whereClause=node.whereClause,
        groupClause=node.groupClause, havingClause=node.havingClause, op=enums.SetOperation.SETOP_NONE,
        limitOption=enums.LimitOption.LIMIT_OPTION_DEFAULT, all=False, groupDistinct=False))
    values = ", ".join(f"({number}, g.guard_table_{number}, g.guard_place_{number})" for number in range(len(parts)))
    shown = ", ".join(f"guard_groups.guard_table_{number}, guard_groups.guard_place_{number}"
                      for number in range(len(parts)))
    return (
        f", {side * _SIDE} + g.number * {len(parts)} + p.number, p.relation, p.places)) FROM"
        f" (SELECT pg_catalog.row_number() OVER () AS number, {shown} FROM ({groups}) AS guard_groups) AS g"
        " CROSS JOIN LATERAL (SELECT v.number, u.relation, pg_catalog.array_agg(DISTINCT u.place) AS places"
        f" FROM (VALUES {values}) AS v (number, relations, places)"
        " CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(v.relations), pg_catalog.unnest(v.places)) AS u"
        " (relation, place) WHERE u.place IS NOT NULL GROUP BY v.number, u.relation) AS p")


def statement(disclosure: int, rest: str) -> str:
    """The whole statement for an export."""
    return f"SELECT pg_catalog.count(sminion.name_group({disclosure}{rest}"
