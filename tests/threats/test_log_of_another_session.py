"""Attack: silence or stop the log of another session of one's own login.

Both sessions may write a log, and the attacker knows the number of the other's writer: numbers are counted up.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from sminion_guard import connect, processing
from sminion_guard.embedded import Server
from sminion_guard.errors import AuditUnavailable
from sminion_guard.session import Guard, GuardedAsyncConnection
from sminion_guard.session.recording import AuditWriter, Statement
from tests import journal
from tests.journal import opened
from tests.session.shop import Shop, new_shop
from tests.world import Connection

READ = "SELECT id FROM crm.customer WHERE id = %s"
RESULT = {"of": 1, "outcome": "done", "codes": [], "rows": 0, "microseconds": 0}
SHAPE = {"codes": [], "operations": ["use"], "relations": ["crm.customer"], "columns": ["crm.customer.id"],
         "fingerprint": "f", "statement": "SELECT id FROM crm.customer"}
MODES = ("strict", "strict_transaction")
GUESSES = ("", "0" * 32, None, "%", "' OR true --")


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    with new_shop(server) as shop:
        yield shop


@pytest.fixture(params=MODES)
def guard(shop: Shop, request: pytest.FixtureRequest) -> Iterator[Guard]:
    guard = Guard(shop.policy, audit=request.param)
    yield guard
    guard.close()


@pytest.fixture
def same_login(shop: Shop) -> Iterator[Connection]:
    """The attacker: a plain connection of the application's own login."""
    with psycopg.connect(shop.dsn("app"), autocommit=True) as connection:
        connection.execute("SET statement_timeout = '20s'")
        yield connection


def work(actor: str) -> processing:
    return processing("contract", actor=actor, reason="r")


def received(shop: Shop, guard: Guard, actor: str, before: Callable[[], object]) -> list[str]:
    """20 results in transactions of two, released to a guarded session while `before` goes on before each."""
    found = []
    with work(actor), connect(shop.dsn("app"), policy=guard) as connection:
        for number in range(1, 21):
            before()
            found += [str(key) for (key,) in connection.execute(READ, [number]).fetchall()]
            if number % 2 == 0:
                connection.commit()
    return found


def received_async(shop: Shop, guard: Guard, actor: str, before: Callable[[], object]) -> list[str]:
    async def run() -> list[str]:
        found = []
        connection = await GuardedAsyncConnection.connect(shop.dsn("app"), policy=guard)
        async with connection:
            for number in range(1, 21):
                before()
                found += [str(key) for (key,) in await (await connection.execute(READ, [number])).fetchall()]
                if number % 2 == 0:
                    await connection.commit()
        return found

    with work(actor):
        return asyncio.run(run())


SESSIONS = pytest.mark.parametrize("session", [received, received_async])


def on_record(shop: Shop, actor: str) -> list[str]:
    """The subjects, before folding and after it."""
    found = journal.shown(shop.database, "SELECT subject FROM sminion.subject_access WHERE actor = %s", actor)
    return sorted((subject for (subject,) in found), key=int)


def all_faults(shop: Shop) -> Counter[tuple[object, ...]]:
    """How many there are, by writer, code and login."""
    return Counter(journal.shown(shop.database, "SELECT writer, code, login::text FROM sminion.log_faults"))


def writers(shop: Shop) -> list[tuple[int, int]]:
    """Number and place of the last ones; the place is that of the last entry, wherever it is."""
    return shop.database.execute(
        "SELECT w.id, greatest(w.place,"
        " (SELECT max(j.first + jsonb_array_length(convert_from(j.entries, 'UTF8')::jsonb) - 1)"
        " FROM sminion.journal j WHERE j.writer = w.id)) FROM sminion.log_writer w ORDER BY w.id DESC LIMIT 2")


def push(connection: Connection, writer: int, secret: str | None, place: int) -> None:
    """Take the next 1,000 places of a writer."""
    journal.write(connection, (writer, secret), place + 1, [RESULT] * 1_000)


