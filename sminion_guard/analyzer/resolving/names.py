"""Names in the tree: lists of strings, types, and the text of an identifier."""

from __future__ import annotations

from collections.abc import Iterable

from sminion_guard.analyzer.builtins import BUILTINS
from sminion_guard.analyzer.catalog import effective
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving.walk import Walk


def strings(nodes: Iterable[Node]) -> list[str]:
    """The texts of a list of String nodes; other nodes of the list, such as ``*``, are left out."""
    return [node["String"]["sval"] for node in nodes if "String" in node]


def qualified(parts: list[str]) -> tuple[str | None, str]:
    """Schema, if any, and name; a database in front is dropped, because the server takes only its own."""
    return (parts[-2] if len(parts) > 1 else None), parts[-1]


def type_name(w: Walk, node: Node) -> None:
    """Note a type: those outside of pg_catalog may run functions when a value is converted or checked."""
    parts = strings(node.get("names", ()))
    if not parts:
        return
    schema, name = qualified(parts)
    if schema == "pg_catalog" or (schema is None and name in BUILTINS.types and name not in w.catalog.type_names):
        return
    for part in (schema,) if schema is not None else effective(w.path):
        if (part, name) in w.catalog.types or (part, name) in w.catalog.relations:
            w.types.add(f"{part}.{name}")
            return
        if part == "pg_catalog" and name in BUILTINS.types:
            return
    if node.get("pct_type"):
        return
    w.fact(FactKind.UNKNOWN, f"type `{'.'.join(parts)}` is not in the catalog", node.get("location", 0))
