"""Attack: the ticket, BEGIN and the first statement are one message. Let a part of it fail, put something else into the
setting that carries the ticket's number, and see whether a statement runs under no ticket, under one that is not
committed, or under another one than the log says.

A sequence tells what was executed: what `nextval` took, no rollback gives back.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import psycopg
import pytest

from sminion_guard import connect, processing
from sminion_guard.errors import GuardError, TicketRefused
from sminion_guard.session import Guard, GuardedConnection
from sminion_guard.session.transaction import ahead as ahead_module
from sminion_guard.session.transaction.ahead import Ahead
from tests.session.shop import one
from tests.session.unrecorded import Unrecorded
from tests.world import World

COUNT = "SELECT nextval('public.sent')"
READ = "SELECT count(*) FROM crm.customer"
TOKEN = "SELECT current_setting('sminion.token')"
NUMBERS = count(1)


def work(reason: str | None = None) -> processing:
    """A reason of its own, so a ticket of its own."""
    return processing("contract", actor="agent:1", reason=reason or f"request {next(NUMBERS)}")


@pytest.fixture
def guard(world: World) -> Iterator[Unrecorded]:
    """Without the analyzer, so that the server alone decides."""
    world.database.execute("CREATE SEQUENCE IF NOT EXISTS public.sent")
    world.database.execute("GRANT USAGE ON SEQUENCE public.sent TO PUBLIC")
    yield Unrecorded(world.policy)


@pytest.fixture
def client(world: World, guard: Unrecorded) -> Iterator[GuardedConnection[Any]]:
    with connect(world.database.dsn(f"{world.name}_app"), policy=guard) as connection:
        with work():
            connection.execute("SELECT 1")  # the first ticket says the role
            connection.commit()
        yield connection


def executed(world: World) -> int:
    ((last, called),) = world.database.execute("SELECT last_value, is_called FROM public.sent")
    return int(last) if called else 0


def tickets(world: World, reason: str) -> list[int]:
    return [number for (number,) in world.database.execute("SELECT id FROM sminion.ticket WHERE reason = %s", reason)]


def change(monkeypatch: pytest.MonkeyPatch, command: bytes, into: bytes, *, part: str = "opening") -> None:
    """Send ``into`` where ``command`` begins a command of our own."""
    made = ahead_module.ahead

    def changed(*args: Any) -> Ahead | None:
        found = made(*args)
        assert found is not None, "the control: the ticket would be opened ahead"
        commands = tuple(into if entry.startswith(command) else entry for entry in getattr(found, part))
        assert into in commands
        object.__setattr__(found, part, commands)
        return found

    monkeypatch.setattr("sminion_guard.session.transaction.activation.ahead", changed)


def test_it_is_one_message_and_one_ticket(
    world: World, client: GuardedConnection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, original = [], Ahead.opened
    monkeypatch.setattr(Ahead, "opened", lambda self, answers: opened.append(original(self, answers)) or opened[-1])
    before = executed(world)
    with work("one message"):
        client.execute(COUNT)
        assert opened == [True]
        (number,) = tickets(world, "one message")
        assert one(client, TOKEN).startswith(f"{number}.")
        client.rollback()
        assert executed(world) == before + 1
        assert tickets(world, "one message") == [number], "a ticket outlives the rollback of what it was opened for"
        client.execute(READ)
        client.commit()
    assert tickets(world, "one message") == [number], "and is used again"
    assert opened == [True]


@pytest.mark.parametrize(
    ("part", "command", "into"),
    [
        ("opening", b"SELECT", b"SELECT 1/0"),
        ("opening", b"COMMIT", b"SELECT 1/0"),
        ("opening", b"BEGIN", b"nonsense"),
        ("activating", b"SELECT", b"SELECT 1/0"),
        ("activating", b"SET LOCAL ROLE", b"SELECT 1/0"),
    ],
)
def test_after_an_error_in_it_nothing_runs(
    world: World, client: GuardedConnection[Any], monkeypatch: pytest.MonkeyPatch, part: str, command: bytes,
    into: bytes,
) -> None:
    with work():
        client.execute(COUNT)
        client.commit()
    before = executed(world)
    change(monkeypatch, command, into, part=part)
    with work(), pytest.raises(psycopg.Error):
        client.execute(COUNT)
    assert executed(world) == before
    monkeypatch.undo()
    client.rollback()
    with work():
        client.execute(COUNT)
    assert executed(world) == before + 1, "the control"


def test_a_ticket_that_was_not_committed_opens_nothing(
    world: World, client: GuardedConnection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for into in (b"SELECT 1", b"ROLLBACK"):
        with monkeypatch.context() as patch:
            change(patch, b"COMMIT", into)
            with work("rolled back"):
                with pytest.raises((GuardError, psycopg.Error)) as refusal:
                    client.execute(READ)
                assert getattr(refusal.value, "code", None) in ("SG202", "SG203"), str(refusal.value)
                client.rollback()
    assert tickets(world, "rolled back") == []
    with work("committed"):
        assert client.execute(READ).fetchone() is not None, "the control"
    assert len(tickets(world, "committed")) == 1


def test_the_setting_holds_no_secret(world: World, client: GuardedConnection[Any]) -> None:
    with work("no secret"):
        client.execute(READ)
        (number,) = tickets(world, "no secret")
        token = one(client, TOKEN)
        client.rollback()
    with client.setting_up():
        assert client.execute("SELECT current_setting('sminion.opened')").fetchone() == (str(number),)
        assert client.execute("SELECT coalesce(current_setting('sminion.token', true), '')").fetchone() == ("",)
        assert client.execute("SELECT current_user = session_user").fetchone() == (True,)
        client.rollback()
    assert token.startswith(f"{number}.")
    with psycopg.connect(world.database.dsn(f"{world.name}_app")) as thief:
        role = token.rsplit(".", 1)[1]
        with pytest.raises(psycopg.Error) as refusal:
            thief.execute("SELECT sminion.enter(%s)", [f"{number}.{'0' * 32}.{role}"])
        assert refusal.value.sqlstate == "SG202"
        thief.rollback()
        thief.execute("SELECT sminion.enter(%s)", [token])  # the control


@pytest.mark.parametrize("put", ["'{other}'", "''", "'{token}'", "'{token}' || '.'", "repeat('9', 100)"])
def test_a_number_that_the_login_puts_there_opens_nothing(
    world: World, client: GuardedConnection[Any], monkeypatch: pytest.MonkeyPatch, put: str
) -> None:
    with work("another"):
        client.execute(READ)
        token = one(client, TOKEN)
        client.commit()
    value = put.format(other=token.split(".")[0], token=token)
    made = ahead_module.ahead

    def changed(*args: Any) -> Ahead | None:
        found = made(*args)
        assert found is not None
        put_there = f"SELECT pg_catalog.set_config('sminion.opened', {value}, true)".encode()
        object.__setattr__(found, "activating", (put_there, *found.activating))
        return found

    monkeypatch.setattr("sminion_guard.session.transaction.activation.ahead", changed)
    with work(), pytest.raises(TicketRefused) as refusal:
        client.execute(READ)
    assert refusal.value.code == "SG202"
    client.rollback()
    monkeypatch.undo()
    with work():
        client.execute(READ)  # the control


def test_an_answer_without_a_number_is_not_believed(
    world: World, client: GuardedConnection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent along counts as not executed, and runs again under a ticket that is known."""
    change(monkeypatch, b"SELECT", b"SELECT set_config('sminion.opened', '', false), sminion.policy_in_force()")
    before = executed(world)
    with work("no number"):
        client.execute(COUNT)
        (number,) = tickets(world, "no number")
        assert one(client, TOKEN).startswith(f"{number}.")
        client.commit()
    assert executed(world) == before + 2, "once rolled back, once under the ticket"


def test_a_poor_secret_is_refused(world: World) -> None:
    with psycopg.connect(world.database.dsn(f"{world.name}_app"), autocommit=True) as app:
        opening = "SELECT sminion.open_ticket('contract', 'a', 'r', secret => %s)"
        for secret in ("", "0", "x" * 32, "A" * 32, "0" * 33, "0" * 32 + "\n"):
            with pytest.raises(psycopg.Error) as refusal:
                app.execute(opening, [secret])
            assert refusal.value.sqlstate == "SG215"
        (token,) = app.execute(opening, ["0123456789abcdef" * 2]).fetchone() or ("",)
        assert token.split(".")[1] == "0123456789abcdef" * 2, "the control"


def test_the_log_names_the_ticket_that_was_opened_with_the_statement(world: World) -> None:
    guard = Guard(world.policy)
    with connect(world.database.dsn(f"{world.name}_app"), policy=guard) as connection:
        for number in range(5):
            with work(f"logged {number}"):
                connection.execute(READ)
                connection.rollback()
    guard.close()
    found = world.database.execute(
        "SELECT reason, verdict FROM sminion.statement_log WHERE reason LIKE 'logged %' ORDER BY reason")
    assert found == [(f"logged {number}", "allowed") for number in range(5)]
