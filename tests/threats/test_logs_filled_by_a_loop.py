"""Attack: fill the disk, or the numbers of others, by calling what every login may call in one loop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from sminion_guard import connect, processing
from sminion_guard.embedded import Server
from sminion_guard.errors import AuditUnavailable, TicketRefused
from sminion_guard.policy import loads
from sminion_guard.session import Guard
from tests.session.shop import Shop, new_shop, one

TICKETS = "SELECT count(sminion.open_ticket('contract', 'a', 'r')) FROM generate_series(1, %s)"
READ = "SELECT id FROM crm.customer WHERE id = 1"


@pytest.fixture
def shop(server: Server) -> Iterator[Shop]:
    """Each test fills one."""
    with new_shop(server) as shop:
        yield shop


@pytest.fixture
def app(shop: Shop) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(shop.dsn("app"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def news(shop: Shop) -> Iterator[psycopg.Connection[Any]]:
    """Another login, which goes on."""
    with psycopg.connect(shop.dsn("news"), autocommit=True) as connection:
        yield connection


def refused(code: str) -> Any:
    return pytest.raises(psycopg.Error, check=lambda error: error.sqlstate == code)


def shape(connection: psycopg.Connection[Any], statement: str) -> int:
    said = {"codes": [], "operations": [], "relations": [], "columns": [], "fingerprint": "f", "statement": statement}
    return int(one(connection, "SELECT sminion.log_shape(%s)", Jsonb(said)))


def test_a_transaction_opens_a_thousand_tickets(app: psycopg.Connection[Any]) -> None:
    assert one(app, TICKETS, 1000) == 1000
    with refused("SG226"):
        one(app, TICKETS, 1001)
    with refused("SG226"), app.transaction():
        for _ in range(3):
            one(app, TICKETS, 400)
    for _ in range(3):  # the control: transactions that come one after the other
        assert one(app, TICKETS, 400) == 400


def test_a_login_opens_ten_million_tickets_within_an_hour(
    shop: Shop, app: psycopg.Connection[Any], news: psycopg.Connection[Any]
) -> None:
    app_section = f"[login.{shop.name}_app]\n"
    shop.apply(loads(shop.text(version="2").replace(app_section, app_section + "tickets_per_minute = 1_000_000\n")))

    def opened(nth: int, minutes: int) -> None:
        """As if it had opened the tickets before too."""
        shop.database.execute(
            "INSERT INTO sminion.ticket OVERRIDING SYSTEM VALUE SELECT k.* FROM jsonb_populate_record("
            " NULL::sminion.ticket, (SELECT to_jsonb(k) || jsonb_build_object('id', -%s::bigint, 'nth', %s::bigint,"
            " 'token_hash', sha256(gen_random_uuid()::text::bytea),"
            " 'opened_at', now() - make_interval(mins => %s)) FROM sminion.ticket k WHERE k.actor = 'a' LIMIT 1)) k",
            nth, nth, minutes)

    assert one(app, TICKETS, 1) == 1
    opened(10_000_000, 0)
    with refused("SG226"):
        one(app, TICKETS, 1)
    guard = Guard(shop.policy)
    with processing("contract", actor="b", reason="r"), connect(shop.dsn("app"), policy=guard) as connection:
        with pytest.raises(TicketRefused) as told:
            connection.execute(READ)
        assert told.value.code == "SG226"
        assert told.value.hint is not None
    guard.close()
    assert one(news, "SELECT sminion.open_ticket('marketing', 'a', 'r')")
    opened(100, 61)
    opened(10_000_099, 0)
    assert one(app, TICKETS, 1) == 1


@pytest.fixture
def limited(server: Server) -> Iterator[Shop]:
    """Its application may open 300 tickets within a minute."""
    with new_shop(server) as shop:
        app = f"[login.{shop.name}_app]\n"
        shop.apply(loads(shop.text().replace(app, app + "tickets_per_minute = 300\n")))
        yield shop


CAUGHT = """
DO $$ DECLARE refused integer := 0; BEGIN
  FOR n IN 1 .. 500 LOOP
    BEGIN
      PERFORM sminion.open_ticket('contract', 'loop', 'r');
    EXCEPTION WHEN SQLSTATE 'SG247' THEN refused := refused + 1;
    END;
  END LOOP;
  ASSERT refused = 200, refused;
