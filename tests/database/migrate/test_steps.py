"""A change of policy in steps: wherever it stops, nobody sees more than either policy shows, and it can be finished."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.errors import GuardError, InstallError
from sminion_guard.migrate.stepwise import Stepwise
from sminion_guard.migrate.transaction import Installer, installing
from sminion_guard.policy import Policy, loads
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop
from tests.database.migrate.test_apply import _without_owners
from tests.world import ticket

STEPWISE = sys.modules[Stepwise.__module__]
PURPOSES = {"app": "contract", "news": "marketing"}
COLUMNS = (
    ("crm.customer", "id"), ("crm.customer", "full_name"), ("crm.customer", "email"), ("sales.orders", "id"),
    ("sales.orders", "total"), ("sales.item", "id"), ("sales.item", "what"), ("news.subscriber", "email"),
)
ITEM = ('[schema.sales.item]\nsubject = "order_id -> sales.orders"\n'
        'columns = { id = "key", order_id = "key", what = "none" }\n')
NEEDS = 'needs = ["identity", "contact", "payment"]'
CHANGES = {
    "columns, rows and a table": (
        (NEEDS, 'needs = ["contact", "payment", "behaviour"]'), ('keep = "3 years"', 'keep = "1 year"'), (ITEM, "")),
    "the way to the subject": (
        ('subject = "order_id -> sales.orders"', 'subject = "customer_id"'),
        ('order_id = "key", what', 'order_id = "key", customer_id = "key", what'), (NEEDS, NEEDS)),
}
Seen = frozenset[tuple[str, str, str, int]]


def changed(shop: Shop, name: str) -> Policy:
    said = shop.text.replace('version = "1"', 'version = "2"')
    for before, after in CHANGES[name]:
        assert before in said
        said = said.replace(before, after)
    return loads(said)


@pytest.fixture
def old(shop: Shop) -> Policy:
    """In force, and each row has its mask. Some customers are past the retention that the new policy sets."""
    shop.database.execute("UPDATE crm.customer SET last_seen_at = now() - interval '2 years' WHERE id <= 10;"
                          "ALTER TABLE sales.item ADD customer_id bigint; CREATE INDEX ON sales.item (customer_id);"
                          "UPDATE sales.item SET customer_id = 1 + order_id % 300")
    shop.apply()
    return shop.policy


def seen(shop: Shop) -> Seen:
    """All that each login reads under a new ticket: login, table, column and row."""
    found = set()
    for login, purpose in PURPOSES.items():
        with shop.database.connect(f"{shop.name}_{login}") as connection:
            try:
                token = ticket(connection, purpose)
            except psycopg.Error:
                continue
            for table, column in COLUMNS:
                with connection.transaction(force_rollback=True):
                    connection.execute("SELECT sminion.enter(%s)", [token])
                    try:
                        row = connection.execute(f"SELECT count({column}) FROM {table}".encode()).fetchone()
                    except psycopg.errors.InsufficientPrivilege:
                        continue
                    found.add((login, table, column, int(row[0]) if row else 0))
    return frozenset(found)


def within(part: Seen, whole: Seen) -> bool:
    """Whether ``part`` shows no column and no more rows of one than ``whole``."""
    most = {entry[:3]: entry[3] for entry in whole}
    return all(count <= most.get((login, table, column), -1) for login, table, column, count in part)


@contextmanager
def at_each_commit(
    monkeypatch: pytest.MonkeyPatch, do: Callable[[int, Installer], None]
) -> Iterator[list[int]]:
    """Within it, ``do`` is called before each commit of a step, with its number; the rehearsal is number 1."""
    number = [0]

    @contextmanager
    def counted(*passed: Any, **named: Any) -> Iterator[Installer]:
        with installing(*passed, **named) as installer:
            yield installer
            number[0] += 1
            do(number[0], installer)

    with monkeypatch.context() as patched:
        patched.setattr(STEPWISE, "installing", counted)
        yield number


def killed_at(shop: Shop, policy: Policy, step: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Apply, and end the server's process at the end of a step. False when there are no more steps."""
    def kill(number: int, installer: Installer) -> None:
        if number == step:
            shop.database.execute("SELECT pg_terminate_backend(%s)", installer.connection.info.backend_pid)

    with at_each_commit(monkeypatch, kill) as number:
        try:
            shop.apply(policy, fill=False)
        except (GuardError, psycopg.Error):
            assert number[0] == step
            return True
    return False


def looks(shop: Shop) -> dict[str, list[tuple[Any, ...]]]:
    return _without_owners(snapshot(shop.database, without=("columns",)))