@SESSIONS
def test_places_cannot_be_taken_by_another_session(
    shop: Shop, guard: Guard, same_login: Connection, session: Any
) -> None:
    tried: list[int] = []

    def attack() -> None:
        for number, (writer, place) in enumerate(writers(shop)):
            push(same_login, writer, GUESSES[number % len(GUESSES)], place)
            tried.append(writer)

    before = all_faults(shop)
    actor = f"pushed:{session.__name__}:{guard.audit}"
    found = session(shop, guard, actor, attack)
    assert len(tried) >= 19
    assert on_record(shop, actor) == found == sorted(map(str, range(1, 21)), key=int)
    assert all_faults(shop) - before == Counter((writer, "SG604", f"{shop.name}_app") for writer in tried)


def test_places_are_taken_by_whoever_has_the_secret(shop: Shop, same_login: Connection) -> None:
    """The control: the same rows count for one's own writer, in another session too."""
    number, secret = opened(same_login)
    first = {"ticket": ticket_of(same_login), "shape": shape_of(same_login)}
    with psycopg.connect(shop.dsn("app"), autocommit=True) as another:
        journal.write(another, (number, secret), 1, [first])
        push(another, number, secret, 1)
    assert journal.faults(shop.database, (number, secret)) == []
    assert dict(writers(shop))[number] == 1_001


@SESSIONS
def test_what_somebody_with_the_secret_took_the_places_of_is_kept_as_a_fault(
    shop: Shop, guard: Guard, same_login: Connection, session: Any
) -> None:
    """Whatever a secret was lost by: nothing that was released goes without a trace."""
    attacked = []
    own: Any = None

    def attack() -> None:
        nonlocal own
        attacked.append(1)
        if len(attacked) == 5:
            (services,) = guard._services.values()
            services.recorder.writer.flush()
            own = services.recorder.writer._sender._writer
            push(same_login, own.number, own.secret, dict(writers(shop))[own.number])

    actor = f"stolen:{session.__name__}:{guard.audit}"
    found = session(shop, guard, actor, attack)
    assert on_record(shop, actor) == ["1", "2", "3", "4"], "what was written before"
    query = "SELECT code, entry FROM sminion.log_faults WHERE writer = %s AND code = 'SG608'"
    lost = journal.shown(shop.database, query, own.number)
    kept = sorted({key for _, entry in lost for key in re.findall(r'"subjects": ?\["(\d+)"\]', entry)}, key=int)
    assert [key for key in found if key not in ("1", "2", "3", "4")] == kept


@pytest.fixture
def lying(shop: Shop, request: pytest.FixtureRequest) -> Iterator[None]:
    """A log that confirms what it did not write: altered by its owner, or standing before another database."""
    with shop.database.ddl_guard_suspended():
        for statement in request.param[0]:
            shop.database.execute(statement)
        yield
        for statement in request.param[1]:
            shop.database.execute(statement)


SKIPS = (
    ["CREATE FUNCTION sminion.lies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
     "CREATE TRIGGER lies BEFORE INSERT ON sminion.journal FOR EACH ROW EXECUTE FUNCTION sminion.lies()"],
    ["DROP FUNCTION sminion.lies() CASCADE"],
)
"""A trigger that leaves the row out."""
NOTHING = (
    ["CREATE RULE lies AS ON INSERT TO sminion.journal DO INSTEAD NOTHING"], ["DROP RULE lies ON sminion.journal"],
)
TWICE = (
    ["CREATE RULE lies AS ON INSERT TO sminion.journal DO INSTEAD SELECT 1 FROM generate_series(1, 2)"],
    ["DROP RULE lies ON sminion.journal"],
)


