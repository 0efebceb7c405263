# ruff: noqa: E501 - SQL as the server gets it
"""A simulated year of accesses, some of them curiosity: how many are explained, and where the curious stand in the
ranking.

Run: ``python -m bench.unexplained [--accesses 1000000] [--seed 1] [--pg system|wheel|DIRECTORY]``. The year
(``bench/curiosity.py``) is written into the log of a database as it is after folding, with its orders in tables under
the guard. Then an auditor asks. Printed: the share that the policy explains, the share of the planted accesses in the
top 1 % of all accesses, by kind, and the times.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import Any

import psycopg

from bench.curiosity import BEGIN, DAYS, KINDS, Firm, simulate
from sminion_guard import migrate
from sminion_guard.audit.reading import Kind, Question, read
from sminion_guard.audit.unexplained import Found, find
from sminion_guard.embedded import Server, find_binaries
from sminion_guard.policy import loads

POLICY = """
[policy]
name = "bench"
version = "1"
subject_key = "bigint"
ticket_lifetime = "1 day"
require_tls = false

[login.bench_app]
purposes = ["work"]

[purpose.work]
title = "Work"
basis = "contract"
needs = ["contact"]
may = ["use"]
explains = ["ticket.basis_ref is sales.orders.id of this subject", "the ticket's subject is the subject"]

[schema.crm]
collected_for = ["work"]
[schema.crm.customer]
subject = "id"
columns = { id = "key", email = "contact" }

[schema.sales]
collected_for = ["work"]
[schema.sales.orders]
subject = "customer_id"
columns = { id = "key", customer_id = "key" }
"""
TABLES = """
CREATE ROLE bench_app LOGIN NOINHERIT;
CREATE SCHEMA crm; CREATE SCHEMA sales;
CREATE TABLE crm.customer (id bigint PRIMARY KEY, email text);
CREATE TABLE sales.orders (id bigint PRIMARY KEY, customer_id bigint);
CREATE INDEX ON sales.orders (customer_id);
CREATE TABLE staged (n bigint, at timestamptz, actor text, unit text, person text, relations text, ref text, named text);
"""
LOG = """
SET session_replication_role = replica;
SELECT sminion.make_month(m) FROM generate_series('2024-12-01'::timestamptz, '2026-02-01', '1 month') m;
INSERT INTO sminion.log_writer (login, secret_hash) VALUES ('bench_app', sha256('x'));
INSERT INTO sminion.statement_shape (digest, login, recorded, verdict, codes, operations, relations, columns, fingerprint, statement)
SELECT sha256(r::bytea), 'bench_app', 1, 'allowed', '{}', '{use}', string_to_array(r, ', '), '{}', 'f', r
FROM (SELECT DISTINCT relations AS r FROM staged) s;
INSERT INTO sminion.ticket (id, token_hash, opened_at, expires_at, login, nth, role, mask, alternating, epoch, require_tls, purpose, basis,
  basis_ref, actor, unit, reason, subject, encrypted, application)
SELECT n, sha256(int8send(n)), at, at + interval '1 day', 'bench_app', n, 'bench_work', 1, false, 1, false, 'work', 'contract',
  ref, actor, unit, 'work', named, true, 'bench' FROM staged;
INSERT INTO sminion.statement_event (at, number, writer, place, ticket, shape, refused, outcome, codes, rows, microseconds)
SELECT s.at, s.n, (SELECT max(id) FROM sminion.log_writer), s.n, s.n, h.id, false, 'done', '{}', 1, 1
FROM staged s JOIN sminion.statement_shape h ON h.statement = s.relations ORDER BY s.at;
INSERT INTO sminion.statement_subject (at, writer, statement, number, subject)
SELECT s.at, (SELECT max(id) FROM sminion.log_writer), s.n, s.n, s.person FROM staged s ORDER BY s.at;
RESET session_replication_role;
ANALYZE;
"""


def fill(server: Server, firm: Firm) -> None:
    """A guarded database with the year."""
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute(TABLES.encode())
        _copy(conn, "crm.customer (id)", ((n,) for n in range(firm.people)))
        _copy(conn, "sales.orders (id, customer_id)", iter(firm.orders.items()))
        _copy(conn, "staged", (
            (n, act.at, act.actor, act.unit, str(act.person), act.relations, None if act.order is None else str(act.order),
             str(act.person) if act.named else None) for n, act in enumerate(firm.acts, 1)))
    migrate.upgrade(server.dsn())
    with psycopg.connect(server.dsn()) as conn:
        migrate.apply(conn, loads(POLICY))
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute("CREATE ROLE bench_reader LOGIN IN ROLE bench_auditor")
        conn.execute(LOG.encode())


def _copy(conn: psycopg.Connection[Any], table: str, rows: Any) -> None:
    with conn.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def ask(server: Server) -> Found:
    """What an auditor finds of the year."""
    with psycopg.connect(server.dsn(user="bench_reader"), autocommit=True) as conn, \
            read(conn, Question(Kind.UNEXPLAINED)) as log:
        return find(log)


def caught(firm: Firm, found: Found) -> dict[str, tuple[int, int]]:
    """Of each kind of curiosity: how many stand in the top 1 % of all accesses, and how many there are."""
    there = Counter(act.planted for act in firm.acts if act.planted)
    top = Counter(firm.acts[each.access.ticket - 1].planted for each in found.ranked[:len(firm.acts) // 100])
    return {kind: (top[kind], there[kind]) for kind in KINDS}


def main() -> None:
    """Simulate, ask, and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--accesses", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--pg", default=None)
    asked = options.parse_args()
    firm = simulate(asked.accesses, asked.seed)
    with Server(find_binaries(asked.pg)) as server:
        fill(server, firm)
        began = time.perf_counter()
        found = ask(server)
        seconds = time.perf_counter() - began
    many, rare = len(firm.acts), len(found.ranked)
    print(f"{many:,} accesses of {DAYS} days from {BEGIN:%Y-%m-%d}, seed {asked.seed}: {1 - rare / many:.2%} explained,"
          f" {rare:,} not, in {seconds:.0f} s")
    kinds = caught(firm, found)
    hit, there = (sum(each[at] for each in kinds.values()) for at in (0, 1))
    print(f"planted in the top {many // 100:,}: {hit / there:.1%} of {there:,}")
    for kind, (top, of_kind) in kinds.items():
        print(f"  {kind}: {top} of {of_kind}")


if __name__ == "__main__":
    main()
