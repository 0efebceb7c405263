"""Blocks that are limited to schemas: states, histories, requests and what officers are told."""

from __future__ import annotations

import json
import random

import psycopg
import pytest
from typer.testing import CliRunner

from sminion_guard.cli.main import app
from sminion_guard.cli.report_page import page
from sminion_guard.errors import GuardError
from sminion_guard.subjects import Requests
from sminion_guard.subjects.report import chunks, open_report
from tests.world import World

STATE = ("SELECT blocked, blocked_schemas, others_blocked, others_blocked_schemas FROM sminion.subject_state"
         " WHERE subject = %s")


def ask(world: World, call: str) -> object:
    with world.connect("officer") as officer:
        return officer.execute(f"SELECT sminion.{call}".encode()).fetchone()[0]  # type: ignore[index]


def state(world: World, key: int) -> tuple[object, ...]:
    (found,) = world.super(STATE, str(key))
    return found


def agree(world: World) -> None:
    """History, states, masks of rows in each schema and what is withheld say the same."""
    world.settle()
    assert world.super("SELECT * FROM sminion.consent_differences()") == []
    assert world.super(
        "SELECT s.subject FROM sminion.subject_state s, sminion.policy p WHERE s.mask <> sminion.state_mask(p, s)"
        " OR s.schemas_mask IS DISTINCT FROM sminion.schemas_mask(p, s)") == []
    for table, column in (("sales.orders", "customer_id"), ("crm.customer", "id"), ("marketing.subscriber", "id")):
        assert world.super(
            f"SELECT s.subject, o.guard_mask FROM {table} o"
            f" JOIN sminion.subject_state s ON s.subject = o.{column}::text"
            " CROSS JOIN sminion.policy p WHERE o.guard_mask IS DISTINCT FROM"
            # Not by the function that the trigger asks.
            f" CASE WHEN '{table.split('.')[0]}' = ANY (s.blocked_schemas || s.others_blocked_schemas)"
            " THEN s.mask & p.blocked_bits ELSE s.mask END") == [], table
    assert world.super("SELECT count(*) FROM sminion.withheld") == [(0,)]


def test_names_are_kept_once_and_in_order_and_one_by_one_ended(world: World) -> None:
    assert ask(world, "block(7, 'contested', schemas => ARRAY['sales', 'crm', 'sales'])") is True
    assert state(world, 7) == (False, ["crm", "sales"], None, None)
    assert ask(world, "block(7, 'again', schemas => ARRAY['crm'])") is False
    agree(world)
    assert ask(world, "unblock(7, 'corrected', schemas => ARRAY['sales', 'marketing'])") is True
    assert state(world, 7) == (False, ["crm"], None, None)
    agree(world)
    assert ask(world, "unblock(7, 'corrected', schemas => ARRAY['crm'])") is True
    assert world.super(
        "SELECT blocked_schemas, schemas_mask FROM sminion.subject_state WHERE subject = '7'") == [(None, None)]
    agree(world)
    assert world.super("SELECT event, schemas FROM sminion.subject_history WHERE subject = '7' ORDER BY id") == [
        ("block", ["crm", "sales"]), ("block", ["crm"]), ("unblock", ["marketing", "sales"]), ("unblock", ["crm"])]


@pytest.mark.parametrize("schemas", ["ARRAY['salse']", "ARRAY['sales', NULL]", "'{}'", "ARRAY['sminion']"])
def test_a_schema_without_data_of_people_is_refused(world: World, schemas: str) -> None:
    for call in (f"block(7, 'why', schemas => {schemas})", f"unblock(7, 'why', schemas => {schemas})",
                 f"open_request(7, 'clarify', 'why', schemas => {schemas})"):
        with pytest.raises(Exception, match="cannot be limited") as refused:
            ask(world, call)
        assert refused.value.sqlstate == "SG546"  # type: ignore[attr-defined]
    assert world.super("SELECT count(*) FROM sminion.subject_event") == [(0,)]


def test_whoever_ends_one_block_is_told_of_the_other(world: World) -> None:
    with world.connect("officer") as officer:
        heard: list[str] = []
        officer.add_notice_handler(lambda said: heard.append(f"{said.sqlstate} {said.message_primary}"))
        officer.execute("SELECT sminion.block(7, 'court')")
        officer.execute("SELECT sminion.block(7, 'contested', schemas => ARRAY['crm', 'sales'])")
        officer.execute("SELECT sminion.unblock(7, 'over', schemas => ARRAY['crm'])")
        officer.execute("SELECT sminion.unblock(7, 'over')")
        officer.execute("SELECT sminion.unblock(7, 'over', schemas => ARRAY['sales'])")
    assert heard == ["SG547 subject `7` stays blocked", "SG547 subject `7` stays blocked in schemas: `sales`"]
    agree(world)


