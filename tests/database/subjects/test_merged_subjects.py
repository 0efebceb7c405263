"""Keys of one person: what one denies holds for all, later decisions too, and each gets its own state back."""

from __future__ import annotations

import random

import psycopg
import pytest

from sminion_guard.errors import GuardError
from sminion_guard.subjects import Consents, Persons, Requests
from tests.database.states.test_races import Background
from tests.world import World, acting, rows, ticket

TABLES = {"contract": ("sales.orders", "customer_id"), "marketing": ("marketing.subscriber", "id"),
          "interest": ("marketing.subscriber", "id")}


def seen(world: World, purpose: str, *people: int) -> set[int]:
    table, column = TABLES[purpose]
    with world.connect() as connection, acting(connection, ticket(connection, purpose)):
        return {key for (key,) in rows(
            connection, f"SELECT {column} FROM {table} WHERE {column} = ANY (%s)", list(people))}


def ask(world: World, call: str) -> object:
    with world.connect("officer") as officer:
        return officer.execute(f"SELECT sminion.{call}".encode()).fetchone()[0]  # type: ignore[index]


def agree(world: World) -> None:
    """History, states, masks of rows and what is withheld say the same."""
    assert world.super("SELECT * FROM sminion.consent_differences()") == []
    world.settle()
    assert world.super("SELECT s.subject FROM sminion.subject_state s, sminion.policy p"
                       " WHERE s.mask <> sminion.state_mask(p, s)") == []
    assert world.super("SELECT o.id FROM sales.orders o JOIN sminion.subject_state s ON s.subject = o.customer_id::text"
                       " WHERE o.guard_mask IS DISTINCT FROM s.mask") == []
    assert world.super("SELECT count(*) FROM sminion.withheld") == [(0,)]
    # What each is told of the others, from their states and histories.
    assert world.super(
        "SELECT s.subject FROM sminion.subject_state s CROSS JOIN LATERAL ("
        "  SELECT nullif(bool_or(o.blocked), false) AS blocked, nullif(bit_or(o.objections), 0) AS objected"
        "  FROM sminion.subject_state o WHERE o.subject <> s.subject"
        "  AND o.subject = ANY (sminion.same_person(s.subject))) t"
        " WHERE s.others_blocked IS DISTINCT FROM t.blocked"
        " OR coalesce(t.objected, 0) & ~coalesce(s.others_denied, 0) <> 0") == []


@pytest.mark.parametrize("settled", [True, False])
def test_what_one_key_denies_holds_for_both_and_each_gets_its_own_back(world: World, settled: bool) -> None:
    world.super("SELECT sminion.block('7', 'court'); SELECT sminion.object('8', 'interest', 'call')")
    world.settle()
    assert seen(world, "contract", 7, 8) == {8}
    assert seen(world, "interest", 7, 8) == set()
    if settled:
        assert ask(world, "merge_subjects(7, 8, 'one passport')") is True
    else:
        with world.database.connect() as holder:
            # A table that is locked is left to `settle`: the person is withheld.
            holder.execute("BEGIN; LOCK TABLE sales.item IN SHARE MODE")
            assert ask(world, "merge_subjects(7, 8, 'one passport')") is True
            assert world.super("SELECT DISTINCT subject FROM sminion.withheld ORDER BY 1") == [("8",)]
            holder.execute("ROLLBACK")
    assert seen(world, "contract", 7, 8) == set()
    agree(world)
    assert seen(world, "contract", 7, 8) == set()
    assert ask(world, "unmerge_subjects(8, 7, 'two people')") is True
    world.settle()
    assert seen(world, "contract", 7, 8) == {8}
    assert seen(world, "interest", 7, 8) == set()
    agree(world)


def test_a_consent_stays_unless_the_other_key_refused_it_and_opens_only_its_own_rows(world: World) -> None:
    for call in ("give_consent(5, 'marketing', 'form')", "give_consent(6, 'marketing', 'form')",
                 "refuse_consent(7, 'marketing', 'call')", "merge_subjects(5, 8, 'one')",
                 "merge_subjects(6, 7, 'one')"):
        ask(world, call)
    world.settle()
    assert seen(world, "marketing", 5, 6, 7, 8) == {5}
    ask(world, "give_consent(7, 'marketing', 'form')")
    world.settle()
    assert seen(world, "marketing", 5, 6, 7, 8) == {5, 6, 7}
    agree(world)


