"""Calls that make a time or a place coarse, found in the tree of a query, and what the query says without them.

A call counts only in a form whose result is coarse whatever the data are: a function of PostgreSQL, a unit or number of
places that stands there, and a column by its name. What is computed before (``round(lat * 1000, 1)``) is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pglast import ast, parse_sql
from pglast.stream import RawStream
from pglast.visitors import Visitor

from sminion_guard.analyzer import Catalog
from sminion_guard.policy.model.recipient_profiles import TimeUnit

PLACES = 1
"""Decimals of a degree: a square of a tenth is larger than a square mile nearly up to the poles, one of a hundredth is
not."""
_FIELDS = ("hour", "day", "dow", "isodow", "doy", "week", "isoyear", "month", "quarter", "year", "decade", "century",
           "millennium")
"""Of EXTRACT, none finer than the ones before."""
_NAMES = ("date_trunc", "extract", "date_part", "timezone", "round", "trunc")
_KEEPING = frozenset({
    "numeric", "timestamp", "timestamptz", "pg_catalog.numeric", "pg_catalog.timestamp", "pg_catalog.timestamptz"})
"""Types to which a cast leaves a time or a number what it is."""
Argument = Callable[[Any], "Any | None"]


def without(sql: str, catalog: Catalog, times: TimeUnit | None) -> tuple[str, str]:
    """Two other queries: with NULL where a call made something coarse, and with the bare column there.

    The first tells what else reaches the output; the second, of each call, what it was given.
    """
    ours = not catalog.function_names.intersection(_NAMES)  # somebody's own function of that name may do anything

    def argument(node: Any) -> Any | None:
        if not ours:
            return None
        return _of_time(node, times) if times is not None else _of_place(node)

    return _replaced(sql, lambda node: ast.A_Const(isnull=True) if argument(node) is not None else None), \
        _replaced(sql, argument)


class _Replace(Visitor):
    def __init__(self, replacement: Argument) -> None:
        super().__init__()
        self._replacement = replacement

    def visit_FuncCall(self, ancestors: Any, node: Any) -> Any:
        return self._replacement(node)

    def visit_TypeCast(self, ancestors: Any, node: Any) -> Any:
        return self._replacement(node)


def _replaced(sql: str, replacement: Argument) -> str:
    tree = parse_sql(sql)
    _Replace(replacement)(tree)
    return str(RawStream()(tree))


def _of_time(node: Any, times: TimeUnit) -> Any | None:
    """The column of a call that makes a time coarse enough."""
    if isinstance(node, ast.TypeCast):
        whole = _type(node) in ("date", "pg_catalog.date") and times in (TimeUnit.HOUR, TimeUnit.DAY)
        return _column(node.arg) if whole else None
    given = list(node.args or ())
    if _plain(node) and len(given) in (2, 3):
        name, said = _words(node.funcname)[-1], _text(given[0])
        units = times.and_coarser if name == "date_trunc" else _fields(times)
        if name in ("date_trunc", "extract", "date_part") and said is not None and said.lower() in units:
            return _column(given[1])
    return None


def _fields(times: TimeUnit) -> tuple[str, ...]:
    if times is TimeUnit.HOUR:
        return _FIELDS
    return _FIELDS[1:] if times is TimeUnit.DAY else times.and_coarser


def _of_place(node: Any) -> Any | None:
    """The column of a call that makes coordinates coarse enough."""
    if not isinstance(node, ast.FuncCall) or not _plain(node) or _words(node.funcname)[-1] not in ("round", "trunc"):
        return None
    given = list(node.args or ())
    places = 0 if len(given) == 1 else _number(given[1]) if len(given) == 2 else None
    return _column(given[0]) if places is not None and places <= PLACES else None


def _plain(node: Any) -> bool:
    """Whether it is a call of one of PostgreSQL's functions, with nothing beside its arguments."""
    words = _words(node.funcname)
    return (len(words) == 1 or words[:-1] == ("pg_catalog",)) and words[-1] in _NAMES and not (
        node.agg_order or node.agg_filter or node.over or node.agg_distinct or node.agg_within_group
        or node.func_variadic)


def _column(node: Any) -> Any | None:
    """The column that an argument is, also cast, or at a time zone that stands there."""
    if isinstance(node, ast.TypeCast) and _type(node) in _KEEPING:
        return _column(node.arg)
    if isinstance(node, ast.FuncCall) and _plain(node) and _words(node.funcname)[-1] == "timezone":
        given = list(node.args or ())
        return _column(given[1]) if len(given) == 2 and _text(given[0]) is not None else None
    named = isinstance(node, ast.ColumnRef) and all(isinstance(part, ast.String) for part in node.fields or ())
    return node if named else None


def _type(node: ast.TypeCast) -> str:
    """The name of the type that something is cast to; empty for an array."""
    said = node.typeName
    return "" if said is None or said.arrayBounds else ".".join(_words(said.names))


def _words(names: Any) -> tuple[str, ...]:
    return tuple(_strings(names)) or ("",)


def _strings(names: Any) -> Iterator[str]:
    for part in names or ():
        if isinstance(part, ast.String):
            yield part.sval or ""


def _text(node: Any) -> str | None:
    found = isinstance(node, ast.A_Const) and isinstance(node.val, ast.String)
    return str(node.val.sval) if found else None


def _number(node: Any) -> int | None:
    found = isinstance(node, ast.A_Const) and isinstance(node.val, ast.Integer)
    return int(node.val.ival or 0) if found else None
