"""`sminion-guard audit subject` and its companions, as auditors and privacy officers type them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import psycopg
import pytest
from fhir.resources import bundle as r5
from fhir.resources.R4B import bundle as r4
from google.protobuf import json_format
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData

from sminion_guard.audit.reading import Kind, Question, read
from sminion_guard.embedded import Server
from sminion_guard.errors import AuditUnavailable
from tests import journal, servers
from tests.database.audit.readings import HOSTILE, acts, read_people, run
from tests.session.shop import Shop, new_shop

Run = Callable[..., str]
NOTE = "x\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\N{EM DASH} x AAAAAAAA\n"
JSON = ("--receiver-code", "12345678", "--format", "json")


@pytest.fixture(scope="module", params=["in the journal", "folded"])
def shop(server: Server, request: pytest.FixtureRequest) -> Iterator[Shop]:
    with new_shop(server) as shop:
        read_people(shop)
        if request.param == "folded":
            with shop.database.connect() as owner:
                journal.fold_all(owner)
        yield shop


@pytest.fixture
def bert(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command as an auditor, and returns what it printed."""
    def command(*words: str, login: str = "bert", code: int = 0) -> str:
        capsys.readouterr()
        assert run(monkeypatch, *words, "--database-url", shop.dsn(login)) == code
        said = capsys.readouterr()
        return said.err if code else said.out
    return command


def test_a_person_learns_who_saw_the_data(bert: Run) -> None:
    found = json.loads(bert("subject", "1", *JSON))["usages"]
    write, *reads = found
    assert write["operations"] == ["clarify"] and write["actor"] is None and write["categories"] == ["contact"]
    assert write["rows"] == 1 and write["relations"] == ["crm.customer"]
    assert [entry["rows"] for entry in reads] == [5, 5, 10]  # one statement has two results, in one batch
    for entry in reads:
        assert entry["actor"] == "anna" and entry["unit"] == "support" and entry["reason"] == "order 17"
        assert entry["basis"] == "contract" and entry["basis_ref"] == "contract 42"
        assert entry["title"] == "Fulfil orders"
        assert entry["categories"] == ["closed", "contact", "key"]
    assert [entry["place"] for entry in reads] == [3, 2, 1]


def test_accesses_have_the_fields_of_the_data_tracker(bert: Run) -> None:
    found = json.loads(bert("subject", "1", *JSON))["usages"]
    for usage in found:
        # `Usage` of dumonitor-openapi.yaml 2.1.0: four strings, one a date-time, and one that may be absent
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", usage["logtime"])
        for name in ("action", "receiverCode", "receiverSystem"):
            assert usage[name] and isinstance(usage[name], str)
        assert isinstance(usage.get("receiverName", ""), str)
    assert found[1]["action"] == "Fulfil orders: order 17" and found[1]["receiverName"] == "support"
    assert [usage["logtime"] for usage in found] == sorted((usage["logtime"] for usage in found), reverse=True)


def test_pages_have_each_access_once(bert: Run) -> None:
    whole = json.loads(bert("subject", "2", "--format", "json"))["usages"]
    assert len(whole) == 4
    paged, after = [], []
    while True:
        page = json.loads(bert("subject", "2", "--limit", "1", "--format", "json", *after))
        paged += page["usages"]
        if page["next"] is None:
            break
        after = ["--after", page["next"]]
    assert paged == whole


def test_pages_of_the_log_have_each_event_once(bert: Run) -> None:
    whole = json.loads(bert("log", "--format", "json"))["entries"]
    assert len(whole) == 6
    paged, after = [], []
    while True:
        page = json.loads(bert("log", "--limit", "2", "--format", "json", *after))
        paged += page["entries"]
        if page["next"] is None:
            break
        after = ["--after", page["next"]]
    assert paged == whole


