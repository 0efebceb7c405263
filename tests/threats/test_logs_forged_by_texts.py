"""Attack: a text in a log that deceives who reads it, or says nothing: of logins in tickets, of officers in reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sminion_guard import migrate, processing
from sminion_guard.embedded import Server
from sminion_guard.errors import TicketRefused
from sminion_guard.policy import loads
from sminion_guard.policy.conditions.condition import Kind
from sminion_guard.session.legible import legible, safe
from sminion_guard.session.values import _fits
from tests import servers
from tests.session.shop import one
from tests.world import Connection, World, refusal, rows, ticket

FORGED = {
    "terminal": ("paid\x1b[2K\x1b[1Gapproved by the board", "paid [2K [1Gapproved by the board"),
    "another line": ("r\r\n2026-01-01 block 7 by the board", "r  2026-01-01 block 7 by the board"),
    "a C1 control": ("r\x9b2J", "r 2J"),
    "right to left": ("user\u202egnp.exe", "user gnp.exe"),
    "isolates": ("a\u2066b\u2069c\u061cd", "a b c d"),
    "line separator": ("a\u2028b\u2029c", "a b c"),
    "two that look alike": ("ro\u200bot\ufeff", "ro ot"),
    "soft hyphen": ("ad\u00admin", "ad min"),
    "tags": ("a\U000e0041\U000e0042b", "a  b"),
    "fillers": ("a\u3164\u115f\uffa0b", "a   b"),
    "blanks around": (" \u00a0\u3000r\u2003 ", "r"),
    "a letter with what varies it": ("葛\U000e0100城 ❤\ufe0f", "葛\U000e0100城 ❤\ufe0f"),
    "nothing to mend": ("Zoë Ångström, عمر, 王", "Zoë Ångström, عمر, 王"),
}
UNSEEN = ["", " ", "\t\n", "\u200b", "\u00a0", "\u3000\u2003", "\u2060\ufeff", "\u3164", "\u2800", "\ufe0f",
          "\u202e\u202c", "\u00ad", "\U000e0020", "\U000e0100", "\u180e", "\x1b"]
LONG = "\u00e9"
TEXTS = pytest.mark.parametrize(("text", "kept"), FORGED.values(), ids=FORGED)
DENIALS = {
    "block": "SELECT sminion.block('1', %s, %s)", "unblock": "SELECT sminion.unblock('1', %s, %s)",
    "give_consent": "SELECT sminion.give_consent('1', 'marketing', %s, %s)",
    "withdraw_consent": "SELECT sminion.withdraw_consent('1', 'marketing', %s, %s)",
    "object": "SELECT sminion.object('1', 'interest', %s, %s)",
    "withdraw_objection": "SELECT sminion.withdraw_objection('1', 'interest', %s, %s)",
}
OPEN = "SELECT sminion.open_ticket('contract', %s, %s, unit => %s, basis_ref => %s)"


@pytest.fixture
def officer(world: World) -> Iterator[Connection]:
    with world.connect("officer") as connection:
        yield connection


@TEXTS
def test_a_ticket_keeps_what_can_be_read(world: World, app: Connection, text: str, kept: str) -> None:
    token = one(app, OPEN, text, text, text, text)
    assert world.super(
        "SELECT actor, reason, unit, basis_ref FROM sminion.ticket WHERE id = %s", token.split(".")[0]
    ) == [(kept,) * 4]
    context = processing("contract", actor=text, reason=text, unit=text, basis_ref=text).context
    assert (context.actor, context.reason, context.unit, context.basis_ref) == (kept,) * 4


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_a_ticket_that_says_nothing_is_refused(app: Connection, text: str, place: int) -> None:
    said: list[str] = ["a"] * 4
    said[place] = text
    assert refusal(app, OPEN, parameters=said) == "SG215"
    with pytest.raises(TicketRefused) as refused:
        processing("contract", actor=said[0], reason=said[1], unit=said[2], basis_ref=said[3])
    assert refused.value.code == "SG215"


def test_texts_of_a_ticket_have_a_length_that_blanks_do_not_count_for(app: Connection) -> None:
    most = [200, 1000, 200, 400]
    one(app, OPEN, *(f"\u200b {LONG * length}\u3000" for length in most))
    for place, length in enumerate(most):
        said = ["a"] * 4
        said[place] = LONG * (length + 1)
        assert refusal(app, OPEN, parameters=said) == "SG215"


@pytest.mark.parametrize("call", DENIALS.values(), ids=DENIALS)
@TEXTS
def test_an_officer_s_reason_and_actor_are_kept_as_they_can_be_read(
    world: World, officer: Connection, call: str, text: str, kept: str
) -> None:
    with officer.transaction(force_rollback=True):
        one(officer, call, text, text)
        found = rows(officer, "SELECT reason, actor FROM sminion.subject_history ORDER BY at DESC LIMIT 1")
        assert found == [(kept, kept)]


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_an_officer_s_reason_that_says_nothing_is_refused(officer: Connection, text: str) -> None:
    for call in DENIALS.values():
        assert refusal(officer, call, parameters=(text, "officer")) == "SG506"
    for call in ("SELECT sminion.revoke_ticket(1, %s)", "SELECT sminion.drop_log('2020-01-01', %s)"):
        assert refusal(officer, call, parameters=(text,)) == "SG506"


@pytest.mark.parametrize("text", UNSEEN[3:], ids=ascii)
def test_an_officer_s_actor_that_cannot_be_seen_is_refused(officer: Connection, text: str) -> None:
    for call in DENIALS.values():
        assert refusal(officer, call, parameters=("r", text)) == "SG613"
    assert refusal(officer, DENIALS["block"], parameters=("r", LONG * 201)) == "SG613"


def test_an_officer_who_names_no_actor_is_named_by_his_login(world: World, officer: Connection) -> None:
    for nobody in (None, "", "  "):
        with officer.transaction(force_rollback=True):
            one(officer, DENIALS["block"], "r", nobody)
            found = rows(officer, "SELECT actor FROM sminion.subject_history ORDER BY at DESC LIMIT 1")
            assert found == [(f"{world.name}_officer",)]


@TEXTS
def test_the_end_of_a_ticket_is_kept_as_it_can_be_read(
    world: World, app: Connection, officer: Connection, text: str, kept: str
) -> None:
    number = ticket(app, "contract").split(".")[0]
    assert one(officer, "SELECT sminion.revoke_ticket(%s, %s)", number, text)
    assert world.super("SELECT revoked_why FROM sminion.ticket WHERE id = %s", number) == [(kept,)]


def test_the_name_of_an_application_is_made_safe_by_the_server(world: World) -> None:
    with world.connect("app") as connection:
        connection.execute("SELECT set_config('application_name', %s, false)", ["a\x1b[2J\u202eb"])
        token = one(connection, OPEN, "a", "r", None, None)
        writer = one(connection, "SELECT writer FROM sminion.open_log()")
    found = world.super(
        "SELECT application FROM sminion.ticket WHERE id = %s UNION ALL"
        " SELECT application FROM sminion.log_writer WHERE id = %s", token.split(".")[0], writer)
    for (name,) in found:
        assert name.isascii() and name.isprintable()


NULLS = {
    "block": ("SELECT sminion.block(NULL, 'r')", "SG504"),
    "block without reason": ("SELECT sminion.block('1', NULL)", "SG506"),
    "unblock": ("SELECT sminion.unblock(NULL, NULL)", "SG504"),
    "give_consent": ("SELECT sminion.give_consent('1', NULL, 'r')", "SG501"),
    "give_consent to nobody": ("SELECT sminion.give_consent(NULL, 'marketing', 'r')", "SG504"),
    "give_consent without reason": ("SELECT sminion.give_consent('1', 'marketing', NULL)", "SG506"),
    "withdraw_consent": ("SELECT sminion.withdraw_consent('1', NULL, 'r')", "SG501"),
    "object": ("SELECT sminion.object('1', NULL, 'r')", "SG501"),
    "withdraw_objection": ("SELECT sminion.withdraw_objection('1', NULL, 'r')", "SG501"),
    "revoke_ticket": ("SELECT sminion.revoke_ticket(1, NULL)", "SG506"),
    "drop_log": ("SELECT sminion.drop_log(NULL, 'r')", "SG606"),
    "drop_log without reason": ("SELECT sminion.drop_log('2020-01-01', NULL)", "SG506"),
    "block_and_wait": ("CALL sminion.block_and_wait(NULL, 'r')", "SG504"),
}


@pytest.mark.parametrize(("call", "code"), NULLS.values(), ids=NULLS)
def test_what_an_officer_leaves_out_is_told_by_a_code_and_a_hint(officer: Connection, call: str, code: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        officer.execute(call.encode())
    assert refused.value.sqlstate == code
    assert refused.value.diag.message_hint


# What the server and the client say is the same.


def same(connection: Connection, texts: list[str]) -> None:
    found = rows(
        connection, "SELECT sminion.log_text(t, 50), sminion.legible_text(t)"
        " FROM unnest(%s::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n", texts)
    assert found == [(safe(text, 50), legible(text)) for text in texts]


def test_server_and_client_agree_on_every_character(world: World) -> None:
    everything = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code <= 0xDFFF]
    with world.database.connect() as connection:
        for start in range(0, len(everything), 4000):
            some = everything[start:start + 4000]
            whole = "".join(some)
            assert one(connection, "SELECT sminion.log_text(%s, 9999)", whole) == safe(whole, 9999)
            if any(legible(character) is None for character in some) or start < 70_000:
                same(connection, some)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.one_of(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]),
    st.sampled_from("".join(UNSEEN) + "\u200e\u2069a \n"),
), max_size=70), min_size=1, max_size=20))
def test_server_and_client_agree_on_texts(world: World, texts: list[str]) -> None:
    with world.database.connect() as connection:
        same(connection, texts)


# Keys.

POLICY = """
[policy]
name = "{name}"
version = "1"
subject_key = "text"
ticket_lifetime = "15 minutes"
require_tls = false

