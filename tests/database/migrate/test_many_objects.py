"""Where a policy has tens of thousands of objects, a look at one table reads no more of them than are its own."""

from __future__ import annotations

import pytest
from psycopg import Connection

from tests.database.migrate.conftest import Shop

OTHERS = 20_000
FILLED = """
INSERT INTO sminion.installed_object (key, "position", digest, reverse, fingerprint_query, as_owner, fingerprint)
SELECT 'policy:other.t' || i || ':guard_floor', 100000 + i, '', 'SELECT 1', 'SELECT 1', false, '1'
FROM generate_series(1, %s) i"""
READ = """
SELECT sum(pg_stat_get_xact_tuples_returned(r.oid) + pg_stat_get_xact_tuples_fetched(r.oid))
FROM (SELECT 'sminion.installed_object'::regclass::oid
      UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = 'sminion.installed_object'::regclass) AS r (oid)"""


def rows_read(connection: Connection, query: str) -> int:
    """How many rows and index entries of the registry a query reads."""
    with connection.transaction():
        ((before,),) = connection.execute(READ).fetchall()
        connection.execute(query.encode()).fetchall()
        ((after,),) = connection.execute(READ).fetchall()
    return int(after - before)


@pytest.mark.parametrize("query", ["SELECT * FROM sminion.blind_tables()", "SELECT * FROM sminion.guard_objects()"])
def test_each_table_and_function_finds_its_objects_by_their_keys(shop: Shop, query: str) -> None:
    shop.apply()
    with shop.database.connect() as connection:
        connection.execute(FILLED, [OTHERS])
        connection.execute("VACUUM ANALYZE sminion.installed_object")
        whole = rows_read(connection, "SELECT count(reverse) FROM sminion.installed_object")
        assert whole >= OTHERS  # the count counts
        assert rows_read(connection, query) < OTHERS / 10