@pytest.mark.parametrize("change", CHANGES)
def test_killed_at_any_step_it_shows_nobody_more_and_the_next_apply_finishes_it(
    shop: Shop, old: Policy, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = changed(shop, change)
    views: dict[str, tuple[Any, Seen]] = {}
    for policy in (new, old):
        shop.apply(policy)
        views[policy.version] = looks(shop), seen(shop)
    (new_looks, new_seen), (old_looks, old_seen) = views["2"], views["1"]
    step, interrupted = 1, 0
    while killed_at(shop, new, step, monkeypatch):
        half = seen(shop)
        assert within(half, old_seen) or within(half, new_seen), f"killed at step {step}"
        plan = shop.plan(new)
        assert not plan.clean
        if plan.interrupted:
            interrupted += 1
            assert within(half, new_seen), "what the new policy does not give is gone from its first commit on"
            assert any("was interrupted at 20" in line for line in plan.lines())
        shop.apply(new if step % 2 else old)
        assert shop.plan(new if step % 2 else old).clean
        assert (looks(shop), seen(shop)) == ((new_looks, new_seen) if step % 2 else (old_looks, old_seen))
        shop.apply(old)
        step += 1
    assert interrupted >= 2 and step > 4
    assert looks(shop) == new_looks


def test_no_step_locks_other_tables_than_its_own(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[set[str]] = []

    def look(number: int, installer: Installer) -> None:
        held.append({name for (name,) in shop.database.execute(
            "SELECT DISTINCT l.relation::regclass::text FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
            " WHERE l.pid = %s AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')"
            " AND c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text IN ('crm', 'sales', 'news')",
            installer.connection.info.backend_pid)})

    with at_each_commit(monkeypatch, look):
        shop.apply(fill=False)
    assert held[:2] == [set(), set()], "the rehearsal lets go of each table, and the policy itself locks none"
    assert sorted(map(sorted, held[2:-1])) == [["crm.customer"], ["news.subscriber"], ["sales.item", "sales.orders"]]
    assert held[-1] == set()


def test_a_column_that_a_purpose_gets_locks_no_table(shop: Shop, old: Policy) -> None:
    with shop.database.connect(autocommit=False) as application:
        application.execute("LOCK TABLE news.subscriber, crm.customer IN ROW EXCLUSIVE MODE")
        shop.apply(shop.changed(NEEDS, 'needs = ["identity", "contact"]'), fill=False)
        shop.apply(old, fill=False)
    assert shop.plan(old).clean


def test_a_lock_that_never_comes_leaves_the_rest_done_and_says_what_to_do(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop.database.connect(autocommit=False, application_name="monthly report") as application:
        def take(number: int, installer: Installer) -> None:
            if number == 2:
                application.execute("SELECT 1 FROM news.subscriber LIMIT 1")

        with at_each_commit(monkeypatch, take), shop.database.connect(autocommit=False) as connection, \
                pytest.raises(InstallError) as caught:
            migrate.apply(connection, shop.policy, lock_timeout=100, attempts=2)
        assert caught.value.code == "SG450"
        assert "1 of 3 steps for tables are left" in str(caught.value.detail)
        assert "`news.subscriber`" in str(caught.value.detail) and "monthly report" in str(caught.value.detail)
        assert "sminion-guard apply" in str(caught.value.hint)
        with shop.database.connect(f"{shop.name}_app") as app:
            assert ticket(app, "contract")
    plan = shop.plan()
    assert plan.interrupted and {change.key.split(":")[1] for change in plan.changes if change.state == "NEW"} >= {
        "news.subscriber"}
    assert not [change for change in plan.changes if change.state == "NEW" and "crm.customer" in change.key]
    assert shop.apply().counts["NEW"] > 0
    assert shop.plan().clean


def test_a_failure_between_two_steps_can_be_removed_as_a_whole(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(shop.database, without=("columns", "roles", "lo_functions"))
    assert killed_at(shop, shop.policy, 4, monkeypatch)
    shop.remove()
    after = snapshot(shop.database, without=("columns", "roles", "lo_functions"))
    assert _without_owners(after)["policies"] == before["policies"]
    assert not shop.database.execute(
        "SELECT 1 FROM pg_roles WHERE rolname LIKE %s AND NOT rolcanlogin", f"{shop.name}%")
    shop.apply()
    assert shop.plan().clean


def test_a_migration_finishes_what_was_interrupted_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from sminion_guard.migrate.report import Report
    from sminion_guard.migrate.within import apply_within

    assert killed_at(shop, shop.policy, 4, monkeypatch)
    with shop.database.connect(autocommit=False) as connection, installing(connection) as installer:
        apply_within(installer, shop.policy, Report("", ""))
    assert shop.plan().clean
