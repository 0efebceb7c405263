"""The access report: everything about one person, and nothing about anybody else."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sminion_guard.cli.main import app
from sminion_guard.cli.report_page import Sentences, page
from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError
from sminion_guard.policy import loads
from sminion_guard.policy.page.words import words
from sminion_guard.subjects import Recipients, Requests
from sminion_guard.subjects.report import chunks, open_report
from tests.world import World, new_world

PEOPLE = 1000
GRAPH = """
CREATE SCHEMA net;
CREATE TABLE net.person (id bigint PRIMARY KEY, name text, since date);
CREATE TABLE net.gift (id bigint PRIMARY KEY, giver bigint, taker bigint, card text, worth int, city text);
CREATE INDEX ON net.gift (giver); CREATE INDEX ON net.gift (taker);
CREATE TABLE net.meeting (a bigint, b bigint, c bigint, minutes text, room text);
CREATE TABLE net.account (no bigint PRIMARY KEY, owner bigint, iban text, remark text);
CREATE TABLE net.entry (id bigint PRIMARY KEY, account_no bigint, text text);
CREATE TABLE net.line (id bigint PRIMARY KEY, entry bigint, detail text);
"""
POLICY = """
[recipient.press]
title = "Printing house"
contract = "2026-1"
purposes = ["contract"]
never = ["birth"]

