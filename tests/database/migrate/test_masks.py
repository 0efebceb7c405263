"""Masks are filled in by many short transactions, which can be interrupted, run twice at once, and yield."""

from __future__ import annotations

import threading

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.errors import GuardError, InstallError
from sminion_guard.migrate import Step, masks
from sminion_guard.policy import loads
from tests.database.migrate.conftest import Shop


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """One block a step, so that there is a middle to interrupt."""
    monkeypatch.setattr(masks, "_BLOCKS", 1)
    monkeypatch.setattr(masks, "_FEWEST_BLOCKS", 1)


@pytest.mark.usefixtures("small_steps")
def test_filling_in_that_was_killed_in_the_middle_goes_on_where_it_stopped(shop: Shop) -> None:
    shop.apply(fill=False)
    assert shop.unfilled() == 2100
    seen: list[Step] = []
    with shop.database.connect(autocommit=False) as connection:
        pid = connection.info.backend_pid

        def kill_in_the_middle(step: Step) -> None:
            seen.append(step)
            if len(seen) == 3:
                shop.database.execute("SELECT pg_terminate_backend(%s, 5000)", pid)

        with pytest.raises((GuardError, psycopg.OperationalError)):
            migrate.fill_masks(connection, kill_in_the_middle)
    left = shop.unfilled()
    assert 0 < left < 2100
    with shop.database.connect(autocommit=False) as connection:
        assert migrate.fill_masks(connection) == left
    assert shop.unfilled() == 0