def test_later_decisions_are_made_for_both_and_stay_after_the_end(world: World) -> None:
    ask(world, "merge_subjects(7, 8, 'one passport')")
    ask(world, "block(8, 'court')")
    assert seen(world, "contract", 7, 8) == set()
    assert world.super("SELECT subject, event FROM sminion.subject_history WHERE event = 'block' ORDER BY 1") == [
        ("7", "block"), ("8", "block")]
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.object_all(ARRAY['7', '9'], 'interest', 'list')")
        assert Consents(officer).give(7, "marketing", "form")
    ask(world, "unmerge_subjects(7, 8, 'two people')")
    world.settle()
    assert seen(world, "contract", 7, 8) == set()
    assert seen(world, "interest", 7, 8, 9) == set()
    assert ask(world, "unblock(7, 'over')") is True
    world.settle()
    assert seen(world, "contract", 7, 8) == {7}
    assert seen(world, "marketing", 7, 8) == {7}
    agree(world)


def test_a_chain_is_one_person_and_the_same_pair_twice_changes_nothing(world: World) -> None:
    with world.connect("officer") as officer:
        heard: list[str] = []
        persons = Persons(officer, hear=heard.append)
        assert persons.merge(7, 8, "one") and persons.merge(9, 8, "one")
        assert not persons.merge(8, 7, "again") and not persons.merge(7, 9, "known by the chain")
        officer.execute("SELECT sminion.block('7', 'court')")
        assert seen(world, "contract", 7, 8, 9) == set()
        assert not persons.unmerge(7, 8, "not so")
        assert [text[:5] for text in heard] == ["SG536"]
        assert persons.unmerge(7, 9, "nor so")
        assert [(pair.subject, pair.other) for pair in persons.list()] == [("8", "9"), ("9", "8")]
        for a, b, code in ((7, 7, "SG536"), (7, 9, "SG537"), (7, "x", "SG504")):
            with pytest.raises(GuardError) as caught:
                persons.unmerge(a, b, "cannot be")
            assert caught.value.code == code
        with pytest.raises(GuardError) as caught:
            persons.merge(7, 8, "for nobody", request=99)
        assert caught.value.code == "SG522"
    assert world.super("SELECT count(*), count(DISTINCT subject) FROM sminion.subject_history"
                       " WHERE event IN ('merge_subjects', 'unmerge_subjects')") == [(12, 3)]
    agree(world)


@pytest.mark.parametrize("first", ["merge", "request"])
def test_a_request_of_one_key_blocks_both_until_it_is_closed(world: World, first: str) -> None:
    with world.connect("officer") as officer:
        persons, requests = Persons(officer), Requests(officer)
        if first == "merge":
            persons.merge(7, 8, "one")
        number = requests.open(7, "clarify", "letter")
        if first == "request":
            persons.merge(7, 8, "one", request=number)
        assert seen(world, "contract", 7, 8) == set()
        with pytest.raises(psycopg.Error) as caught:
            officer.execute("SELECT sminion.unblock('8', 'early')")
        assert caught.value.sqlstate == "SG527"
        requests.close(number, "refused", "was right")
        world.settle()
        assert seen(world, "contract", 7, 8) == {7, 8}
    agree(world)


def test_the_end_of_a_request_leaves_an_officers_own_block_of_the_other_key(world: World) -> None:
    ask(world, "block(8, 'court')")
    ask(world, "merge_subjects(7, 8, 'one')")
    with world.connect("officer") as officer:
        number = Requests(officer).open(7, "clarify", "letter")
        Requests(officer).close(number, "refused", "was right")
    world.settle()
    assert seen(world, "contract", 7, 8) == set()
    agree(world)


