# ruff: noqa: E501 - what is sent or said stands on one line
"""What explains an access: each sentence of the policy, as auditors ask for it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests import journal
from tests.database.audit.explained import ORDER, access, again, explained_shop, look, say, unexplained
from tests.database.audit.readings import acts, run
from tests.session.shop import Shop


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    with explained_shop(server) as shop:
        yield shop


def test_an_order_that_the_ticket_names_explains_its_customer_alone(shop: Shop) -> None:
    say(shop, ORDER)
    assert unexplained(shop, access(shop, "1", "2", basis_ref="1")) == ["2"]
    assert unexplained(shop, access(shop, "1", basis_ref="order 1")) == ["1"]
    assert unexplained(shop, access(shop, "1", basis_ref="01")) == ["1"]


@pytest.mark.parametrize(("sentence", "explained", "not_explained"), [
    ("the subject's own row in desk.case has handler = ticket.actor", [("1", {}), ("2", {}), ("3", {"actor": "bert"})],
     [("1", {"actor": "bert"}), ("3", {}), ("4", {})]),
    ("the subject's own row in desk.case has unit = ticket.unit", [("1", {}), ("3", {"unit": "returns"})],
     [("3", {}), ("1", {"unit": "Support"})]),
    ("ticket.values.shelf is desk.case.shelf of this subject", [("2", {}), ("3", {"values": '{"shelf": 8}'})],
     [("2", {"values": '{"shelf": 70}'}), ("4", {})]),
    ("the subject's own row in desk.case has opened_at within 30 days of the access", [("1", {})], [("3", {}), ("4", {})]),
    ("the subject's own row in desk.case has handler = ticket.actor and opened_at within 61 days of the access",
     [("3", {"actor": "bert"})], [("3", {}), ("1", {"actor": "bert"})]),
    ("the subject's own row in desk.case has state = 'it''s OR \"shut\"'", [("3", {})], [("1", {})]),
    ("the subject's own row in desk.note has author = ticket.actor", [("1", {})], [("2", {}), ("1", {"actor": "bert"})]),
    ("the actor's unit handles the subject's request", [("6", {}), ("7", {"unit": "returns"})],
     [("6", {"unit": "returns"}), ("8", {}), ("5", {})]),
    ("the ticket's subject is the subject", [("5", {"subject": "5"})], [("5", {}), ("5", {"subject": "6"})]),
], ids=str)
def test_a_sentence_explains_what_it_says_and_nothing_else(
    shop: Shop, sentence: str, explained: list[tuple[str, dict[str, str]]],
    not_explained: list[tuple[str, dict[str, str]]],
) -> None:
    say(shop, sentence)
    good = [access(shop, subject, **said) for subject, said in explained]
    bad = [access(shop, subject, **said) for subject, said in not_explained]
    for _ in ("in the journal", "folded"):
        found = look(shop)
        assert {each.access.ticket for each in found.ranked} >= set(bad)
        assert {each.access.ticket for each in found.ranked}.isdisjoint(good)
        assert again(shop, found, bad[0]) == [(False,)]
        with shop.database.connect() as owner:
            journal.fold_all(owner)


def test_the_first_of_several_sentences_counts_and_each_is_tried(shop: Shop) -> None:
    say(shop, ORDER, "the ticket's subject is the subject")
    number = access(shop, "9", basis_ref="8")
    assert again(shop, look(shop), number) == [(False,), (False,)]
    assert unexplained(shop, access(shop, "9", basis_ref="9")) == []
    assert unexplained(shop, access(shop, "9", basis_ref="8", subject="9")) == []


def test_a_row_that_was_deleted_explains_nothing_any_more_and_is_said_so(shop: Shop) -> None:
    say(shop, ORDER)
    before, other = access(shop, "11", basis_ref="11"), access(shop, "12", basis_ref="11")
    assert unexplained(shop, before) == [] and unexplained(shop, other) == ["12"]
    shop.database.execute("DELETE FROM sales.orders WHERE customer_id = 11")
    after = access(shop, "11", basis_ref="11")
    deleted = {each.access.ticket: each.access.deleted for each in look(shop).ranked}
    assert deleted[before] is True and deleted[other] is False and deleted[after] is False
    assert sum(unit.deleted for unit in look(shop).units.values()) == sum(deleted.values())


def test_keys_that_are_none_are_no_error(shop: Shop) -> None:
    say(shop, ORDER, "the subject's own row in desk.case has handler = ticket.actor")
    hostile = ["x'; DROP TABLE sales.orders; --", "99999999999999999999", ""]
    assert unexplained(shop, access(shop, *hostile)) == sorted(hostile)


def test_what_nothing_can_explain_is_counted(shop: Shop) -> None:
    say(shop, ORDER)
    before = look(shop)
    access(shop, "1", login="all", purpose="marketing")
    access(shop, "1", "2", basis_ref="1", bulk=5)
    shop.database.execute("UPDATE crm.customer SET email = 'other' WHERE id = 1")
    after = look(shop)
    assert after.unjudged["marketing"] == before.unjudged.get("marketing", 0) + 1
    assert after.outside["not_all_people_listed"] == before.outside["not_all_people_listed"] + 1
    assert after.outside["without_ticket"] == before.outside["without_ticket"] + 1
    assert after.units["support", "contract"].judged == before.units["support", "contract"].judged + 2


def test_a_period_has_its_own_accesses(shop: Shop) -> None:
    say(shop, ORDER)
    number = access(shop, "20")
    now = datetime.now(UTC)
    assert number in {each.access.ticket for each in look(shop, since=now - timedelta(minutes=5)).ranked}
    assert look(shop, since=now + timedelta(minutes=1)).ranked == []
    assert number not in {each.access.ticket for each in look(shop, until=now - timedelta(days=1)).ranked}


def test_nothing_is_answered_without_a_record_of_ones_own(shop: Shop) -> None:
    say(shop, ORDER)
    asking = "SELECT count(*) FROM sminion.explained_accesses(%s)"
    recording = "SELECT act FROM sminion.record_reading(%s)"
    with psycopg.connect(shop.dsn("bert"), autocommit=True) as bert, \
            psycopg.connect(shop.dsn("olga"), autocommit=True) as olga:
        (act,) = bert.execute(recording, ["unexplained"]).fetchone() or ()
        assert (bert.execute(asking, [act]).fetchone() or (0,))[0] > 0
        (other,) = bert.execute(recording, ["log"]).fetchone() or ()
        for connection, number in ((olga, act), (bert, other), (bert, 10**9), (bert, None)):
            with pytest.raises(psycopg.Error) as caught:
                connection.execute(asking, [number])
            assert caught.value.sqlstate == "SG618"
        # A record that could still be rolled back is none.
        with pytest.raises(psycopg.Error) as caught, bert.transaction():
            (act,) = bert.execute(recording, ["unexplained"]).fetchone() or ()
            bert.execute(asking, [act])
        assert caught.value.sqlstate == "SG618"
    assert look(shop, login="olga").units
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app:
        for statement in ("SELECT sminion.explained_accesses(1)", "SELECT sminion.explanations()",
                          "SELECT * FROM sminion.explanation"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement.encode())
    with psycopg.connect(shop.dsn("bert"), autocommit=True) as bert:
        for statement in ("SELECT id FROM sales.orders", "SELECT * FROM sminion.explanation",
                          "SELECT sminion.require_explainable(NULL)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                bert.execute(statement.encode())


def test_a_table_by_which_code_could_run_as_the_guard_is_not_read(shop: Shop) -> None:
    say(shop, "the subject's own row in desk.case has state = ticket.actor")
    assert look(shop).units
    admin = shop.database
    admin.execute("CREATE TYPE desk.state AS ENUM ('open')")
    for change, back in (
        ("ALTER TABLE desk.case ALTER state TYPE desk.state USING 'open'", "ALTER TABLE desk.case ALTER state TYPE text"),
        ("CREATE POLICY mine ON desk.case AS RESTRICTIVE USING (id > 100)", "DROP POLICY mine ON desk.case"),
    ):
        admin.execute("BEGIN; SET LOCAL session_replication_role = replica; " + change + "; COMMIT")
        with pytest.raises(psycopg.Error) as caught:
            look(shop)
        assert caught.value.sqlstate == "SG619"
        admin.execute("BEGIN; SET LOCAL session_replication_role = replica; " + back + "; COMMIT")
    assert look(shop).units


def test_the_command(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    say(shop, ORDER)
    number = access(shop, "30", actor="=cmd()", unit="night")

    def command(*words: str, login: str = "bert", code: int = 0) -> str:
        capsys.readouterr()
        assert run(monkeypatch, "unexplained", *words, "--database-url", shop.dsn(login)) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    before = len(acts(shop))
    month = f"{datetime.now(UTC):%Y-%m}"
    found = json.loads(command("--month", month, "--unit", "night", "--format", "json", "--reason", "yearly"))
    (entry,) = found["unexplained"]
    assert entry["ticket"] == number and entry["subject"] == "30" and entry["rank"] == 1
    assert abs(sum(each["score"] for each in entry["features"]) - entry["score"]) < 0.01
    assert [each["words"] for each in entry["tried"]] == [ORDER] and "sales.orders" in entry["tried"][0]["query"]
    assert found["units"] == [{"unit": "night", "purpose": "contract", "judged": 1, "unexplained": 1,
                               "not_explainable_any_more": 0}]
    said = command("--unit", "night", "--purpose", "contract")
    assert f"=cmd() (night) accessed 30, 1 times from {month}" in said and f"not explained by: {ORDER}" in said
    assert "night, contract: 1 of 1 accesses are unexplained" in said and "on record: act " in said
    rows = list(csv.reader(io.StringIO(command("--unit", "night", "--format", "csv"))))
    assert len(rows) == 2 and rows[1][4] == "'=cmd()"
    assert "more are not listed" in command("--limit", "1")
    detail = {"question": "unexplained", "since": f"{month}-01T00:00:00+00:00"}
    first = acts(shop)[before]
    assert first[0] == f"{shop.name}_bert" and first[2] == "yearly" and first[1].items() >= detail.items()
    assert "no month" in command("--month", "May", code=2)
    assert "pass --month, or" in command("--month", month, "--from", "2026-01-01", code=2)
    assert "SG618" in command(login="app", code=2)


def test_the_report_of_a_month_counts_the_same_by_unit_and_names_nobody(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    say(shop, ORDER)
    for number in range(40, 65):
        access(shop, str(number), actor="secret", unit=f"unit {number}")
    access(shop, "2", "66666", "66667", basis_ref="2", actor="secret")
    found = look(shop)
    report = ("report", "--month", f"{datetime.now(UTC):%Y-%m}", "--database-url", shop.dsn("bert"))
    assert run(monkeypatch, *report, "--json") == 0
    counted = json.loads(capsys.readouterr().out)["unexplained"]
    assert len(found.units) > 20 and counted[-1]["unit"] is None
    assert sum(each["names"] for each in counted if each["unit"] is None) == len({unit for unit, _ in found.units}) - 20
    for each in counted[:-1]:
        unit = found.units[each["unit"] or None, each["purpose"]]
        assert (each["judged"], each["unexplained"], each["deleted"]) == (unit.judged, unit.unexplained, unit.deleted)
    for what in ("judged", "unexplained", "deleted"):
        assert sum(each[what] for each in counted) == sum(getattr(unit, what) for unit in found.units.values())
    assert counted[0]["unit"] == "support" and counted[0]["unexplained"] > 1
    assert run(monkeypatch, *report) == 0
    said = capsys.readouterr().out
    assert "Accesses that nobody explains" in said and "secret" not in said and "66666" not in said


def test_a_database_whose_policy_says_nothing_judges_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    shop.apply(shop.policy)
    month = ("--month", f"{datetime.now(UTC):%Y-%m}", "--database-url", shop.dsn("bert"))
    assert run(monkeypatch, "report", *month, "--json") == 0
    assert json.loads(capsys.readouterr().out)["unexplained"] is None
    assert run(monkeypatch, "report", *month) == 0
    assert "Accesses that nobody explains" not in capsys.readouterr().out
    assert look(shop).explanations == () and look(shop).ranked == []
    run(monkeypatch, "unexplained", "--database-url", shop.dsn("bert"))
    assert "NO ACCESS WAS JUDGED" in capsys.readouterr().out
