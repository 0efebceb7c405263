"""Generated columns: who sends one sends what it is made of."""

from __future__ import annotations

from sminion_guard.analyzer import Catalog, Statement
from sminion_guard.analyzer.parse import Unparsed, parse
from sminion_guard.analyzer.rules.category_not_needed import quoted
from sminion_guard.analyzer.statements import resolve


def is_generated(catalog: Catalog, schema: str, relation: str, column: str) -> bool:
    """Whether a column is made of others of its row."""
    found = catalog.relation(schema, relation)
    return found is not None and any(entry.generated and entry.name == column for entry in found.columns)


def behind(catalog: Catalog, schema: str, relation: str, column: str) -> Statement | None:
    """What a generated column reads, as a query of it alone; None when that is not known."""
    found = catalog.relation(schema, relation)
    expression = None if found is None else found.generated.get(column)
    if expression is None:
        return None
    text = f"SELECT {expression} AS {quoted(column)} FROM {quoted(schema)}.{quoted(relation)}"
    try:
        parts = parse(text)
    except Unparsed:
        return None
    if len(parts) != 1:
        return None
    statement = resolve(parts[0], text, catalog, ())  # the expression names everything in full
    return None if statement.facts else statement
