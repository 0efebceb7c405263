"""Which groups isolate people, against a model that tries every combination of three groups."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.servers import Database

Group = frozenset[int]
_PEOPLE = 14
_SMALL = st.frozensets(st.integers(1, _PEOPLE), max_size=_PEOPLE)
NEW = 3
"""The export that is asked about; 1 and 2 have been sent, 4 was not finished, 5 went to somebody else, 6 is too old."""


def isolating(k: int, fresh: set[Group], known: set[Group]) -> bool:
    """Whether some combination with a new group leaves 1 to k - 1 people."""
    new = fresh - known
    for size in (1, 2, 3):
        for groups in combinations(fresh | known, size):
            if not new.intersection(groups):
                continue
            people = frozenset[int]().union(*groups)
            for signs in product((1, -1), repeat=size):
                left = sum(1 for one in people if sum(s for s, g in zip(signs, groups, strict=True) if one in g))
                if 1 <= left < k:
                    return True
    return False


def fill(connection: psycopg.Connection[Any], groups: dict[int, list[Group]]) -> None:
    """The groups of each export."""
    connection.execute(
        "TRUNCATE sminion.sent_group; DELETE FROM sminion.transfer_end; DELETE FROM sminion.transfer;"
        " DELETE FROM sminion.disclosure")
    for number, listed in groups.items():
        who = "other" if number == 5 else "counter"
        connection.execute(
            "INSERT INTO sminion.disclosure (id, disclosed_at, recipient, contract, purpose, categories, reason, epoch)"
            " OVERRIDING SYSTEM VALUE VALUES (%s, now(), %s, 'c', 'p', '{}', 'r', 1)", (number, who))
        connection.execute(
            "INSERT INTO sminion.transfer VALUES (%s, %s, now() + '1 hour', NULL, '{}', 'q', sha256('q'))",
            (number, number))
        if number not in (NEW, 4):
            connection.execute(
                "INSERT INTO sminion.transfer_end VALUES (%s, now() - %s::interval, 'finished', 1, 1, sha256('f'), 1)",
                (number, "401 days" if number == 6 else "399 days"))
        for place, group in enumerate(listed):
            # Marks as they are: hashes that lie anywhere.
            marks = sorted((one * 0x9E3779B97F4A7C15 + (1 << 63)) % (1 << 64) - (1 << 63) for one in group)
            connection.execute(
                "INSERT INTO sminion.sent_group SELECT %s, %s, 't', m, array_fill(1, ARRAY[cardinality(m)]),"
                " cardinality(m), sminion.group_buckets(m),"
                " sminion.group_digest(m) FROM (SELECT %s::bigint[] AS m) m", (number, place, marks))


@pytest.fixture
def connection(guarded_database: Database) -> Any:
    with guarded_database.connect() as made:
        made.execute("SET session_replication_role = replica")  # the register is append-only
        yield made


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(k=st.integers(2, 5), known=st.lists(_SMALL, max_size=4), fresh=st.lists(_SMALL, min_size=1, max_size=4),
       derived=st.lists(st.tuples(st.sampled_from("+-&^"), st.integers(0, 7), st.integers(0, 7),
                                  st.integers(1, _PEOPLE)), max_size=3))
@example(k=2, known=[frozenset({1, 2, 3})], fresh=[frozenset({1, 2, 3, 4})], derived=[])
@example(k=2, known=[frozenset({1, 2, 3}), frozenset({4, 5})], fresh=[frozenset({1, 2, 3, 4, 5, 6})], derived=[])
@example(k=2, known=[frozenset({1, 2, 3, 4, 5, 6}), frozenset({4, 5})], fresh=[frozenset({1, 2, 3})], derived=[])
def test_the_server_finds_what_the_model_finds(
    connection: Any, k: int, known: list[Group], fresh: list[Group], derived: list[tuple[str, int, int, int]]
) -> None:
    every = known + fresh
    for sign, one, other, who in derived:  # unions, parts, and what differs by a person
        left, right = every[one % len(every)], every[other % len(every)]
        made = {"+": left | right, "-": left - right, "&": left & right, "^": left ^ frozenset({who})}[sign]
        (fresh if who % 2 else known).append(made)
    fresh = [group for group in fresh if len(group) >= k]
    fill(connection, {1: known[::2], 2: known[1::2], NEW: fresh})
    (found,) = connection.execute("SELECT sminion.isolated_by(%s, 'counter', %s)", (NEW, k)).fetchone()
    sent = set(known) - {frozenset()}
    assert (found is not None) == isolating(k, set(fresh), sent)
    if found in (1, 2):
        assert sent
    else:
        assert found is None or isolating(k, set(fresh), set())


@pytest.mark.parametrize("number", [4, 5, 6])
def test_what_nobody_got_and_what_is_too_old_does_not_count(connection: Any, number: int) -> None:
    older = frozenset(range(1, 12))
    fill(connection, {number: [older], NEW: [older | {12}]})
    assert connection.execute("SELECT sminion.isolated_by(%s, 'counter', 5)", (NEW,)).fetchone() == (None,)
    fill(connection, {1: [older], NEW: [older | {12}]})
    assert connection.execute("SELECT sminion.isolated_by(%s, 'counter', 5)", (NEW,)).fetchone() == (1,)


def test_maintenance_forgets_what_nobody_got_and_keeps_equal_groups_once(connection: Any) -> None:
    one, other = frozenset(range(1, 8)), frozenset(range(3, 13))
    fill(connection, {1: [one, other], 2: [other], NEW: [one], 4: [one], 5: [one], 6: [one]})
    connection.execute("INSERT INTO sminion.group_salt VALUES ('counter', sha256('a')), ('other', sha256('b')),"
                       " ('third', sha256('c'))")
    connection.execute(
        "INSERT INTO sminion.transfer_end (disclosure, state, persons, why) VALUES (4, 'failed', 0, 'x')")
    connection.execute("SELECT sminion.forget_groups()")
    assert connection.execute("SELECT disclosure, number FROM sminion.sent_group ORDER BY 1, 2").fetchall() == [
        (1, 0), (2, 0), (NEW, 0), (5, 0)]
    assert connection.execute("SELECT recipient FROM sminion.group_salt ORDER BY 1").fetchall() == [
        ("counter",), ("other",)]
    connection.execute("UPDATE sminion.transfer SET expires_at = now() - interval '2 days' WHERE disclosure = 3")
    connection.execute("SELECT sminion.forget_groups()")
    assert connection.execute("SELECT count(*) FROM sminion.sent_group WHERE disclosure = 3").fetchone() == (0,)


def test_an_erased_person_cannot_be_found_again_and_still_counts(connection: Any) -> None:
    fill(connection, {1: [], 5: []})
    connection.execute("INSERT INTO sminion.group_salt VALUES ('counter', sha256('a')), ('other', sha256('b'))")
    for number, salt in ((1, "a"), (5, "b")):
        connection.execute(
            "INSERT INTO sminion.sent_group SELECT %s, n.n, 't', m, ARRAY(SELECT x %% 3 FROM generate_series(1,"
            " cardinality(m)) x), cardinality(m), sminion.group_buckets(m),"
            " sminion.group_digest(m) FROM (VALUES (0, 9), (1, 12)) AS n (n, most) CROSS JOIN LATERAL (SELECT"
            " ARRAY(SELECT sminion.group_mark(sha256(%s::bytea), p::text) AS mark FROM generate_series(1, most) p"
            " ORDER BY mark) AS m) m", (number, salt))
    before = connection.execute("SELECT * FROM sminion.sent_group ORDER BY 1, 2").fetchall()
    connection.execute("SELECT sminion.forget_in_groups('5')")
    after = connection.execute("SELECT * FROM sminion.sent_group ORDER BY 1, 2").fetchall()
    for old, new in zip(before, after, strict=True):
        assert old[5:7] == new[5:7] and new[3] == sorted(new[3]) and old[7] != new[7]
        assert len(set(old[3]) - set(new[3])) == 1
        kept = dict(zip(old[3], old[4], strict=True))
        assert all(kept.get(mark, count) == count for mark, count in zip(new[3], new[4], strict=True))
        assert sorted(new[4]) == sorted(old[4])
        assert connection.execute("SELECT sminion.group_digest(%s::bigint[]), sminion.group_buckets(%s::bigint[])",
                                  (new[3], new[3])).fetchone() == (new[7], new[6])
    instead = [set(new[3]) - set(old[3]) for old, new in zip(before, after, strict=True)]
    assert instead[0] == instead[1] and instead[2] == instead[3] and instead[0] != instead[2]