@pytest.mark.usefixtures("small_steps")
def test_two_may_fill_in_at_once(shop: Shop) -> None:
    shop.apply(fill=False)
    done: list[int] = []

    def fill() -> None:
        with shop.database.connect(autocommit=False) as connection:
            done.append(migrate.fill_masks(connection))

    threads = [threading.Thread(target=fill) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 2100
    assert shop.unfilled() == 0


def test_rows_wait_for_states_that_an_application_has_locked(shop: Shop) -> None:
    shop.apply()
    # Another formula: marketing no longer rests on consent, so every state is due again, and the rows that it reaches.
    changed = shop.changed('basis = "consent"', 'basis = "contract"')
    shop.apply(changed, fill=False)
    with shop.database.connect(autocommit=False) as application:
        application.execute("SELECT 1 FROM sminion.subject_state WHERE subject = '7' FOR SHARE")
        with shop.database.connect(autocommit=False) as connection:
            with pytest.raises(InstallError) as caught:
                migrate.fill_masks(connection, patience=0.3)
            assert caught.value.code == "SG438"
            assert shop.database.execute("SELECT tables_to_fill FROM sminion.settle_status") == [(1,)]
            application.rollback()
            assert migrate.fill_masks(connection) == 300
    stale = shop.database.execute(
        "SELECT count(*) FROM news.subscriber c JOIN sminion.subject_state s ON s.subject = c.customer_id::text"
        " WHERE c.guard_mask IS DISTINCT FROM s.mask")
    assert stale == [(0,)]


SURVEY = """
[purpose.survey]
title = "Ask customers"
basis = "contract"
needs = ["contact"]
may = ["use"]
[schema.crm]
"""


def _to_fill(shop: Shop) -> list[str]:
    return [name for (name,) in shop.database.execute(
        "SELECT schema_name || '.' || table_name FROM sminion.protected_table WHERE next_block IS NOT NULL ORDER BY 1")]


def test_a_change_fills_in_the_tables_that_it_is_about(shop: Shop) -> None:
    shop.apply()
    text = shop.text.replace("[schema.crm]\n", SURVEY)
    text = text.replace('["marketing"]\n[schema', '["marketing", "survey"]\n[schema')
    shop.apply(loads(text), fill=False)
    assert _to_fill(shop) == ["news.subscriber"]
    with shop.database.connect(autocommit=False) as connection:
        assert migrate.fill_masks(connection) == 300
    # Rows of other tables carry the bit as it was before there was such a purpose: once it reaches them they are due.
    wider = text.replace('["contract", "rectification"]', '["contract", "rectification", "survey"]')
    shop.apply(loads(wider), fill=False)
    assert _to_fill(shop) == ["crm.customer"]
    survey = int(shop.database.execute("SELECT 1::bigint << bit FROM sminion.purpose WHERE name = 'survey'")[0][0])
    permitted = "SELECT count(*) FROM {} WHERE guard_mask & %s <> 0"
    assert shop.database.execute(permitted.format("crm.customer"), survey) == [(0,)], "hidden, and never the other way"
    shop.apply(loads(wider))
    assert _to_fill(shop) == []
    assert shop.database.execute(permitted.format("crm.customer"), survey) == [(300,)]
    # A purpose that goes takes nothing along, and one whose kind changes is due where it reaches.
    shop.apply(loads(text), fill=False)
    assert _to_fill(shop) == []
    contract, consent = (f'basis = "{basis}"\nneeds = ["contact"]' for basis in ("contract", "consent"))
    assert contract in text
    shop.apply(loads(text.replace(contract, consent)), fill=False)
    assert _to_fill(shop) == ["news.subscriber"]


def test_one_of_several_changes_is_not_forgotten_while_another_is_filled_in(shop: Shop) -> None:
    """The first change is about orders, and interrupted; the second about news: both are due afterwards."""
    shop.apply()
    needs = 'needs = ["identity", "contact", "payment"]\n'
    assert needs in shop.text
    first = shop.text.replace(needs, f"{needs}sees_blocked = true\n")
    shop.apply(loads(first), fill=False)
    assert _to_fill(shop) == ["crm.customer", "sales.item", "sales.orders"]
    second = first.replace('basis = "consent"', 'basis = "contract"')
    shop.apply(loads(second), fill=False)
    assert _to_fill(shop) == ["crm.customer", "news.subscriber", "sales.item", "sales.orders"]
    shop.apply(loads(second))
    for table, key in (("crm.customer", "id"), ("sales.orders", "customer_id"), ("news.subscriber", "customer_id")):
        assert shop.database.execute(
            f"SELECT count(*) FROM {table} c JOIN sminion.subject_state s ON s.subject = c.{key}::text"
            " WHERE c.guard_mask IS DISTINCT FROM s.mask") == [(0,)]


def test_filling_in_yields_to_an_application_that_holds_a_row(shop: Shop) -> None:
    shop.apply(fill=False)
    with shop.database.connect(autocommit=False) as application:
        application.execute("SELECT 1 FROM crm.customer WHERE id = 5 FOR UPDATE")
        steps: list[Step] = []

        def let_go(step: Step) -> None:
            steps.append(step)
            if step.work == "waiting":
                application.rollback()

        with shop.database.connect(autocommit=False) as connection:
            assert migrate.fill_masks(connection, let_go) == 2100
    assert any(step.work == "waiting" for step in steps)


def test_settling_moves_every_waiting_subject_into_its_rows(shop: Shop) -> None:
    shop.apply()
    with shop.database.connect(autocommit=False) as officer:  # nothing is settled at once in REPEATABLE READ
        officer.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        officer.execute("SELECT sminion.block(i::text, 'a court order', 'officer') FROM generate_series(3, 5) i")
    with shop.database.connect(autocommit=False) as connection:
        assert migrate.settle_all(connection) == 3
        assert migrate.settle_all(connection) == 0
    assert shop.database.execute("SELECT count(*) FROM sminion.withheld") == [(0,)]
    ((blocked,),) = shop.database.execute("SELECT blocked_bits FROM sminion.policy")
    assert shop.database.execute("SELECT DISTINCT guard_mask FROM crm.customer WHERE id IN (3, 4, 5)") == [(blocked,)]


def test_settling_gives_up_when_nothing_moves(shop: Shop) -> None:
    shop.apply()
    with shop.database.connect(autocommit=False) as officer:
        officer.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        officer.execute("SELECT sminion.block('3', 'a court order', 'officer')")
    with shop.database.connect(autocommit=False) as application:
        application.execute("SELECT 1 FROM sminion.subject_state WHERE subject = '3' FOR UPDATE")
        with shop.database.connect(autocommit=False) as connection, pytest.raises(InstallError) as caught:
            migrate.settle_all(connection, patience=0.2)
    assert caught.value.code == "SG438"


def test_without_the_guard_there_is_nothing_to_fill_in(bare_shop: Shop) -> None:
    with bare_shop.database.connect(autocommit=False) as connection, pytest.raises(InstallError) as caught:
        migrate.fill_masks(connection)
    assert caught.value.code == "SG409"
