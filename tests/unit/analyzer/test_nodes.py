"""Every class of node is decided by a table, and no part of a statement is left unread."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pglast import ast

from sminion_guard.analyzer.parse import Node, Unparsed, parse
from sminion_guard.analyzer.resolving import nodes
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.walk import EXPRESSIONS, RANGES, STATEMENTS, Walk
from sminion_guard.analyzer.statements import resolve
from tests.unit.analyzer.shop import CATALOG

REGRESSION = Path(os.environ.get("SMINION_GUARD_CORPORA", "../shared/corpora")) / "pg_regress15"
HANDLED = EXPRESSIONS.keys() | RANGES.keys() | STATEMENTS.keys()
TABLES = {"handlers": HANDLED - {"List"},
          "structure": nodes.STRUCTURE, "defining": nodes.DEFINING, "later": nodes.LATER}
CLASSES = {name for name in dir(ast) if isinstance(kind := getattr(ast, name), type) and issubclass(kind, ast.Node)}


def test_every_class_of_the_parser_is_decided() -> None:
    assert sorted(CLASSES - set().union(*TABLES.values())) == []


def test_no_table_names_a_class_that_the_parser_does_not_have() -> None:
    assert sorted(set().union(*TABLES.values()) - CLASSES) == []


def test_no_class_is_decided_twice() -> None:
    assert sorted(name for name in CLASSES if sum(name in table for table in TABLES.values()) > 1) == []


def test_a_class_that_no_table_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(EXPRESSIONS, "CoalesceExpr")
    (part,) = parse("SELECT coalesce(1, 2)")
    statement = resolve(part, "SELECT coalesce(1, 2)", CATALOG, ("crm",))
    assert [fact.message for fact in statement.facts] == ["the analyzer does not know what `CoalesceExpr` means here"]


READ = ("SubLink", "FuncCall", "ParamRef", "A_Expr")
STATEMENT_KINDS = {"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt", "DeclareCursorStmt"}


def inner_nodes(tree: Any) -> Iterator[tuple[str, Node]]:
    """Every node of the tree that must be evaluated for what may be inside of it."""
    waiting = [tree]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            for kind, value in here.items():
                if kind in READ and isinstance(value, dict):
                    yield kind, value
                waiting.append(value)
        elif isinstance(here, list):
            waiting.extend(here)


def unread(sql: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The nodes of the text that no handler was called with."""
    seen: set[tuple[str, int]] = set()
    with monkeypatch.context() as patched:
        for kind in READ:
            def spy(w: Walk, node: Node, scope: Scope, kind: str = kind, handler: Any = EXPRESSIONS[kind]) -> Any:
                seen.add((kind, node.get("location", 0)))
                return handler(w, node, scope)
            patched.setitem(EXPRESSIONS, kind, spy)
        parts = [part for part in parse(sql) if part.kind in STATEMENT_KINDS]
        for part in parts:
            resolve(part, sql, CATALOG, ("crm",))
    return [f"{kind} at {node.get('location', 0)} of {sql[part.start:part.end]!r}"
            for part in parts for kind, node in inner_nodes(part.node) if (kind, node.get("location", 0)) not in seen]


def unread_in(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Likewise for each statement of a file; what has no tree and psql's own commands are left out."""
    found = []
    for text in path.read_text(encoding="utf-8", errors="replace").split(";\n"):
        plain = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("\\"))
        with suppress(Unparsed):
            found += unread(plain, monkeypatch)
    return found


CASES = sorted((Path(__file__).parents[2] / "cases" / "analyzer").glob("*.sql"))
SCRIPTS = sorted(REGRESSION.glob("*.sql"))


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_no_part_of_our_statements_is_left_unread(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unread_in(case, monkeypatch) == []


@pytest.mark.skipif(not SCRIPTS, reason="PostgreSQL's regression scripts are not on this machine")
@pytest.mark.parametrize("script", SCRIPTS, ids=[script.stem for script in SCRIPTS])
def test_no_part_of_a_regression_statement_is_left_unread(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unread_in(script, monkeypatch) == []


def test_the_search_for_unread_parts_can_find_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXPRESSIONS, "CoalesceExpr", lambda w, node, scope: {})
    assert unread("SELECT coalesce(lower('A'), 'b')", monkeypatch) == [
        "FuncCall at 16 of \"SELECT coalesce(lower('A'), 'b')\""
    ]
