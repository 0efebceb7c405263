# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""The register of consents: given, refused, withdrawn and expired, each with its facts, and in the order of the decisions."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest

from tests.world import Connection, World, acting, refusal, rows, ticket

HASH = "sha256('Yes, send me the newsletter')"
REGISTER = "SELECT subject, state, channel, actor, until IS NOT NULL FROM sminion.consent_register ORDER BY subject"


def seen(world: World) -> set[int]:
    with world.connect() as connection, acting(connection, ticket(connection, "marketing")):
        return {key for (key,) in rows(connection, "SELECT id FROM marketing.subscriber")}


def maintain(world: World) -> None:
    with world.connect("keeper") as keeper:
        while keeper.execute("CALL sminion.maintain()").fetchone() == (True,):
            pass


def differences(connection: Connection) -> list[tuple[Any, ...]]:
    return rows(connection, "SELECT subject, what, in_history, in_state FROM sminion.consent_differences()")


def test_each_decision_stands_in_the_register_with_its_facts(world: World) -> None:
    with world.connect("officer") as officer:
        officer.execute(f"SELECT sminion.give_consent(5, 'marketing', 'form', 'anna', given_at => now() - interval '2 days',"
                        f" text_sha256 => {HASH}, channel => 'web', until => now() + interval '1 year')".encode())
        officer.execute(f"SELECT sminion.refuse_consent(6, 'marketing', 'form', text_sha256 => {HASH}, channel => 'phone')".encode())
        officer.execute("SELECT sminion.give_consent(7, 'marketing', 'form'), sminion.withdraw_consent(7, 'marketing', 'letter')")
        who = f"{world.name}_officer"
        assert rows(officer, REGISTER) == [
            ("5", "given", "web", "anna", True), ("6", "refused", "phone", who, False), ("7", "withdrawn", None, who, False)]
        assert rows(officer, f"SELECT text_sha256 = encode({HASH}, 'hex'), recorded_at - given_at > '1 day', policy_version"
                             " FROM sminion.consent_register WHERE subject = '5'") == [(True, True, "1")]
    world.settle()
    assert seen(world) == {5}
    with world.connect("reader") as auditor:
        assert len(rows(auditor, REGISTER)) == 3
        assert rows(auditor, "SELECT event FROM sminion.subject_history WHERE channel = 'phone'") == [("refuse_consent",)]
        assert differences(auditor) == []


def test_a_refusal_closes_what_a_consent_had_opened(world: World) -> None:
    world.super("SELECT sminion.give_consent(5, 'marketing', 'form')")
    world.settle()
    assert seen(world) == {5}
    world.super("SELECT sminion.refuse_consent(5, 'marketing', 'asked again')")
    assert seen(world) == set()


@pytest.mark.parametrize("facts", [
    "given_at => now() + interval '1 hour'", "given_at => '-infinity'", "text_sha256 => 'abc'", "until => now() - interval '1 day'",
    "until => 'infinity'", "given_at => now() - interval '3 days', until => now() - interval '4 days'",
])  # fmt: skip
def test_facts_that_cannot_be_are_refused(facts: str, world: World) -> None:
    with world.connect("officer") as officer:
        assert refusal(officer, f"SELECT sminion.give_consent(5, 'marketing', 'form', {facts})") == "SG530"
        assert rows(officer, "SELECT count(*) FROM sminion.subject_history") == [(0,)]


@pytest.mark.parametrize("purpose", ["contract", "interest"])
def test_a_refusal_needs_a_purpose_that_rests_on_consent(purpose: str, world: World) -> None:
    with world.connect("officer") as officer:
        assert refusal(officer, f"SELECT sminion.refuse_consent(5, '{purpose}', 'form')") == "SG502"


def test_a_consent_from_before_a_withdrawal_does_not_undo_it(world: World) -> None:
    """Attack: an old form is entered after the person has withdrawn."""
    world.super("SELECT sminion.withdraw_consent(5, 'marketing', 'letter')")
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.give_consent(5, 'marketing', 'old form', given_at => now() - interval '9 days')")
        officer.execute("SELECT * FROM sminion.import_consents(ARRAY['5'], ARRAY['marketing'], ARRAY['given'],"
                        " ARRAY[now() - interval '8 days'], NULL, NULL, NULL, NULL, 'file')")
        assert rows(officer, REGISTER)[0][1] == "withdrawn"
        assert differences(officer) == []
    world.settle()
    assert seen(world) == set()
    world.super("SELECT sminion.give_consent(5, 'marketing', 'new form')")
    world.settle()
    assert seen(world) == {5}


