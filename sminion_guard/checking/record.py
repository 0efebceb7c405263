"""A finding as a record for machines: one object per statement, in the form that `docs/ANALYZER.md` gives."""

from __future__ import annotations

from typing import Any

from sminion_guard.checking.check import Finding


def record(finding: Finding) -> dict[str, Any]:
    """The object of one statement; ``start`` and ``end`` count characters of ``statement``."""
    return {
        "file": finding.file,
        "line": finding.line,
        "statement": finding.statement,
        "decision": "allowed" if finding.allowed else "refused",
        "reasons": [
            {"code": reason.code, "message": reason.message, "hint": reason.hint, "start": reason.start,
             "end": reason.end}
            for reason in finding.reasons
        ],
        "access": access(finding),
        "output": output(finding),
    }


def access(finding: Finding) -> list[dict[str, Any]]:
    """What the statement touches, sorted; one entry for each relation and operation, however it is reached."""
    found: dict[tuple[str, str, str], set[str]] = {}
    if finding.verdict is not None:
        for judged in finding.verdict.statements:
            for entry in judged.statement.accesses:
                key = (entry.schema, entry.relation, entry.operation.value)
                found.setdefault(key, set()).update(entry.columns)
    return [
        {"schema": schema, "relation": relation, "columns": sorted(columns), "operation": operation}
        for (schema, relation, operation), columns in sorted(found.items())
    ]


def output(finding: Finding) -> list[dict[str, Any]]:
    """The columns of the result, with the columns of tables that they come from and their categories."""
    if finding.verdict is None:
        return []
    return [
        {"name": column.name, "sources": sorted({f"{schema}.{relation}.{name}" for schema, relation, name, _ in
                                                 column.sources}),
         "categories": list(finding.verdict.categories(number, place))}
        for number, judged in enumerate(finding.verdict.statements)
        for place, column in enumerate(judged.statement.outputs)
    ]
