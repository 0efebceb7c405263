"""Units of work: each is one transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import insert, select, text

from bench.session.variants import INSERT, Variant
from bench.session.world import Guarded


def point(variant: Variant) -> None:
    """One entity by its key."""
    with variant.context(), variant.session() as session:
        session.get(variant.table, 4711)
        variant.end(session)


def page(variant: Variant) -> None:
    """Fifty entities."""
    with variant.context(), variant.session() as session:
        table = variant.table
        session.scalars(select(table).where(table.id > 5000).order_by(table.id).limit(50)).all()
        variant.end(session)


def core_insert(variant: Variant) -> None:
    """One row, committed."""
    with variant.context(), variant.engine.begin() as connection:
        connection.execute(insert(variant.table), {"customer_id": 7, "total": 1, "note": "n"})


def ten_reads(variant: Variant) -> None:
    """Ten statements that read."""
    table = variant.table
    with variant.context(), variant.engine.connect() as connection:
        for number in range(10):
            connection.execute(select(table.note).where(table.id == number + 1)).all()
        variant.end(connection)


def ten(variant: Variant) -> None:
    """Eight statements that read and two that write, committed."""
    table = variant.table
    with variant.context(), variant.engine.begin() as connection:
        for number in range(8):
            connection.execute(select(table.note).where(table.id == number + 1)).all()
        for number in range(2):
            connection.execute(insert(table), {"customer_id": number, "total": 1, "note": "n"})


def nothing(variant: Variant) -> None:
    """A transaction that touches no table: what remains is the session."""
    with variant.context(), variant.engine.connect() as connection:
        connection.execute(text("SELECT 1")).all()
        variant.end(connection)


def raw_point(variant: Variant) -> None:
    """One row through psycopg."""
    statement = "SELECT note FROM plain.orders WHERE id = %s"
    if variant.table is Guarded:
        statement = "SELECT note FROM guarded.orders WHERE id = %s"
    driver = variant.driver
    with variant.context():
        if variant.inserts:
            driver.execute(INSERT, ("bench", "work", statement))
        driver.execute(statement, [4711]).fetchall()
        driver.commit()  # a rollback makes psycopg forget its prepared statements


def raw_nothing(variant: Variant) -> None:
    """The same without a table."""
    driver = variant.driver
    with variant.context():
        if variant.inserts:
            driver.execute(INSERT, ("bench", "work", "SELECT 1"))
        driver.execute("SELECT 1").fetchall()
        driver.commit()


ALONE: dict[str, Callable[[Variant], None]] = {
    "ORM point select": point,
    "ORM page of 50": page,
    "Core insert": core_insert,
    "Core, 10 selects": ten_reads,
    "Core, 8 selects 2 inserts": ten,
    "Core, SELECT 1": nothing,
    "psycopg point select": raw_point,
    "psycopg, SELECT 1": raw_nothing,
}
"""Measured by one thread."""
TOGETHER = ("ORM point select", "ORM page of 50", "Core, 10 selects", "psycopg point select")
"""Measured by many threads and by several processes too."""
