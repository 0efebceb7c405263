"""Keys that were merged are one person: in reports, to recipients, in the register and in the log."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import psycopg
import pytest

from sminion_guard.audit.reading import Kind, Question, read
from sminion_guard.cli.report_page import page
from sminion_guard.errors import GuardError
from sminion_guard.subjects import Recipients, Requests
from sminion_guard.subjects.notices import notice
from sminion_guard.subjects.report import chunks, open_report
from tests.world import Connection, World, rows


def merge(world: World, *keys: int) -> None:
    for one, other in pairwise(keys):
        world.super("SELECT sminion.merge_subjects(%s::text, %s::text, 'one passport')", one, other)


def reported(world: World, key: int, request: int | None = None) -> str:
    with world.connect("officer") as officer, open_report(officer, key, reason="asked", request=request) as report:
        return "".join(chunks(report))


def test_a_report_covers_all_keys_of_the_person_and_nobody_else(world: World) -> None:
    for key in (6, 7, 8, 9):
        world.super(f"UPDATE crm.customer SET email = 'of{key}@example.org' WHERE id = {key}")
    world.super("INSERT INTO sales.gift VALUES (7, 8, 'between her keys'), (8, 9, 'about another')")
    world.super("SELECT sminion.object('8', 'interest', 'call of eight')")
    with world.connect("officer") as officer:
        asked = Requests(officer).open(8, "access", "letter of eight")
        Requests(officer).identify(asked, "passport")
        with pytest.raises(GuardError) as refused:
            reported(world, 7, asked)
        assert refused.value.code == "SG522"  # the control
    assert "of8@" not in reported(world, 7)
    merge(world, 7, 8)
    for key in (7, 8):
        text = reported(world, key, asked)
        assert all(word in text for word in ("of7@", "of8@", "between her keys", "call of eight", "another person"))
        assert not any(word in text for word in ("of6@", "of9@", "about another"))
        report = json.loads(text)
        assert sorted([report["report"]["subject"], *report["report"]["other_keys"]]) == ["7", "8"]
        assert [request["id"] for request in report["requests"]] == [asked]
        # The row between her own keys is about nobody else.
        gifts = next(table for table in report["data"] if table["table"] == "gift")
        assert sorted(row["shared"] for row in gifts["rows"]) == [False, True]
    recorded = "SELECT detail ->> 'keys' FROM sminion.act WHERE act = 'report' ORDER BY id DESC LIMIT 1"
    assert world.super(recorded) == [("2",)]
    with world.connect("officer") as officer, open_report(officer, 7, reason="asked") as opened:
        assert "7 and 8" in "".join(page(opened))
    world.super("SELECT sminion.unmerge_subjects('7', '8', 'two people')")
    assert "of8@" not in reported(world, 7)


def test_a_report_is_on_record_for_every_key_that_it_covered_and_covers_no_other(world: World) -> None:
    for key in (7, 8):
        world.super(f"UPDATE crm.customer SET email = 'of{key}@example.org' WHERE id = {key}")

    def told(key: int) -> list[str]:
        return [entry["reason"] for entry in json.loads(reported(world, key))["accesses"]
                if entry["operations"] == ["report"] and entry["reason"] != "asked"]

    merge(world, 7, 8)
    world.super("SELECT sminion.begin_report('7', 'while they were one')")
    assert told(7) == told(8) == ["while they were one"]

    def customers(officer: Connection, number: int) -> set[str]:
        found = officer.execute("SELECT r::text FROM sminion.report_rows(%s, 'crm', 'customer') r", [number])
        return set(re.findall("of.@", str(found.fetchall())))

    with world.connect("officer") as officer:
        begin = "SELECT sminion.begin_report('7', %s)"
        ((number,),) = officer.execute(begin, ["begun before"]).fetchall()
        assert customers(officer, number) == {"of7@", "of8@"}
        # Found to be two people while the report is open.
        world.super("SELECT sminion.unmerge_subjects('7', '8', 'two people')")
        assert customers(officer, number) == {"of7@"}
        assert told(7) == told(8) == ["while they were one", "begun before"]
        ((number,),) = officer.execute(begin, ["begun apart"]).fetchall()
        merge(world, 7, 8)
        assert customers(officer, number) == {"of7@"}
    world.super("SELECT sminion.unmerge_subjects('7', '8', 'two people')")
    assert told(7) == ["while they were one", "begun before", "begun apart"]
    assert told(8) == ["while they were one", "begun before"]
    world.super("SELECT sminion.erase_from_log('8', 'gone')")
    assert world.super("SELECT DISTINCT other_keys FROM sminion.report WHERE subject = '7'") == [(None,)]
    with pytest.raises(psycopg.Error, match="append-only"):
        world.super("UPDATE sminion.report SET other_keys = ARRAY['9']")


def test_who_got_data_of_another_key_is_told(world: World) -> None:
    with world.connect("officer") as officer:
        recipients, requests = Recipients(officer), Requests(officer)
        recipients.record("carrier", "contract", ["contact"], [8], "parcels")
        before = requests.open(7, "misconduct", "call")
        assert not recipients.obligations(request=before)  # the control
        merge(world, 7, 8)
        (duty,) = recipients.obligations(request=before)
        assert (duty.recipient, duty.subject, duty.known_as) == ("carrier", "7", ["8"])
        assert json.loads(notice(duty, None))["known_as"] == ["8"]
        after = requests.open(7, "stop", "letter")
        assert [duty.recipient for duty in recipients.obligations(request=after)] == ["carrier"]
        recipients.record("printer", "contract", ["contact"], [8, 9], "labels")
        assert [duty.recipient for duty in recipients.obligations(request=after)] == ["carrier", "printer"]
        requests.identify(after, "passport")
        with pytest.raises(GuardError) as refused:
            requests.close(after, "granted", "done")
        assert refused.value.code == "SG703"


@pytest.mark.parametrize(("change", "what"), [
    ("others_blocked = NULL", "block of another key"), ("others_blocked = true", "block of another key"),
    ("others_denied = NULL", "denial of another key to interest"),
    ("others_denied = others_denied | (SELECT 1::bigint << bit FROM sminion.purpose WHERE name = 'marketing')",
     "denial of another key to marketing"),
])
def test_what_keys_deny_for_one_another_is_verified(world: World, change: str, what: str) -> None:
    merge(world, 7, 8, 9)
    world.super("SELECT sminion.object('8', 'interest', 'call')")
    key = "8" if change.endswith("true") else "7"
    world.super("SELECT sminion.object('7', 'interest', 'call')")
    if key == "7":
        world.super("SELECT sminion.block('9', 'court')")
    found = "SELECT subject, what FROM sminion.consent_differences()"
    assert world.super(found) == []
    world.super(f"UPDATE sminion.subject_state SET {change} WHERE subject = '{key}'")
    assert world.super(found) == [(key, what)]


def test_the_other_keys_are_named(world: World) -> None:
    merge(world, 7, 8)
    with world.connect("officer") as officer, world.connect("reader") as auditor:
        requests = Requests(officer)
        number, single = requests.open(7, "access", "letter"), requests.open(9, "access", "letter")
        assert requests.get(number).other_keys == ["8"] and requests.get(single).other_keys is None
        assert rows(auditor, "SELECT other_keys FROM sminion.request_status WHERE id = %s", number) == [(["8"],)]
        with read(auditor, Question(Kind.SUBJECT, None, None, "review", subject="8")) as log:
            assert log.page(10).other_keys == ("7",)