END $$
"""


def test_a_login_opens_as_many_tickets_within_a_minute_as_the_policy_says(limited: Shop) -> None:
    with psycopg.connect(limited.dsn("app"), autocommit=True) as app:
        app.execute(CAUGHT)
        with refused("SG247"):
            one(app, TICKETS, 1)
        with psycopg.connect(limited.dsn("news"), autocommit=True) as news:  # another login, with the usual limit
            assert one(news, TICKETS.replace("contract", "marketing"), 900) == 900
        # A minute later: the triggers do not let a ticket's time be changed.
        with limited.database.connect() as owner:
            owner.execute("SET session_replication_role = replica")
            owner.execute("UPDATE sminion.ticket SET opened_at = opened_at - interval '61 seconds'")
        assert one(app, TICKETS, 300) == 300
        with refused("SG247"):
            one(app, TICKETS, 1)


def test_a_refusal_is_in_the_log_of_the_server_although_the_client_catches_it(limited: Shop, server: Server) -> None:
    with psycopg.connect(limited.dsn("app"), autocommit=True) as app:
        app.execute(CAUGHT)
    said = f"LOG:  login `{limited.name}_app` has opened 300 tickets within a minute"
    assert server.cluster.log.read_text(encoding="utf-8", errors="replace").count(said) == 200


def test_a_guarded_session_says_that_it_opened_too_many_tickets(limited: Shop) -> None:
    with psycopg.connect(limited.dsn("app"), autocommit=True) as app:
        app.execute(CAUGHT)
    guard = Guard(limited.policy)
    with processing("contract", actor="b", reason="r"), connect(limited.dsn("app"), policy=guard) as connection:
        with pytest.raises(TicketRefused) as told:
            connection.execute(READ)
        assert told.value.code == "SG247"
    guard.close()


def test_the_busiest_minutes_of_each_login_are_on_record(shop: Shop, app: psycopg.Connection[Any]) -> None:
    assert one(app, TICKETS, 950) == 950
    assert shop.database.execute(
        "SELECT login, sum(tickets), max(permitted) FROM sminion.ticket_minutes GROUP BY 1"
    ) in ([(f"{shop.name}_app", 1000, 60_000)], [(f"{shop.name}_app", 900, 60_000)])


def test_a_login_opens_a_hundred_thousand_writers_within_an_hour(
    shop: Shop, app: psycopg.Connection[Any], news: psycopg.Connection[Any]
) -> None:
    made = (
        "INSERT INTO sminion.log_writer (login, secret_hash, opened_at)"
        " SELECT %s, '', now() - %s::interval FROM generate_series(1, %s)"
    )
    for age, number in (("61 min", 100_000), ("59 min", 99_998)):
        shop.database.execute(made, f"{shop.name}_app", age, number)
    assert one(app, "SELECT writer FROM sminion.open_log()")
    # One whose process goes on is not concerned.
    guard = Guard(shop.policy)
    with processing("contract", actor="a", reason="r"), connect(shop.dsn("app"), policy=guard) as connection:
        assert connection.execute(READ).fetchall() == [(1,)]
        with refused("SG610"):
            one(app, "SELECT writer FROM sminion.open_log()")
        assert connection.execute(READ).fetchall() == [(1,)]
    guard.close()
    another = Guard(shop.policy)
    with processing("contract", actor="a", reason="r"), connect(shop.dsn("app"), policy=another) as connection:
        with pytest.raises(AuditUnavailable) as told:
            connection.execute(READ)
        assert told.value.code == "SG610"
    another.close()
    assert one(news, "SELECT writer FROM sminion.open_log()")


def test_a_login_records_256_mb_of_new_shapes_within_a_day(
    shop: Shop, app: psycopg.Connection[Any], news: psycopg.Connection[Any]
) -> None:
    known = shape(app, "SELECT 1")
    made = (
        "INSERT INTO sminion.statement_shape (digest, seen_at, login, recorded, verdict, codes, operations, relations,"
        " columns, fingerprint, statement) VALUES ('', now() - %s::interval, %s, %s, 'allowed', '{}', '{}', '{}', '{}',"
        " '', '')"
    )
    guard = Guard(shop.policy)
    with processing("contract", actor="a", reason="r"), connect(shop.dsn("app"), policy=guard) as connection:
        assert connection.execute(READ).fetchall() == [(1,)]
        connection.commit()
        # 300 MB until yesterday are no matter; of today's, a hundred bytes are left.
        shop.database.execute(made, "25 hours", f"{shop.name}_app", 300 * 2**20)
        shop.database.execute(made, "-1 seconds", f"{shop.name}_app", 556 * 2**20 - 100)
        with refused("SG611"):
            shape(app, "SELECT 2")
        assert shape(app, "SELECT 1") == known
        assert connection.execute(READ).fetchall() == [(1,)], "its form is on record"
        with pytest.raises(AuditUnavailable) as told:
            connection.execute("SELECT email FROM crm.customer WHERE id = 1")
        assert told.value.code == "SG611"
    guard.close()
    assert shape(news, "SELECT 2")


def test_shapes_are_counted_with_their_size(shop: Shop, app: psycopg.Connection[Any]) -> None:
    recorded = "SELECT max(recorded) FROM sminion.statement_shape WHERE login = %s"
    before = shop.database.execute(recorded, f"{shop.name}_app")[0][0] or 0
    shape(app, "x" * 5000)
    shape(app, "y" * 5000)
    shape(app, "y" * 5000)
    assert 10_000 < shop.database.execute(recorded, f"{shop.name}_app")[0][0] - before < 12_000


def test_reasons_of_officers_have_a_length(shop: Shop) -> None:
    for call in (
        "SELECT sminion.block('1', %s, 'officer')", "SELECT sminion.revoke_ticket(1, %s)",
        "SELECT sminion.drop_log('2020-01-01', %s)",
    ):
        shop.database.execute(call, "r" * 1000)
        with refused("SG613"):
            shop.database.execute(call, "r" * 1001)


JOURNAL = """INSERT INTO sminion.journal (writer, first, proof, entries)
SELECT 1, n, sha256(''), %b FROM generate_series(1, %s) n"""
MB = b"[" + b" " * (2**20 - 2) + b"]"


@pytest.fixture
def narrow(server: Server) -> Iterator[Shop]:
    """Its application may write 10 MB of the log within a minute."""
    with new_shop(server) as shop:
        app = f"[login.{shop.name}_app]\n"
        shop.apply(loads(shop.text().replace(app, app + "log_mb_per_minute = 10\n")))
        yield shop


def await_next_minute(shop: Shop, needed: float) -> None:
    """Of the server's clock, where less than ``needed`` seconds of this one are left."""
    while shop.database.execute("SELECT extract(second FROM clock_timestamp()) > 60 - %s", needed)[0][0]:
        time.sleep(0.5)