def test_a_merged_key_is_not_erased_from_the_log(world: World) -> None:
    ask(world, "merge_subjects(7, 8, 'one')")
    with world.connect("officer") as officer:
        with pytest.raises(psycopg.Error) as caught:
            officer.execute("SELECT sminion.erase_from_log('7', 'destroyed')")
        assert caught.value.sqlstate == "SG537"
        officer.execute("SELECT sminion.unmerge_subjects(7, 8, 'to erase it')")
        officer.execute("SELECT sminion.erase_from_log('7', 'destroyed')")
    assert world.super("SELECT count(*) FROM sminion.subject_merge") == [(0,)]


def test_a_merge_is_a_leaf_for_each_key(world: World) -> None:
    ask(world, "merge_subjects(7, 8, 'one passport')")
    world.super("SELECT sminion.fold_all()")
    leaves = world.super("SELECT convert_from(leaf, 'UTF8') FROM sminion.leaves(1, 1000) WHERE kind = 'state'")
    assert len([leaf for (leaf,) in leaves if "merge_subjects" in leaf]) == 2
    assert not [leaf for (leaf,) in leaves if "passport" in leaf]


def test_a_denial_waits_for_no_writer_and_reaches_both(world: World) -> None:
    ask(world, "merge_subjects(7, 8, 'one')")
    with world.connect("app") as writer, acting(writer, ticket(writer, "contract")):
        writer.execute("INSERT INTO sales.orders (customer_id, email) VALUES (8, 'x')")
        ask(world, "block(7, 'court')")
        assert seen(world, "contract", 7, 8) == set()
        with world.connect("officer") as officer, pytest.raises(psycopg.Error) as caught:
            officer.execute("SELECT sminion.merge_subjects('8', '9', 'locked')")
        assert caught.value.sqlstate == "SG538"
    world.settle()
    assert seen(world, "contract", 7, 8) == set()
    agree(world)


def test_two_officers_merge_one_after_the_other_and_a_denial_meanwhile_reaches_both(world: World) -> None:
    with world.connect("officer") as first, world.connect("officer") as second, world.connect("officer") as third:
        first.execute("BEGIN")
        first.execute("SELECT sminion.merge_subjects('7', '8', 'one')")
        merging = Background(lambda: second.execute("SELECT sminion.merge_subjects('8', '9', 'one')"))
        blocking = Background(lambda: third.execute("SELECT sminion.block('7', 'court')"))
        # Longer than a change waits for a state: it waits for the merge then.
        assert not merging.ended(1.5) and not blocking.ended(0)
        first.execute("COMMIT")
        assert merging.ended() and blocking.ended()
        assert (merging.error, blocking.error) == ("", "")
    assert seen(world, "contract", 7, 8, 9) == set()
    agree(world)


def test_a_denial_is_refused_rather_than_lost_while_a_merge_stays_open(world: World) -> None:
    with world.connect("officer") as first, world.connect("officer") as other:
        first.execute("BEGIN")
        first.execute("SELECT sminion.merge_subjects('7', '8', 'one')")
        with pytest.raises(psycopg.Error) as caught:
            other.execute("SELECT sminion.block('7', 'court')")
        assert caught.value.sqlstate == "SG538"
        first.execute("ROLLBACK")
        other.execute("SELECT sminion.block('7', 'court')")
    assert seen(world, "contract", 7, 8) == {8}


@pytest.mark.parametrize("seed", range(3))
def test_any_sequence_of_calls_leaves_everything_in_agreement(world: World, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        a, b = chance.sample(range(5, 10), 2)
        call = chance.choice([
            f"merge_subjects({a}, {b}, 'r')", f"merge_subjects({a}, {b}, 'r')", f"unmerge_subjects({a}, {b}, 'r')",
            f"block({a}, 'r')", f"unblock({a}, 'r')", f"object({a}, 'interest', 'r')",
            f"withdraw_objection({a}, 'interest', 'r')", f"give_consent({a}, 'marketing', 'r')",
            f"withdraw_consent({a}, 'marketing', 'r')", f"block_all(ARRAY['{a}', '{b}'], 'r')"])
        try:
            ask(world, call)
        except psycopg.Error as error:
            assert error.sqlstate == "SG537"
        agree(world)