[login.{name}_app]
purposes = ["work", "mend"]

[purpose.work]
title = "Work"
basis = "contract"
needs = "*"
may = ["collect", "use"]

[purpose.mend]
title = "Mend"
basis = "legal_obligation"
needs = "*"
may = ["use"]
sees_blocked = true

[[compatible]]
purposes = ["work", "mend"]
why = "one contract"

[schema.crm]
collected_for = ["work", "mend"]

[schema.crm.customer]
subject = "id"
columns = {{ id = "key", name = "identity" }}
"""
ODD = "b\x1b[2Job"


@pytest.fixture
def named(server: Server) -> Iterator[tuple[servers.Database, str]]:
    """Customers whose keys are texts, one of them odd."""
    with servers.new_guarded_database(server) as database:
        name = servers.unique_name("txt")
        database.execute(
            f"CREATE ROLE {name}_app LOGIN NOINHERIT; CREATE SCHEMA crm;"
            " CREATE TABLE crm.customer (id text PRIMARY KEY, name text);")
        database.execute("INSERT INTO crm.customer VALUES ('anna@example.org', 'Anna'), (%s, 'Bob')", ODD)
        with database.connect() as admin:
            migrate.apply(admin, loads(POLICY.format(name=name)))
        yield database, name


def noticed(database: servers.Database, call: str, *parameters: object) -> tuple[Any, list[str]]:
    """What it returns, and the codes of its notices."""
    told: list[str] = []
    with database.connect() as connection:
        connection.add_notice_handler(lambda diag: told.append(diag.sqlstate or ""))
        return one(connection, call, *parameters), told


@pytest.mark.parametrize("key", ["Anna@example.org", "anna@example.org ", "nobody"])
@pytest.mark.parametrize("call", ["SELECT sminion.block(%s, 'asked')", "SELECT sminion.unblock(%s, 'asked')"])
def test_a_change_of_nobody_is_told(named: tuple[servers.Database, str], key: str, call: str) -> None:
    database, _ = named
    _, told = noticed(database, call, key)
    assert told == ["SG614"]
    assert noticed(database, call, "anna@example.org")[1] == [], "the control: whom a row is about"
    assert noticed(database, call, ODD)[1] == []


def test_a_denial_of_nobody_holds_for_rows_to_come(named: tuple[servers.Database, str]) -> None:
    database, name = named
    assert noticed(database, "SELECT sminion.block('carla', 'asked')") == (True, ["SG614"])
    with database.connect(f"{name}_app") as app:
        token = one(app, "SELECT sminion.open_ticket('work', 'a', 'r')")
        with app.transaction(force_rollback=True):
            app.execute("SELECT sminion.enter(%s)", [token])
            assert refusal(app, "INSERT INTO crm.customer VALUES ('carla', 'Carla')") == "42501"


@pytest.mark.parametrize("key", ["x\x1b[2J", "anna@example.org\u200b", "\u202eanna", "k" * 401], ids=ascii)
def test_a_key_that_cannot_be_read_is_taken_only_where_a_row_has_it(
    named: tuple[servers.Database, str], key: str
) -> None:
    database, name = named
    for call in ("SELECT sminion.block(%s, 'r')", "SELECT sminion.open_ticket('mend', 'a', 'r', subject => %s)"):
        with database.connect(f"{name}_app" if "ticket" in call else servers.Server.superuser) as connection:
            with pytest.raises(psycopg.Error) as refused:
                one(connection, call, key)
            assert refused.value.sqlstate == "SG504"
            assert "\x1b" not in str(refused.value) and "\u202e" not in str(refused.value)
            assert one(connection, call, ODD)
            assert one(connection, call, "anna@example.org")


@pytest.mark.parametrize(
    "text", [*UNSEEN, *(text for text, kept in FORGED.values() if text.strip() != kept)], ids=ascii
)
def test_a_value_of_a_ticket_that_cannot_be_read_is_refused(text: str) -> None:
    """By the client; the server asks the same functions, which are compared above."""
    assert not _fits(text, Kind.TEXT)
    assert _fits("Zoë Ångström, عمر, 王", Kind.TEXT)