def test_a_login_writes_as_many_megabytes_of_the_log_within_a_minute_as_the_policy_says(narrow: Shop) -> None:
    await_next_minute(narrow, 20)
    written = 0
    # Each session keeps its transaction open, so none of them sees what the others write.
    with ExitStack() as sessions:
        apps = [sessions.enter_context(psycopg.connect(narrow.dsn("app"))) for _ in range(4)]
        with refused("SG248"):
            for _ in range(10):
                for app in apps:
                    app.execute(JOURNAL, (MB, 1))
                    written += 1
    assert 8 <= written <= 10
    with psycopg.connect(narrow.dsn("app"), autocommit=True) as app:
        for _ in range(20):  # short ones, of which one in a thousand is drawn, are all refused by now
            with refused("SG248"):
                app.execute(JOURNAL, (b"[]", 1))
    with psycopg.connect(narrow.dsn("news"), autocommit=True) as news:  # another login
        news.execute(JOURNAL, (MB, 12))
        news.execute(JOURNAL, (b"[]", 50))


def test_what_a_session_takes_back_is_counted_too(narrow: Shop) -> None:
    await_next_minute(narrow, 20)
    with psycopg.connect(narrow.dsn("app"), autocommit=True) as app, refused("SG248"):
        for _ in range(12):
            with app.transaction(force_rollback=True):
                app.execute(JOURNAL, (MB, 1))


