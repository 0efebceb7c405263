"""People's rights under contention: officers and an application act at once on few people, and then everything agrees.

Each round starts all workers at one moment. What they do is drawn from a seed; how the server orders it is not. So the
model is no sequence: it is what must hold whatever the order was.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests.world import Connection, World, new_world, ticket

PEOPLE = (5, 6, 7, 8)
OFFICERS = 4
REFUSED = {
    "SG216", "42501",  # a write to rows of somebody who is blocked
    "SG523", "SG522",  # the request was closed, or not there yet
    "SG527",  # unblocked while a request blocks
    "SG537",  # not merged with one another
    "SG535",  # another officer records a request
    "SG538",  # another officer merges just now, or a state is locked: nothing was changed
}
"""What may be refused. Anything else, a deadlock too, is a fault."""
DISAGREEMENTS = {
    "history and states": "SELECT * FROM sminion.consent_differences()",
    "states and masks":
        "SELECT s.subject FROM sminion.subject_state s, sminion.policy p WHERE s.mask <> sminion.state_mask(p, s)"
        " OR s.schemas_mask IS DISTINCT FROM sminion.schemas_mask(p, s)",
    "masks and rows":
        "SELECT o.id FROM sales.orders o JOIN sminion.subject_state s ON s.subject = o.customer_id::text"
        " WHERE o.guard_mask IS DISTINCT FROM CASE WHEN 'sales' = ANY (s.blocked_schemas || s.others_blocked_schemas)"
        " THEN s.schemas_mask ELSE s.mask END",
    "withheld": "SELECT subject, denied FROM sminion.withheld",
    "pending": "SELECT subject, event FROM sminion.pending_change",
    "queue": "SELECT subject, cause FROM sminion.unsettled",
    "requests and their history":
        "SELECT kind, rows FROM sminion.stray_rows() WHERE kind IN ('request', 'request_row') AND rows <> 0",
    "closed twice":
        "SELECT request FROM sminion.request_event WHERE event = 'closed' GROUP BY request HAVING count(*) > 1",
    "open requests and blocks":
        "SELECT r.id, s.subject FROM sminion.request r"
        " CROSS JOIN LATERAL unnest(sminion.same_person(r.subject)) k (key)"
        " JOIN sminion.subject_state s ON s.subject = k.key WHERE r.interim AND r.closed_at IS NULL"
        " AND NOT CASE WHEN r.schemas IS NULL THEN s.blocked OR coalesce(s.others_blocked, false)"
        " ELSE r.schemas <@ (s.blocked_schemas || s.others_blocked_schemas) END",
    "keys of one person":
        "SELECT s.subject FROM sminion.subject_state s CROSS JOIN LATERAL ("
        "  SELECT bool_or(o.blocked) AS blocked, bit_or(o.objections) AS objected,"
        "    bool_or('sales' = ANY (o.blocked_schemas)) AS limited FROM sminion.subject_state o"
        "  WHERE o.subject = ANY (sminion.same_person(s.subject)) AND o.subject <> s.subject) t"
        " WHERE coalesce(t.blocked, false) <> coalesce(s.others_blocked, false)"
        " OR coalesce(t.limited, false) <> coalesce('sales' = ANY (s.others_blocked_schemas), false)"
        " OR coalesce(t.objected, 0) & ~coalesce(s.others_denied, 0) <> 0",
}


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        yield world


def drawn(chance: random.Random, last: int) -> str:
    """A call of an officer.

    :param last: number of a request that is there, mostly: officers meet on the newest ones.
    """
    a, b = chance.sample(PEOPLE, 2)
    request = max(1, last - chance.randrange(3))
    call = chance.choice([
        f"give_consent({a}, 'marketing', 'r')", f"withdraw_consent({a}, 'marketing', 'r')",
        f"object({a}, 'interest', 'r')", f"withdraw_objection({a}, 'interest', 'r')",
        f"block({a}, 'r')", f"unblock({a}, 'r')", f"block({a}, 'r', schemas => ARRAY['sales'])",
        f"unblock({a}, 'r', schemas => ARRAY['sales'])", f"block({a}, 'r', schemas => ARRAY['crm'])",
        f"block_all(ARRAY['{a}', '{b}'], 'r')",
        f"give_consents(ARRAY['{a}', '{b}'], 'marketing', 'r')",
        f"open_request({a}, 'clarify', 'r')", f"open_request({a}, 'misconduct', 'r')",
        f"open_request({a}, 'clarify', 'r', schemas => ARRAY['sales'])",
        f"open_request({a}, 'object', 'r', purpose => 'interest')",
        f"close_request({request}, 'refused', 'r')", f"close_request({request}, 'withdrawn', 'r')",
        f"close_request({request}, 'refused', 'r')",
        f"merge_subjects({a}, {b}, 'r')", f"unmerge_subjects({a}, {b}, 'r')", f"unmerge_subjects({b}, {a}, 'r')",
        "settle()",
    ])
    return f"SELECT sminion.{call}"


def written(chance: random.Random) -> str:
    """A statement of the application."""
    who = chance.choice(PEOPLE)
    return chance.choice([
        f"INSERT INTO sales.orders (customer_id, email) VALUES ({who}, 'race')",
        f"INSERT INTO sales.orders (customer_id, email) VALUES ({who}, 'race')",
        f"DELETE FROM sales.orders WHERE customer_id = {who} AND email = 'race'",
    ])


def play(world: World, seed: int, rounds: int) -> Counter[str]:
    """Let everybody act; how often what was refused."""
    chance = random.Random(seed)
    seen: Counter[str] = Counter()
    world.super("SELECT sminion.give_consents(ARRAY['5', '6', '7', '8'], 'marketing', 'form')")
    with world.connect() as application:
        token = ticket(application, "contract")
        officers = [world.connect("officer") for _ in range(OFFICERS)]
        for number in range(rounds):
            ((last,),) = world.super("SELECT coalesce(max(id), 1) FROM sminion.request")
            parts = [(officer, [drawn(chance, last) for _ in range(3)]) for officer in officers]
            parts.append((application, [written(chance) for _ in range(3)]))
            errors = meet(parts, application, token)
            seen.update(state for state, _ in errors)
            where = f"seed {seed}, round {number}: {[calls for _, calls in parts]}"
            assert not [error for error in errors if error[0] not in REFUSED], (errors, where)
            world.settle()
            for what, query in DISAGREEMENTS.items():
                assert world.super(query) == [], (what, where)
        for officer in officers:
            officer.close()
    return seen


def meet(parts: list[tuple[Connection, list[str]]], application: Connection, token: str) -> list[tuple[str, str]]:
    """Everybody begins at one moment; SQLSTATE and message of what was refused."""
    start, errors = threading.Barrier(len(parts)), []

    def act(connection: Connection, calls: list[str]) -> None:
        start.wait(20)
        for call in calls:
            try:
                with connection.transaction():
                    if connection is application:
                        connection.execute("SELECT sminion.enter(%s)", [token])
                    connection.execute(call.encode())
            except psycopg.Error as error:
                errors.append((error.sqlstate or "", f"{call}: {error}"))

    threads = [threading.Thread(target=act, args=part, daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), errors
    return errors


def test_what_happens_at_once_leaves_everything_in_agreement(world: World) -> None:
    seen = play(world, seed=1, rounds=12)
    # Requests were met by two officers, and the application by a block.
    assert seen["SG523"] and seen["SG216"] + seen["42501"]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 110))
def test_thousands_of_rounds_leave_everything_in_agreement(world: World, seed: int) -> None:
    play(world, seed, rounds=200)