def test_a_consent_that_ends_is_expired_in_the_register_at_once_and_hidden_by_the_next_maintenance(world: World) -> None:
    world.super("SELECT sminion.give_consent(k, 'marketing', 'form', until => clock_timestamp() + interval '4 s')"
                " FROM unnest(ARRAY[5, 6]) k")
    world.super("SELECT sminion.give_consent(7, 'marketing', 'form')")
    world.settle()
    maintain(world)
    assert seen(world) == {5, 6, 7}
    # Given anew, without an end: the earlier end no longer counts.
    world.super("SELECT sminion.give_consent(6, 'marketing', 'form')")
    world.super("SELECT pg_sleep(extract(epoch FROM max(until) - clock_timestamp()) + 0.1) FROM sminion.consent_end")
    assert [row[1] for row in world.super(REGISTER)] == ["expired", "given", "given"]
    assert world.super("SELECT count(*) FROM sminion.consent_differences()") == [(0,)]
    maintain(world)
    assert seen(world) == {6, 7}
    assert world.super("SELECT subject, actor FROM sminion.subject_event WHERE event = 'expire_consent'") == [
        ("5", "sminion.maintain")]
    assert world.super("SELECT count(*) FROM sminion.consent_end") == [(0,)]
    assert world.super("SELECT count(*) FROM sminion.consent_differences()") == [(0,)]
    world.super("SELECT sminion.give_consent(5, 'marketing', 'form')")
    world.settle()
    assert seen(world) == {5, 6, 7}


def test_a_consent_that_is_imported_after_its_end_opens_nothing(world: World) -> None:
    world.super("SELECT * FROM sminion.import_consents(ARRAY['5'], ARRAY['marketing'], ARRAY['given'], ARRAY[now() - interval '9 days'],"
                " NULL, NULL, ARRAY[now() - interval '2 days'], NULL, 'file')")
    world.settle()
    assert seen(world) == set()
    assert world.super(REGISTER)[0][1] == "expired"
    maintain(world)
    assert world.super("SELECT count(*) FROM sminion.consent_differences()") == [(0,)]


def test_states_that_somebody_locks_keep_no_other_consent_from_ending(world: World) -> None:
    """Attack: a login holds rows of some people, so that their consents, or those of all, never end."""
    world.super("SELECT sminion.give_consent(k, 'marketing', 'form', until => clock_timestamp() + interval '300 ms')"
                " FROM unnest(ARRAY[5, 6]) k")
    world.settle()
    with world.connect() as writer:
        token = ticket(writer, "contract")
        with acting(writer, token):
            writer.execute("INSERT INTO sales.orders (customer_id, email) VALUES (5, 'held')")
            world.super("SELECT pg_sleep(0.4)")
            maintain(world)
            assert world.super("SELECT subject FROM sminion.subject_event WHERE event = 'expire_consent'") == [("6",)]
            assert world.super("SELECT failed FROM sminion.maintenance_status") in ([(None,)], [([],)])
    maintain(world)
    assert seen(world) == set()


def test_given_and_withdrawn_at_once_the_withdrawal_stands(world: World) -> None:
    with world.connect("officer") as one, world.connect("officer") as two:
        one.execute("BEGIN")
        one.execute("SELECT sminion.give_consent(5, 'marketing', 'form', given_at => now() - interval '1 day')")
        two.execute("SELECT sminion.withdraw_consent(5, 'marketing', 'letter')")
        one.execute("COMMIT")
    world.settle()
    assert seen(world) == set()
    with world.connect("officer") as one, world.connect("officer") as two:
        one.execute("BEGIN")
        one.execute("SELECT sminion.withdraw_consent(6, 'marketing', 'letter')")
        two.execute("SELECT * FROM sminion.import_consents(ARRAY['6', '7'], ARRAY['marketing', 'marketing'], ARRAY['given', 'given'],"
                    " ARRAY[now(), now()] - interval '1 day', NULL, NULL, NULL, NULL, 'file')"
                    .replace("ARRAY[now(), now()] - interval '1 day'", "ARRAY[now() - interval '1 day', now() - interval '1 day']").encode())
        one.execute("COMMIT")
    world.settle()
    assert seen(world) == {7}
    assert world.super("SELECT count(*) FROM sminion.consent_differences()") == [(0,)]


