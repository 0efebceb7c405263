"""Whether each SELECT of a query makes groups of people that can be followed.

What cannot be followed is refused: the server would compare other groups than those that are sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pglast import ast, enums, parse_sql
from pglast.visitors import Visitor

from sminion_guard.analyzer import Catalog, Reason, Statement
from sminion_guard.analyzer.places import span
from sminion_guard.compiler.quoting import ident
from sminion_guard.disclosure.differencing.expressions import Refused, arguments
from sminion_guard.disclosure.differencing.joins import leading, refuse_others
from sminion_guard.disclosure.differencing.naming import named
from sminion_guard.policy import Policy
from sminion_guard.policy.model import Recipient

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups of a query for a recipient with ``k``.

    :param reasons: why it makes none that can be followed.
    :param naming: for each SELECT about people what names its groups: see :func:`naming.named`.
    """

    reasons: tuple[Reason, ...] = ()
    naming: tuple[str, ...] = ()


def grouping(
    sql: str, statement: Statement, catalog: Catalog, policy: Policy, recipient: Recipient, path: tuple[str, ...]
) -> Grouping:
    """The groups of the query ``sql``.

    :param statement: what the analyzer made of it.
    """
    try:
        found = _Query(statement, catalog, policy, recipient, path)
        found.refuse_hidden()
        found.take(parse_sql(sql)[0].stmt)
    except Refused as refused:
        return Grouping((Reason(refused.code, refused.message, refused.detail, refused.hint,
                                span(statement.text, refused.start)),))
    except (AttributeError, NotImplementedError, RecursionError, TypeError, ValueError) as error:
        return Grouping((Reason("SG742", "the groups of the query cannot be followed", str(error) or None,
                                "write it in a simpler way"),))
    return Grouping((), tuple(found.naming))


class _Query:
    def __init__(
        self, statement: Statement, catalog: Catalog, policy: Policy, recipient: Recipient, path: tuple[str, ...]
    ) -> None:
        self._statement, self._catalog, self._policy, self._path = statement, catalog, policy, path
        self._k, self._recipient = recipient.k or 0, recipient.name
        self.naming: list[str] = []

    def refuse_hidden(self) -> None:
        """Views and functions show people whom no group names."""
        for access in self._statement.accesses:
            if access.via and self._about((access.schema, access.relation)):
                raise Refused("SG742", f"`{access.via[0]}` reads `{access.qualified}`: nobody sees who is in a group",
                              "views and functions are not followed", f"read `{access.qualified}` in the query itself",
                              access.start)

    def take(self, node: Any) -> None:
        names = _Names()
        names(node)
        about = [row for row in names.rows if self._about(self._key(row))]
        if names.withs and any(self._about((a.schema, a.relation)) for a in self._statement.accesses):
            raise Refused("SG742", "WITH is not followed", None, "write the query without it", None)
        if node.op != enums.SetOperation.SETOP_NONE and about:
            if node.op != enums.SetOperation.SETOP_UNION or not node.all:
                raise Refused("SG742", "groups are put together by UNION ALL only",
                              "what else compares rows of two queries tells which groups are equal",
                              "write UNION ALL, or export each query by itself", None)
            self.take(node.larg)
            self.take(node.rarg)
        elif about:
            self._side(node, about)

    def _side(self, node: Any, about: list[Any]) -> None:
        rows = list(_rows(node.fromClause or ()))
        for row in about:
            if not any(row is one for one in rows):
                raise Refused("SG742", f"a subquery reads `{row.relname}`",
                              "who decides about the groups of others is in no group",
                              "join the table, and group by its columns", row.location)
        views = [view for row in about if (view := self._view(self._key(row))) is not None]
        if views:
            if len(about) > 1:
                raise Refused("SG742", "a depersonalized view is joined with data about people",
                              "a join tells more of a group than the view does", "read the view alone", None)
            if views[0].k < self._k:
                raise Refused("SG740", f"recipient `{self._recipient}` gets groups of {self._k} people or more",
                              f"`{views[0].qualified}` shows groups of {views[0].k}",
                              f"set `k = {self._k}` of the view, or name another view", about[0].location)
            return
        aliases = [row.alias.aliasname if row.alias is not None else row.relname for row in rows]
        if len(set(aliases)) < len(aliases):
            raise Refused("SG742", "two tables have one name", None, "give each an alias of its own", None)
        found = arguments(node, frozenset(aliases), self._catalog, self._path, self._recipient, self._k)
        if self._statement.bodies:
            raise Refused("SG742", "functions of your own decide about the groups",
                          "a function may answer differently when the groups are named",
                          "use functions of PostgreSQL only", None)
        people = {alias: self._policy.schemas[key[0]].tables[key[1]]
                  for alias, row in zip(aliases, rows, strict=True) if self._about(key := self._key(row))}
        refuse_others(node, people)
        self.naming.append(named(node, [ident(alias) for alias in people], found, len(self.naming), self._k,
                                 leading(people), others=len(people) < len(rows)))

    def _key(self, row: Any) -> Key:
        if row.schemaname is not None:
            return row.schemaname, row.relname
        found = self._catalog.visible(self._path).get(row.relname)
        return ("", row.relname) if found is None else found.key

    def _about(self, key: Key) -> bool:
        """Whether a relation is about people."""
        schema = self._policy.schemas.get(key[0])
        table = None if schema is None else schema.tables.get(key[1])
        return (table is not None and bool(table.subject)) or self._view(key) is not None

    def _view(self, key: Key) -> Any:
        return self._policy.depersonalized_views.get(".".join(key))


def _rows(items: Any) -> Iterator[Any]:
    """The tables of FROM.

    :raises Refused: for what else stands there.
    """
    for item in items:
        if isinstance(item, ast.JoinExpr) and item.alias is None and item.join_using_alias is None:
            yield from _rows((item.larg, item.rarg))
        elif isinstance(item, ast.RangeVar) and (item.alias is None or not item.alias.colnames):
            yield item
        else:
            raise Refused("SG742", "FROM names something else than tables",
                          "subqueries, functions, samples and renamed columns are not followed",
                          "name tables, and join them", getattr(item, "location", None))


class _Names(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Any] = []
        self.withs = False

    def visit_RangeVar(self, ancestors: Any, node: Any) -> None:
        self.rows.append(node)

    def visit_WithClause(self, ancestors: Any, node: Any) -> None:
        self.withs = True
