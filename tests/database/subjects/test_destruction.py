"""Destroying the data of a person: what goes, what stays and why, what is on record, and when a request is granted."""

from __future__ import annotations

import re

import pytest

from sminion_guard.errors import GuardError
from sminion_guard.policy import loads
from sminion_guard.subjects import Destructions, Requests
from tests.database.subjects.destroying import asked, destroyed, left, states
from tests.world import World, acting, refusal, ticket


def first(world: World, rule: str = "first") -> None:
    """Say of gifts what becomes of them."""
    text = world.text().replace('subject = ["giver", "taker"]', f'subject = ["giver?", "taker?"]\nshared = "{rule}"')
    world.apply(loads(text))
    world.settle()


@pytest.fixture
def ready(world: World) -> World:
    first(world)
    return world


def test_the_plan_changes_nothing_and_counts_every_row(ready: World) -> None:
    with ready.connect("officer") as officer:
        request = asked(officer)
        plan = Destructions(officer).plan(request)
    before = left(ready)
    assert {f"{entry.schema_name}.{entry.table_name}": entry.rows for entry in plan if entry.rows} == before
    assert before["sales.gift"] == 2 and [entry.hindrance for entry in plan] == [None] * len(plan)
    places = {f"{entry.schema_name}.{entry.table_name}": entry.place for entry in plan}
    assert places["sales.item"] < places["sales.orders"]
    assert ready.super("SELECT count(*) FROM sminion.destruction") == [(0,)]


def test_nothing_is_left_of_the_person_and_all_of_others(ready: World) -> None:
    others = {subject: left(ready, subject) for subject in (5, 6, 40)}
    found = destroyed(ready)
    assert left(ready) == {} and not found.left and not found.held
    assert found.completed_at is not None
    assert sum(table.destroyed for table in found.tables) == sum(table.planned or 0 for table in found.tables) > 7
    assert {subject: left(ready, subject) for subject in (5, 6, 40)} == others


def test_the_ledger_is_written_before_and_in_another_transaction(ready: World) -> None:
    with ready.connect("officer") as officer:
        request = asked(officer)
        before = left(ready)
        officer.execute("BEGIN")
        ((number,),) = officer.execute("SELECT sminion.begin_destruction(%s, 'letter')", [request]).fetchall()
        assert refusal(officer, f"SELECT sminion.destroy_batch({number})") == "SG563"
        officer.execute("ROLLBACK")
        assert refusal(officer, f"SELECT sminion.destroy_batch({number})") == "SG563"
        assert left(ready) == before
        ((number,),) = officer.execute("SELECT sminion.begin_destruction(%s, 'letter')", [request]).fetchall()
        assert left(ready) == before
        events = [event.event for event in Requests(officer).history(request)]
        assert events == ["opened", "identified", "destruction_begun"]
    assert ready.super("SELECT erased, mask FROM sminion.subject_state WHERE subject = '2'") == [(True, 0)]


def test_nothing_of_the_person_is_written_again(ready: World) -> None:
    destroyed(ready)
    with ready.connect("app") as app:
        token = ticket(app, "contract")
        with acting(app, token):
            assert refusal(app, "INSERT INTO crm.customer (id, email) VALUES (2, 'again')") == "42501"
        with acting(app, token):
            app.execute("INSERT INTO crm.customer (id, email) VALUES (4444, 'another')")
    ready.super("SELECT sminion.unblock(2, 'no'), sminion.give_consent(2, 'marketing', 'no')")
    ready.super("UPDATE sminion.subject_state SET epoch = -1; SELECT sminion.remask()")
    assert ready.super("SELECT mask FROM sminion.subject_state WHERE subject = '2'") == [(0,)]


def test_a_request_is_granted_only_when_nothing_is_left(world: World) -> None:
    """Gifts name another person in a column that must name one: what cannot go is named, and all else goes."""
    with world.connect("officer") as officer:
        request = asked(officer)
        requests, destructions = Requests(officer), Destructions(officer)
        with pytest.raises(GuardError) as refused:
            requests.close(request, "granted", "done")
        assert refused.value.code == "SG565"
        found = destructions.destroy(request, "letter", patience=0)
        assert left(world) == {"sales.gift": 2}
        assert [table.table_name for table in found.left] == ["gift"] and "another" not in str(found.left[0].cause)
        assert "mark it with `?`" in str(found.left[0].cause)
        with pytest.raises(GuardError) as refused:
            requests.close(request, "partly_granted", "most is done")
        assert refused.value.code == "SG565" and "`sales.gift`" in str(refused.value.detail)
        first(world)
        assert not destructions.destroy(request, "letter", patience=0).left
        requests.close(request, "granted", "done")
    assert left(world) == {}


