"""Whose data a query sends: other queries that list the places of the rows, to run in the same snapshot.

The server finds the people of these rows: a recipient that never gets a key needs none. Each SELECT has the rows of
the protected tables in its FROM, under the same WHERE. Groups and aggregates have all rows that went into them. What is
read in another way (by subqueries, views and functions), or left out later (by HAVING, LIMIT or EXCEPT), counts whole:
the register then says that it were at most these people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pglast import ast, enums, parse_sql
from pglast.stream import RawStream
from pglast.visitors import Visitor

from sminion_guard.analyzer import Catalog, Statement
from sminion_guard.compiler.quoting import ident, qualified
from sminion_guard.policy import Policy, Table
from sminion_guard.policy.access import table_access
from sminion_guard.policy.model.depersonalized_views import PSEUDONYM

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Persons:
    """The people of a query.

    :param queries: each lists rows: the table (``tableoid``) and the place in it (``ctid``).
    :param tables: those that are shown and not read by the recipient itself, as SQL names them: everybody in them.
    :param at_most: whether some of these people may not be in what is sent.
    """

    queries: tuple[str, ...]
    tables: tuple[str, ...]
    at_most: bool


def persons(
    sql: str, statement: Statement, catalog: Catalog, policy: Policy, path: tuple[str, ...], purpose: str
) -> Persons:
    """The people whose data the query ``sql`` sends.

    :param statement: what the analyzer made of it.
    :param purpose: for which it is sent.
    """
    read = {(access.schema, access.relation) for access in statement.accesses}
    tables = {key: table for key in read if (table := _protected(policy, key)) is not None}
    linked = _linked(policy, read)
    if not tables:
        return Persons((), linked, bool(linked))
    found = _Query(catalog, policy, path)
    try:
        found.take(parse_sql(sql)[0].stmt, None)
        left = {key for key in tables if key not in found.covered or found.covered[key] < _named(sql, key, found)}
    except (AttributeError, NotImplementedError, RecursionError, TypeError, ValueError):
        found, left = _Query(catalog, policy, path), set(tables)
    left |= {(access.schema, access.relation) for access in statement.accesses if access.via} & tables.keys()
    read = {key for key in left if table_access(policy, purpose, tables[key]).use}
    queries = [*found.queries, *(_all(tables[key]) for key in sorted(read))]
    whole = (*(qualified(*key) for key in sorted(left - read)), *linked)
    return Persons(tuple(dict.fromkeys(queries)), tuple(dict.fromkeys(whole)), found.at_most or bool(left or linked))


class _Query:
    """Goes through the SELECTs of a query that stand beside each other, and not into their subqueries."""

    def __init__(self, catalog: Catalog, policy: Policy, path: tuple[str, ...]) -> None:
        self._visible, self._policy = catalog.visible(path), policy
        self.queries: list[str] = []
        self.covered: dict[Key, int] = {}
        self.at_most = False

    def take(self, node: Any, outer: Any) -> None:
        clause = node.withClause or outer
        if node.withClause is not None and outer is not None:
            raise ValueError("two WITH clauses, of which the inner one may hide names of the outer")
        left_out = node.limitCount, node.limitOffset, node.havingClause, node.valuesLists
        self.at_most |= any(part is not None for part in left_out) or any(
            part is not None for part in node.distinctClause or ())
        if node.op != enums.SetOperation.SETOP_NONE:
            self.at_most |= node.op != enums.SetOperation.SETOP_UNION
            self.take(node.larg, clause)
            self.take(node.rarg, clause)
            return
        ctes = {entry.ctename for entry in (clause.ctes if clause is not None else ())}
        for row in _rows(node.fromClause or ()):
            key = self.key(row, ctes)
            table = None if key is None else _protected(self._policy, key)
            if key is None or table is None or (row.alias is not None and row.alias.colnames):
                continue
            self.covered[key] = self.covered.get(key, 0) + 1
            alias = ident(row.alias.aliasname if row.alias is not None else row.relname)
            self.queries.append(_select(node, clause, alias))

    def key(self, row: Any, ctes: set[str]) -> Key | None:
        """The table that a name of FROM means; None for a WITH query, or what is no table."""
        if row.schemaname is not None:
            return row.schemaname, row.relname
        found = None if row.relname in ctes else self._visible.get(row.relname)
        return None if found is None else found.key


def _linked(policy: Policy, read: Iterable[Key]) -> tuple[str, ...]:
    """The tables behind depersonalized views with a pseudonym: each of their rows is still about one person."""
    views = (policy.depersonalized_views.get(".".join(key)) for key in sorted(read))
    sources = (policy.source_of(view) for view in views if view is not None and view.of(PSEUDONYM))
    return tuple(qualified(table.schema, table.name) for table in sources)


def _all(table: Table) -> str:
    return f"SELECT t.tableoid, t.ctid FROM {qualified(table.schema, table.name)} AS t"


def _select(node: Any, clause: Any, row: str) -> str:
    """The SELECT of ``node`` with the place of ``row`` for its list, and without what comes after WHERE."""
    said: Any = parse_sql(f"SELECT {row}.tableoid, {row}.ctid")[0].stmt
    made = ast.SelectStmt(
        targetList=said.targetList, fromClause=node.fromClause, whereClause=node.whereClause, withClause=clause,
        op=enums.SetOperation.SETOP_NONE, limitOption=enums.LimitOption.LIMIT_OPTION_DEFAULT, all=False,
        groupDistinct=False)
    # Of a join each row once.
    once = len(node.fromClause) > 1 or isinstance(node.fromClause[0], ast.JoinExpr)
    text = str(RawStream()(made))
    return f"SELECT DISTINCT r.tableoid, r.ctid FROM ({text}) AS r (tableoid, ctid)" if once else text


def _rows(items: Any) -> Iterator[Any]:
    """The names in FROM that a column can be qualified with."""
    for item in items:
        if isinstance(item, ast.RangeVar):
            yield item
        elif isinstance(item, ast.JoinExpr) and item.alias is None:
            yield from _rows((item.larg, item.rarg))


class _Names(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Any] = []

    def visit_RangeVar(self, ancestors: Any, node: Any) -> None:
        self.found.append(node)


def _named(sql: str, key: Key, query: _Query) -> int:
    """How often the text names a table, anywhere; a WITH query of its name counts too."""
    names = _Names()
    names(parse_sql(sql))
    return sum(query.key(node, set()) == key for node in names.found)


def _protected(policy: Policy, key: Key) -> Table | None:
    schema = policy.schemas.get(key[0])
    table = None if schema is None else schema.tables.get(key[1])
    return None if table is None or table.subject is None else table
