"""Puts together what is searched, in which order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from sminion_guard.errors import GuardError
from sminion_guard.subjects.asking import translated
from sminion_guard.subjects.verification.catalog import out_of_sight, searched
from sminion_guard.subjects.verification.dead import dead_rows
from sminion_guard.subjects.verification.found import Found, OutOfSight, Unread, Verification
from sminion_guard.subjects.verification.holding import Unsafe, holding
from sminion_guard.subjects.verification.key import Column, Key
from sminion_guard.subjects.verification.references import Rows, counted
from sminion_guard.subjects.verification.scan import Relation, Told, scan
from sminion_guard.subjects.verification.session import ask, prepare, reading, why

_NUMBERS = ("int2", "int4", "int8", "numeric")
_GONE = ("42P01", "3F000", "42703")
"""SQLSTATEs of a relation that somebody dropped or changed meanwhile."""


def verify(
    connection: psycopg.Connection[Any], key: str, *, kind: str | None = None, only: Collection[str] = (),
    seconds: float = 600.0, told: Told | None = None,
) -> Verification:
    """Look for a person's key in everything that stores rows, and by the foreign keys of the catalog. Changes nothing.

    :param connection: of whoever may read all tables, in autocommit, and used for nothing else: its settings are
        changed. What it may not read is named. A superuser is not stopped by row security.
    :param only: relations to read, as ``schema.table``: what was unread the last time. Default: all.
    :param seconds: for each relation.
    :param told: hears of a relation, blocks that were read, and all of its blocks.
    :raises GuardError: SG580 when the key is not of the policy's type; SG528 when the login may not read the policy.
    """
    if not connection.autocommit or connection.info.transaction_status is not TransactionStatus.IDLE:
        raise GuardError("SG581", "each relation is read in a transaction of its own",
                         hint="pass a connection in autocommit, outside of a transaction")
    began = datetime.now(UTC)
    try:
        (policy,) = ask(connection, "policy_tables")
    except psycopg.errors.InsufficientPrivilege as error:
        raise GuardError(
            "SG528", "this login may not read the guard's list of tables", detail=error.diag.message_primary,
            hint="connect as a superuser, or as a role with BYPASSRLS and `pg_read_all_data`") from error
    except psycopg.Error as error:
        raise translated(error) from error
    kinds: dict[str, str] = policy["subject_keys"] or {}
    if (kind or "") not in kinds:
        raise GuardError("SG460", "of which kind the person is was not said, or the policy names no such kind",
                         detail=f"kinds: {', '.join(sorted(filter(None, kinds))) or 'none'}",
                         hint="pass `--kind` with a kind of the policy, or leave it out where the policy names none")
    sought = Key.of(key, kinds[kind or ""])
    said = list(prepare(connection))
    tables = {int(oid): name for oid, name in policy["tables"].items()}
    with reading(connection, seconds):
        relations = [
            Relation(row["oid"], row["schema_name"], row["table_name"], row["view"], row["heap"],
                     tuple(Column(**column) for column in row["columns"])) for row in ask(connection, "relations")]
    unknown = sorted(set(only) - {relation.name for relation in relations})
    if unknown:
        raise GuardError("SG582", f"no relation `{unknown[0]}` stores rows", hint="write `--only schema.table`")
    look = _Look(connection, sought, frozenset(tables), seconds, told or (lambda *_: None))
    chosen = [relation for relation in relations if not only or relation.name in only]
    found = [*look.relations(chosen)]
    if not only:
        prefix = f"{kind}:" if kind else ""
        found += [*look.references(prefix), *searched(connection, sought, seconds)]
        said += out_of_sight(connection, seconds)
    stored = [(r.oid, r.schema_name, r.table_name, tables[r.oid]) for r in chosen if r.oid in tables]
    return Verification(
        began, datetime.now(UTC), connection.info.dbname, look.read,
        tuple(place for place in found if isinstance(place, Found)),
        tuple(place for place in found if isinstance(place, Unread)),
        tuple(place for place in said if isinstance(place, OutOfSight)),
        tuple(dead_rows(connection, stored, seconds)))


class _Look:
    """One search."""

    def __init__(
        self, connection: psycopg.Connection[Any], key: Key, protected: frozenset[int], seconds: float,
        told: Callable[[str, int, int], object],
    ) -> None:
        self._connection, self._key, self._protected = connection, key, protected
        self._seconds, self._told = seconds, told
        self.read = 0

    def relations(self, chosen: Collection[Relation]) -> Iterator[Found | Unread]:
        """Everything that stores rows."""
        for relation in chosen:
            guard, protected = relation.schema_name == "sminion", relation.oid in self._protected
            columns = tuple(
                column for column in relation.columns
                # Numbers in the guard's tables are those of events.
                if not (protected and column.name == "guard_mask") and not (guard and column.type in _NUMBERS))
            try:
                scanned = scan(
                    self._connection, replace(relation, columns=columns), self._key, self._seconds, self._told)
            except Unsafe as unsafe:
                yield Unread(relation.name, str(unsafe))
                continue
            except psycopg.Error as error:
                if error.sqlstate not in _GONE:
                    yield Unread(relation.name, why(error))
                continue
            for (how, column), rows in sorted(scanned.rows.items()):
                yield Found(how, relation.name, column, rows, protected, guard)
            if scanned.until is None:
                self.read += 1
            else:
                yield Unread(relation.name, f"{scanned.until}, then the time was over: pass `--timeout`")

    def references(self, prefix: str) -> Iterator[Found | Unread]:
        """What foreign keys reach from the tables whose rows are the persons."""
        with reading(self._connection, self._seconds):
            roots, keys = ask(self._connection, "roots", prefix=prefix), ask(self._connection, "foreign_keys")
        for rows in counted(roots, keys, self._key):
            try:
                count = self._count(rows)
            except Unsafe as unsafe:
                yield Unread(f"{rows.name} by foreign key ({rows.column})", str(unsafe))
                continue
            except psycopg.Error as error:
                if error.sqlstate not in _GONE:
                    yield Unread(f"{rows.name} by foreign key ({rows.column})", why(error))
                continue
            if count:
                yield Found(rows.how, rows.name, rows.column, count, rows.read[0].oid in self._protected)

    def _count(self, rows: Rows) -> int:
        with holding(self._connection, rows.read, self._seconds), psycopg.RawCursor(self._connection) as cursor:
            row = cursor.execute(rows.text.encode(), rows.values).fetchone()
        return int(row[0]) if row else 0