@SESSIONS
@pytest.mark.parametrize("lying", [SKIPS, NOTHING, TWICE], indirect=True, ids=["skips", "nothing", "twice"])
def test_nothing_is_released_when_the_answer_is_not_what_was_sent(
    shop: Shop, guard: Guard, lying: None, session: Any, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(AuditUnavailable) as refused:
        session(shop, guard, "lied", lambda: None)
    assert refused.value.code == "SG609"


def test_a_secret_is_nowhere_to_be_seen_by_another_session(shop: Shop, same_login: Connection) -> None:
    for setting in ("off", "on"):  # `on`: each batch goes in a transaction of its own, as through a pooler
        name = f"{shop.name}_app"
        shop.database.execute(f"ALTER ROLE {name} SET default_transaction_read_only = {setting}")
        writer = AuditWriter(shop.dsn("app"))
        seen: set[str] = set()
        ended = Event()

        def watch(seen: set[str] = seen, ended: Event = ended) -> None:
            with psycopg.connect(shop.dsn("app"), autocommit=True) as spy:
                while not ended.is_set():
                    seen.update(text for (text,) in spy.execute("SELECT query FROM pg_stat_activity WHERE query <> ''"))

        thread = Thread(target=watch)
        thread.start()
        try:
            # Held in the midst of its call, so that it can be looked at.
            with shop.database.connect(autocommit=False) as officer:
                ticket = ticket_of(same_login)
                writer.await_receipt(writer.record(Statement(ticket)))
                shop.database.execute(f"ALTER ROLE {name} RESET default_transaction_read_only")
                officer.execute("LOCK TABLE sminion.journal IN ACCESS EXCLUSIVE MODE")
                receipt = writer.record(Statement(ticket))
                time.sleep(0.5)
                officer.rollback()
                writer.await_receipt(receipt)
        finally:
            ended.set()
            thread.join()
        assert writer._sender._link._whole == (setting == "on")
        assert writer._sender._writer is not None
        secret = writer._sender._writer.secret
        writer.close()
        assert any("INSERT INTO sminion.journal" in text for text in seen), "the call was seen"
        assert not [text for text in seen if secret in text or re.search("[0-9a-f]{32}", text)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        same_login.execute("SELECT secret_hash FROM sminion.log_writer")


@SESSIONS
def test_an_open_transaction_of_the_same_login_holds_up_nobody(shop: Shop, guard: Guard, session: Any) -> None:
    with psycopg.connect(shop.dsn("app")) as holder:
        shapes: list[object] = []

        def hold() -> None:
            """All that a log is made of, again and again, without ever committing."""
            for writer, place in writers(shop):
                journal.write(holder, (writer, "0" * 32), place + 1, [RESULT])
            opened(holder)
            shapes.append(holder.execute("SELECT sminion.log_shape(%s)", [Jsonb(SHAPE)]).fetchone())

        actor = f"held:{session.__name__}:{guard.audit}"
        start = time.monotonic()
        found = session(shop, guard, actor, hold)
        assert time.monotonic() - start < 8
        holder.rollback()
    assert on_record(shop, actor) == found
    assert len(found) == len(shapes) == 20


def test_a_shape_that_any_login_records_and_does_not_commit_holds_up_nobody(shop: Shop) -> None:
    for login, purpose in (("app", "contract"), ("news", "marketing")):
        # What the application is about to send, recorded by nobody yet.
        said = {**SHAPE, "statement": f"SELECT 'held by {login}'"}
        with psycopg.connect(shop.dsn(login)) as holder:
            holder.execute("SELECT sminion.open_ticket(%s, 'a', 'r')", [purpose])
            held = holder.execute("SELECT sminion.log_shape(%s)", [Jsonb(said)]).fetchone()
            assert held is not None
            with psycopg.connect(shop.dsn("app"), autocommit=True) as app:
                app.execute("SET statement_timeout = '5s'")
                ours = shape_of(app, **said)
                number, secret = opened(app)
                journal.write(app, (number, secret), 1, [{"ticket": ticket_of(app), "shape": ours}])
                # The control: once it is committed it is found, so the table does not grow.
                assert shape_of(app, **said) == ours
            holder.rollback()


def ticket_of(connection: Connection) -> int:
    row = connection.execute("SELECT sminion.open_ticket('contract', 'a', 'r')").fetchone()
    assert row is not None
    return int(row[0].split(".")[0])


def shape_of(connection: Connection, **changed: object) -> int:
    row = connection.execute("SELECT sminion.log_shape(%s)", [Jsonb(SHAPE | changed)]).fetchone()
    assert row is not None
    return int(row[0])
