"""What the DDL guard adds to statements that change the schema: ``python -m bench.ddl_guard``.

Two sessions in turn, one in a copy of the database without event triggers. CPU time of the backends, which other work
on the machine disturbs least. Each statement is rolled back.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

import psycopg
from psycopg import sql

from sminion_guard.demo.printer import Printer
from sminion_guard.demo.shop import DATABASE, build
from sminion_guard.embedded import Server, find_binaries

STATEMENTS = (
    "CREATE TABLE other.fresh (id bigint, name text)", "ALTER TABLE other.stands ADD COLUMN note text",
    "ALTER TABLE crm.customer ADD COLUMN note text", "DROP TABLE other.stands",
    "GRANT SELECT ON other.stands TO shop_owner", "CREATE VIEW other.v AS SELECT * FROM other.stands",
    "CREATE FUNCTION other.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE INDEX stands_name ON other.stands (name)",
)
WARM = 20
"""Rounds that are not counted: the first statements of a session plan the queries of the guard."""

Connection = psycopg.Connection[tuple[object, ...]]


def spent(connection: Connection, statement: str) -> float:
    """Milliseconds of CPU time of the backend."""
    clock = Path(f"/proc/{connection.info.backend_pid}/schedstat")
    connection.execute("SELECT 1")  # the transaction has begun
    before = int(clock.read_text().split()[0])
    connection.execute(statement.encode())
    after = int(clock.read_text().split()[0])
    connection.rollback()
    return (after - before) / 1e6


def without_triggers(server: Server) -> str:
    """A copy of the shop's database that has no event triggers."""
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE bare TEMPLATE {}").format(sql.Identifier(DATABASE)))
    address = server.dsn(dbname="bare")
    with psycopg.connect(address, autocommit=True) as admin:
        for (name,) in admin.execute("SELECT evtname FROM pg_event_trigger").fetchall():
            admin.execute(sql.SQL("DROP EVENT TRIGGER {}").format(sql.Identifier(name)))
    return address


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pg", default="18", help="version of PostgreSQL")
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args()
    with Server(find_binaries(asked.pg), durable=False) as server:
        with build(server, 50, Printer()), psycopg.connect(server.dsn(dbname=DATABASE)) as admin:
            admin.execute("CREATE SCHEMA other; CREATE TABLE other.stands (id bigint, name text)")
        bare = without_triggers(server)
        with (
            psycopg.connect(server.dsn(dbname=DATABASE), prepare_threshold=None) as guarded,
            psycopg.connect(bare, prepare_threshold=None) as plain,
        ):
            for statement in STATEMENTS:
                rounds = [(spent(guarded, statement), spent(plain, statement)) for _ in range(WARM + asked.rounds)]
                with_guard, without = (statistics.median(side) for side in zip(*rounds[WARM:], strict=True))
                print(f"{statement[:46]:48}{without:6.2f} ms, the guard adds {with_guard - without:.2f}", flush=True)


if __name__ == "__main__":
    main()
