"""Holds relations as they are while a superuser reads them: nobody slips code under the statement that reads.

Whoever owns a table may replace it by a view, add an index with a function, or rename schemas, at any moment. What
PostgreSQL then computes would run with the rights of the login that reads. So the relations are locked first, against
all of this and not against writes; then it is asked whether they are what they were, and have no such code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from sminion_guard.compiler.quoting import ident
from sminion_guard.subjects.verification.session import ask, bound


@dataclass(frozen=True, slots=True)
class Named:
    """A relation by number and name.

    :param view: a materialized view.
    """

    oid: int
    schema_name: str
    table_name: str
    view: bool = False

    @property
    def sql(self) -> str:
        return f"{ident(self.schema_name)}.{ident(self.table_name)}"


class Unsafe(Exception):
    """A relation is not read, because of what reading it would do."""


@contextmanager
def holding(connection: psycopg.Connection[Any], relations: Sequence[Named], seconds: float) -> Iterator[None]:
    """A transaction with one snapshot, in which the relations stay as they are; it is rolled back.

    A login that is no superuser cannot lock so: it is asked only, and code that comes in between runs with its rights.

    :raises Unsafe: with the reason.
    :raises psycopg.Error: LockNotAvailable where somebody holds them.
    """
    ((superuser, restricts),) = connection.execute(
        "SELECT pg_catalog.current_setting('is_superuser'),"
        " pg_catalog.current_setting('restrict_nonsystem_relation_kind', true)").fetchall()
    with connection.transaction(force_rollback=True):
        views = [relation for relation in relations if relation.view]
        # Rows of a materialized view do not change while it is locked, and COMMENT needs a snapshot before it locks.
        level = "READ COMMITTED" if views else "REPEATABLE READ"
        connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}, READ WRITE".encode())
        if restricts is not None:  # from 15.8 on, for whoever cannot lock; as a statement that takes no snapshot
            connection.execute("SET LOCAL restrict_nonsystem_relation_kind = 'view, foreign-table'")
        if superuser == "on":
            for relation in relations:
                # LOCK takes no materialized view; COMMENT locks as strongly, and is rolled back.
                text = (f"COMMENT ON MATERIALIZED VIEW {relation.sql} IS NULL" if relation.view
                        else f"LOCK TABLE {relation.sql} IN SHARE UPDATE EXCLUSIVE MODE")
                connection.execute(text.encode())
            ask(connection, "schemas_held", schemas=[relation.schema_name for relation in relations])
        bound(connection, seconds)
        oids = [relation.oid for relation in relations]
        ((same,),) = (row.values() for row in ask(
            connection, "same_relations", oids=oids, schemas=[relation.schema_name for relation in relations],
            names=[relation.table_name for relation in relations]))
        if not same:
            raise Unsafe("somebody replaced it meanwhile: run this again")
        for row in ask(connection, "foreign_code", oids=oids):
            raise Unsafe(f"reading it would run {row['code']}, with the rights of this login: read it as its owner, or"
                         " let a superuser own the function")
        yield