def test_a_request_that_contests_data_in_some_schemas_blocks_there_until_it_is_closed(world: World) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        first = requests.open(7, "clarify", "the address", schemas=["crm"])
        second = requests.open(7, "misconduct", "the orders", schemas=["crm", "sales"])
        whole = requests.open(7, "clarify", "everything")
        assert requests.get(second).schemas == ["crm", "sales"]
        assert state(world, 7) == (True, ["crm", "sales"], None, None)
        with pytest.raises(GuardError) as refused:
            requests.open(7, "access", "a copy", schemas=["crm"])
        assert refused.value.code == "SG522"
        for call in ("unblock(7, 'over')", "unblock(7, 'over', schemas => ARRAY['sales'])"):
            with pytest.raises(Exception, match="stays blocked until request"):
                ask(world, call)
        requests.close(whole, "refused", "no")
        assert state(world, 7) == (False, ["crm", "sales"], None, None)
        agree(world)
        requests.close(second, "refused", "no")
        assert state(world, 7) == (False, ["crm"], None, None)
        # An officer's own block of the same schema stays.
        ask(world, "block(7, 'court', schemas => ARRAY['crm'])")
        requests.close(first, "refused", "no")
        assert state(world, 7) == (False, ["crm"], None, None)
        agree(world)
        stop = requests.open(7, "block", "asked for it", schemas=["sales"])
        requests.close(stop, "granted", "so be it")
        assert state(world, 7) == (False, ["crm", "sales"], None, None)
        agree(world)


def test_many_at_once_keep_what_is_limited(world: World) -> None:
    ask(world, "block(7, 'contested', schemas => ARRAY['sales'])")
    assert ask(world, "block_all(ARRAY['7', '8'], 'court')") == 2
    assert ask(world, "give_consents(ARRAY['7', '8'], 'marketing', 'form')") == 2
    assert state(world, 7) == (True, ["sales"], None, None)
    agree(world)


def test_any_order_of_calls_leaves_history_states_and_masks_in_agreement(world: World) -> None:
    chance = random.Random(7)
    for turn in range(60):
        a, b = chance.sample((5, 6, 7, 8), 2)
        schemas = chance.choice(["", ", schemas => ARRAY['sales']", ", schemas => ARRAY['crm', 'sales']"])
        call = chance.choice([
            f"block({a}, 'r'{schemas})", f"block({a}, 'r'{schemas})", f"unblock({a}, 'r'{schemas})",
            f"object({a}, 'interest', 'r')", f"withdraw_objection({a}, 'interest', 'r')",
            f"merge_subjects({a}, {b}, 'r')", f"unmerge_subjects({a}, {b}, 'r')",
            f"open_request({a}, 'clarify', 'r'{schemas})",
            f"close_request({chance.randrange(1, 9)}, 'refused', 'r')",
        ])
        try:
            if chance.random() < 0.3:
                # The change waits for a writer, and the next one comes before it is stored.
                with world.database.connect(autocommit=False) as writer:
                    writer.execute("SELECT FROM sminion.subject_state FOR SHARE")
                    ask(world, call)
            else:
                ask(world, call)
        except psycopg.Error as error:
            assert error.sqlstate in {"SG522", "SG523", "SG527", "SG537", "SG538"}, (turn, call, error)
        if turn % 4 == 0:
            agree(world)
    agree(world)


def maintained(world: World) -> None:
    world.super("SELECT pg_sleep(extract(epoch FROM max(until) - clock_timestamp()) + 0.05) FROM sminion.block_end"
                " WHERE until < clock_timestamp() + interval '1 minute'")
    with world.database.connect() as admin:
        admin.execute("CALL sminion.maintain()")


def test_a_block_with_an_end_ends_by_itself_and_no_other_one_with_it(world: World) -> None:
    soon, late = "clock_timestamp() + interval '0.5 s'", "clock_timestamp() + interval '1 day'"
    for call in (
        f"block(5, 'r', until => {soon})",
        f"block(6, 'r', schemas => ARRAY['crm', 'sales'], until => {soon})",
        "block(6, 'court', schemas => ARRAY['crm'])",
        "block(7, 'court')", f"block(7, 'r', until => {soon})",
        f"block(8, 'r', until => {soon})", f"block(8, 'r', until => {late})",
        f"block(9, 'r', until => {soon})", "open_request(9, 'clarify', 'contested')",
        f"block(10, 'r', until => {soon})", "unblock(10, 'over')", "block(10, 'court', schemas => ARRAY['sales'])",
        f"block(11, 'r', schemas => ARRAY['sales'], until => {soon})", "unblock(11, 'over', schemas => ARRAY['sales'])",
        "block(11, 'court', schemas => ARRAY['sales'])",
    ):
        ask(world, call)
    maintained(world)
    assert {key: state(world, key)[:2] for key in range(5, 12)} == {
        5: (False, None), 6: (False, ["crm"]), 7: (True, None), 8: (True, None), 9: (True, None),
        10: (False, ["sales"]), 11: (False, ["sales"])}
    assert world.super("SELECT event, actor FROM sminion.subject_history WHERE subject = '5' ORDER BY id") == [
        ("block", f"{world.name}_officer"), ("unblock", "sminion.maintain")]
    # Not before the request is closed, and then by itself.
    assert world.super("SELECT subject FROM sminion.block_end ORDER BY until") == [("9",), ("8",)]
    ask(world, "close_request(1, 'refused', 'no')")
    assert state(world, 9)[0] is True
    with world.database.connect() as admin:
        admin.execute("CALL sminion.maintain()")
    assert state(world, 9)[0] is False
    agree(world)


