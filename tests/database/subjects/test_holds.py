"""Holds: what must be kept stays, all else goes now, and the end of a hold destroys what it kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sminion_guard.errors import GuardError
from sminion_guard.subjects import Destructions, Requests
from tests.database.subjects.destroying import asked, left, states
from tests.world import World, acting, ticket


def maintained(world: World) -> None:
    with world.connect("keeper") as keeper:
        for _ in range(60):
            ((more,),) = keeper.execute("CALL sminion.maintain()").fetchall()
            if not more:
                return
    raise AssertionError("there is always more to do")


def test_a_held_table_stays_with_what_it_hangs_on_and_all_else_goes(world: World) -> None:
    with world.connect("officer") as officer:
        destructions, requests = Destructions(officer), Requests(officer)
        request = asked(officer, 9)
        number = destructions.hold(9, "audit of 2025", "tax law, ten years", table="sales.item")
        plan = {entry.table_name: entry for entry in destructions.plan(request)}
        assert plan["item"].hold == plan["orders"].hold == number and plan["customer"].hold is None
        assert "tax law" in str(plan["orders"].stays)
        found = destructions.destroy(request, "letter", patience=0)
        assert left(world, 9) == {"sales.item": 2, "sales.orders": 1}
        assert {name for name, state in states(found).items() if state == "held"} == {"sales.item", "sales.orders"}
        # What is held is named, so the request is granted.
        requests.close(request, "granted", "done")
        assert [entry.id for entry in requests.list(held=True, states=None)] == [request]
        with world.connect("app") as app, acting(app, ticket(app, "contract")):
            assert app.execute("SELECT count(*) FROM sales.orders WHERE customer_id = 9").fetchall() == [(0,)]
        maintained(world)
        assert left(world, 9) == {"sales.item": 2, "sales.orders": 1}
        destructions.release(number, "the audit is over")
    maintained(world)
    assert left(world, 9) == {}
    with world.connect("officer") as officer:
        found = Destructions(officer).get(request)
        assert not found.held and not found.left and found.completed_at is not None
        events = [event.event for event in Requests(officer).history(request)]
        assert events[-3:] == ["destroyed", "closed", "destroyed"]
        assert Requests(officer).list(held=True, states=None) == ()


def test_a_hold_ends_by_itself(world: World) -> None:
    with world.connect("officer") as officer:
        destructions = Destructions(officer)
        destructions.hold(9, "claim", "civil code", category="birth", until=datetime.now(UTC) + timedelta(days=1))
        destructions.destroy(asked(officer, 9), "letter", patience=0)
        assert left(world, 9) == {"crm.customer": 1}
    maintained(world)
    assert left(world, 9) == {"crm.customer": 1}
    world.super("UPDATE sminion.hold SET until = now()")
    maintained(world)
    assert left(world, 9) == {}


def test_a_login_of_the_application_maintains_it(world: World) -> None:
    """Guarded sessions call `maintain` while they are idle: what they destroy needs no ticket of theirs."""
    with world.connect("officer") as officer:
        number = asked(officer, 9)
        officer.execute("SELECT sminion.begin_destruction(%s, 'letter')", [number])
    with world.connect("app") as app:
        for _ in range(60):
            app.execute("CALL sminion.maintain()")
            if left(world, 9) == {}:
                break
    assert left(world, 9) == {}


def test_a_hold_names_one_thing_that_there_is(world: World) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    with world.connect("officer") as officer:
        destructions = Destructions(officer)
        for wrong in ({}, {"table": "crm.nothing"}, {"category": "blood"},
                      {"table": "crm.customer", "category": "birth"}, {"table": "crm.customer", "until": past}):
            with pytest.raises(GuardError) as refused:
                destructions.hold(9, "claim", "civil code", **wrong)  # type: ignore[arg-type]
            assert refused.value.code == "SG564"
        number = destructions.hold(9, "claim", "civil code", table="crm.customer")
        destructions.release(number, "settled")
        with pytest.raises(GuardError) as refused:
            destructions.release(number, "again")
        assert refused.value.code == "SG564"
    acts = world.super("SELECT act FROM sminion.act WHERE act LIKE '%hold' ORDER BY id")
    assert acts == [("hold",), ("release_hold",)]
