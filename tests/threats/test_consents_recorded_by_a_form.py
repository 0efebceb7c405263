# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: the login of a form for signing up, which may record consents, learns who is known, withdraws, or opens more than it was given.

Positive control: what it may record is recorded, and opens the rows with the next maintenance.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests.world import PRIVILEGE, Connection, World, acting, new_world, refusal, rows, ticket

HASH = "sha256('Yes, send me the newsletter')"


@pytest.fixture(scope="module")
def form(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        news = f'[login.{world.name}_news]\npurposes = ["marketing"]\n'
        assert news in world.text()
        world.apply(loads(world.text().replace(news, news + 'may_record_consent = ["marketing"]\n').replace('version = "1"', 'version = "2"')))
        yield world


@pytest.fixture(autouse=True)
def empty(form: World) -> None:
    # A minute's limit counts what the test before recorded.
    form.super("TRUNCATE sminion.consent_inbox")


def record(key: object, given: bool = True, purpose: str = "marketing", more: str = "") -> str:
    return f"SELECT sminion.record_consent('{key}', '{purpose}', {given}, {HASH}, 'web'{more})"


def maintain(world: World) -> None:
    with world.connect("keeper") as keeper:
        while keeper.execute("CALL sminion.maintain()").fetchone() == (True,):
            pass


def seen(world: World) -> set[int]:
    with world.connect() as connection, acting(connection, ticket(connection, "marketing")):
        return {key for (key,) in rows(connection, "SELECT id FROM marketing.subscriber")}


def state(world: World, key: int) -> str | None:
    found = world.super("SELECT state FROM sminion.consent_register WHERE subject = %s AND purpose = 'marketing'", str(key))
    return found[0][0] if found else None


def test_what_a_form_records_opens_with_the_next_maintenance_and_is_the_logins(form: World) -> None:
    with form.connect("news") as app:
        app.execute(record(1).encode())
        app.execute(record(2, given=False, more=", actor => 'desk 7'").encode())
    assert seen(form) == set()
    maintain(form)
    form.settle()
    assert seen(form) == {1}
    assert [state(form, key) for key in (1, 2)] == ["given", "refused"]
    assert form.super("SELECT login, actor, channel, given_at <= at FROM sminion.subject_event WHERE subject IN ('1', '2') ORDER BY subject") == [
        (f"{form.name}_news", f"{form.name}_news", "web", True), (f"{form.name}_news", "desk 7", "web", True)]
    assert form.super("SELECT count(*) FROM sminion.consent_differences()") == [(0,)]


def test_it_works_under_the_role_of_the_compartment_in_the_transaction_of_the_form(form: World) -> None:
    with form.connect("news") as app, acting(app, ticket(app, "marketing")):
        app.execute(record(3).encode())
    maintain(form)
    assert state(form, 3) is None  # rolled back with its transaction


def test_no_other_login_records_and_no_other_purpose(form: World) -> None:
    with form.connect("app") as other:
        assert refusal(other, record(4)) == PRIVILEGE
    with form.connect("all") as other, acting(other, ticket(other, "marketing")):
        # It may act for the same purpose, so its compartment may call the function: the function asks for the login.
        assert refusal(other, record(4)) == "SG532"
    with form.connect("news") as app:
        for purpose in ("contract", "interest", "nothing", ""):
            assert refusal(app, record(4, purpose=purpose)) == "SG532"


def test_it_neither_reads_nor_withdraws_nor_settles(form: World) -> None:
    with form.connect("news") as app:
        for attack in (
            "SELECT * FROM sminion.consent_inbox", "SELECT * FROM sminion.consent_register", "SELECT * FROM sminion.subject_event",
            "INSERT INTO sminion.consent_inbox (nth, subject, purpose, given, text_sha256, channel, actor)"
            " VALUES (1, '4', 'marketing', true, 'a', 'b', 'c')",
            "SELECT sminion.give_consent(4, 'marketing', 'x')", "SELECT sminion.withdraw_consent(4, 'marketing', 'x')",
            "SELECT sminion.refuse_consent(4, 'marketing', 'x')", "SELECT sminion.take_consents(1)", "SELECT sminion.expire_consents(1)",
            "SELECT * FROM sminion.consent_differences()",
            f"SELECT * FROM sminion.import_consents('{{4}}', '{{marketing}}', '{{withdrawn}}', ARRAY[now()], ARRAY[{HASH}], NULL, NULL, NULL, 'x')",
        ):
            assert refusal(app, attack) == PRIVILEGE, attack


def test_a_refusal_by_the_form_does_not_end_a_consent_in_force(form: World) -> None:
    form.super("SELECT sminion.give_consent(5, 'marketing', 'letter')")
    with form.connect("news") as app:
        app.execute(record(5, given=False).encode())
    maintain(form)
    form.settle()
    assert 5 in seen(form) and state(form, 5) == "given"
    assert form.super("SELECT event FROM sminion.subject_event WHERE subject = '5' ORDER BY id") == [("give_consent",), ("note_refusal",)]
    assert form.super("SELECT count(*) FROM sminion.consent_differences()") == [(0,)]


def test_a_consent_by_the_form_from_before_a_withdrawal_does_not_undo_it(form: World) -> None:
    with form.connect("news") as app:
        app.execute(record(6).encode())
    form.super("SELECT sminion.withdraw_consent(6, 'marketing', 'letter')")
    maintain(form)
    form.settle()
    assert 6 not in seen(form) and state(form, 6) == "withdrawn"


def test_of_a_consent_and_a_refusal_recorded_in_a_row_the_consent_stands(form: World) -> None:
    with form.connect("news") as app:
        for given in (False, True, False):
            app.execute(record(7, given).encode())
    maintain(form)
    form.settle()
    assert 7 in seen(form) and state(form, 7) == "given"


@pytest.mark.parametrize("key", ["", " \u202e5", "\u200b", "5\u0007", "x" * 401, "five", "5.5"])
def test_a_key_that_is_none_is_refused_whether_anybody_has_it_or_not(key: str, form: World) -> None:
    with form.connect("news") as app:
        assert refusal(app, record(key)) == "SG504"


def answers(app: Connection, key: int) -> tuple[object, ...]:
    heard: list[object] = []

    def hear(notice: object) -> None:
        heard.append(notice)

    app.add_notice_handler(hear)
    cursor = app.execute(record(key).encode())
    app.remove_notice_handler(hear)
    return (*rows_of(cursor), cursor.statusmessage, *heard)


def rows_of(cursor: object) -> list[object]:
    return list(cursor.fetchall())  # type: ignore[attr-defined]


def test_the_answer_is_the_same_for_everybody(form: World) -> None:
    """Who is known and who is not, who consented, refused, is blocked, or whose state somebody holds locked."""
    form.super("SELECT sminion.give_consent(10, 'marketing', 'x'), sminion.refuse_consent(11, 'marketing', 'x'), sminion.block(12, 'x')")
    with form.connect("news") as app, form.connect() as writer, acting(writer, ticket(writer, "contract")):
        writer.execute("INSERT INTO sales.orders (customer_id, email) VALUES (13, 'held')")
        app.execute("SET statement_timeout = '10s'")  # longer than anything but a lock takes
        assert {answers(app, key) for key in (10, 11, 12, 13, 14, 987654321)} == {(("",), "SELECT 1")}


def read(connection: Connection, tables: dict[str, tuple[int, list[int]]]) -> dict[str, int]:
    """How often this transaction has looked into each table, in any way."""
    return {name: sum(value for (value,) in rows(
        connection, "SELECT pg_stat_get_xact_numscans(o::oid) FROM (SELECT %s UNION ALL SELECT unnest(%s::bigint[])) t (o)", table,
        indexes)) for name, (table, indexes) in tables.items()}


def test_its_time_tells_nothing(form: World) -> None:
    """It looks into no table that says anything about a person: what it does is the same for everybody."""
    form.super("SELECT sminion.give_consent(15, 'marketing', 'x')")
    tables = {name: (table, indexes) for name, table, indexes in form.super(
        "SELECT c.relname::text, c.oid::bigint, coalesce((SELECT array_agg(i.indexrelid::bigint) FROM pg_index i WHERE i.indrelid = c.oid), '{}')"
        " FROM pg_class c WHERE c.relkind = 'r' AND (c.relnamespace = 'marketing'::regnamespace OR c.relnamespace = 'sminion'::regnamespace"
        " AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'subject') AND c.relname <> 'consent_inbox')")}
    assert {"subject_state", "subject_event", "subscriber", "request"} <= set(tables)
    with form.connect("news") as app:
        for key in (15, 876543210):
            app.execute("BEGIN")
            app.execute(record(key).encode())
            assert set(read(app, tables).values()) == {0}
            app.execute("COMMIT")
    # The control: what does look is counted.
    with form.connect("officer") as officer:
        officer.execute("BEGIN")
        officer.execute("SELECT sminion.block(15, 'x')")
        assert read(officer, tables)["subject_state"] > 0
        officer.execute("ROLLBACK")


def test_a_loop_is_stopped_in_a_transaction_and_within_a_minute(form: World) -> None:
    with form.connect("news") as app:
        loop = f"DO $$ BEGIN FOR k IN 1 .. %s LOOP PERFORM sminion.record_consent(k::text, 'marketing', true, {HASH}, 'web'); END LOOP; END $$"
        app.execute((loop % 100).encode())
        assert refusal(app, loop % 101) == "SG531"
        for _ in range(59):
            app.execute((loop % 100).encode())
        assert refusal(app, record(1)) == "SG531"
        assert form.super("SELECT count(*) FROM sminion.consent_inbox") == [(6000,)]
        form.super("UPDATE sminion.consent_inbox SET at = at - interval '1 minute'")
        app.execute(record(1).encode())


def test_a_purpose_that_the_policy_drops_opens_nothing_any_more(form: World) -> None:
    with form.connect("news") as app:
        app.execute(record(20).encode())
        form.super("DELETE FROM sminion.login_consent")
        try:
            assert refusal(app, record(21)) == "SG532"
        finally:
            form.super(f"INSERT INTO sminion.login_consent VALUES ('{form.name}_news', 'marketing')")


def test_a_state_that_somebody_makes_and_holds_keeps_no_other_consent_out(form: World) -> None:
    with form.connect("news") as app:
        for key in (31, 32):
            app.execute(record(key).encode())
    with form.database.connect() as holder:
        holder.execute("BEGIN")
        holder.execute("INSERT INTO sminion.subject_state (subject, mask, epoch) VALUES ('31', 0, 1)"
                       if not form.super("SELECT FROM sminion.subject_state WHERE subject = '31'")
                       else "SELECT FROM sminion.subject_state WHERE subject = '31' FOR UPDATE")
        maintain(form)
        assert (state(form, 31), state(form, 32)) == (None, "given")
        holder.execute("ROLLBACK")
    maintain(form)
    assert state(form, 31) == "given"


def test_what_is_on_its_way_does_not_bring_an_erased_person_back(form: World) -> None:
    form.super("INSERT INTO marketing.subscriber (id, email) VALUES (21, 'e21'), (22, 'e22') ON CONFLICT DO NOTHING")
    form.super("SELECT sminion.give_consent(21, 'marketing', 'x')")
    with form.connect("news") as app, form.connect("news") as late:
        app.execute(record(21).encode())
        app.execute(record(22).encode())
        late.execute("BEGIN")
        late.execute(record(21).encode())
        end = time.monotonic() + 60
        while True:
            try:
                form.super("SELECT sminion.erase_from_log('21', 'destroyed')")
                break
            except psycopg.Error as error:  # events that other transactions keep back have no number yet
                assert error.sqlstate == "SG511" and time.monotonic() < end
        late.execute("COMMIT")
    maintain(form)
    assert form.super("SELECT count(*) FROM sminion.subject_event WHERE subject = '21'") == [(0,)]
    assert form.super("SELECT count(*) FROM sminion.consent_inbox WHERE subject = '21'") == [(0,)]
    assert form.super("SELECT count(*) FROM sminion.subject_event WHERE subject = '22' AND event = 'give_consent'") == [(1,)]
