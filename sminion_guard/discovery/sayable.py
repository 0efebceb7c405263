"""What a policy file cannot say: names that PostgreSQL accepts and the file does not. Such tables stay closed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sminion_guard.discovery.model import Database, Draft, Name, Subject
from sminion_guard.policy.file.tables import RESERVED_KEYS
from sminion_guard.policy.names import identifier_problem


def unlisted(name: Name, database: Database) -> str | None:
    """Why a policy cannot list the table, or None."""
    schema, table = name
    if table in RESERVED_KEYS:
        return f"`{table}` is a key of a schema"
    if "." in schema or "." in table:
        dotted = Counter(".".join(other) for other in database.relations)
        dotted.update({other for other, _ in database.relations})
        if dotted[f"{schema}.{table}"] > 1 or dotted[schema] > 1:
            return "its name reads like that of another schema or table"
    return identifier_problem(schema) or identifier_problem(table)


def sayable(draft: Draft) -> Draft:
    """The same draft, with an open question wherever a subject cannot be written, or leads to one that cannot."""
    subjects = dict(draft.subjects)
    question = Subject("a name on the way to the subject cannot be written in a policy", 0.0, known=False)
    while closed := [
        name for name, subject in subjects.items() if subject.leads and not _says(subject, subjects, draft)
    ]:
        subjects |= dict.fromkeys(closed, question)
    return replace(draft, subjects=subjects)


def _says(subject: Subject, subjects: dict[Name, Subject], draft: Draft) -> bool:
    names = [column for column, _, _ in subject.columns]
    if subject.path is not None:
        parent = subject.path.parent
        if unlisted(parent, draft.database) or not subjects[parent].leads:
            return False
        names += [subject.path.column, subject.path.key]
    return not any("->" in name or name.endswith("?") or identifier_problem(name) for name in names)