def test_a_shared_row_stays_for_the_others_and_goes_with_the_last(world: World) -> None:
    first(world, "last")
    found = destroyed(world, 2)
    assert left(world, 2) == {} and states(found)["sales.gift"] == "done"
    assert world.super("SELECT giver, taker FROM sales.gift ORDER BY email") == [(1, None), (None, 3), (3, None)]
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        assert app.execute("SELECT count(*) FROM sales.gift").fetchall() == [(3,)]
    destroyed(world, 3)
    assert world.super("SELECT giver, taker FROM sales.gift") == [(1, None)]


def test_an_unlinked_row_stays_about_nobody(world: World) -> None:
    first(world, "unlink")
    destroyed(world, 3)
    assert world.super("SELECT giver, taker FROM sales.gift ORDER BY email") == [(1, 2), (2, None), (None, None)]


def test_who_asks_must_be_known_and_the_request_must_be_open_and_ask_for_it(ready: World) -> None:
    with ready.connect("officer") as officer:
        requests, destructions = Requests(officer), Destructions(officer)
        unknown = requests.open(2, "destroy", "letter")
        other = requests.open(2, "access", "letter")
        for number, code in ((unknown, "SG525"), (other, "SG522"), (4711, "SG522")):
            with pytest.raises(GuardError) as refused:
                destructions.plan(number)
            assert refused.value.code == code
            with pytest.raises(GuardError) as refused:
                destructions.destroy(number, "letter")
            assert refused.value.code == code
        requests.close(unknown, "refused", "nobody came")
        with pytest.raises(GuardError) as refused:
            destructions.destroy(unknown, "letter")
        assert refused.value.code == "SG523"
    assert ready.super("SELECT count(*) FROM sminion.destruction") == [(0,)]


def test_nobody_but_officers_destroys(ready: World) -> None:
    for login in ("app", "all", "owner", "keeper", "reader"):
        with ready.connect(login) as stranger:
            for call in ("plan_destruction(1)", "begin_destruction(1, 'x')", "destroy_batch(1)", "release_hold(1, '')"):
                assert refusal(stranger, f"SELECT sminion.{call}") in ("42501", "3F000"), (login, call)


def test_a_person_is_erased_from_the_log_after_the_destruction(ready: World) -> None:
    with ready.connect("officer") as officer:
        request = asked(officer)
        officer.execute("SELECT sminion.begin_destruction(%s, 'letter')", [request])
        assert refusal(officer, "SELECT sminion.erase_from_log('2', 'too early')") == "SG566"
        Destructions(officer).destroy(request, "letter", patience=0)
        Requests(officer).close(request, "granted", "done")
        officer.execute("SELECT sminion.erase_from_log('2', 'destroyed')")
    assert ready.super("SELECT subject FROM sminion.destruction") == [(None,)]
    assert ready.super("SELECT count(*) FROM sminion.request_event WHERE event LIKE 'destr%'") == [(2,)]


def test_a_depersonalized_row_stays_without_the_person(world: World) -> None:
    world.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour');"
                "ALTER TABLE sales.orders ADD COLUMN at timestamptz DEFAULT now()")
    kept = 'retention = { after = "at", keep = "3 years", then = "depersonalize" }'
    text = world.text().replace(
        '[schema.sales.orders]\nsubject = "customer_id"\ncolumns = {',
        f'[schema.sales.orders]\nsubject = "customer_id"\n{kept}\ncolumns = {{ at = "none",')
    world.apply(loads(text))
    world.settle()
    found = destroyed(world, 9)
    assert left(world, 9) == {} and not found.left
    assert {table.table_name: table.depersonalized for table in found.tables}["orders"] == 1
    assert world.super("SELECT id, customer_id, email, at IS NULL FROM sales.orders WHERE id = 9") == [
        (9, None, None, True)]
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        assert app.execute("SELECT count(*) FROM sales.orders WHERE id = 9").fetchall() == [(0,)]
    # A column that cannot be emptied any more is named, and all else is done.
    world.super("DELETE FROM sales.orders WHERE email IS NULL; ALTER TABLE sales.orders ALTER email SET NOT NULL")
    found = destroyed(world, 10)
    assert left(world, 10)["sales.orders"] == 1
    assert [table.table_name for table in found.left] == ["orders"] and "NOT NULL" in str(found.left[0].cause)


