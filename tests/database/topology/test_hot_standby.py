"""A hot standby: tickets are opened on the primary and read by on the standby, under the same walls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.database.topology.conftest import Replica
from tests.world import PRIVILEGE, Connection, World, acting, refusal, rows, take, ticket

READ_ONLY_SERVER = "25006"
SEVEN = "SELECT count(*) FROM crm.customer WHERE id = 7"


def replayed(replica: Replica, purpose: str = "contract", login: str = "all", **more: object) -> str:
    """A ticket opened on the primary, and known to the standby."""
    with replica.world.connect(login) as primary:
        token = ticket(primary, purpose, **more)
    replica.catch_up()
    return token


@contextmanager
def paused(replica: Replica) -> Iterator[None]:
    replica.pause()
    try:
        yield
    finally:
        replica.resume()


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN READ ONLY", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"])
@pytest.mark.parametrize("login", ["app", "all"])
def test_a_ticket_of_the_primary_opens_reads_on_the_standby(login: str, begin: str, replica: Replica) -> None:
    token = replayed(replica, login=login)
    with replica.connect(login) as reader, acting(reader, token, begin):
        assert rows(reader, "SELECT count(*) FROM crm.customer") == [(40,)]
        assert rows(reader, "SELECT count(*) FROM crm.customer JOIN sales.orders USING (id)") == [(40,)]
        assert refusal(reader, "SELECT count(*) FROM hr.employee") == PRIVILEGE


def test_a_standby_without_a_ticket_shows_nothing_and_opens_none(replica: Replica) -> None:
    with replica.connect() as reader:
        assert refusal(reader, "SELECT sminion.open_ticket('contract', 'a', 'b')") == READ_ONLY_SERVER
        assert refusal(reader, "SELECT count(*) FROM crm.customer") == PRIVILEGE
        role = replica.world.role("contract")
        assert refusal(reader, "BEGIN", f"SET LOCAL ROLE {role}", "SELECT count(*) FROM crm.customer") == "SG201"


@pytest.mark.parametrize("token, code", [
    (lambda good: good + "x", "SG202"),
    (lambda good: good.split(".")[0] + "." + "0" * 32 + "." + good.split(".")[2], "SG202"),
])
def test_a_forged_token_is_refused_on_the_standby(token: object, code: str, replica: Replica) -> None:
    forged = token(replayed(replica))  # type: ignore[operator]
    with replica.connect() as reader:
        reader.execute("BEGIN")
        take(reader, replica.world.role("contract"), forged)
        assert refusal(reader, "SELECT count(*) FROM crm.customer") == code


def test_a_token_of_another_login_is_refused_on_the_standby(replica: Replica) -> None:
    token = replayed(replica, login="app")
    with replica.connect("all") as reader:
        reader.execute("BEGIN")
        take(reader, replica.world.role("contract"), token)
        assert refusal(reader, "SELECT count(*) FROM crm.customer") == "SG206"


def test_a_ticket_that_is_not_replayed_yet_opens_nothing_and_then_opens(replica: Replica) -> None:
    with replica.connect("app") as reader:
        with paused(replica), replica.world.connect("app") as primary:
            token = ticket(primary, "contract")
            with acting(primary, token):
                assert rows(primary, "SELECT count(*) FROM crm.customer") == [(40,)]
            assert refusal(reader, "BEGIN", f"SELECT sminion.enter('{token}')") == "SG202"
            reader.execute("ROLLBACK")
        with acting(reader, token):
            assert rows(reader, "SELECT count(*) FROM crm.customer") == [(40,)]


def test_a_ticket_that_is_replayed_but_not_committed_opens_nothing(replica: Replica) -> None:
    with replica.world.connect("app") as primary, replica.connect("app") as reader:
        primary.execute("BEGIN")
        token = ticket(primary, "contract")
        replica.catch_up()
        assert refusal(reader, "BEGIN", f"SELECT sminion.enter('{token}')") == "SG202"
        primary.execute("ROLLBACK")
        reader.execute("ROLLBACK")
        replica.catch_up()
        assert refusal(reader, "BEGIN", f"SELECT sminion.enter('{token}')") == "SG202"


def test_a_block_a_settling_and_a_revocation_count_when_they_are_replayed(replica: Replica, world: World) -> None:
    token = replayed(replica)
    with replica.connect() as reader, acting(reader, token):
        with paused(replica):
            world.super("SELECT sminion.block('7', 'court')")
            assert rows(reader, SEVEN) == [(1,)]
        assert rows(reader, SEVEN) == [(0,)]
        world.settle()
        replica.catch_up()
        assert rows(reader, SEVEN) == [(0,)]
        with paused(replica):
            world.super("SELECT sminion.unblock('7', 'over')")
            world.settle()
            assert rows(reader, SEVEN) == [(0,)]
        assert rows(reader, SEVEN) == [(1,)]
        world.super("SELECT sminion.revoke_ticket(%s, 'misuse')", int(token.split(".")[0]))
        replica.catch_up()
        assert refusal(reader, SEVEN) == "SG205"


def test_a_purpose_that_sees_blocked_people_sees_the_named_one_on_the_standby(replica: Replica, world: World) -> None:
    world.super("SELECT sminion.block('9', 'court')")
    try:
        token = replayed(replica, "rectification", subject="9")
        with replica.connect() as reader, acting(reader, token):
            assert rows(reader, "SELECT id FROM crm.customer") == [(9,)]
    finally:
        world.super("SELECT sminion.unblock('9', 'over')")
        world.settle()


def test_one_transaction_on_the_standby_stays_in_one_compartment(replica: Replica) -> None:
    ours, theirs = replayed(replica), replayed(replica, "personnel")
    for begin in ("BEGIN", "BEGIN READ ONLY"):
        with replica.connect() as reader:
            with acting(reader, ours, begin):
                assert rows(reader, "SELECT count(*) FROM crm.customer") == [(40,)]
                reader.execute("RESET ROLE")
                assert refusal(reader, f"SELECT sminion.enter('{theirs}')") == "SG210"
            with acting(reader, ours, begin):
                take(reader, replica.world.role("personnel"), theirs)
                assert refusal(reader, "SELECT count(*) FROM hr.employee") == "SG210"
            with acting(reader, theirs, begin):
                assert rows(reader, "SELECT count(*) FROM hr.employee") == [(40,)]


def test_code_on_the_standby_cannot_carry_one_side_over_to_the_other(replica: Replica) -> None:
    tokens = {"contract": replayed(replica), "personnel": replayed(replica, "personnel")}
    side = "PERFORM sminion.enter('{}'); SELECT string_agg(email, ',') INTO {} FROM {};"
    carries = f"""DO $$ DECLARE a text; b text; BEGIN
      BEGIN {side.format(tokens["contract"], "a", "crm.customer")} RAISE division_by_zero;
      EXCEPTION WHEN division_by_zero THEN NULL; END;
      {side.format(tokens["personnel"], "b", "hr.employee")} RAISE EXCEPTION 'merged % %', a, b; END $$"""
    with replica.connect() as reader:
        assert refusal(reader, carries) == "SG220"
        reader.execute("BEGIN")
        assert holds_marks(reader) == []
        reader.execute("ROLLBACK")


def holds_marks(reader: Connection) -> list[tuple[object, ...]]:
    return rows(reader, "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'RowShareLock'")


def test_a_change_of_policy_ends_tickets_on_the_standby(replica: Replica, world: World) -> None:
    token = replayed(replica)
    with replica.connect() as reader:
        with acting(reader, token):
            assert rows(reader, SEVEN) == [(1,)]
        world.apply(replace(world.policy, version="2"))
        replica.catch_up()
        with acting(reader, token):  # nothing has changed that it stands on
            assert rows(reader, SEVEN) == [(1,)]
        world.apply(replace(world.policy, version="3", ticket_lifetime=world.policy.ticket_lifetime / 2))
        replica.catch_up()
        assert refusal(reader, "BEGIN", f"SELECT sminion.enter('{token}')") == "SG208"
