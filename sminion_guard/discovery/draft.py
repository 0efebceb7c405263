"""From a database to a draft: reads the catalog, looks at values if asked to, and decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from sminion_guard.discovery import catalog
from sminion_guard.discovery.classify import classify
from sminion_guard.discovery.model import Database, Decision, Draft, Kind, Name, Relation, Sampled, Subject
from sminion_guard.discovery.paths import subjects
from sminion_guard.discovery.people import kinds
from sminion_guard.discovery.sample import ROWS
from sminion_guard.discovery.sample import sample as sample_values
from sminion_guard.discovery.sayable import sayable
from sminion_guard.discovery.supposed import with_supposed
from sminion_guard.migrate import queries
from sminion_guard.migrate.progress import Progress, silent

TIMEOUT = 5000
"""Milliseconds that a statement may take."""


def discover(
    connection: psycopg.Connection[Any], *, sample: bool = False, rows: int = ROWS, timeout: int = TIMEOUT,
    progress: Progress = silent,
) -> Draft:
    """A first policy for the database that ``connection`` speaks to. Nothing is written.

    :param sample: also look at values: the server compares them with patterns, and answers with counts only.
    :param rows: with ``sample``: how many rows of each table.
    :param timeout: milliseconds that each statement may take.
    """
    with connection.transaction(force_rollback=True):
        queries.run(connection, "queries/discovery/begin")
        queries.run(connection, "queries/discovery/limits", timeout=str(timeout))
        database = catalog.read(connection, progress)
        sampled, unsampled = sample_values(connection, database, rows=rows, progress=progress) if sample else ({}, {})
    return draft(database, sampled, unsampled=unsampled, looked=sample)


def draft(
    database: Database, sampled: Mapping[Name, Mapping[str, Sampled]] | None = None, *,
    unsampled: Mapping[Name, str] | None = None, looked: bool = False,
) -> Draft:
    """What follows from what was read."""
    database = with_supposed(database)
    people = kinds(database)
    about = subjects(database, people, sampled)
    seen = sampled or {}
    columns = {
        name: _columns(relation, about, people, seen.get(name)) for name, relation in database.relations.items()
    }
    _list_keys(about, columns)
    return sayable(Draft(database, people, about, columns, looked, unsampled or {}))


def _columns(
    relation: Relation, about: Mapping[Name, Subject], people: tuple[Kind, ...], sampled: Mapping[str, Sampled] | None
) -> dict[str, Decision]:
    subject = about[relation.id]
    leading = {key.column for key in relation.references if about[key.parent].leads}
    return classify(
        relation, leads=subject.leads, person=any(kind.table == relation.id for kind in people),
        leading=frozenset(leading), sampled=sampled,
    )


def _list_keys(about: Mapping[Name, Subject], columns: Mapping[Name, dict[str, Decision]]) -> None:
    """What leads to a subject must be listed, and is never neutral."""
    for name, subject in about.items():
        wanted = [(name, column) for column, _, _ in subject.columns]
        if subject.path is not None:
            wanted += [(name, subject.path.column), (subject.path.parent, subject.path.key)]
        for table, column in wanted:
            if columns[table][column].category in (None, "none"):
                columns[table][column] = Decision("key", "joins", "leads to the subject", 0.6)
