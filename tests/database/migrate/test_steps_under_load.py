"""A change of policy while an application reads and writes, killed at every step: it converges, and shows nobody more.

``SMINION_GUARD_KILLS=50`` kills that often at each step, beside a reader whose transactions take 60 seconds; what was
seen is printed (``-s``). Without it each step is killed once, and the reader takes one second.
"""

from __future__ import annotations

import os
import time

import pytest

from sminion_guard.errors import GuardError
from sminion_guard.policy import Policy
from tests.database.migrate.conftest import Shop
from tests.database.migrate.load import BLOCKED, CONSENTING, Load
from tests.database.migrate.test_steps import changed, killed_at

KILLS = int(os.environ.get("SMINION_GUARD_KILLS", "0"))
READING = 60.0 if KILLS else 1.0
LONGEST = 1.0
"""Seconds that a table may be locked."""


def converge(shop: Shop, policy: Policy) -> int:
    """Apply until it is done, as its errors say; how often it took."""
    ends = time.monotonic() + 10 * READING + 60
    attempts = 1
    while True:
        try:
            shop.apply(policy)
        except GuardError as error:
            if error.code not in ("SG410", "SG450") or time.monotonic() > ends:
                raise
            attempts += 1
        else:
            return attempts


def killed(shop: Shop, policy: Policy, step: int, monkeypatch: pytest.MonkeyPatch) -> bool | None:
    """As ``killed_at``; None where the reader kept a table for so long that the step was not reached."""
    try:
        return killed_at(shop, policy, step, monkeypatch)
    except AssertionError:
        return None


@pytest.fixture
def old(shop: Shop) -> Policy:
    """In force; some customers are blocked, some consented to marketing, and some are past a later retention."""
    shop.database.execute("UPDATE crm.customer SET last_seen_at = now() - interval '2 years' WHERE id <= 10;"
                          "ALTER TABLE sales.item ADD customer_id bigint; CREATE INDEX ON sales.item (customer_id)")
    shop.apply()
    for person in BLOCKED:
        shop.database.execute("SELECT sminion.block(%s::text, 'contested', 'test')", str(person))
    for person in CONSENTING:
        shop.database.execute("SELECT sminion.give_consent(%s::text, 'marketing', 'form 1')", str(person))
    return shop.policy


def test_killed_at_any_step_while_an_application_works_it_converges_and_shows_nobody_more(
    shop: Shop, old: Policy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = changed(shop, "columns, rows and a table")
    kills, attempts, step, target = 0, 0, 1, old
    with Load(shop, READING) as load:
        more = True
        while more:
            at_step = 0
            while more and at_step < max(KILLS, 1):
                target = new if target is old else old
                found = killed(shop, target, step, monkeypatch)
                attempts += converge(shop, target)
                assert shop.plan(target).clean
                more = found is not False
                at_step += bool(found)
            kills += at_step
            step += more
    with capsys.disabled():
        print(f"\nkilled {kills} times at {step - 1} steps, applied {attempts} times: {load.told()}")
    assert not load.failed
    assert not load.too_much
    assert load.locked < LONGEST
    assert step > 4 and load.locks and load.shown and load.refused and load.reads
    assert load.writes and load.looks


def test_what_is_open_and_what_is_locked_is_noticed(shop: Shop, old: Policy) -> None:
    """Else the test above could not fail."""
    with Load(shop, READING) as load, shop.database.connect(autocommit=False) as other:
        while not load.shown:
            time.sleep(0.01)
        assert not load.too_much
        shop.database.execute("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 minute')")
        shop.database.execute("ALTER TABLE news.subscriber DISABLE ROW LEVEL SECURITY")
        ends = time.monotonic() + 30
        while not load.too_much and time.monotonic() < ends:
            time.sleep(0.01)
        other.execute("LOCK TABLE sales.orders IN ACCESS EXCLUSIVE MODE")
        time.sleep(1.5 * LONGEST)
        other.rollback()
    assert any("blocked people in `news.subscriber`" in entry for entry in load.too_much)
    assert load.locked > LONGEST
