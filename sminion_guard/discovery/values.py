"""A draft as plain values, for programs, and how many of what it has."""

from __future__ import annotations

from sminion_guard.discovery.model import Draft, Subject
from sminion_guard.policy.model import OPEN_CATEGORIES


def summary(draft: Draft) -> dict[str, int]:
    """How many of what the draft has."""
    decided = [decision for columns in draft.columns.values() for decision in columns.values()]
    return {
        "tables": len(draft.database.relations),
        "kinds": len(draft.kinds),
        "leading": sum(subject.leads for subject in draft.subjects.values()),
        "open": sum(not subject.known for subject in draft.subjects.values()),
        "columns": len(decided),
        "personal": sum(decision.category not in (None, *OPEN_CATEGORIES) for decision in decided),
        "closed": sum(decision.category is None for decision in decided),
    }


def as_values(draft: Draft) -> dict[str, object]:
    """Every decision of the draft."""
    return {
        "database": draft.database.name,
        "sampled": draft.sampled,
        "kinds": [
            {"name": kind.name, "table": ".".join(kind.table), "column": kind.column, "key": kind.key,
             "reason": kind.reason, "confidence": kind.confidence}
            for kind in draft.kinds
        ],
        "tables": {
            ".".join(name): {
                "subject": _subject(subject),
                "reason": subject.reason,
                "confidence": subject.confidence,
                "unsampled": draft.unsampled.get(name),
                "columns": dict(draft.columns[name]),
            }
            for name, subject in draft.subjects.items()
        },
        "summary": summary(draft),
    }


def _subject(subject: Subject) -> object:
    """Null: an open question; false: nobody; else columns with their kinds, or a path."""
    if not subject.known:
        return None
    if subject.path is not None:
        path = subject.path
        return {"column": path.column, "table": ".".join(path.parent), "key": path.key}
    return {column: kind + ("?" if optional else "") for column, kind, optional in subject.columns} or False
