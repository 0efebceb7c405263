"""Attack: merge keys, or end that, without being a privacy officer; write rows past the block of the other key."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.world import PRIVILEGE, Connection, World, acting, refusal, rows, ticket


@pytest.fixture
def merged(world: World) -> Iterator[None]:
    """35 is blocked, and 36 belongs to the same person."""
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.block(35, 'court'), sminion.merge_subjects(35, 36, 'one passport')")
        yield
        officer.execute("SELECT sminion.unmerge_subjects(35, 36, 'the test is over')")
        officer.execute("SELECT sminion.unblock(35, 'the test is over')")
    world.settle()


@pytest.mark.parametrize("login", ["all", "app", "owner", "keeper", "reader"])
def test_only_officers_merge_and_separate(world: World, merged: None, login: str) -> None:
    with world.connect(login) as weak:
        for call in ("unmerge_subjects('35', '36', 'mine')", "merge_subjects('36', '37', 'mine')",
                     "merge_keys('unmerge_subjects', '35', '36', 'mine', NULL, NULL, NULL, NULL)",
                     "spread_states(ARRAY['36'], 1)"):
            assert refusal(weak, f"SELECT sminion.{call}") in (PRIVILEGE, "3F000")
        for statement in ("UPDATE sminion.subject_merge SET ended_at = now()", "DELETE FROM sminion.subject_merge",
                          "UPDATE sminion.subject_state SET others_blocked = NULL"):
            assert refusal(weak, statement) in (PRIVILEGE, "3F000")


def test_rows_of_the_other_key_are_not_read_and_not_deleted(world: World, app: Connection, merged: None) -> None:
    with acting(app, ticket(app, "contract")):
        assert rows(app, "SELECT id FROM crm.customer WHERE id IN (35, 36, 37)") == [(37,)]
        assert rows(app, "DELETE FROM sales.visit WHERE id IN (35, 36, 37) RETURNING id") == [(37,)]


def test_rows_that_are_written_meanwhile_carry_the_stricter_mask(world: World, app: Connection, merged: None) -> None:
    token = ticket(app, "contract")
    for key in (35, 36):
        with acting(app, token):
            assert refusal(app, f"INSERT INTO sales.orders (customer_id, email) VALUES ({key}, 'x')") == PRIVILEGE
    with acting(app, token):
        app.execute("INSERT INTO sales.orders (customer_id, email) VALUES (37, 'x')")
    world.super("INSERT INTO sales.orders (id, customer_id, email) VALUES (990, 36, 'x')")
    with acting(app, token):
        assert rows(app, "SELECT id FROM sales.orders WHERE id = 990") == []
    world.super("DELETE FROM sales.orders WHERE id = 990")


def test_a_purpose_that_sees_blocked_people_sees_both(world: World, attacker: Connection, merged: None) -> None:
    with acting(attacker, ticket(attacker, "rectification", subject="36")):
        assert rows(attacker, "SELECT id FROM crm.customer WHERE id = 36") == [(36,)]


def test_a_writer_that_began_before_the_merge_keeps_nothing_visible(world: World, app: Connection) -> None:
    token = ticket(app, "contract")
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.block(35, 'court')")
        with acting(app, token):
            app.execute("INSERT INTO sales.orders (customer_id, email) VALUES (38, 'x')")
            with pytest.raises(psycopg.Error) as caught:
                officer.execute("SELECT sminion.merge_subjects(35, 38, 'one passport')")
            # The state of 38 is the writer's: a merge is done as a whole or not at all.
            assert caught.value.sqlstate == "SG538"
        officer.execute("SELECT sminion.merge_subjects(35, 38, 'one passport')")
        with acting(app, token):
            assert rows(app, "SELECT id FROM sales.orders WHERE customer_id = 38") == []
        officer.execute("SELECT sminion.unmerge_subjects(35, 38, 'over')")
        officer.execute("SELECT sminion.unblock(35, 'over')")
    world.settle()