def test_a_large_table_without_an_index_is_named_and_wants_a_word(ready: World) -> None:
    ready.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour');"
                "ALTER TABLE sales.gift SET (fillfactor = 10, autovacuum_enabled = false);"
                "INSERT INTO sales.gift (giver, email) SELECT 30, 'e' FROM generate_series(1, 20000)")
    with ready.connect("officer") as officer:
        request, destructions = asked(officer), Destructions(officer)
        plan = {entry.table_name: entry for entry in destructions.plan(request)}
        assert (plan["gift"].rows, plan["gift"].indexed, plan["orders"].indexed) == (None, False, True)
        with pytest.raises(GuardError) as refused:
            destructions.destroy(request, "letter", patience=0)
        assert refused.value.code == "SG562" and "`sales.gift`" in str(refused.value.detail)
        assert left(ready)["crm.customer"] == 1
        assert not destructions.destroy(request, "letter", slow=True, patience=0).left
    assert left(ready) == {} and left(ready, 30)["sales.gift"] == 20000


def test_a_request_is_granted_when_all_keys_of_the_person_are_destroyed(ready: World) -> None:
    with ready.connect("officer") as officer:
        officer.execute("SELECT sminion.merge_subjects('2', '3', 'two accounts of one person')")
        one, other = asked(officer), asked(officer, 3)
        destructions, requests = Destructions(officer), Requests(officer)
        assert destructions.destroy(one, "letter", patience=0).completed_at is not None
        assert left(ready) == {} and left(ready, 3) != {}
        with pytest.raises(GuardError, match="other keys") as refused:
            requests.close(one, "granted", "done")
        assert refused.value.code == "SG565" and "`3`" in (refused.value.detail or "")
        assert destructions.destroy(other, "letter", patience=0).completed_at is not None
        assert left(ready, 3) == {}
        requests.close(one, "granted", "done")
        requests.close(other, "granted", "done")
    assert ready.super("SELECT subject, mask FROM sminion.subject_state WHERE subject IN ('2', '3') ORDER BY 1") == [
        ("2", 0), ("3", 0)]


def test_a_row_between_two_keys_of_one_person_goes_when_the_last_of_them_is_destroyed(world: World) -> None:
    first(world, "last")
    world.super("INSERT INTO sales.gift (giver, taker, email) VALUES (2, 3, 'between her keys')")
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.merge_subjects('2', '3', 'two accounts of one person')")
        one, other = asked(officer), asked(officer, 3)
        destructions, requests = Destructions(officer), Requests(officer)
        destructions.destroy(one, "letter", patience=0)
        between = "SELECT giver, taker FROM sales.gift WHERE email = 'between her keys'"
        assert left(world, 2) == {} and world.super(between) == [(None, 3)]
        with pytest.raises(GuardError) as refused:
            requests.close(one, "granted", "done")
        assert refused.value.code == "SG565"
        destructions.destroy(other, "letter", patience=0)
        assert left(world, 3) == {} and world.super(between) == []
        requests.close(one, "granted", "done")
        requests.close(other, "granted", "done")


@pytest.mark.parametrize("gone", [True, False], ids=["dropped", "left out of the policy"])
def test_a_table_that_the_policy_lost_is_looked_for_and_not_believed(ready: World, gone: bool) -> None:
    with ready.connect("officer") as officer:
        request = asked(officer)
        officer.execute("SELECT sminion.begin_destruction(%s, 'letter')", [request])
        if gone:
            ready.database.suspend_ddl_guard()
            ready.super("DROP TABLE sales.gift")
        text = re.sub(r"\[schema\.sales\.gift\]\n(?:.+\n)+", "", ready.text())
        ready.apply(loads(text))
        found = Destructions(officer).destroy(request, "letter", patience=0)
        (gift,) = (table for table in found.tables if table.table_name == "gift")
        assert (gift.state, found.completed_at is not None) == (("done", True) if gone else ("waiting", False))
        assert gone or "does not have the table" in (gift.cause or "")
