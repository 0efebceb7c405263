"""What a rule of rows costs (``rows = "tenant = :tenant"``): a protected table with one, beside the same without, and
beside the usual policy that compares with a setting of the session (which each client chooses).

Run: ``python -m bench.rows [--rows 200000] [--rounds 7] [--pg system|wheel|DIRECTORY]``. All variants hold the same
rows of 20 tenants and are asked for those of one; they are measured in turn, round after round. Counted is the time
that the backend had a processor (Linux); printed are the lowest and the median of all rounds, in microseconds. Other
work on the machine moves the median, and hardly the lowest.
"""

from __future__ import annotations

import argparse
import statistics
from functools import partial

import psycopg
from psycopg.types.json import Jsonb

from bench.row_security import measured, processor, read, write
from sminion_guard import migrate
from sminion_guard.embedded import Server, find_binaries
from sminion_guard.policy import loads

TENANTS = 20
VARIANTS = ("guarded", "ruled", "setting")
POLICY = """
[policy]
name = "bench"
version = "1"
subject_key = "bigint"
ticket_lifetime = "1 hour"
require_tls = false
accept_upsert_leak = "it measures writes, on older servers too"

[ticket]
values = { tenant = "int" }

[login.bench_app]
purposes = ["work"]

[purpose.work]
title = "Work"
basis = "contract"
needs = ["contact", "payment"]
may = ["collect", "use", "clarify", "delete"]
""" + "".join(f"""
[schema.{schema}]
collected_for = ["work"]
[schema.{schema}.orders]
subject = "customer_id"
columns = {{ id = "key", tenant = "none", customer_id = "key", total = "payment", note = "contact" }}
{rule}
""" for schema, rule in (("guarded", ""), ("ruled", 'rows = "tenant = :tenant"')))
READS = {
    "point by key": "SELECT note FROM {t} WHERE id = 4705",
    "100 rows of an index range": "SELECT count(note) FROM {t} WHERE tenant = 5 AND id BETWEEN 1000 AND 2999",
    "top 50 of the tenant": "SELECT id, note FROM {t} WHERE tenant = 5 ORDER BY tenant, id DESC LIMIT 50",
    "aggregate of the tenant": "SELECT count(*), sum(total) FROM {t} WHERE tenant = 5",
    "no row": "SELECT note FROM {t} WHERE id = -1",
}
WRITES = {
    "insert of 1 row": "INSERT INTO {t} (id, tenant, customer_id, total, note) VALUES (900000000, 5, 5, 1, 'n')",
    "update of 1 row": "UPDATE {t} SET note = note || 'x' WHERE id = 4705",
    "insert of 1000 rows": "INSERT INTO {t} (id, tenant, customer_id, total, note) "
    "SELECT 900000000 + i, 5, 1 + i % 5000, i, 'n' FROM generate_series(1, 1000) i",
}


def prepare(server: Server, rows: int) -> None:
    """The same rows three times."""
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute("CREATE ROLE bench_app LOGIN NOINHERIT; CREATE ROLE bench_reader NOLOGIN;"
                     "GRANT bench_reader TO bench_app")
        for variant in VARIANTS:
            conn.execute(f"CREATE SCHEMA {variant}; CREATE TABLE {variant}.orders (id bigint PRIMARY KEY,"
                         " tenant integer NOT NULL, customer_id bigint NOT NULL, total bigint NOT NULL,"
                         " note text NOT NULL)")
            conn.execute(f"INSERT INTO {variant}.orders SELECT i, i % {TENANTS}, 1 + i % ({rows} / 10), i, 'note ' || i"
                         f" FROM generate_series(1, {rows}) i")
            conn.execute(f"CREATE INDEX ON {variant}.orders (customer_id);"
                         f"CREATE INDEX ON {variant}.orders (tenant, id)")
        conn.execute("GRANT USAGE ON SCHEMA setting TO bench_reader;"
                     "GRANT SELECT, INSERT, UPDATE, DELETE ON setting.orders TO bench_reader;"
                     "ALTER TABLE setting.orders ENABLE ROW LEVEL SECURITY;"
                     "CREATE POLICY p ON setting.orders TO bench_reader "
                     "USING (tenant = (SELECT current_setting('app.tenant')::integer))")
    migrate.upgrade(server.dsn())
    with psycopg.connect(server.dsn()) as conn:
        migrate.apply(conn, loads(POLICY))
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE")


def session(server: Server, variant: str) -> psycopg.Connection:
    """A connection inside one transaction, for tenant 5."""
    conn = psycopg.connect(server.dsn(user="bench_app"))
    if variant == "setting":
        conn.execute("SET LOCAL ROLE bench_reader; SET LOCAL app.tenant = '5'")
    else:
        token = conn.execute(
            "SELECT sminion.open_ticket('work', 'bench', 'bench', \"values\" => %s)", [Jsonb({"tenant": 5})]).fetchone()
        conn.commit()
        conn.execute("SELECT sminion.enter(%s)", token)
    conn.prepare_threshold = 0
    return conn


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pg", default=None)
    options = parser.parse_args()
    times: dict[tuple[str, str], list[float]] = {}
    with Server(find_binaries(options.pg)) as server:
        prepare(server, options.rows)
        sessions = {variant: session(server, variant) for variant in VARIANTS}
        for _ in range(options.rounds):
            for name, statement in READS.items():
                repeat = 20 if name.startswith("aggregate") else 200
                for variant, conn in sessions.items():
                    run = partial(read, conn, statement.format(t=f"{variant}.orders"))
                    times.setdefault((name, variant), []).append(measured(conn, run, repeat, processor))
            for name, statement in WRITES.items():
                for variant, conn in sessions.items():
                    for _ in range(20 if name.endswith("of 1 row") else 1):
                        taken = write(conn, statement.format(t=f"{variant}.orders"), processor)
                        times.setdefault((name, variant), []).append(taken)
        version = sessions["setting"].info.server_version
        for conn in sessions.values():
            conn.close()
    print(f"PostgreSQL {version // 10000}.{version % 10000}, {options.rows} rows, {options.rounds} rounds:"
          " lowest (median) in microseconds of processor")
    print(f"{'':28}" + "".join(f"{variant:>20}" for variant in VARIANTS))
    for name in [*READS, *WRITES]:
        cells = [
            f"{min(found) * 1000:.0f} ({statistics.median(found) * 1000:.0f})"
            for found in (times[name, variant] for variant in VARIANTS)
        ]
        print(f"{name:28}" + "".join(f"{cell:>20}" for cell in cells))


if __name__ == "__main__":
    main()
