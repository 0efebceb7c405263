"""What a statement costs the server by the number of protected tables in it, and by the number of purposes.

Run: ``python -m bench.breadth [--tables 1,2,4,8,12] [--purposes 2,20,60] [--rounds 9] [--pg ...]``. The rows are there
twice, protected and not; a statement joins so many of the tables by their keys and returns one row. For purposes, one
point select is measured in databases whose policy has so many of them. Printed are medians of the CPU time of the
backend (Linux) in microseconds, of prepared statements in a transaction that has entered, both kinds in turn.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator

import psycopg

from bench.row_security import processor
from sminion_guard import migrate
from sminion_guard.embedded import Server, find_binaries
from sminion_guard.policy import Policy, loads

ROWS = 10_000
MOST = 12


def policy(purposes: int) -> Policy:
    """Twelve tables, each person once in each, and so many purposes that read all of them."""
    listed = ", ".join(f'"p{number}"' for number in range(purposes))
    lines = ['[policy]\nname = "bench"\nversion = "1"\nsubject_key = "bigint"\nticket_lifetime = "1 hour"\n'
             f"require_tls = false\n[login.bench_app]\npurposes = [{listed}]\n[schema.s]\ncollected_for = [{listed}]"]
    for number in range(purposes):
        lines.append(f'[purpose.p{number}]\ntitle = "Work {number}"\nbasis = "contract"\nneeds = ["contact"]\n'
                     'may = ["use"]')
    lines += [f'[schema.s.t{number}]\nsubject = "id"\ncolumns = {{ id = "key", note = "contact" }}'
              for number in range(MOST)]
    return loads("\n".join(lines))


def prepared(server: Server, purposes: int) -> str:
    """A database with the policy applied; its address as the login."""
    name = f"bench_{purposes}"
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = 'bench_app'").fetchone() is None:
            admin.execute("CREATE ROLE bench_app LOGIN")
    dsn = server.dsn(dbname=name)
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("CREATE SCHEMA s; CREATE SCHEMA plain")
        for schema in ("s", "plain"):
            for number in range(MOST):
                admin.execute(f"CREATE TABLE {schema}.t{number} AS SELECT n::bigint AS id, 'note ' || n AS note"
                              f" FROM generate_series(1, {ROWS}) n; ALTER TABLE {schema}.t{number} ADD PRIMARY KEY (id)"
                              .encode())
        admin.execute("GRANT USAGE ON SCHEMA plain TO bench_app")
        admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA plain TO bench_app")
    migrate.upgrade(dsn)
    with psycopg.connect(dsn) as admin:
        migrate.apply(admin, policy(purposes))
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")
    return server.dsn(dbname=name, user="bench_app")


def joined(schema: str, tables: int) -> bytes:
    """One row of so many tables."""
    joins = "".join(f" JOIN {schema}.t{number} USING (id)" for number in range(1, tables))
    columns = ", ".join(f"t{number}.note" for number in range(tables))
    return f"SELECT {columns} FROM {schema}.t0{joins} WHERE id = 4711".encode()


def measured(dsn: str, tables: list[int], rounds: int, times: int) -> Iterator[tuple[int, float, float]]:
    """Numbers of tables, each with the microseconds of unprotected ones and of protected ones."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        (token,) = connection.execute("SELECT sminion.open_ticket('p0', 'bench', 'bench')").fetchone() or ("",)
        connection.execute("BEGIN")
        for number in tables:
            found: dict[str, list[float]] = {}
            for _ in range(rounds):
                for schema in ("plain", "s"):
                    connection.execute("COMMIT")
                    connection.execute("BEGIN")
                    if schema == "s":
                        connection.execute("SELECT sminion.enter(%s)", [token])
                    statement = joined(schema, number)
                    for _ in range(6):
                        connection.execute(statement, prepare=True)
                    before = processor(connection)
                    for _ in range(times):
                        connection.execute(statement, prepare=True)
                    found.setdefault(schema, []).append((processor(connection) - before) / times / 1000)
            yield number, statistics.median(found["plain"]), statistics.median(found["s"])
        connection.execute("COMMIT")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.breadth", description=__doc__)
    parser.add_argument("--tables", default="1,2,4,8,12", help="in a statement (default: %(default)s)")
    parser.add_argument("--purposes", default="2,20,60", help="of the policy (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--times", type=int, default=200, help="statements in each round (default: %(default)s)")
    parser.add_argument("--pg", metavar="system|wheel|DIRECTORY|VERSION")
    options = parser.parse_args()
    tables = [int(number) for number in options.tables.split(",")]
    with Server(find_binaries(options.pg)) as server:
        print(f"{'':12}{'plain':>10}{'protected':>12}{'each table':>12}")
        for position, purposes in enumerate(int(number) for number in options.purposes.split(",")):
            dsn = prepared(server, purposes)
            chosen = tables if position == 0 else [1]
            for number, plain, guarded in measured(dsn, chosen, options.rounds, options.times):
                title = f"{number} tables" if position == 0 else f"{purposes} purposes"
                print(f"{title:12}{plain:10.1f}{guarded:12.1f}{(guarded - plain) / number:12.1f}", flush=True)


if __name__ == "__main__":
    main()
