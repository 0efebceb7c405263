"""Attack: use a purpose that sees blocked people for more than the one person whom its ticket names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from sminion_guard.policy import Policy, loads
from tests.world import World, acting, new_world, refusal, rows, ticket

REVIEW = """
[purpose.review]
title = "Review what was decided"
basis = "legitimate_interest"
needs = "*"
may = ["use"]
sees_blocked = true
"""
GIFTS = "SELECT giver, taker FROM sales.gift WHERE email = 'test' ORDER BY giver, taker"


def with_review(world: World) -> Policy:
    text = world.text().replace('"rectification"]\nmay_hold', '"rectification", "review"]\nmay_hold')
    text = text.replace('collected_for = ["contract", "accounting"]',
                        'collected_for = ["contract", "accounting", "rectification", "review"]')
    return loads(text + REVIEW)


@pytest.fixture(scope="module")
def reviewed(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        world.apply(with_review(world))
        yield world


@pytest.fixture
def world(reviewed: World) -> Iterator[World]:
    reviewed.super("INSERT INTO sales.gift (giver, taker, email) VALUES (7, 8, 'test'), (7, 9, 'test'), (7, 7, 'test')")
    yield reviewed
    reviewed.super("DELETE FROM sales.gift WHERE email = 'test'")
    reviewed.super("SELECT sminion.unblock(i::text, 'over') FROM generate_series(7, 9) i")
    reviewed.settle()


def gifts(world: World, purpose: str, subject: int) -> list[tuple[int, int]]:
    with world.connect() as connection:
        token = ticket(connection, purpose, subject=str(subject))
        with acting(connection, token):
            return rows(connection, GIFTS)


def test_a_row_that_names_a_second_person_who_is_blocked_is_hidden_from_the_request_of_the_first(world: World) -> None:
    world.super("SELECT sminion.block('7', 'court')")
    assert gifts(world, "rectification", 7) == [(7, 7), (7, 8), (7, 9)]  # the control: blocked, and named
    world.super("SELECT sminion.block('8', 'court')")
    assert gifts(world, "rectification", 7) == [(7, 7), (7, 9)]
    assert gifts(world, "rectification", 8) == []
    world.settle()
    assert gifts(world, "rectification", 7) == [(7, 7), (7, 9)]
    world.super("SELECT sminion.unblock('7', 'over')")
    assert gifts(world, "rectification", 8) == [(7, 8)]


def test_a_second_person_whose_block_waits_for_a_lock_is_hidden_too(world: World) -> None:
    assert gifts(world, "rectification", 7) == [(7, 7), (7, 8), (7, 9)]
    with world.database.connect(autocommit=False) as writer:
        writer.execute("SELECT FROM sminion.subject_state WHERE subject = '8' FOR SHARE")
        world.super("SELECT sminion.block('8', 'court')")
        assert world.super("SELECT count(*) FROM sminion.pending_change") == [(1,)]
        assert gifts(world, "rectification", 7) == [(7, 7), (7, 9)]


def test_whoever_has_no_such_ticket_is_not_told_who_is_blocked(world: World) -> None:
    world.super("SELECT sminion.block('8', 'court')")

    def asked(role: str) -> str:
        return f"SELECT sminion.named_alone('{role}', '{role}', 'sales', '{{8}}')"

    with world.connect() as connection:
        correcting, contract = world.role("rectification"), world.role("contract")
        assert refusal(connection, "BEGIN", f"SET LOCAL ROLE {correcting}", asked(correcting)) == "SG201"
        connection.execute("ROLLBACK")
        # the same of somebody who is blocked and of somebody who is not
        for subject in ("8", "9"):
            with acting(connection, ticket(connection, "contract", subject="7")):
                assert rows(connection, asked(contract).replace("{8}", f"{{{subject}}}")) == [(False,)]
        with acting(connection, ticket(connection, "rectification", subject="7")):
            assert rows(connection, asked(correcting)) == [(False,)]  # stated in docs/SECURITY.md
            assert rows(connection, asked(correcting).replace("{8}", "{9}")) == [(True,)]


def test_an_objection_to_such_a_purpose_holds_before_it_is_settled(world: World) -> None:
    assert gifts(world, "review", 7) == [(7, 7), (7, 8), (7, 9)]
    world.super_unsettled("SELECT sminion.object('7', 'review', 'letter')")
    assert world.super("SELECT subject FROM sminion.withheld") == [("7",)]
    assert gifts(world, "review", 7) == []
    assert gifts(world, "review", 8) == []
    world.settle()
    assert gifts(world, "review", 7) == []
    world.super("SELECT sminion.withdraw_objection('7', 'review', 'letter')")
    assert gifts(world, "review", 8) == [(7, 8)]
