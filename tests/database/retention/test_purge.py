"""Rows past their retention are purged: all of them, no others, and what keeps a row is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sminion_guard.errors import GuardError
from sminion_guard.subjects import Destructions, Retentions
from tests.database.retention.purging import expire, ids, maintained, old, run, status
from tests.world import World, acting, ticket

CUSTOMER = "crm.customer"


def test_what_has_expired_goes_and_nothing_else(world: World) -> None:
    before = ids(world, CUSTOMER)
    expire(world, 2, 3, 4)
    found = status(world)
    assert (found.expired, found.kept, found.used, found.purged) == (3, 0, 0, 0)
    assert found.oldest is not None and datetime.now(UTC) - found.oldest > timedelta(days=300)
    assert found.next is not None and found.next > datetime.now(UTC) + timedelta(days=3 * 365)
    assert run(world).rows == 3
    assert ids(world, CUSTOMER) == before - {2, 3, 4}
    found = status(world)
    assert (found.expired, found.oldest, found.purged, found.failing, found.overdue) == (0, None, 3, False, False)
    assert run(world).rows == 0
    recorded = "SELECT detail ->> 'table', detail -> 'rows' FROM sminion.act WHERE act = 'retention'"
    assert world.super(recorded) == [(CUSTOMER, 3)]


def test_how_long_nobody_had_looked_is_on_record(world: World) -> None:
    expire(world, 2, 3, 4)
    rule = "sminion.retention_rule {} WHERE table_name = 'customer'"
    for _ in range(2):
        assert run(world).cause is None
        world.super("UPDATE " + rule.format("SET run_at = now() - interval '2 hours', retry_at = now()"))
    ((gap,),) = world.super("SELECT gap FROM " + rule.format(""))
    assert timedelta(hours=2) <= gap < timedelta(hours=2, minutes=5)
    run(world)
    expire(world, 5, 6)
    assert run(world).rows == 2


def test_blocked_and_held_people_stay_and_go_when_that_ends(world: World) -> None:
    expire(world, 2, 3, 4, 5)
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.block('2', 'contests')")
        number = Destructions(officer).hold(3, "claim", "civil code", table=CUSTOMER)
    world.settle()
    found = status(world)
    assert (found.expired, found.kept) == (4, 2)
    assert run(world).rows == 2
    assert {2, 3} <= ids(world, CUSTOMER) and not {4, 5} & ids(world, CUSTOMER)
    old(world)
    assert not status(world).overdue and not status(world).failing
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.unblock('2', 'corrected')")
        Destructions(officer).release(number, "over")
    world.settle()
    assert status(world).overdue
    assert run(world).rows == 2 and not {2, 3} & ids(world, CUSTOMER)


def test_who_is_blocked_in_another_schema_only_is_purged_here(world: World) -> None:
    expire(world, 2, 3, 4)
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.block('2', 'contests', schemas => ARRAY['crm'])")
        officer.execute("SELECT sminion.block('3', 'contests', schemas => ARRAY['sales'])")
    world.settle()
    assert (status(world).expired, status(world).kept) == (3, 1)
    assert run(world).rows == 2
    assert 2 in ids(world, CUSTOMER) and not {3, 4} & ids(world, CUSTOMER)


def test_a_key_of_the_same_person_is_held_and_blocked_too(world: World) -> None:
    expire(world, 2, 3, 4)
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.merge_subjects('2', '20', 'one person')")
        officer.execute("SELECT sminion.merge_subjects('3', '21', 'one person')")
        officer.execute("SELECT sminion.block('20', 'contests')")
        Destructions(officer).hold(21, "claim", "civil code", category="contact")
    world.settle()
    assert run(world).rows == 1 and {2, 3} <= ids(world, CUSTOMER)


@pytest.mark.parametrize("login", ["keeper", "app"])
def test_maintenance_purges_by_a_rule_that_is_a_day_old(login: str, world: World) -> None:
    expire(world, 2, 3)
    maintained(world, login)
    assert {2, 3} <= ids(world, CUSTOMER)
    old(world)
    assert status(world).overdue
    maintained(world, login)
    assert not {2, 3} & ids(world, CUSTOMER)
    assert world.super("SELECT rows FROM sminion.write_log WHERE operation = 'delete'")
    assert not status(world).overdue
    # Looked at again when it is due, and not at each call.
    expire(world, 4)
    maintained(world, login)
    assert 4 in ids(world, CUSTOMER)
    world.super("UPDATE sminion.retention_rule SET retry_at = now()")
    maintained(world, login)
    assert 4 not in ids(world, CUSTOMER)


def test_nothing_is_purged_while_a_change_of_the_policy_is_not_finished(world: World) -> None:
    expire(world, 2)
    old(world)
    world.super("UPDATE sminion.policy SET completed_at = NULL")
    maintained(world)
    with pytest.raises(GuardError) as refused:
        run(world)
    assert refused.value.code == "SG571" and 2 in ids(world, CUSTOMER)


def test_a_rule_that_changes_is_young_again_and_one_that_stays_is_not(world: World) -> None:
    since = "SELECT since, purged FROM sminion.retention_rule"
    expire(world, 2)
    run(world)
    old(world)
    before = world.super(since)
    world.super("SELECT sminion.record_retention()")
    assert world.super(since) == before
    world.super("UPDATE sminion.retention_rule SET keep = '5 years', unrecorded = 7; SELECT sminion.record_retention()")
    ((moment, purged),) = world.super(since)
    assert moment > before[0][0] + timedelta(days=2) and purged == 0
    assert world.super("SELECT detail -> 'rows' FROM sminion.act WHERE act = 'retention' ORDER BY id") == [(1,), (7,)]


def test_locked_rows_wait_and_the_others_go(world: World) -> None:
    expire(world, 2, 3)
    with world.connect("app") as app:
        token = ticket(app, "contract")
        with acting(app, token), world.database.connect() as admin, admin.transaction():
            admin.execute("SELECT FROM crm.customer WHERE id = 2 FOR UPDATE")
            found = run(world)
            assert found.rows == 1 and "locked" in str(found.cause)
            assert not status(world).failing
    assert run(world).rows == 1


def test_a_large_table_without_an_index_is_named(world: World) -> None:
    expire(world, 2)
    world.super("UPDATE pg_class SET reltuples = 200000 WHERE oid = 'crm.customer'::regclass")
    found = run(world)
    assert found.rows == 0 and "no index begins with `last_seen_at`" in str(found.cause)
    assert status(world).expired is None and status(world).failing
    with world.connect("officer") as officer:
        (slow,) = Retentions(officer).status(slow=True)
        assert slow.expired == 1
    world.super("CREATE INDEX ON crm.customer (last_seen_at)")
    world.super("UPDATE pg_class SET reltuples = 200000 WHERE oid = 'crm.customer'::regclass")
    assert status(world).expired == 1 and run(world).rows == 1


def test_others_than_officers_purge_nothing(world: World) -> None:
    expire(world, 2)
    for login in ("app", "news", "owner"):
        with world.connect(login) as connection:
            for call in (Retentions(connection).status, Retentions(connection).run):
                with pytest.raises(GuardError) as refused:
                    call()
                assert refused.value.code == "SG528"
    with world.connect("reader") as reader:
        assert Retentions(reader).status()[0].expired == 1
        with pytest.raises(GuardError):
            Retentions(reader).run()
    with world.connect("officer") as officer:
        with pytest.raises(GuardError) as refused:
            Retentions(officer).run(table="crm.nothing")
        assert refused.value.code == "SG572"
        officer.execute("BEGIN")
        with pytest.raises(GuardError) as refused:
            Retentions(officer).run()
        assert refused.value.code == "SG573"
    assert 2 in ids(world, CUSTOMER)