def test_the_block_of_another_key_ends_with_it(world: World) -> None:
    ask(world, "merge_subjects(7, 8, 'one passport')")
    ask(world, "block(7, 'r', schemas => ARRAY['sales'], until => clock_timestamp() + interval '0.3 s')")
    assert state(world, 8) == (False, ["sales"], None, ["sales"])
    maintained(world)
    assert state(world, 7) == state(world, 8) == (False, None, None, None)
    agree(world)


@pytest.mark.parametrize("until", ["clock_timestamp() - interval '1 s'", "'infinity'"])
def test_a_block_that_is_over_before_it_begins_is_refused(world: World, until: str) -> None:
    with pytest.raises(Exception, match="would end") as refused:
        ask(world, f"block(7, 'r', until => {until})")
    assert refused.value.sqlstate == "SG530"  # type: ignore[attr-defined]


def test_a_state_that_was_changed_past_the_history_is_named(world: World) -> None:
    ask(world, "block(7, 'contested', schemas => ARRAY['crm', 'sales'])")
    world.super("SELECT sminion.merge_subjects('8', '9', 'one passport')")
    agree(world)
    world.super("UPDATE sminion.subject_state SET blocked_schemas = ARRAY['crm'] WHERE subject = '7'")
    world.super("UPDATE sminion.subject_state SET others_blocked_schemas = ARRAY['crm'], schemas_mask = 0"
                " WHERE subject = '8'")
    assert world.super("SELECT * FROM sminion.consent_differences() ORDER BY 1") == [
        ("7", "block in schemas", "crm, sales", "crm"), ("8", "block of another key in schemas", "none", "crm")]


def run(world: World, *words: str, login: str = "officer") -> str:
    result = CliRunner().invoke(app, [*words, "--database-url", world.database.dsn(f"{world.name}_{login}")])
    if isinstance(result.exception, GuardError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_commands_block_show_and_end(world: World) -> None:
    assert run(world, "subject", "block", "7", "--reason", "contested", "--schema", "sales", "--schema", "crm",
               "--until", "2126-01-01") == "7: blocked in crm, sales\n"
    assert run(world, "subject", "status", "7", login="reader") == (
        "7: blocked in some schemas\n  blocked in crm, sales\n")
    assert "block in crm, sales until 2126-01-01 00:00 UTC by" in run(world, "subject", "history", "7", login="reader")
    assert "SG547" in run(world, "subject", "unblock", "7", "--reason", "over", "--schema", "crm")
    assert json.loads(run(world, "subject", "status", "7", "--format", "json"))["blocked_schemas"] == ["sales"]
    ended = run(world, "subject", "unblock", "7", "--reason", "over", "--schema", "sales")
    assert ended == "7: the block has ended in sales\n"
    assert run(world, "subject", "block", "7", "--reason", "court") == "7: blocked\n"
    assert run(world, "subject", "status", "7") == "7: blocked\n"
    with pytest.raises(GuardError) as refused:
        run(world, "subject", "block", "7", "--reason", "contested", "--schema", "salse")
    assert refused.value.code == "SG546" and "--schema" in str(refused.value.hint)
    with pytest.raises(GuardError) as refused:
        run(world, "subject", "block", "7", "--reason", "contested", login="app")
    assert refused.value.code == "SG528"
    assert "blocked meanwhile in sales" in run(
        world, "request", "open", "clarify", "8", "--reason", "orders", "--schema", "sales")


def test_the_report_for_the_person_says_where_and_until_when(world: World) -> None:
    ask(world, "block(7, 'contested', schemas => ARRAY['sales'], until => '2126-01-01')")
    with world.connect("officer") as officer:
        Requests(officer).open(7, "clarify", "the address", schemas=["crm"])
        with open_report(officer, 7, reason="asked") as report:
            data = json.loads("".join(chunks(report)))
        with open_report(officer, 7, reason="asked") as report:
            text = "".join(page(report))
    assert [(said["event"], said["schemas"]) for said in data["consents_objections_blocks"]] == [
        ("block", ["sales"]), ("block", ["crm"])]
    assert [asked["schemas"] for asked in data["requests"]] == [["crm"]]
    assert "processing blocked (only in sales), ends on 2126-01-01" in text
    assert "(only in crm)" in text
