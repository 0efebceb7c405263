"""Attack: use what is blocked in one schema by way of another schema, of a block that waits, or of another key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.threats.test_purposes_that_see_blocked_people import gifts, with_review
from tests.world import World, acting, new_world, refusal, rows, ticket

TABLES = {"crm": ("crm.customer", "id"), "sales": ("sales.orders", "customer_id"), "item": ("sales.item", "order_id")}


def seen(world: World, where: str, *people: int) -> set[int]:
    """Whose rows the weak login reads in a schema."""
    table, column = TABLES[where]
    with world.connect() as connection, acting(connection, ticket(connection, "contract")):
        return {key for (key,) in rows(
            connection, f"SELECT DISTINCT {column} FROM {table} WHERE {column} = ANY (%s)", list(people))}


def orders_of(world: World, person: int) -> list[int]:
    return [key for (key,) in world.super("SELECT id FROM sales.orders WHERE customer_id = %s", person)]


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        yield world


@pytest.fixture
def blocked(world: World) -> World:
    assert seen(world, "crm", 7, 8) == seen(world, "sales", 7, 8) == {7, 8}  # the control
    world.super("SELECT sminion.block('7', 'contested', schemas => ARRAY['sales'])")
    return world


def test_rows_there_are_hidden_at_once_and_others_are_not(blocked: World) -> None:
    assert seen(blocked, "sales", 7, 8) == {8}
    blocked.settle()
    assert seen(blocked, "sales", 7, 8) == {8}
    assert seen(blocked, "crm", 7, 8) == {7, 8}
    # A child's mask is that of its own schema.
    assert seen(blocked, "item", *orders_of(blocked, 7)) == set()


def test_nothing_is_hidden_too_little_before_it_is_settled(world: World) -> None:
    world.super_unsettled("SELECT sminion.block('7', 'contested', schemas => ARRAY['sales'])")
    assert world.super("SELECT subject FROM sminion.withheld") == [("7",)]
    assert seen(world, "sales", 7, 8) == {8}
    world.settle()
    assert seen(world, "sales", 7, 8) == {8}
    assert seen(world, "crm", 7, 8) == {7, 8}


def test_a_writer_there_is_refused_and_one_elsewhere_is_not(blocked: World) -> None:
    blocked.settle()
    with blocked.connect() as connection:
        enter = f"SELECT sminion.enter('{ticket(connection, 'contract')}')"
        insert = "INSERT INTO sales.orders (customer_id, email) VALUES ({}, 'x')"
        assert refusal(connection, "BEGIN", enter, insert.format(7)) == "42501"
        connection.execute("ROLLBACK")
        with acting(connection, ticket(connection, "contract")):
            assert connection.execute(insert.format(8).encode()).rowcount == 1  # the control
            assert connection.execute("DELETE FROM crm.customer WHERE id = 7").rowcount == 1
        with acting(connection, ticket(connection, "contract")):
            assert connection.execute("DELETE FROM sales.orders WHERE customer_id = 7").rowcount == 0
    assert orders_of(blocked, 7)


def test_a_block_that_waits_for_a_writer_denies_all_the_same(world: World) -> None:
    with world.database.connect(autocommit=False) as writer:
        writer.execute("SELECT FROM sminion.subject_state WHERE subject = '7' FOR SHARE")
        world.super("SELECT sminion.block('7', 'contested', schemas => ARRAY['sales'])")
        assert world.super("SELECT schemas FROM sminion.pending_change") == [(["sales"],)]
        assert seen(world, "sales", 7, 8) == {8}
        # What a row that is written meanwhile permits.
        world.super("INSERT INTO sales.orders (customer_id, email) VALUES (7, 'late')")
        assert seen(world, "sales", 7, 8) == {8}
    world.settle()
    assert seen(world, "sales", 7, 8) == {8}
    assert seen(world, "crm", 7, 8) == {7, 8}


def test_rows_there_are_not_moved_to_another_person_and_rows_elsewhere_are(blocked: World) -> None:
    with blocked.database.connect() as job:
        assert refusal(job, "UPDATE sales.orders SET customer_id = 8 WHERE customer_id = 7") == "SG249"
        assert job.execute("UPDATE marketing.subscriber SET id = 77 WHERE id = 7").rowcount == 1
        assert job.execute("UPDATE sales.orders SET customer_id = 7 WHERE customer_id = 9").rowcount > 0


def test_a_row_that_names_him_beside_another_is_hidden_from_the_request_of_the_other(world: World) -> None:
    world.apply(with_review(world))
    world.super("INSERT INTO sales.gift (giver, taker, email) VALUES (7, 8, 'test'), (7, 9, 'test'), (7, 7, 'test')")
    world.settle()
    assert gifts(world, "rectification", 7) == [(7, 7), (7, 8), (7, 9)]
    world.super("SELECT sminion.block('8', 'contested', schemas => ARRAY['crm'])")
    assert gifts(world, "rectification", 7) == [(7, 7), (7, 8), (7, 9)]  # the control: not here
    world.super("SELECT sminion.block('8', 'contested', schemas => ARRAY['sales'])")
    assert gifts(world, "rectification", 7) == [(7, 7), (7, 9)]
    # Blocked by another key of his.
    world.super("SELECT sminion.block('6', 'court')")
    world.super("SELECT sminion.merge_subjects('9', '6', 'one passport')")
    assert gifts(world, "rectification", 7) == [(7, 7)]
    # Her own other key is no other person.
    world.super("SELECT sminion.merge_subjects('9', '7', 'one passport')")
    assert gifts(world, "rectification", 7) == [(7, 7), (7, 9)]


def test_another_key_of_the_person_is_blocked_there_too(blocked: World) -> None:
    blocked.super("SELECT sminion.merge_subjects('8', '7', 'one passport')")
    assert seen(blocked, "sales", 7, 8) == set()
    assert seen(blocked, "crm", 7, 8) == {7, 8}
    blocked.super("SELECT sminion.unmerge_subjects('8', '7', 'two people')")
    blocked.settle()
    assert seen(blocked, "sales", 7, 8) == {8}


def test_the_end_of_one_block_does_not_end_the_other(blocked: World) -> None:
    blocked.super("SELECT sminion.block('7', 'court')")
    assert seen(blocked, "sales", 7) == seen(blocked, "crm", 7) == set()
    blocked.super("SELECT sminion.unblock('7', 'over')")
    blocked.settle()
    assert seen(blocked, "sales", 7, 8) == {8}
    assert seen(blocked, "crm", 7, 8) == {7, 8}
    blocked.super("SELECT sminion.block('7', 'court')")
    blocked.super("SELECT sminion.unblock('7', 'corrected', schemas => ARRAY['sales'])")
    blocked.settle()
    assert seen(blocked, "sales", 7) == seen(blocked, "crm", 7) == set()


def test_a_new_policy_computes_the_masks_of_both(blocked: World) -> None:
    blocked.apply(with_review(blocked))
    blocked.settle()
    assert seen(blocked, "sales", 7, 8) == {8}
    assert seen(blocked, "crm", 7, 8) == {7, 8}
