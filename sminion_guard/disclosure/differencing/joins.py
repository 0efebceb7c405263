"""Whether tables about people are joined by whose rows they are: a row of the result is about one person then.

Joined otherwise, somebody decides how often the rows of others stand in a group: `ON q.age <= p.score` counts the score
of one person into a group of everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pglast import ast, enums

from sminion_guard.disclosure.differencing.expressions import Refused
from sminion_guard.policy.model import SubjectPath, Table

_Column = tuple[str, str]
"""What a table is called in a query, and a column of it."""


def refuse_others(select: Any, tables: Mapping[str, Table]) -> None:
    """Look how the tables about people are joined.

    :param tables: those of FROM that are about people, by what they are called in the query.
    :raises Refused: SG742 where rows of several people meet.
    """
    joins = _Joins(tables)
    for item in select.fromClause or ():
        joins.take(item)
    joins.equal(select.whereClause)
    left = {joins.root(name) for name in tables}
    if len(left) > 1:
        first, second = sorted(left)[:2]
        raise Refused("SG742", f"`{first}` and `{second}` are not joined by whose rows they are",
                      "rows of one person would decide how often those of others count",
                      "join them by the columns that lead to the person: `ON o.person_id = p.id`", None)


class _Joins:
    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self._above = {name: name for name in tables}

    def root(self, name: str) -> str:
        while self._above[name] != name:
            name = self._above[name]
        return name

    def take(self, item: Any) -> None:
        if not isinstance(item, ast.JoinExpr):
            return
        self.take(item.larg)
        self.take(item.rarg)
        # What an outer join asks of tables of one side leaves out none of their rows.
        sides = None if item.jointype == enums.JoinType.JOIN_INNER else (_names(item.larg), _names(item.rarg))
        self.equal(item.quals, sides)
        for part in item.usingClause or ():
            left, right = ([name for name in self._having(part.sval) if name in names]
                           for names in (_names(item.larg), _names(item.rarg)))
            if len(left) == len(right) == 1:
                self._link((left[0], part.sval), (right[0], part.sval))

    def equal(self, condition: Any, sides: tuple[set[str], set[str]] | None = None) -> None:
        """Tables that a condition joins by what leads to their people."""
        for part in conjuncts(condition):
            if not isinstance(part, ast.A_Expr) or part.kind != enums.A_Expr_Kind.AEXPR_OP or [
                    one.sval for one in part.name or ()] != ["="]:
                continue
            one, other = self._column(part.lexpr), self._column(part.rexpr)
            if one is None or other is None:
                continue
            if sides is None or any(one[0] in a and other[0] in b for a, b in (sides, sides[::-1])):
                self._link(one, other)

    def _having(self, column: str) -> list[str]:
        return [name for name, table in self._tables.items() if column in table.columns]

    def _column(self, node: Any) -> _Column | None:
        if not isinstance(node, ast.ColumnRef) or not all(isinstance(part, ast.String) for part in node.fields or ()):
            return None
        *before, column = [part.sval for part in node.fields or ()]
        names = before[-1:] or self._having(column)
        return (names[0], column) if len(names) == 1 and names[0] in self._tables else None

    def _link(self, one: _Column, other: _Column) -> None:
        if any(self._lead(a, b) for a, b in ((one, other), (other, one))):
            self._above[self.root(one[0])] = self.root(other[0])

    def _lead(self, one: _Column, other: _Column) -> bool:
        """Whether both lead to one person where they are equal."""
        first, second = (self._tables[name].subject for name, _ in (one, other))
        if isinstance(first, SubjectPath):
            if first.column != one[1]:
                return False
            if isinstance(second, SubjectPath) and second.column == other[1]:
                return (first.schema, first.table, first.key) == (second.schema, second.table, second.key)
            parent = self._tables[other[0]]
            return (first.schema, first.table, first.key) == (parent.schema, parent.name, other[1])
        if first is None or second is None or isinstance(second, SubjectPath):
            return False
        kinds = [{entry.kind for entry in entries if entry.column == column}
                 for entries, (_, column) in ((first, one), (second, other))]
        return bool(kinds[0] & kinds[1])


def leading(tables: Mapping[str, Table]) -> frozenset[str]:
    """The columns that lead to people."""
    found = set()
    for table in tables.values():
        if isinstance(table.subject, SubjectPath):
            found.add(table.subject.column)
        else:
            found.update(entry.column for entry in table.subject or ())
    return frozenset(found)


def conjuncts(condition: Any) -> Iterator[Any]:
    """What a condition puts together by AND."""
    if isinstance(condition, ast.BoolExpr) and condition.boolop == enums.BoolExprType.AND_EXPR:
        for part in condition.args or ():
            yield from conjuncts(part)
    elif condition is not None:
        yield condition


def _names(item: Any) -> set[str]:
    if isinstance(item, ast.JoinExpr):
        return _names(item.larg) | _names(item.rarg)
    return {item.alias.aliasname if item.alias is not None else item.relname}
