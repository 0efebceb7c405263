"""The cache of tickets, with a clock of our own."""

from __future__ import annotations

import pytest

from sminion_guard.errors import TicketRefused
from sminion_guard.session.context import Context
from sminion_guard.session.tickets.cache import Home, Ticket, TicketCache

HOME: Home = ("/tmp", "", 5432, "shop", "utf-8", "app")
WHO = Context("support", "agent:17", "ticket 4711")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(clock: Clock, token: bytes = b"1.ab.shop_support", lifetime: float = 100.0) -> Ticket:
    return Ticket.opened(b"SELECT sminion.enter('" + token + b"')", "shop_support", lifetime, clock())


def test_a_ticket_begins_no_transaction_in_the_last_tenth_of_its_life(clock: Clock) -> None:
    cache = TicketCache(clock)
    ticket = opened(clock)
    cache.put(HOME, WHO, ticket)
    clock.now += 89.9
    assert cache.get(HOME, WHO) is ticket
    clock.now += 0.2
    assert cache.get(HOME, WHO) is None
    assert len(cache) == 0


def test_the_last_part_of_a_long_life_is_a_minute(clock: Clock) -> None:
    assert opened(clock, lifetime=86400).deadline == clock() + 86400 - 60


def test_a_ticket_is_good_for_its_home_and_context_only(clock: Clock) -> None:
    cache = TicketCache(clock)
    cache.put(HOME, WHO, opened(clock))
    assert cache.get((*HOME[:5], "other"), WHO) is None
    assert cache.get(HOME, Context("support", "agent:17", "ticket 4712")) is None
    assert cache.get(HOME, Context("support", "agent:17", "ticket 4711")) is not None


def test_the_ticket_used_longest_ago_is_forgotten_first(clock: Clock) -> None:
    cache = TicketCache(clock, most=2)
    contexts = [Context("support", "agent:17", reason) for reason in "abc"]
    for context in contexts[:2]:
        cache.put(HOME, context, opened(clock))
    cache.get(HOME, contexts[0])
    cache.put(HOME, contexts[2], opened(clock))
    assert [cache.get(HOME, context) is not None for context in contexts] == [True, False, True]


def test_forgetting_a_stale_ticket_leaves_a_newer_one(clock: Clock) -> None:
    cache = TicketCache(clock)
    old, new = opened(clock, b"1.ab.r"), opened(clock, b"2.cd.r")
    cache.put(HOME, WHO, new)
    cache.forget(HOME, WHO, old)
    assert cache.get(HOME, WHO) is new
    cache.forget(HOME, WHO, new)
    assert cache.get(HOME, WHO) is None


def test_a_revoked_access_stays_refused_until_its_ticket_would_have_expired(clock: Clock) -> None:
    cache = TicketCache(clock)
    ticket = opened(clock)
    cache.put(HOME, WHO, ticket)
    cache.revoke(HOME, WHO, ticket)
    clock.now += 99.9
    with pytest.raises(TicketRefused, match="ended by an officer") as refusal:
        cache.get(HOME, WHO)
    assert refusal.value.code == "SG205"
    clock.now += 0.2
    assert cache.get(HOME, WHO) is None