def test_short_rows_are_counted_by_a_sample(narrow: Shop) -> None:
    await_next_minute(narrow, 30)
    with psycopg.connect(narrow.dsn("app"), autocommit=True) as app:
        # 700 bytes and 256: about 11,000 of them are 10 MB.
        app.execute(JOURNAL, (b"x" * 700, 4_000))
        with refused("SG248"):
            app.execute(JOURNAL, (b"x" * 700, 18_000))


def test_a_minute_later_the_log_goes_on(narrow: Shop) -> None:
    await_next_minute(narrow, 20)
    guard = Guard(narrow.policy)
    with psycopg.connect(narrow.dsn("app"), autocommit=True) as app, refused("SG248"):
        for _ in range(12):
            app.execute(JOURNAL, (MB, 1))
    with processing("contract", actor="b", reason="r"), connect(narrow.dsn("app"), policy=guard) as connection:
        with pytest.raises(AuditUnavailable) as told:
            connection.execute(READ)
        assert told.value.code == "SG248"
    # As if a minute had passed: the counter says a minute before.
    with narrow.database.connect() as owner:
        for (counter,) in owner.execute("SELECT 'load_' || id FROM sminion.login_load").fetchall():
            owner.execute((
                f"SELECT setval('sminion.{counter}', last_value - (1::bigint << 32)) FROM sminion.{counter}"
                " WHERE is_called").encode())
    with processing("contract", actor="b", reason="r"), connect(narrow.dsn("app"), policy=guard) as connection:
        assert connection.execute(READ).fetchall() == [(1,)]
    guard.close()
    with narrow.database.connect() as owner:
        assert owner.execute(
            "SELECT login, max(megabytes) BETWEEN 8 AND 10, max(permitted) FROM sminion.journal_minutes GROUP BY 1"
        ).fetchall() == [(f"{narrow.name}_app", True, 10)]


def test_no_login_can_set_a_counter_or_read_one_of_its_own(narrow: Shop) -> None:
    with psycopg.connect(narrow.dsn("app"), autocommit=True) as app:
        for counter in (0, 1):
            for call in ("setval('sminion.load_%d', 1)", "nextval('sminion.load_%d')"):
                with refused("42501"):
                    app.execute(f"SELECT {call % counter}".encode())
        copied = "COPY sminion.journal (writer, first, proof, entries) FROM STDIN"
        with refused("0A000"), app.cursor().copy(copied):  # it would go round row security
            pass


def test_a_login_of_the_policy_that_nothing_counts_is_refused(narrow: Shop) -> None:
    narrow.database.execute("DELETE FROM sminion.login_load WHERE login = %s", f"{narrow.name}_app")
    with psycopg.connect(narrow.dsn("app"), autocommit=True) as app, refused("SG248"):
        app.execute(JOURNAL, (MB, 1))
    with psycopg.connect(narrow.dsn("news"), autocommit=True) as news:  # the control
        news.execute(JOURNAL, (MB, 1))
