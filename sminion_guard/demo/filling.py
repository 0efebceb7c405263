"""Fills the shop's tables with COPY, as fast as PostgreSQL takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from sminion_guard.demo import rows
from sminion_guard.demo.people import Person, people

_NEXT_NUMBER = """
SELECT pg_catalog.setval(c.sequence, greatest((SELECT max(id) FROM {table}), 1))
FROM (SELECT pg_catalog.pg_get_serial_sequence({name}, 'id') AS sequence) c
"""


def fill(conn: psycopg.Connection, count: int) -> int:
    """Generate the shop's people and write everything about them; return the number of rows.

    :param conn: of a role that may write to all tables.
    :param count: how many customers.
    """
    now = datetime.now(UTC)
    known = tuple(people(count))
    hired = tuple(people(rows.EMPLOYEES, first_id=rows.FIRST_EMPLOYEE, seed=2))
    bought = tuple(people(count // 10, seed=3))
    parts: tuple[tuple[dict[str, rows.Source], Sequence[Person]], ...] = (
        (rows.CUSTOMER_TABLES, known), (rows.EMPLOYEE_TABLES, hired), (rows.BOUGHT_TABLES, bought),
    )
    written = 0
    with conn.transaction():
        for tables, about in parts:
            for table, source in tables.items():
                written += _copy(conn, table, source(about, now, rows.dice_for(table)))
    conn.commit()
    return written


def _copy(conn: psycopg.Connection, table: str, source: Iterable[rows.Row]) -> int:
    name = sql.Identifier(*table.split("."))
    written = 0
    with conn.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(name)) as stream:
            for row in source:
                stream.write_row(row)
                written += 1
        if table != "marketing.subscriber":  # numbered by its customers
            cursor.execute(sql.SQL(_NEXT_NUMBER).format(table=name, name=sql.Literal(table)))
    return written