def test_an_import_says_what_it_recorded_and_repeats_nothing(world: World) -> None:
    call = ("SELECT line, outcome FROM sminion.import_consents(ARRAY['5', '5', '6', '5'], array_fill('marketing'::text, '{4}'),"
            " ARRAY['given', 'withdrawn', 'given', 'given'],"
            " ARRAY['2026-01-05', '2026-02-05', '2026-01-05', '2026-01-05']::timestamptz[],"
            f" array_fill({HASH}, ARRAY[4]), ARRAY['web', NULL, 'desk', 'web'], NULL, ARRAY['anna', NULL, 'bert', 'anna'], 'file') ORDER BY 1")
    with world.connect("officer") as officer:
        assert rows(officer, call) == [(1, "recorded"), (2, "recorded"), (3, "recorded"), (4, "repeated")]
        assert {outcome for _, outcome in rows(officer, call)} == {"repeated"}
        assert rows(officer, REGISTER) == [
            ("5", "withdrawn", None, f"{world.name}_officer", False), ("6", "given", "desk", "bert", False)]
        assert differences(officer) == []
    world.settle()
    assert seen(world) == {6}


def test_a_state_changed_past_the_history_is_found(world: World) -> None:
    world.super("SELECT sminion.give_consent(5, 'marketing', 'form'), sminion.block(6, 'court'), sminion.object(7, 'interest', 'letter')")
    world.settle()
    with world.connect("reader") as auditor:
        assert differences(auditor) == []
        world.super("UPDATE sminion.subject_state SET consents = 0, blocked = NOT blocked WHERE subject IN ('5', '6')")
        world.super("INSERT INTO sminion.subject_state (subject, consents, objections, mask, epoch) SELECT '99', w.sum, 0, 0, 1"
                    " FROM (SELECT sum(1::bigint << bit) FROM sminion.purpose WHERE name = 'marketing') w")
        assert sorted(differences(auditor)) == [
            ("5", "block", "not blocked", "blocked"), ("5", "consent to marketing", "given", "not given"),
            ("6", "block", "blocked", "not blocked"), ("99", "consent to marketing", "not given", "given")]


def test_who_is_erased_from_the_log_leaves_neither_key_nor_channel_and_the_leaves_stay(world: World) -> None:
    world.super(f"SELECT sminion.give_consent(5, 'marketing', 'form', text_sha256 => {HASH}, channel => '+7 916 000-00-00')")
    world.super(f"SELECT sminion.give_consent(6, 'marketing', 'form', text_sha256 => {HASH}, channel => 'web')")
    leaves = "SELECT number, convert_from(leaf, 'UTF8') FROM sminion.leaves(1, 1000) WHERE kind = 'state' ORDER BY 1"
    # A transaction of the server's own, such as autovacuum's, may keep back what is younger for a moment.
    end = time.monotonic() + 60
    while len(before := world.super(leaves)) < 2 and time.monotonic() < end:
        maintain(world)
    assert len(before) == 2 and "+7 916" not in str(before) and '"text"' in before[0][1]
    world.super("SELECT sminion.erase_from_log('5', 'asked')")
    assert world.super(leaves) == before
    assert world.super("SELECT subject, channel FROM sminion.subject_event ORDER BY id") == [(None, None), ("6", "web")]
    assert [row[0] for row in world.super(REGISTER)] == ["6"]


def test_the_history_of_consents_is_append_only(world: World) -> None:
    world.super("SELECT sminion.give_consent(5, 'marketing', 'form', channel => 'web')")
    for change in ("channel = NULL", "until = now()", "given_at = now()", "subject = NULL"):
        with pytest.raises(psycopg.Error) as caught:
            world.super(f"UPDATE sminion.subject_event SET {change}")
        assert caught.value.sqlstate == "SG505"
