# ruff: noqa: E501 - a change of a policy stands on one line
"""Attack: use the moment at which a change of policy was interrupted, when tables are still as the old policy made them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.migrate.stepwise import Stepwise
from sminion_guard.policy import Policy
from tests.threats.test_policies_that_were import BIRTH, EMAIL, NARROWED, ORDER, WIDE, said
from tests.world import PRIVILEGE, Connection, World, acting, new_world, refusal, rows, take, ticket

JUDGED_OTHERWISE = (
    "another basis", "a basis with another bit", "a shorter retention", "another time zone", "a rule of rows",
    "a value that each ticket carries",
)


class Interrupted(Exception):
    """Of the test."""


@pytest.fixture(scope="module")
def changing(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        yield world


@pytest.fixture
def world(changing: World) -> World:
    """Each test begins under the wide policy."""
    changing.apply(said(changing, WIDE))
    return changing


@pytest.fixture
def app(world: World) -> Iterator[Connection]:
    with world.connect("app") as connection:
        yield connection


def half(world: World, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy comes into force, and no table is changed."""
    def stop(work: Stepwise, report: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr(Stepwise, "tables", stop)
        with pytest.raises(Interrupted):
            world.apply(policy)


@pytest.mark.parametrize("change", NARROWED)
def test_neither_an_old_ticket_nor_a_new_one_opens_what_the_new_policy_does_not(
    world: World, app: Connection, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ticket(app, "contract")
    with acting(app, before):
        assert rows(app, BIRTH) == [("1990-01-01",)]
    new = said(world, *NARROWED[change])
    half(world, new, monkeypatch)
    for statement in (EMAIL, BIRTH):
        app.execute("BEGIN")
        take(app, world.role("contract"), before)
        assert refusal(app, statement) in ("SG208", PRIVILEGE), statement
        app.execute("ROLLBACK")
    values = {'"values"': '{"tenant": 1}'} if "each ticket" in change else {}
    now = ticket(app, "contract", **values)
    app.execute("BEGIN")
    take(app, world.role("contract"), now)
    if change in JUDGED_OTHERWISE and _changes(world, new, "crm.customer"):
        assert refusal(app, EMAIL) == PRIVILEGE
    elif change == "a category less":
        assert refusal(app, BIRTH) == PRIVILEGE
    else:
        assert rows(app, EMAIL) == [("e5",)]  # what both policies give goes on
    app.execute("ROLLBACK")
    world.apply(new)
    with world.database.connect() as admin:
        assert migrate.plan(admin, new).clean


def _changes(world: World, new: Policy, table: str) -> bool:
    """Whether row security of the table is still to be changed."""
    with world.database.connect() as admin:
        return any(change.state != "INSTALLED" and change.key.startswith(f"policy:{table}:")
                   for change in migrate.plan(admin, new).changes)


def test_who_is_left_alone_goes_on_and_who_is_blocked_meanwhile_is_seen_by_nobody(
    world: World, app: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = ticket(app, "accounting")
    new = said(world, *NARROWED["a basis with another bit"])
    half(world, new, monkeypatch)
    with acting(app, kept):
        assert rows(app, ORDER) == [("e5",)]
        world.super("SELECT sminion.block('5', 'asked for')")
        assert rows(app, ORDER) == []
    world.super("SELECT sminion.unblock('5', 'asked for')")
    world.settle()
    world.apply(new)
    with acting(app, kept):
        assert rows(app, ORDER) == [("e5",)]


def test_what_everybody_could_read_is_closed_before_any_table_is_opened(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_world(server) as world:
        with world.database.connect() as admin:
            migrate.remove(admin)
        world.super("GRANT USAGE ON SCHEMA crm, marketing TO PUBLIC; GRANT SELECT ON crm.customer, marketing.subscriber TO PUBLIC")
        with world.connect("app") as app:
            assert rows(app, EMAIL) == [("e5",)]
            half(world, world.policy, monkeypatch)
            assert refusal(app, EMAIL) == PRIVILEGE
            assert refusal(app, "SELECT email FROM marketing.subscriber LIMIT 1") == PRIVILEGE
            app.execute("BEGIN")
            take(app, world.role("contract"), ticket(app, "contract"))
            assert refusal(app, EMAIL) == PRIVILEGE
            app.execute("ROLLBACK")
            world.apply(world.policy)
            with acting(app, ticket(app, "contract")):
                assert rows(app, EMAIL) == [("e5",)]
