"""The register of requests: what is done at once, who waits for whom, and what is on record."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from sminion_guard.errors import GuardError
from sminion_guard.policy import loads
from sminion_guard.subjects import Destructions, Requests
from tests.database.states.test_races import Background
from tests.world import World, acting, rows, ticket

KINDS = ("clarify", "block", "destroy", "withdraw_consent", "object", "access", "stop", "misconduct")
BLOCKING = {"clarify", "block", "misconduct"}


def blocked(world: World, subject: int) -> bool:
    state = "SELECT coalesce(bool_or(blocked), false) FROM sminion.subject_state WHERE subject = %s"
    return world.super(state, str(subject)) == [(True,)]


def visible(world: World, subject: int) -> bool:
    with world.connect("app") as application:
        token = ticket(application, "contract")
        with acting(application, token):
            return rows(application, "SELECT count(*) FROM sales.orders WHERE customer_id = %s", subject) != [(0,)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_wait_is_done_at_once(kind: str, world: World) -> None:
    assert visible(world, 7)
    with world.connect("officer") as officer:
        requests = Requests(officer)
        number = requests.open(7, kind, "letter of 3 May")
        request = requests.get(number)
        assert (request.kind, request.subject, request.state, request.blocks) == (kind, "7", "open", kind in BLOCKING)
        assert (blocked(world, 7), visible(world, 7)) == (kind in BLOCKING, kind not in BLOCKING)
        requests.identify(number, "passport")
        # What is to be destroyed is granted once it is: see test_destruction.py.
        outcome = "refused" if kind == "destroy" else "granted"
        requests.close(number, outcome, "done", unchanged=kind == "clarify")
        assert (requests.get(number).state, requests.get(number).outcome) == ("closed", outcome)
    # Who asked for it, and was granted it, stays blocked until an officer ends it.
    assert blocked(world, 7) == (kind in ("block", "stop"))
    if kind in ("block", "stop"):
        world.settle()
        assert not visible(world, 7)
        with world.connect("officer") as officer:
            officer.execute("SELECT sminion.unblock(7, 'she asked for it')")
    world.settle()
    assert visible(world, 7)


@pytest.mark.parametrize("kind", ["block", "stop"])
def test_a_block_that_is_refused_leaves_nothing(kind: str, world: World) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        requests.close(requests.open(7, kind, "letter"), "refused", "the law wants them")
    assert not blocked(world, 7)


def test_a_withdrawal_and_an_objection_hold_at_once(world: World) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        officer.execute("SELECT sminion.give_consent(7, 'marketing', 'form')")
        requests.open(7, "withdraw_consent", "letter")
        requests.open(7, "object", "letter", purpose="interest")
        with pytest.raises(GuardError) as caught:
            requests.open(7, "object", "letter", purpose="contract")
        assert caught.value.code == "SG503"
        with pytest.raises(GuardError) as caught:
            requests.open(7, "withdraw_consent", "letter", purpose="nothing")
        assert caught.value.code == "SG501"
    assert world.super("SELECT consents, objections <> 0 FROM sminion.subject_state WHERE subject = '7'") == [(0, True)]
    events = ("SELECT count(*), count(request) FROM sminion.subject_event"
              " WHERE subject = '7' AND event <> 'give_consent'")
    assert world.super(events) == [(2, 2)]


def test_the_block_ends_with_the_last_request_that_holds_it(world: World) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        first, second = requests.open(7, "clarify", "letter"), requests.open(7, "misconduct", "call")
        with pytest.raises(psycopg.Error) as caught:
            officer.execute("SELECT sminion.unblock(7, 'by hand')")
        assert caught.value.sqlstate == "SG527"
        requests.close(first, "refused", "the address is right")
        assert blocked(world, 7)
        requests.close(second, "refused", "nothing found")
        assert not blocked(world, 7)


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_the_block_of_an_officer_outlives_the_request(when: str, world: World) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        if when == "before":
            officer.execute("SELECT sminion.block(7, 'court order')")
        number = requests.open(7, "clarify", "letter")
        if when == "meanwhile":
            officer.execute("SELECT sminion.block(7, 'court order')")
        requests.close(number, "refused", "the address is right")
        assert blocked(world, 7)
        officer.execute("SELECT sminion.unblock(7, 'order lifted')")
    assert not blocked(world, 7)


def test_of_two_officers_at_one_request_the_second_is_told_what_the_first_did(world: World) -> None:
    with world.connect("officer") as officer, world.connect("officer") as other:
        number = Requests(officer).open(7, "clarify", "letter")
        officer.execute("BEGIN")
        Requests(officer).close(number, "refused", "the address is right")
        waiting = Background(lambda: other.execute("SELECT sminion.close_request(%s, 'withdrawn', 'call')", [number]))
        assert not waiting.ended(0.3)
        officer.execute("COMMIT")
        assert waiting.ended()
        assert waiting.error == "SG523"
        assert Requests(officer).get(number).outcome == "refused"


def test_two_requests_closed_at_once_end_the_block(world: World) -> None:
    with world.connect("officer") as officer, world.connect("officer") as other:
        first, second = (Requests(officer).open(7, kind, "letter") for kind in ("clarify", "misconduct"))
        officer.execute("BEGIN")
        Requests(officer).close(first, "refused", "x")
        waiting = Background(lambda: other.execute("SELECT sminion.close_request(%s, 'refused', 'y')", [second]))
        assert not waiting.ended(0.3)
        officer.execute("COMMIT")
        assert waiting.ended()
    assert not blocked(world, 7)


def test_a_request_that_is_opened_while_another_is_closed_keeps_the_subject_blocked(world: World) -> None:
    with world.connect("officer") as officer, world.connect("officer") as other:
        first = Requests(officer).open(7, "clarify", "letter")
        other.execute("BEGIN")
        Requests(other).open(7, "misconduct", "call")
        waiting = Background(lambda: officer.execute("SELECT sminion.close_request(%s, 'refused', 'x')", [first]))
        waiting.ended(1.5)
        other.execute("COMMIT")
        assert waiting.ended()
        assert waiting.error == ""
    world.settle()
    assert blocked(world, 7)
    assert not visible(world, 7)


def test_a_request_opened_while_its_subject_is_written_blocks_from_the_commit_on(world: World) -> None:
    with world.connect("app") as writer, world.connect("officer") as officer:
        token = ticket(writer, "contract")
        with acting(writer, token):
            writer.execute("INSERT INTO sales.orders (customer_id, email) VALUES (7, 'raced')")
            heard: list[str] = []
            Requests(officer, hear=heard.append).open(7, "clarify", "letter")
            assert any("SG508" in text for text in heard)
            assert not visible(world, 7)
            writer.execute("COMMIT")
            writer.execute("BEGIN")
    world.settle()
    assert blocked(world, 7)
    assert not visible(world, 7)


def test_a_term_is_extended_once_and_before_it_ends(world: World) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        received = datetime.now(UTC) - timedelta(days=15)
        number = requests.open(7, "access", "letter", received_at=received)
        before = requests.get(number).due_on
        later = requests.extend(number, "told by letter")
        assert later > before + timedelta(days=55)
        assert (requests.get(number).due_on, requests.get(number).extended) == (later, True)
        with pytest.raises(GuardError, match="it was extended to") as caught:
            requests.extend(number, "again")
        assert caught.value.code == "SG524"
        late = requests.open(7, "access", "letter", received_at=received - timedelta(days=60))
        assert requests.get(late).state == "overdue"
        with pytest.raises(GuardError, match="it ended on"):
            requests.extend(late, "too late")
        today = world.super("SELECT (now() AT TIME ZONE 'UTC')::date")[0][0]
        world.super("UPDATE sminion.request SET due_on = %s WHERE id = %s", today, late)
        assert requests.get(late).days_left == 0
        assert requests.extend(late, "on the last day") > today


def test_nobody_is_given_data_before_it_is_known_who_asks(world: World) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        for kind in ("access", "clarify", "destroy", "stop"):
            number = requests.open(9, kind, "call")
            with pytest.raises(GuardError) as caught:
                requests.close(number, "granted", "done")
            assert caught.value.code == "SG525"
            requests.close(number, "refused", "she did not say who she is")
        proved = requests.open(9, "destroy", "found by ourselves", trigger="detection")
        assert not Destructions(officer).destroy(proved, "found by ourselves", patience=0).left
        requests.close(proved, "granted", "done")


@pytest.mark.parametrize(("arguments", "code"), [
    ({"request": "access", "trigger": "rumour"}, "SG522"), ({"request": "gossip"}, "SG522"),
    ({"request": None}, "SG522"),
    ({"request": "access", "purpose": "marketing"}, "SG522"), ({"request": "access", "subject": None}, "SG504"),
    ({"request": "access", "subject": "seven"}, "SG504"), ({"request": "access", "reason": " "}, "SG506"),
    ({"request": "access", "kind": "customer"}, "SG460"), ({"request": "access", "unit": "x" * 201}, "SG215"),
    ({"request": "access", "received_at": datetime(2090, 1, 1, tzinfo=UTC)}, "SG522"),
])
def test_what_has_no_meaning_is_refused_and_leaves_nothing(
    arguments: dict[str, object], code: str, world: World
) -> None:
    given: dict[str, object] = {"subject": "7", "reason": "letter"} | arguments
    with world.connect("officer") as officer, pytest.raises(GuardError) as caught:
        Requests(officer).open(**given)  # type: ignore[arg-type]
    assert caught.value.code == code
    counts = "SELECT (SELECT count(*) FROM sminion.request), (SELECT count(*) FROM sminion.request_event)"
    assert world.super(counts) == [(0, 0)]


def test_the_outcome_has_a_meaning(world: World) -> None:
    with world.connect("officer") as officer:
        heard: list[str] = []
        requests = Requests(officer, hear=heard.append)
        first, second = requests.open(7, "object", "a"), requests.open(7, "object", "b")
        assert any("SG526" in text for text in heard)
        stranger = requests.open(8, "object", "c")
        for outcome, other in (("done", None), ("duplicate", None), ("refused", first), ("duplicate", second),
                               ("duplicate", stranger), (None, None)):
            with pytest.raises(GuardError) as caught:
                requests.close(second, outcome, "x", duplicate_of=other)  # type: ignore[arg-type]
            assert caught.value.code == "SG522"
        requests.close(second, "duplicate", "x", duplicate_of=first)
        assert requests.get(second).duplicate_of == first
        assert [request.id for request in requests.list(subject="7")] == [first]
        assert len(requests.list(states=None)) == 3


def test_everything_that_happens_to_a_request_is_a_leaf_and_the_person_can_be_erased(world: World) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        number = requests.open(7, "clarify", "letter of 3 May", representative="her daughter")
        requests.identify(number, "passport")
        requests.assign(number, "support", "they keep it")
        requests.note(number, "asked back")
        requests.extend(number, "told")
        requests.close(number, "withdrawn", "call")
        assert [event.event for event in requests.history(number)] == [
            "opened", "identified", "assigned", "noted", "extended", "closed"]
    leaves = ("SELECT convert_from(leaf, 'UTF8') FROM sminion.leaves(1, 1000) WHERE kind IN ('request', 'state')"
              " ORDER BY number")
    # A transaction of the server's own, such as autovacuum's, may keep back what is younger for a moment.
    end = time.monotonic() + 60
    while len(before := world.super(leaves)) < 8 and time.monotonic() < end:
        world.super("CALL sminion.maintain()")
    assert len(before) == 8
    for text in ("letter of 3 May", "passport", "daughter"):
        assert text not in str(before)
    world.super("SELECT sminion.erase_from_log('7', 'destroyed')")
    assert world.super(leaves) == before
    assert world.super("SELECT subject, representative FROM sminion.request") == [(None, None)]
    assert world.super("SELECT rows FROM sminion.stray_rows() WHERE kind = 'request'") == [(0,)]


@pytest.mark.parametrize("change", [
    "due_on = due_on + 30", "extended_to = due_on + 60", "closed_at = now(), outcome = 'refused'", "identified = true",
    "kind = 'access'", "interim = false", "purpose = 'marketing'",
])
def test_a_request_altered_by_hand_is_a_stray_row(change: str, world: World) -> None:
    strays = "SELECT rows FROM sminion.stray_rows() WHERE kind = 'request_row'"
    with world.connect("officer") as officer:
        number = Requests(officer).open(7, "clarify", "letter")
        other = Requests(officer).open(8, "clarify", "letter")
        Requests(officer).extend(other, "told")
        Requests(officer).identify(other, "passport")
        Requests(officer).close(other, "granted", "done", unchanged=True)
    assert world.super(strays) == [(0,)]
    world.super(f"UPDATE sminion.request SET {change} WHERE id = {number}")
    assert world.super(strays) == [(1,)]


def test_history_is_append_only(world: World) -> None:
    with world.connect("officer") as officer:
        Requests(officer).open(7, "access", "letter")
    world.super("SELECT sminion.load_calendar('DE', '1', '2026-01-01', '2026-12-31', '2026-12-31', '{}', '{}')")
    for statement in ("UPDATE sminion.request_event SET reason = 'x'", "DELETE FROM sminion.request_event",
                      "TRUNCATE sminion.request_event CASCADE", "DELETE FROM sminion.calendar",
                      "TRUNCATE sminion.calendar"):
        with pytest.raises(psycopg.Error) as caught:
            world.super(statement)
        assert caught.value.sqlstate == "SG505"


@pytest.mark.parametrize("login", ["app", "all", "keeper", "reader", "owner"])
def test_only_privacy_officers_may(login: str, world: World) -> None:
    with world.connect(login) as connection, pytest.raises(GuardError) as caught:
        Requests(connection).open(7, "clarify", "letter")
    assert caught.value.code == "SG528"
    assert world.super("SELECT count(*) FROM sminion.request") == [(0,)]


def test_a_date_that_was_computed_stays_when_the_policy_changes(world: World) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        number = requests.open(7, "access", "letter")
        before = requests.get(number)
        policy = loads(world.text().replace('profile = "GDPR"', 'profile = "GDPR"\naccess = { term = "2 days" }'))
        world.apply(replace(policy, version="2"))
        assert requests.get(number) == before
        after = requests.get(requests.open(7, "access", "again"))
    assert isinstance(after.due_on, date)
    assert after.due_on < before.due_on
    assert after.policy_version == "2"
