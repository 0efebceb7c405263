# ruff: noqa: E501 - expected values and calls stand on one line
"""`sminion-guard audit report`: its figures are those of a plain count, and it names nobody."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from sminion_guard.audit.reading.categories import PLAIN
from sminion_guard.embedded import Server
from sminion_guard.policy import OPEN_CATEGORIES
from tests import journal
from tests.database.audit.months import (
    COLUMNS,
    KEYS,
    SECRETS,
    SINCE,
    UNTIL,
    ZONE,
    Made,
    new_month,
    write_others,
    write_statements,
)
from tests.database.audit.readings import acts, run
from tests.session.shop import Shop, new_shop

Report = Callable[..., str]
OCTOBER = ("report", "--month", "2025-10")


@pytest.fixture(scope="module", params=["in the journal", "folded"])
def made(server: Server, request: pytest.FixtureRequest) -> Iterator[Made]:
    with new_month(server) as made:
        write_statements(made)
        write_others(made)
        if request.param == "folded":
            with made.shop.database.connect() as owner:
                owner.execute("SET ROLE sminion_owner")  # as the guard itself, which may make months of its log
                journal.fold_all(owner)
        yield made


@pytest.fixture
def shop(made: Made) -> Shop:
    return made.shop


@pytest.fixture
def bert(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Report:
    """Runs a command as an auditor, and returns what it printed."""
    return reporter(shop, monkeypatch, capsys)


def reporter(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Report:
    def command(*words: str, login: str = "bert", code: int = 0) -> str:
        capsys.readouterr()
        assert run(monkeypatch, *words, "--database-url", shop.dsn(login)) == code
        said = capsys.readouterr()
        return said.err if code else said.out
    return command


def named(found: list[dict[str, Any]]) -> dict[str, tuple[int, ...]]:
    return {each["name"]: tuple(each["days"]) for each in found}


def test_accesses_are_those_of_a_plain_count(made: Made, bert: Report) -> None:
    found = json.loads(bert(*OCTOBER, "--json"))["accesses"]
    assert named(found["purposes"]) == made.accesses(lambda each: each.purpose)
    assert named(found["units"]) == made.accesses(lambda each: each.unit)
    allowed = [each for each in made.statements if each.refused is None]
    assert found["total"] == sum(made.days(each.at for each in allowed)) > 200
    touched = {"contact": ("contact", "contact closed"), "payment": ("payment",), "closed": ("contact closed",), "key": ("contact",)}
    assert named(found["categories"]) == {
        category: made.days(each.at for each in allowed if each.touched in names) for category, names in touched.items()}
    assert set(COLUMNS) == {each.touched for each in allowed} and PLAIN == OPEN_CATEGORIES


def test_the_borders_of_the_month_are_those_of_the_time_zone_of_the_policy(made: Made, bert: Report) -> None:
    found = json.loads(bert(*OCTOBER, "--json"))
    assert found["time_zone"] == "Europe/Tallinn" and found["over"] is True
    assert (found["since"], found["until"]) == ("2025-09-30T21:00:00Z", "2025-10-31T22:00:00Z")
    months = {month: json.loads(bert("report", "--month", month, "--json")) for month in ("2025-09", "2025-10", "2025-11")}
    allowed = [each for each in made.statements if each.refused is None]
    assert sum(each["accesses"]["total"] for each in months.values()) == len(allowed)  # each once, at the borders too
    assert sum(each["refusals"]["total"] for each in months.values()) == len(made.statements) - len(allowed) + 1
    assert sum(each["writes"]["total"] for each in months.values()) == len(made.writes)


def test_refusals_and_attempted_merges_are_those_of_a_plain_count(made: Made, bert: Report) -> None:
    found = json.loads(bert(*OCTOBER, "--json"))["refusals"]
    inside = [each for each in made.statements if each.refused and SINCE <= each.at < UNTIL]
    merges = [each for each in inside if each.refused == "SG101"]
    assert found["total"] == len(inside) > found["merges"] == len(merges) > 0
    assert found["codes"] == dict(Counter(str(each.refused) for each in inside))
    assert named(found["days"])["merges"] == made.days(each.at for each in merges)
    assert {(each["purpose"], each["merges"], each["others"]) for each in found["logins"]} == {
        (purpose, sum(each.purpose == purpose for each in merges),
         sum(each.purpose == purpose and each not in merges for each in inside))
        for purpose in {each.purpose for each in inside}}


def test_writes_states_and_tickets_are_those_of_a_plain_count(made: Made, bert: Report) -> None:
    found = json.loads(bert(*OCTOBER, "--json"))
    assert named(found["writes"]["days"]) == {
        "outside": made.days(at for at, outside in made.writes if outside),
        "purpose": made.days(at for at, outside in made.writes if not outside)}
    assert sum(each["times"] for each in found["writes"]["logins"]) == found["writes"]["outside"]
    assert named(found["states"]["events"]) == {
        name: made.days(at for at, event, _ in made.states if event == name) for name in {event for _, event, _ in made.states}}
    inside = [(event, purpose) for at, event, purpose in made.states if SINCE <= at < UNTIL and purpose]
    assert found["states"]["purposes"] == {purpose: dict(Counter(event for event, about in inside if about == purpose))
                                           for purpose in {purpose for _, purpose in inside}}
    days = made.days(at for at, _ in made.blocked)
    assert named(found["sees_blocked"]["purposes"]) == {"rectification": days} and named(found["sees_blocked"]["units"]) == {"office": days}
    assert found["tickets"]["tickets"] == sum(days) and found["tickets"]["logins"][0]["login"] == f"{made.shop.name}_all"
    hours = Counter(at.replace(minute=0, second=0, microsecond=0) for at, _ in made.blocked if SINCE <= at < UNTIL)
    assert found["tickets"]["logins"][0]["busiest"] == max(hours.values())
    assert found["retention"]["erased"] == 1 and set(found["retention"]["kept"].values()) == {None}
    assert [(each["code"], each["times"]) for each in found["condition"]["faults"]] == [("SG604", 1)]


def test_requests_are_those_of_a_plain_count(made: Made, bert: Report) -> None:
    found = json.loads(bert(*OCTOBER, "--json"))["requests"]
    closed = [(at + timedelta(days=took), kind, took) for at, kind, took in made.requests if took is not None]
    assert named(found["days"]) == {"received": made.days(at for at, _, _ in made.requests), "closed": made.days(at for at, _, _ in closed)}
    assert found["kinds"] == {kind: {
        "received": sum(made.days(at for at, what, _ in made.requests if what == kind)),
        "closed": sum(made.days(at for at, what, _ in closed if what == kind)),
        "late": sum(made.days(at for at, what, took in closed if what == kind and took > 5)),
        "open": 0, "overdue": sum(what == kind and took is None for _, what, took in made.requests),
    } for kind in ("access", "clarify")}
    assert found["kinds"]["access"]["late"] + found["kinds"]["clarify"]["late"] > 0


def test_no_report_names_a_person_or_an_actor(made: Made, bert: Report, shop: Shop) -> None:
    for how in ((), ("--json",), ("--html",)):
        said = bert(*OCTOBER, *how)
        assert "support" in said and len(said) > 2000
        assert [secret for secret in SECRETS if secret in said] == []
    # They are in the log.
    seen = json.dumps([shop.database.execute(f"SELECT t::text FROM sminion.{view} t") for view in (
        "subject_access", "subject_history", "access_log", "act", "log_faults", "request_status")])
    assert [secret for secret in SECRETS if secret not in seen] == []
    assert all(shop.database.execute("SELECT count(*) > 0 FROM sminion.subject_access WHERE subject = %s", key)[0][0] for key in KEYS[:3])


def test_a_report_is_on_record_before_it_is_made(shop: Shop, bert: Report) -> None:
    before = len(acts(shop))
    number = json.loads(bert(*OCTOBER, "--json", "--reason", "each month"))["act"]
    assert acts(shop)[before:] == [(f"{shop.name}_bert", {
        "question": "report", "since": "2025-09-30T21:00:00+00:00", "until": "2025-10-31T22:00:00+00:00"}, "each month")]
    assert shop.database.execute("SELECT login::text FROM sminion.act WHERE id = %s", number) == [(f"{shop.name}_bert",)]


def test_only_auditors_get_one(shop: Shop, bert: Report) -> None:
    before = acts(shop)
    for login in ("olga", "app"):
        said = bert(*OCTOBER, login=login, code=2)
        assert "SG618" in said and "nothing was read" in said and "auditor" in said
    assert acts(shop) == before


def test_months_that_are_none_or_to_come_are_refused(shop: Shop, bert: Report) -> None:
    before = acts(shop)
    for month in ("2025-13", "10-2025", "soon", "2025-1"):
        assert "Invalid value" in bert("report", "--month", month, code=2)
    assert "has not begun" in bert("report", "--month", "2200-01", code=2)
    assert "not both" in bert(*OCTOBER, "--html", "--json", code=2)
    assert acts(shop) == before


def test_a_month_that_is_not_over_says_so(bert: Report) -> None:
    said = bert("report", "--month", f"{datetime.now(UTC):%Y-%m}")
    assert "is not over. This report ends at" in said


def test_an_empty_month_says_what_is_absent_and_no_more(made: Made, bert: Report) -> None:
    empty = ("report", "--month", "2026-02")
    assert json.loads(bert(*empty, "--json"))["accesses"]["total"] == 0
    for how in ((), ("--html",)):
        said = bert(*empty, *how)
        for words in ("No access is on record.", "No refusal is on record.", "No write is on record.", "No ticket was opened.",
                      "Nobody gave or withdrew a consent or an objection, and nobody was blocked."):
            assert said.count(words) == 1
        assert "is not over" not in said and "was dropped" not in said
        assert "What this report lacks" not in said and "<svg" not in said and "no request" not in said


class Page(HTMLParser):
    """Tags, attributes that load or run something, and the headings of the tables' cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.links: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.labelled: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.links += [each for each in attrs if each[0] in ("src", "href", "action", "xlink:href") or each[0].startswith("on")]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.labelled += [word for name, value in attrs if name == "aria-labelledby" for word in (value or "").split()]


