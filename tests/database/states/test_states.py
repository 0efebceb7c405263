"""What a subject's state permits: denials at the next statement, permissions at settling, and never more."""

from __future__ import annotations

import pytest

from tests.world import PRIVILEGE, World, acting, refusal, rows, ticket


def seen(world: World, purpose: str, table: str, column: str = "id", **more: object) -> set[int]:
    with world.connect() as connection, acting(connection, ticket(connection, purpose, **more)):
        return {key for (key,) in rows(connection, f"SELECT {column} FROM {table}")}


EVERYBODY = set(range(1, 41))


def test_consent_opens_at_settling_and_its_withdrawal_closes_at_once(world: World) -> None:
    assert seen(world, "marketing", "marketing.subscriber") == set()
    world.super("SELECT sminion.give_consent('5', 'marketing', 'form')")
    world.settle()
    assert seen(world, "marketing", "marketing.subscriber") == {5}
    world.super("SELECT sminion.withdraw_consent('5', 'marketing', 'letter')")
    assert seen(world, "marketing", "marketing.subscriber") == set()
    world.settle()
    assert seen(world, "marketing", "marketing.subscriber") == set()


def test_an_objection_concerns_its_purpose_only(world: World) -> None:
    world.super("SELECT sminion.object('5', 'interest', 'letter')")
    assert seen(world, "interest", "marketing.subscriber") == EVERYBODY - {5}
    assert seen(world, "contract", "crm.customer") == EVERYBODY
    world.super("SELECT sminion.withdraw_objection('5', 'interest', 'letter')")
    world.settle()
    assert seen(world, "interest", "marketing.subscriber") == EVERYBODY


def test_a_block_hides_from_all_but_those_that_see_blocked_before_and_after_settling(world: World) -> None:
    world.super("SELECT sminion.block('7', 'court')")
    for _ in range(2):
        assert seen(world, "contract", "crm.customer") == EVERYBODY - {7}
        assert seen(world, "contract", "sales.visit", "customer_id") == EVERYBODY - {7}
        assert seen(world, "contract", "sales.item", "order_id") == EVERYBODY - {7}
        assert seen(world, "rectification", "crm.customer", subject="7") == {7}
        world.settle()
    world.super("SELECT sminion.unblock('7', 'over')")
    world.settle()
    assert seen(world, "contract", "sales.item", "order_id") == EVERYBODY


def test_a_row_of_several_subjects_needs_all_and_one_without_is_seen_by_nobody(world: World) -> None:
    assert seen(world, "contract", "sales.gift", "giver") == {1, 2}
    world.super("SELECT sminion.block('3', 'court')")
    assert seen(world, "contract", "sales.gift", "giver") == {1}
    world.settle()
    assert seen(world, "contract", "sales.gift", "giver") == {1}


def test_what_is_past_its_retention_is_seen_by_nobody(world: World) -> None:
    world.super("UPDATE crm.customer SET last_seen_at = now() - interval '4 years' WHERE id = 9")
    world.super("UPDATE crm.customer SET last_seen_at = NULL WHERE id = 10")
    assert seen(world, "contract", "crm.customer") == EVERYBODY - {9}


def test_settling_in_small_steps_hides_throughout(world: World) -> None:
    world.super("INSERT INTO sales.orders (customer_id, email) SELECT 7, 'x' FROM generate_series(1, 50)")
    world.super_unsettled("SELECT sminion.block('7', 'court')")
    steps = 1
    while world.super("SELECT sminion.settle(10, 5)") != [(0,)]:
        assert 7 not in seen(world, "contract", "sales.orders", "customer_id")
        steps += 1
    assert steps > 10
    assert world.super("SELECT count(*) FROM sales.orders WHERE customer_id = 7"
                       " AND guard_mask & ~(SELECT blocked_bits FROM sminion.policy) <> 0") == [(0,)]
    assert world.super("SELECT count(*) FROM sminion.withheld") == [(0,)]


def test_children_follow_a_parent_that_moves(world: World) -> None:
    world.super("SELECT sminion.block('7', 'court')")
    world.settle()
    assert 8 in seen(world, "contract", "sales.item", "order_id")
    world.super("UPDATE sales.orders SET customer_id = 7 WHERE id = 8")
    assert 8 not in seen(world, "contract", "sales.item", "order_id")


def test_a_new_row_of_a_blocked_subject_is_refused_and_of_an_unknown_one_has_the_default(world: World) -> None:
    world.super("SELECT sminion.block('7', 'court')")
    with world.connect() as connection, acting(connection, ticket(connection, "contract")):
        connection.execute("INSERT INTO sales.orders (customer_id, email) VALUES (777, 'new')")
        assert rows(connection, "SELECT count(*) FROM sales.orders WHERE customer_id = 777") == [(1,)]
        assert refusal(connection, "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'x')") == PRIVILEGE


@pytest.mark.parametrize("call, code", [
    ("block('x', 'r')", "SG504"), ("block('', 'r')", "SG504"), ("block('1', ' ')", "SG506"),
    ("give_consent('1', 'contract', 'r')", "SG502"), ("object('1', 'contract', 'r')", "SG503"),
    ("give_consent('1', 'nonsense', 'r')", "SG501"),
])
def test_an_event_that_has_no_meaning_is_refused(call: str, code: str, world: World) -> None:
    with world.connect("officer") as officer:
        assert refusal(officer, f"SELECT sminion.{call}") == code