def test_the_log_is_asked_by_actor_purpose_refusal_and_time(bert: Run) -> None:
    def entries(*words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(bert(*words, "--format", "json"))["entries"]
        return found

    log = entries("log")
    assert {entry["actor"] for entry in log} == {"anna", HOSTILE, None}
    assert [entry["actor"] for entry in entries("actor", "anna")] == ["anna"] * 4
    assert entries("actor", "nobody") == [] == entries("purpose", "marketing")
    assert len(entries("purpose", "contract")) == 5
    (refusal,) = entries("refusals")
    assert refusal["refused_by"] == "analyzer" and refusal["codes"] == ["SG101"] and refusal["actor"] == "anna"
    middle = log[2]["at"]
    assert entries("log", "--since", middle) == log[:3] and entries("log", "--until", middle) == log[3:]


def test_in_words(bert: Run) -> None:
    said = bert("subject", "1")
    assert "anna (support)\n  purpose: Fulfil orders\n" in said
    assert "  basis: it is needed for a contract with you (contract 42)\n  reason: order 17\n" in said
    assert "  data: data that the policy does not list, contact; used, in crm.customer\n" in said
    assert re.search(r"the login \w+, outside of any purpose\n  purpose: none\n  reason: none\n  data: contact;", said)
    assert "no access is on record" in bert("subject", "3")
    refused = bert("refusals")
    assert "refused by analyzer (SG101)" in refused and "  no rows  " in refused and "on record: act " in refused


def test_no_cell_of_a_spreadsheet_is_a_formula(bert: Run) -> None:
    lines = list(csv.reader(io.StringIO(bert("subject", "2", "--format", "csv"))))
    assert lines[0][:3] == ["at", "actor", "unit"] and len(lines) == 5
    cells = [cell for line in lines[1:] for cell in line]
    assert f"'{HOSTILE}" in cells and "'@SUM(1+1)" in cells and "'-1" in cells
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r") and not re.fullmatch(r"-\d+", cell)]


@pytest.mark.parametrize("words", [("subject", "2"), ("log",), ("refusals",)])
def test_other_programs_read_what_was_exported(bert: Run, words: tuple[str, ...]) -> None:
    whole = json.loads(bert(*words, "--format", "json"))
    many = len(whole.get("usages") or whole["entries"])
    for schema, form in ((r4.Bundle, "fhir-r4"), (r5.Bundle, "fhir-r5")):
        found = schema.model_validate_json(bert(*words, "--format", form))
        assert len(found.entry) == many
        people = [entry.resource.entity[0].what for entry in found.entry]
        assert {person and person.identifier.value for person in people} == {"2" if words[0] == "subject" else None}
    logs = json_format.Parse(bert(*words, "--format", "otlp"), LogsData())
    assert len(logs.resource_logs[0].scope_logs[0].log_records) == many


class Tags(HTMLParser):
    """Tags and attributes of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [each for each in attrs if each[0] in ("src", "href", "action") or each[0].startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_of_a_person_runs_nothing_and_loads_nothing(bert: Run) -> None:
    said = bert("subject", "2", "--format", "html")
    page = Tags()
    page.feed(said)
    assert "script" not in page.tags and page.links == []
    assert HOSTILE in page.text and "<script" not in said.lower() and "url(" not in said and "@import" not in said
    assert said.startswith("<!doctype html>\n<html lang=\"en\">") and '<meta name="viewport"' in said
    assert page.tags.count("h1") == 1 and page.tags.count("li") == page.tags.count("h2") == page.tags.count("time") == 4
    assert "it is needed for a contract with you" in page.text


def test_reading_is_on_record_and_names_nobody(shop: Shop, bert: Run) -> None:
    before = len(acts(shop))
    asked = ("--since", "2020-01-01", "--reason", "asked by letter")
    number = json.loads(bert("subject", "2", *asked, *JSON))["act"]
    bert("actor", "anna", login="olga")
    bert("purpose", "contract")
    bert("purpose", "2")
    found = acts(shop)[before:]
    assert found == [
        (f"{shop.name}_bert", {"question": "subject", "since": "2020-01-01T00:00:00+00:00"}, "asked by letter"),
        (f"{shop.name}_olga", {"question": "actor"}, None),
        (f"{shop.name}_bert", {"question": "purpose", "purpose": "contract"}, None),
        (f"{shop.name}_bert", {"question": "purpose"}, None),
    ]
    assert shop.database.execute("SELECT act FROM sminion.act WHERE id = %s", number) == [("read_log",)]


def test_nothing_is_read_that_is_not_on_record(shop: Shop, bert: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = acts(shop)
    assert "SG618" in bert("subject", "1", login="app", code=2)
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    said = bert("subject", "1", code=2)
    assert "SG618" in said and "nothing was read" in said and "anna" not in said
    monkeypatch.delenv("PGOPTIONS")
    assert "SG504" in bert("subject", "one", code=2)
    assert "SG460" in bert("subject", "1", "--kind", "employee", code=2)
    assert acts(shop) == before


def test_the_record_is_committed_before_the_first_row_is_read(shop: Shop) -> None:
    before = len(acts(shop))
    with psycopg.connect(shop.dsn("bert"), autocommit=True) as connection, \
            read(connection, Question(Kind.SUBJECT, subject="01")) as log:
        assert len(acts(shop)) == before + 1 and log.key == "1"
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("SELECT sminion.record_checkpoint(0, sha256(''), %s)", [NOTE])
    with psycopg.connect(shop.dsn("bert")) as connection, pytest.raises(AuditUnavailable, match="SG618"), \
            read(connection, Question(Kind.LOG)):
        raise AssertionError("read without a record")
    assert len(acts(shop)) == before + 1


def test_questions_that_nobody_asks_are_not_recorded(shop: Shop) -> None:
    with psycopg.connect(shop.dsn("bert"), autocommit=True) as connection:
        for words in ("'anna'", "NULL", "'subject'", "'log', '1'"):
            with pytest.raises(psycopg.Error) as caught:
                connection.execute(f"SELECT sminion.record_reading({words})".encode())
            assert caught.value.sqlstate == "SG618"
        with pytest.raises(psycopg.Error, match="empty"):
            connection.execute("SELECT sminion.record_reading('log', reason => ' ')")


def test_what_cannot_be_read_as_a_place_or_a_moment_is_refused(shop: Shop, bert: Run) -> None:
    before = acts(shop)
    for words in (("--after", "yesterday"), ("--after", "2026-01-01,1,1,1"), ("--since", "soon"), ("--limit", "0")):
        assert "Invalid value" in bert("log", *words, code=2)
    assert acts(shop) == before


def test_a_database_that_only_keeps_a_log_has_keys_as_they_were_passed(server: Server) -> None:
    with servers.new_guarded_database(server) as database, \
            psycopg.connect(database.dsn(), autocommit=True) as connection, \
            read(connection, Question(Kind.SUBJECT, subject="042", kind="employee")) as log:
        assert log.key == "employee:042" and log.page(50).entries == ()


ACCESSES = """
SELECT subject, at, writer, place, ticket, login, actor, unit, purpose, reason, "values", operations, relations,
       columns, write, home
"""
OLD = """
SET ROLE sminion_owner;
SELECT sminion.make_month(m) FROM generate_series('2025-03-01'::timestamptz, '2025-06-01', '1 month') m;
INSERT INTO sminion.statement_event (
  at, number, writer, place, ticket, shape, refused, outcome, codes, rows, microseconds)
SELECT '2025-03-31 23:59:50+00'::timestamptz + n * interval '1 second', -n, e.writer, 1000000 + n, e.ticket, e.shape,
       false, 'done', '{}', 1, 1
FROM (SELECT e.* FROM sminion.statement_event e LIMIT 1) e, generate_series(1, 9) n;
INSERT INTO sminion.statement_subject (at, writer, statement, number, subject)
SELECT CASE n WHEN 1 THEN '2025-05-02' WHEN 9 THEN '2025-03-31 23:59:59+00' ELSE '2025-04-01 00:01:00+00' END
         ::timestamptz, e.writer, 1000000 + n, -n, 'long ago'
FROM (SELECT e.* FROM sminion.statement_event e LIMIT 1) e, generate_series(1, 9) n
"""


def test_a_page_of_one_person_is_what_the_view_has(shop: Shop) -> None:
    with shop.database.connect() as owner:
        folded = bool(owner.execute("SELECT 1 FROM sminion.statement_event LIMIT 1").fetchall())
        if folded:  # results of statements of months before, and seven at one moment
            for statement in OLD.split(";"):
                owner.execute(statement.encode())
    with psycopg.connect(shop.dsn("bert"), autocommit=True) as auditor:
        people = {"1", "2", "3", *(["long ago"] if folded else ())}
        for person in people:
            whole = auditor.execute(
                (ACCESSES + "FROM sminion.subject_access WHERE subject = %s").encode(), [person]).fetchall()
            assert len(whole) == 9 or person != "long ago"
            times = sorted({row[1] for row in whole})
            for most in (1, 2, 50):
                for place in (None, *times):
                    for since in (None, *times[:1], *times[-1:]):
                        for until in (None, *times[-1:]):
                            found = auditor.execute(
                                (ACCESSES + "FROM sminion.accesses_of(%s, %s, %s, %s, %s)").encode(),
                                [person, since, until, place, most]).fetchall()
                            wanted = [row for row in whole if (place is None or row[1] <= place)
                                      and (since is None or row[1] >= since) and (until is None or row[1] < until)]
                            assert all(row in wanted for row in found) and len(found) <= len(wanted)
                            below = sorted((row[1] for row in wanted if row[1] != place), reverse=True)
                            complete = below[most - 1] if len(below) >= most else None
                            assert [row for row in wanted if complete is None or row[1] >= complete
                                    if row not in found] == []