def test_the_page_runs_nothing_loads_nothing_and_is_labelled(bert: Report) -> None:
    said = bert(*OCTOBER, "--html")
    page = Page(said)
    assert not page.links and not page.tags.keys() & {"script", "link", "img", "iframe", "object"}
    assert "url(" not in said and "@import" not in said and "@media print" in said
    assert "&lt;b&gt;shop&lt;/b&gt;" in said and "<b>shop" not in said
    assert page.tags["svg"] > 10 and len(page.ids) == len(set(page.ids)) and set(page.labelled) <= set(page.ids)
    assert said.count('<svg role="img"') == page.tags["desc"] == page.tags["title"] - 1
    assert page.tags["h1"] == 1 and page.tags["table"] >= page.tags["h3"] * 2  # beside each chart, and of each day


def test_a_report_goes_to_a_file(bert: Report, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert bert(*OCTOBER, "--html", "--output", str(file)) == f"{file}\n"
    assert file.read_text(encoding="utf-8").endswith("</html>\n")


def test_a_terminal_shows_the_same(made: Made, bert: Report) -> None:
    said = bert(*OCTOBER)
    lines = said.splitlines()
    assert lines[0].startswith("October 2025: database ") and lines[0].endswith("Days are those of time zone Europe/Tallinn.")
    total = sum(made.accesses(lambda each: each.purpose)["contract"])
    assert re.search(rf"^  Fulfil orders +{total}  [▁▂▃▄▅▆▇█ ]+$", said, re.MULTILINE)
    assert max(map(len, lines)) <= 120


def test_many_units_are_counted_and_few_are_named(server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with new_month(server) as made:
        shop, chance = made.shop, random.Random(3)
        units = [f"unit {n}" for n in range(50)]
        with psycopg.connect(shop.dsn("all"), autocommit=True) as app:
            own, place = journal.opened(app), 1
            form = app.execute("SELECT sminion.log_shape(%s)", [Jsonb({
                "codes": [], "operations": ["use"], "relations": ["crm.customer"], "columns": [], "fingerprint": "f",
                "statement": "s"})]).fetchone()
            assert form is not None
            times = {unit: chance.randrange(1, 9) + 10 * (number < 20) for number, unit in enumerate(units)}
            for unit, many in times.items():
                token = app.execute("SELECT sminion.open_ticket('contract', 'a', 'r', unit => %s)", [unit]).fetchone()
                assert token is not None
                journal.write(app, own, place, [{"ticket": int(token[0].split(".")[0]), "shape": form[0]}] * many)
                place += many
        report = reporter(shop, monkeypatch, capsys)
        month = f"{datetime.now(ZONE):%Y-%m}"
        found = json.loads(report("report", "--month", month, "--json"))["accesses"]["units"]
        assert {each["name"]: sum(each["days"]) for each in found if each["name"]} == {unit: times[unit] for unit in units[:20]}
        assert [(each["names"], sum(each["days"])) for each in found if each["name"] is None] == [
            (30, sum(times[unit] for unit in units[20:]))]
        assert found[-1]["name"] is None


def test_the_busiest_minute_of_a_login_is_told(server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with new_month(server) as made:
        with psycopg.connect(made.shop.dsn("app"), autocommit=True) as app:
            app.execute("SELECT count(sminion.open_ticket('contract', 'a', 'r')) FROM generate_series(1, 950)")
        with made.shop.database.connect() as admin:
            admin.execute("SET session_replication_role = replica")
            admin.execute("UPDATE sminion.ticket SET opened_at = '2025-10-07 12:00:05+00'")
        report = reporter(made.shop, monkeypatch, capsys)
        (found,) = json.loads(report(*OCTOBER, "--json"))["tickets"]["minutes"]
        assert found.pop("tickets") in (900, 1000)
        assert found == {"login": f"{made.shop.name}_app", "minute": "2025-10-07T12:00:00Z", "permitted": 60_000}
        assert json.loads(report("report", "--month", "2025-11", "--json"))["tickets"]["minutes"] == []
        assert "in a minute" not in report(*OCTOBER)  # far from the limit
        made.shop.database.execute("UPDATE sminion.login SET tickets_per_minute = 1200 WHERE login = %s", f"{made.shop.name}_app")
        assert re.search(r"opened about (900|1,000) tickets in a minute, of 1,200 that the policy permits", report(*OCTOBER))


def test_the_minute_in_which_a_login_wrote_the_most_is_told(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with new_month(server) as made:
        login = f"{made.shop.name}_app"
        made.shop.database.execute("UPDATE sminion.login SET log_mb_per_minute = 10 WHERE login = %s", login)
        with psycopg.connect(made.shop.dsn("app"), autocommit=True) as app:
            for _ in range(7):
                app.execute("INSERT INTO sminion.journal (writer, first, proof, entries)"
                            " VALUES (1, 1, sha256(''), convert_to(repeat(' ', 1048576 - 256), 'UTF8'))")
        made.shop.database.execute("UPDATE sminion.busy_minute SET minute = '2025-10-07 12:00:00+00'")
        report = reporter(made.shop, monkeypatch, capsys)
        found = {"login": login, "minute": "2025-10-07T12:00:00Z", "megabytes": 7, "permitted": 10}
        assert json.loads(report(*OCTOBER, "--json"))["tickets"]["written"] == [found]
        assert f"Login {login} wrote about 7 MB of the log in a minute, of 10 that the policy permits (SG248)." in report(*OCTOBER)
        made.shop.database.execute("SELECT sminion.fold_all(), sminion.drop_log('2025-11-01', 'kept long enough')")
        assert json.loads(report(*OCTOBER, "--json"))["tickets"]["written"] == []


def test_what_was_dropped_is_said(server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with new_month(server) as made:
        write_statements(made, 60)
        report = reporter(made.shop, monkeypatch, capsys)
        assert "dropped" not in report(*OCTOBER)
        made.shop.database.execute("SELECT sminion.drop_log('2025-10-01', 'kept long enough')")
        said = report(*OCTOBER)
        assert "The log of 2025-09 (UTC) was dropped: statements and writes of a part of this month are not counted." in said
        made.statements[:] = [each for each in made.statements if each.at >= datetime(2025, 10, 1, tzinfo=UTC)]
        assert named(json.loads(report(*OCTOBER, "--json"))["accesses"]["purposes"]) == made.accesses(lambda each: each.purpose)
        made.shop.database.execute("SELECT sminion.drop_log('2025-11-01', 'kept long enough')")
        assert "The log of 2025-10 (UTC) was dropped" in report(*OCTOBER)
        now = json.loads(report("report", "--month", f"{datetime.now(UTC):%Y-%m}", "--json"))
        assert [each["month"] for each in now["retention"]["dropped"]] == ["2025-09", "2025-10"]


def test_before_the_guard_nothing_was_on_record_and_without_a_policy_days_are_utc(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with new_shop(server) as shop:
        shop.database.execute(f"CREATE ROLE {shop.name}_bert LOGIN IN ROLE {shop.name}_auditor")
        report = reporter(shop, monkeypatch, capsys)
        assert "No policy was in force in this month." in report("report", "--month", "2020-02")
        assert re.search(r"The first policy came into force on \d+ \w+: nothing is on record before\.",
                         report("report", "--month", f"{datetime.now(UTC):%Y-%m}"))
        found = json.loads(report("report", "--month", "2020-02", "--json"))
        assert (found["time_zone"], found["since"], found["policy"]) == ("UTC", "2020-02-01T00:00:00Z", None)