[schema.net]
title = "Network"
collected_for = ["contract"]
[schema.net.person]
subject = "id"
retention = { after = "since", keep = "2 years", then = "destroy" }
columns = { id = "key", name = "identity", since = "none" }
[schema.net.gift]
subject = ["giver", "taker?"]
report = { city = "show" }
columns = { id = "key", giver = "key", taker = "key", card = "free_text", worth = "none", city = "address" }
[schema.net.meeting]
subject = ["a", "b?", "c?"]
columns = { a = "key", b = "key", c = "key", minutes = "free_text", room = "none" }
[schema.net.account]
subject = "owner"
report = { remark = "exists" }
columns = { no = "key", owner = "key", iban = "payment", remark = "free_text" }
[schema.net.entry]
subject = "account_no -> net.account.no"
columns = { id = "key", account_no = "key", text = "free_text" }
[schema.net.line]
subject = "entry -> net.entry"
columns = { id = "key", entry = "key", detail = "free_text" }
"""


def secret(person: int, what: str) -> str:
    """A value that tells whose it is."""
    return f"<{what} of {person}>"


def fill(world: World, seed: int) -> None:
    chance = random.Random(seed)
    people = range(1, PEOPLE + 1)

    def somebody() -> int:
        return chance.choice(people)

    gifts = [(number, somebody(), chance.choice([somebody(), None])) for number in range(3000)]
    meetings = [(somebody(), chance.choice([somebody(), None]), chance.choice([somebody(), None])) for _ in range(2000)]
    accounts = [(10_000 + number, somebody()) for number in range(1500)]
    entries = [(number, *chance.choice(accounts)) for number in range(3000)]
    lines = [(number, *chance.choice(entries)) for number in range(3000)]
    rows: dict[str, list[tuple[Any, ...]]] = {
        "person": [(person, secret(person, "name"), "2001-02-03" if person % 2 else None) for person in people],
        "gift": [(number, giver, taker, secret(giver, "card") + secret(taker or giver, "card"), 5, "town")
                 for number, giver, taker in gifts],
        "meeting": [(a, b, c, "".join(secret(one or a, "word") for one in (a, b, c)), "red") for a, b, c in meetings],
        "account": [(no, owner, secret(owner, "iban"), "never shown") for no, owner in accounts],
        "entry": [(number, no, secret(owner, "text")) for number, no, owner in entries],
        "line": [(number, entry, secret(owner, "detail")) for number, entry, _, owner in lines],
    }
    with world.database.connect() as admin:
        admin.execute(GRAPH.encode())
        for table, listed in rows.items():
            with admin.cursor().copy(f"COPY net.{table} FROM STDIN".encode()) as copy:
                for row in listed:
                    copy.write_row(row)


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        fill(world, seed=20261128)
        world.apply(loads(world.text() + POLICY))
        yield world


def whole(world: World, key: int, **more: Any) -> tuple[dict[str, Any], str]:
    """The report as JSON and as a page, of two readings."""
    with world.connect("officer") as officer:
        with open_report(officer, key, reason="asked", **more) as report:
            text = "".join(chunks(report))
        with open_report(officer, key, reason="asked", **more) as report:
            return json.loads(text), "".join(page(report))


def table(found: dict[str, Any], name: str) -> dict[str, Any]:
    (entry,) = (entry for entry in found["data"] if f"{entry['schema']}.{entry['table']}" == name)
    return dict(entry)


def test_no_value_of_anybody_else_is_in_any_report(world: World) -> None:
    """Of 1,000 people every tenth is asked for; and everything that is of this person alone is there."""
    own = dict(world.super(
        "SELECT a.owner, count(*) FROM net.account a JOIN net.entry e ON e.account_no = a.no"
        " JOIN net.line l ON l.entry = e.id GROUP BY a.owner"))
    with world.connect("officer") as officer:
        for person in range(1, PEOPLE + 1, 10):
            with open_report(officer, person, reason="asked") as report:
                text = "".join(chunks(report))
            found = json.loads(text)
            said = {piece.partition(">")[0] for piece in text.split(" of ")[1:] if ">" in piece}
            assert {piece for piece in said if piece.isdigit()} == {str(person)}, person
            assert "never shown" not in text
            assert len(table(found, "net.line")["rows"]) == own.get(person, 0)
            for name, columns in (("net.gift", ("giver", "taker")), ("net.meeting", ("a", "b", "c"))):
                for row in table(found, name)["rows"]:
                    assert {row["values"][column] for column in columns} <= {None, str(person), "another person"}
                    assert row["shared"] is ("another person" in row["values"].values())


def test_a_shared_row_says_what_it_leaves_out(world: World) -> None:
    ((giver, taker),) = world.super("SELECT giver, taker FROM net.gift WHERE taker <> giver ORDER BY id LIMIT 1")
    found, html = whole(world, giver)
    row = next(row for row in table(found, "net.gift")["rows"] if row["shared"] and row["values"]["taker"])
    assert row["values"] in (
        {"city": "town", "giver": str(giver), "taker": "another person", "worth": "5"},
        {"city": "town", "giver": "another person", "taker": str(giver), "worth": "5"})
    assert "another person" in html and "left out: it may be about another person" in html
    assert secret(taker, "card").replace("<", "&lt;").replace(">", "&gt;") not in html


def test_the_page_is_in_the_language_of_the_person(world: World) -> None:
    """Each sentence of the page is in the catalogue: nothing of the English one is left in the German one."""
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.object('19', 'interest', 'angerufen')")
        requests = Requests(officer)
        requests.close(requests.open(19, "destroy", "Brief"), "refused", "Rechnungen bleiben")
        requests.open(19, "access", "Brief")
        with open_report(officer, 19, reason="verlangt") as report:
            german = "".join(page(report, words("de")))
        with open_report(officer, 19, reason="verlangt") as report:
            english = "".join(page(report, words("en")))
    assert '<html lang="de">' in german
    for said in ("Was wir über Sie speichern", "Widerspruch, Recommend more of the same. angerufen", "abgelehnt am",
                 "Auskunft über die Daten: zu beantworten bis", "für eine Auskunft wie diese gelesen", "Kontaktdaten",
                 "Aufbewahrt: 2 Jahre nach since"):
        assert said in german, said
    sentences = [said for key, said in words("en").section("report").items() if key not in ("none", "no_reason")]
    fixed = [said for said in sentences if "{" not in said and len(said) > 8 and said in english]
    assert len(fixed) > 12 and not [said for said in fixed if said in german]


def test_where_an_access_was_made_is_said_if_it_was_elsewhere(world: World) -> None:
    with world.connect("officer") as officer, open_report(officer, 20, reason="asked") as report:
        say = Sentences(words("en"), report.policy)
        (own,) = report.accesses()
        assert own.home is None and "database" not in say.access(own)
        assert ", from the database books. Reason: asked" in say.access(replace(own, home="books"))


def test_everything_about_a_person_is_said(world: World) -> None:
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.give_consent('17', 'marketing', 'form')")
        officer.execute("SELECT sminion.block('17', 'contested')")
        requests = Requests(officer)
        number = requests.open(17, "destroy", "letter")
        requests.close(number, "refused", "the law keeps the invoices <10 years>")
        Recipients(officer).record("carrier", "contract", ["contact"], [17], "parcels of <May>")
    found, html = whole(world, 17)
    person = table(found, "net.person")
    assert person["rows"] == [{
        "shared": False, "kept_until": "2003-02-03 00:00:00+00", "past": True,
        "values": {"id": "17", "name": secret(17, "name"), "since": "2001-02-03"}}]
    assert person["purposes"] == [{"name": "contract", "title": "Fulfil orders", "basis": "contract"}]
    assert person["retention"] == {"after": "since", "keep": "2 years", "then": "destroy"}
    assert table(found, "crm.customer")["rows"][0]["values"]["email"] == "e17"
    assert [(entry["event"], entry["purpose"]) for entry in found["consents_objections_blocks"]] == [
        ("give_consent", "marketing"), ("block", None)]
    assert [(entry["outcome"], entry["answer"]) for entry in found["requests"]] == [
        ("refused", "the law keeps the invoices <10 years>")]
    assert "Printing house" in [entry["title"] for entry in found["recipients"]]
    assert [(entry["recipient"], entry["purpose"], entry["categories"]) for entry in found["disclosures"]] == [
        ("carrier", "contract", ["contact"])]
    assert ": contact data, to " in html
    assert found["accesses"][-1]["operations"] == ["report"]
    assert {entry["category"]: entry["recipients"] for entry in found["categories"]}["payment"] == [
        "carrier", "press", "printer"]
    assert {column["name"]: column["shown"] for column in table(found, "net.account")["columns"]}["remark"] == "exists"
    assert found["incomplete"] == []
    for said in ("Newsletter", "processing blocked", "the law keeps the invoices &lt;10 years&gt;", "Printing house",
                  "its time is over", "kept, and not shown here", "World Ltd"):
        assert said in html, said
    assert "<10 years>" not in html and "<name of 17>" not in html


def test_a_table_that_a_policy_adds_is_reached_without_a_change_of_code(world: World) -> None:
    """Chains of random length and names, below a random table."""
    for seed in range(3):
        chance = random.Random(seed)
        parent, text, key = "net.person", POLICY, "id"
        names = [f"{chance.choice('abcxyz')}{seed} {step}" for step in range(chance.randint(1, 4))]
        sql = f'CREATE SCHEMA "new {seed}";'
        text += f'[schema."new {seed}"]\ncollected_for = ["contract"]\n'
        for step, name in enumerate(names):
            sql += (f'CREATE TABLE "new {seed}"."{name}" ("my id" bigint PRIMARY KEY, up bigint, note text);'
                    f'INSERT INTO "new {seed}"."{name}" VALUES (4, 4, \'here {step}\'), (5, 5, \'not here\');')
            subject = f"'up -> {parent}.{key}'" if step or chance.random() < 0.5 else '"up"'
            text += (f'[schema."new {seed}"."{name}"]\nsubject = {subject}\n'
                     'columns = { "my id" = "key", up = "key", note = "contact" }\n')
            parent, key = f'"new {seed}"."{name}"', '"my id"'
        world.super(sql)
        world.apply(loads(world.text() + text))
        found, html = whole(world, 4)
        for step, name in enumerate(names):
            assert [row["values"]["note"] for row in table(found, f"new {seed}.{name}")["rows"]] == [f"here {step}"]
        assert "not here" not in html
        world.apply(loads(world.text() + POLICY))


def test_one_snapshot_for_all_of_it(world: World) -> None:
    with world.connect("officer") as officer, open_report(officer, 5, reason="asked") as report:
        next(iter(report.tables))
        world.super("UPDATE hr.employee SET email = 'later' WHERE id = 5")
        assert "later" not in "".join(chunks(report))
    world.super("UPDATE hr.employee SET email = 'e5' WHERE id = 5")


def test_memory_does_not_grow_with_the_rows(world: World) -> None:
    world.super("INSERT INTO net.entry SELECT 1000000 + i, (SELECT min(no) FROM net.account), repeat('x', 50)"
                " FROM generate_series(1, 40000) i")
    ((owner,),) = world.super("SELECT owner FROM net.account ORDER BY no LIMIT 1")
    with world.connect("officer") as officer, open_report(officer, owner, reason="asked") as report:
        tracemalloc.start()
        try:
            size = sum(len(piece) for piece in chunks(report))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    world.super("DELETE FROM net.entry WHERE id > 1000000")
    assert size > 4_000_000
    assert peak < 2_000_000


def test_the_command_writes_a_file_as_a_whole(world: World, tmp_path: Path) -> None:
    address = world.database.dsn(f"{world.name}_officer")
    run = CliRunner()
    for form in ("json", "html"):
        file = tmp_path / f"report.{form}"
        file.write_text("before")
        call = ["subject", "report", "7", "--reason", "asked", "--format", form, "--output", str(file)]
        done = run.invoke(app, [*call, "--database-url", address])
        assert done.exit_code == 0, done.output
        assert "e7" in file.read_text() and file.stat().st_mode & 0o077 == 0
        with pytest.raises(GuardError) as error:
            run.invoke(app, [*call, "--database-url", world.database.dsn(f"{world.name}_app")], catch_exceptions=False)
        assert error.value.code == "SG528"
        assert "e7" in file.read_text() and list(tmp_path.glob(".*")) == []
    assert run.invoke(app, ["subject", "report", "7", "--output", "x", "--database-url", address]).exit_code == 2


def test_nothing_is_read_within_a_transaction(world: World) -> None:
    with world.connect("officer") as officer, officer.transaction(), pytest.raises(GuardError, match="SG529"), \
            open_report(officer, 1, reason="asked"):
        raise AssertionError("a report was opened")
