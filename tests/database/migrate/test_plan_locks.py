"""A plan says which tables its steps lock, and on which an index is built meanwhile."""

from __future__ import annotations

import threading
import time

from tests.database.migrate.conftest import Shop

LOCKED = """
SELECT DISTINCT l.relation::regclass::text FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.granted AND l.mode = 'AccessExclusiveLock' AND c.relkind = 'r'
  AND c.relnamespace::regnamespace::text IN ('crm', 'sales', 'news')"""


def test_a_first_policy_locks_every_table_once_and_builds_the_index_of_children(shop: Shop) -> None:
    locks = {lock.tables: lock.index_bytes for lock in shop.plan().locks}
    size = shop.database.execute("SELECT pg_table_size('sales.item')")[0][0]
    # The triggers between parent and child are made together.
    assert locks == {("crm.customer",): None, ("sales.orders", "sales.item"): size, ("news.subscriber",): None}
    text = "\n".join(shop.plan().lines())
    assert "locks (ACCESS EXCLUSIVE), each in a transaction of its own" in text
    assert "sales.orders, sales.item: while its catalog entries change; meanwhile an index is built on" in text


def test_a_change_of_privileges_locks_nothing(shop: Shop) -> None:
    shop.apply()
    plan = shop.plan(shop.changed('needs = ["identity", "contact", "payment"]', 'needs = ["identity", "payment"]'))
    assert plan.locks == ()
    assert "no table is locked" in list(plan.lines())


def test_what_a_plan_names_is_what_apply_locks(shop: Shop) -> None:
    shop.apply()
    policy = shop.changed('basis = "consent"', 'basis = "legitimate_interest"')
    named = {table for lock in shop.plan(policy).locks for table in lock.tables}
    seen: set[str] = set()
    stop = threading.Event()

    def watch() -> None:
        with shop.database.connect() as connection:
            while not stop.is_set():
                seen.update(table for (table,) in connection.execute(LOCKED))
                time.sleep(0.001)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        shop.apply(policy)
    finally:
        stop.set()
        thread.join()
    assert named == seen == {"news.subscriber"}
