# ruff: noqa: E501 - SQL stands on long lines
"""What a report costs, and the question about one person, in a log of many months.

Run: ``python -m bench.report [--events 1000000] [--months 1] [--pg system|wheel|DIRECTORY]``. So many statements are put into
each of the months that end with the last whole one: straight into the tables of the log, with 200 shapes, 2,000 tickets of three
purposes and 20 units, one subject each, and one in 500 refused. Reports are timed as an auditor's, elapsed, with the time of each
section, and the memory that Python allocated at most. The person is asked about as `sminion-guard audit subject` does.
"""

from __future__ import annotations

import argparse
import statistics
import time
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from sminion_guard import migrate
from sminion_guard.audit.reading import Kind, Question, read
from sminion_guard.audit.report import Asked, Section, report
from sminion_guard.audit.report.sections import SECTIONS
from sminion_guard.cli.audit.report_page import report_page
from sminion_guard.embedded import Server, find_binaries
from sminion_guard.policy import loads

PURPOSES = ("work", "books", "care")
POLICY = """
[policy]
name = "bench"
version = "1"
subject_key = "bigint"
ticket_lifetime = "1 day"
require_tls = false
accept_upsert_leak = "it measures the log, on older servers too"

[login.bench_app]
purposes = ["work", "books", "care"]

""" + "\n".join(f"""[purpose.{name}]
title = "{name.title()}"
basis = "contract"
needs = ["contact", "payment"]
may = ["use"]
""" for name in PURPOSES) + """
[schema.crm]
collected_for = ["work", "books", "care"]
[schema.crm.customer]
subject = "id"
columns = { id = "key", email = "contact", paid = "payment" }
"""
PREPARE = """
CREATE ROLE bench_app LOGIN NOINHERIT; CREATE SCHEMA crm;
CREATE TABLE crm.customer (id bigint PRIMARY KEY, email text, paid numeric);
INSERT INTO crm.customer SELECT generate_series(1, 100000)
"""
LOG = """
INSERT INTO sminion.statement_shape (digest, login, recorded, verdict, codes, operations, relations, columns, fingerprint, statement)
SELECT sha256(n::text::bytea), 'bench_app', 1, 'allowed', '{}', '{use}', '{crm.customer}',
       CASE n % 3 WHEN 0 THEN '{crm.customer.id,crm.customer.email}'::text[] WHEN 1 THEN '{crm.customer.paid}'
         ELSE ARRAY['crm.customer.email', 'crm.customer.c' || n] END, n::text, 'SELECT ' || n
FROM generate_series(1, 200) n;
INSERT INTO sminion.log_writer (login, secret_hash) VALUES ('bench_app', sha256('x'));
INSERT INTO sminion.ticket (id, token_hash, opened_at, expires_at, login, nth, role, mask, alternating, epoch, require_tls, purpose, basis,
                            actor, unit, reason, encrypted, application)
SELECT n, sha256(n::text::bytea), now() - n * interval '1 minute', now(), 'bench_app', n, 'r', 1, false, 1, false,
       (ARRAY['work', 'books', 'care'])[1 + n % 3], 'contract', 'a', 'unit ' || n % 20, 'r', false, ''
FROM generate_series(1, 2000) n;
"""
MONTH = """
SELECT sminion.make_month(%(since)s);
"""
EVENTS = """
INSERT INTO sminion.statement_event (at, number, writer, place, ticket, shape, refused, outcome, codes, rows, microseconds)
SELECT %(since)s::timestamptz + n * (interval '28 days' / %(events)s), %(first)s + n, w.id, %(first)s + n, 1 + n %% 2000, s.low + n %% 200,
       n %% 500 = 0, CASE WHEN n %% 500 = 0 THEN 'refused' ELSE 'done' END,
       CASE WHEN n %% 500 = 0 THEN '{SG201}'::text[] ELSE '{}' END, 1, 7
FROM generate_series(1, %(events)s) n, (SELECT max(id) AS id FROM sminion.log_writer) w, (SELECT min(id) AS low FROM sminion.statement_shape) s
"""
SUBJECTS = """
INSERT INTO sminion.statement_subject (at, writer, statement, number, subject)
SELECT e.at, e.writer, e.place, e.number, (1 + e.number * 7919 %% 100000)::text FROM sminion.statement_event e
WHERE e.at >= %(since)s AND e.at < %(since)s::timestamptz + interval '1 month'
"""


def prepare(server: Server, events: int, months: int) -> date:
    """A guarded database with such a log; the first day of its last month."""
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute(PREPARE)
    migrate.upgrade(server.dsn())
    with psycopg.connect(server.dsn()) as conn:
        migrate.apply(conn, loads(POLICY))
    last = (datetime.now(UTC).replace(day=1) - timedelta(days=1)).date().replace(day=1)
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute("CREATE ROLE bench_bert LOGIN IN ROLE bench_auditor")
        conn.execute("SET ROLE sminion_owner")
        conn.execute(LOG.encode())
        month, made = last, 0
        for _ in range(months):
            values = {"since": datetime(month.year, month.month, 1, tzinfo=UTC), "events": events, "first": made}
            for statement in (MONTH, EVENTS, SUBJECTS):
                conn.execute(statement.encode(), values)
            month, made = (month - timedelta(days=1)).replace(day=1), made + events
        conn.execute("RESET ROLE")
        # The policy has been in force as long as the log is.
        conn.execute("BEGIN; SET LOCAL session_replication_role = replica;"
                     "UPDATE sminion.policy_version SET applied_at = '2000-01-01'; COMMIT")
        conn.execute("VACUUM ANALYZE")
    return last


def time_report(server: Server, first: date) -> None:
    """Time a report, section by section."""
    def timed(section: Section[Any]) -> Section[Any]:
        def ask(asked: Asked) -> Any:
            began = time.perf_counter()
            found = section.ask(asked)
            print(f"  {section.name:20}{(time.perf_counter() - began) * 1000:10.0f} ms", flush=True)
            return found
        return replace(section, ask=ask)

    with psycopg.connect(server.dsn(user="bench_bert"), autocommit=True) as conn:
        tracemalloc.start()
        began = time.perf_counter()
        found = report(conn, first, sections=[timed(section) for section in SECTIONS])
        print(f"{'report':22}{(time.perf_counter() - began) * 1000:10.0f} ms,"
              f" {tracemalloc.get_traced_memory()[1] / 1e6:.1f} MB of Python", flush=True)
        tracemalloc.stop()
    print(f"{'its page':22}{len(report_page(found)) / 1000:10.0f} kB")


def person(server: Server, times: int = 11) -> None:
    """Time the question about one person, by the server's clock and the caller's."""
    with psycopg.connect(server.dsn(user="bench_bert"), autocommit=True) as conn, \
            read(conn, Question(Kind.SUBJECT, subject="7920")) as log:
        found = []
        for _ in range(times):
            began = time.perf_counter()
            many = len(log.page(50).entries)
            found.append((time.perf_counter() - began) * 1000)
        print(f"{'one person':22}{statistics.median(found):10.1f} ms for {many} accesses, {found[0]:.1f} the first time", flush=True)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--months", type=int, default=1)
    options.add_argument("--pg", default=None)
    given = options.parse_args()
    with Server(find_binaries(given.pg)) as server:
        first = prepare(server, given.events, given.months)
        time_report(server, first)
        person(server)


if __name__ == "__main__":
    main()
