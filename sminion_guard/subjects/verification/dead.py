"""Deleted rows that still stand in the files of tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import psycopg

from sminion_guard.compiler.quoting import ident
from sminion_guard.subjects.verification.found import DeadRows
from sminion_guard.subjects.verification.session import ask, reading

_WITH_TOAST = (
    "SELECT pg_catalog.sum(({schema}.pgstattuple(r.oid::pg_catalog.regclass)).dead_tuple_count)::pg_catalog.int8"
    " FROM (SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid = %(oid)s UNION ALL SELECT c.reltoastrelid"
    " FROM pg_catalog.pg_class c WHERE c.oid = %(oid)s AND c.reltoastrelid <> 0) AS r")


def dead_rows(
    connection: psycopg.Connection[Any], relations: Collection[tuple[int, str, str, str]], seconds: float
) -> Iterator[DeadRows]:
    """How many each relation has, with its TOAST: counted where the extension pgstattuple is, else estimated.

    :param relations: oid, schema, name, and the table of the policy.
    """
    with reading(connection, seconds):
        installed = ask(connection, "pgstattuple")
        estimated = {(row["schema_name"], row["table_name"]): row["dead"]
                     for row in ask(connection, "dead_rows", oids=[oid for oid, *_ in relations])}
    for oid, schema, name, table in relations:
        if installed:
            try:
                with reading(connection, seconds):
                    ((count,),) = connection.execute(
                        _WITH_TOAST.format(schema=ident(installed[0]["schema_name"])).encode(), {"oid": oid}).fetchall()
                yield DeadRows(schema, name, table, count, checked=True)
                continue
            except psycopg.Error:
                pass  # read by the estimate, which says that it is one
        yield DeadRows(schema, name, table, estimated.get((schema, name)), checked=False)
