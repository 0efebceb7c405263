"""The register of disclosures, and telling recipients: no request is granted before all of them know."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from sminion_guard.cli import main
from sminion_guard.errors import GuardError, TransferRefused
from sminion_guard.subjects import Destructions, Obligation, Recipients, Requests
from sminion_guard.subjects.notices import to_address
from tests.database.states.test_races import Background
from tests.world import World

TOLD_OF = ("clarify", "block", "destroy", "withdraw_consent", "object", "stop", "misconduct")


def disclose(world: World, *keys: int, recipient: str = "carrier") -> int:
    with world.connect("officer") as officer:
        return Recipients(officer).record(recipient, "contract", ["contact"], keys, "parcels of 2 May")


@pytest.mark.parametrize("kind", TOLD_OF)
def test_a_request_is_granted_when_all_who_got_the_data_were_told(kind: str, world: World) -> None:
    disclose(world, 7, 8)
    disclose(world, 7, recipient="printer")
    disclose(world, 7)
    disclose(world, 9, recipient="printer")
    with world.connect("officer") as officer:
        requests, recipients = Requests(officer), Recipients(officer)
        number = requests.open(7, kind, "letter")
        requests.identify(number, "passport")
        duties = recipients.obligations(request=number)
        assert [(duty.recipient, duty.state) for duty in duties] == [("carrier", "due"), ("printer", "due")]
        recipients.settle(duties[0].id, "told", "letter of 5 May")
        with pytest.raises(GuardError, match="not all recipients were told") as caught:
            requests.close(number, "granted", "done", unchanged=True)
        assert (caught.value.code, caught.value.detail) == ("SG703", "Not told: `printer`.")
        recipients.settle(duties[1].id, "failed", "no answer")
        with pytest.raises(GuardError):
            requests.close(number, "partly_granted", "done", unchanged=True)
        recipients.settle(duties[1].id, "waived", "the firm is gone")
        if kind == "destroy":
            Destructions(officer).destroy(number, "letter", patience=0)
        requests.close(number, "granted", "done", unchanged=True)
        assert {duty.state for duty in recipients.obligations(states=None)} == {"told", "waived"}
        assert [event.event for event in requests.history(number) if not event.event.startswith("destr")] == [
            "opened", "identified", "told", "failed", "waived", "closed"]


def test_a_question_and_a_refused_request_oblige_nobody(world: World) -> None:
    disclose(world, 7)
    with world.connect("officer") as officer:
        requests, recipients = Requests(officer), Recipients(officer)
        requests.open(7, "access", "letter")
        assert recipients.obligations(states=None) == []
        number = requests.open(7, "clarify", "letter")
        requests.close(number, "refused", "the address is right")
        assert [duty.state for duty in recipients.obligations(states=None)] == ["void"]


def test_what_is_disclosed_while_a_request_is_open_obliges_too(world: World) -> None:
    with world.connect("officer") as officer:
        number = Requests(officer).open(7, "destroy", "letter")
    disclose(world, 7, 8)
    with world.connect("officer") as officer:
        assert [duty.request for duty in Recipients(officer).obligations()] == [number]


def test_a_disclosure_and_a_request_at_once_do_not_miss_each_other(world: World) -> None:
    with world.connect("officer") as officer, world.connect("officer") as other:
        officer.execute("BEGIN")
        Recipients(officer).record("carrier", "contract", ["contact"], [7], "parcels")
        waiting = Background(lambda: other.execute("SELECT sminion.open_request(7, 'destroy', 'letter')"))
        assert not waiting.ended(0.3)
        officer.execute("COMMIT")
        assert waiting.ended()
        assert waiting.error == ""
        assert len(Recipients(other).obligations()) == 1


def test_an_officer_who_does_not_commit_is_named_and_stops_nobody_for_ever(world: World) -> None:
    with world.connect("officer") as officer, world.connect("officer") as other:
        officer.execute("BEGIN")
        number = Requests(officer).open(7, "destroy", "letter")
        with pytest.raises(GuardError, match="has not committed") as caught:
            Requests(other).open(8, "destroy", "letter")
        assert caught.value.code == "SG535" and f"process {officer.info.backend_pid}" in str(caught.value.detail)
        officer.execute("COMMIT")
        assert Requests(other).open(8, "destroy", "letter") > number


def test_a_notice_names_a_person_and_is_not_sent_in_the_open() -> None:
    for url in ("http://carrier.example/notices", "ftp://127.0.0.2/x", "carrier.example"):
        with pytest.raises(GuardError, match="not encrypted") as caught:
            to_address(url, None)
        assert caught.value.code == "SG702"
    assert callable(to_address("https://carrier.example/notices", None))


@pytest.mark.parametrize(("recipient", "purpose", "categories", "keys", "code"), [
    ("stranger", "contract", ["contact"], [7], "SG701"), ("carrier", "marketing", ["contact"], [7], "SG701"),
    ("carrier", "contract", ["contact", "birth"], [7], "SG701"), ("carrier", "contract", ["brith"], [7], "SG701"),
    ("carrier", "contract", [], [7], "SG701"), ("agency", "contract", ["contact", "behaviour"], [7], "SG701"),
    ("agency", "contract", ["contact"], [7], "SG701"),
    ("carrier", "contract", ["contact"], [], "SG504"), ("carrier", "contract", ["contact"], ["x"], "SG504"),
])
def test_what_the_policy_does_not_permit_is_not_recorded(
    recipient: str, purpose: str, categories: list[str], keys: list[object], code: str, world: World
) -> None:
    with world.connect("officer") as officer, pytest.raises(GuardError) as caught:
        Recipients(officer).record(recipient, purpose, categories, keys, "parcels")
    assert caught.value.code == code
    assert (code == "SG701") == isinstance(caught.value, TransferRefused)
    assert world.super("SELECT count(*) FROM sminion.disclosure") == [(0,)]


def test_a_contract_covers_some_categories_until_its_last_day(world: World) -> None:
    with world.connect("officer") as officer:
        recipients = Recipients(officer)
        last = datetime(2026, 6, 30, 23, 59, tzinfo=UTC)
        assert recipients.record("agency", "contract", ["contact", "none"], [7], "list", disclosed_at=last) > 0
        with pytest.raises(TransferRefused, match="ended on 2026-06-30"):
            recipients.record("agency", "contract", ["contact"], [7], "list", disclosed_at=last + timedelta(minutes=1))
        with pytest.raises(TransferRefused, match="does not cover `behaviour`"):
            recipients.record("agency", "contract", ["contact", "behaviour"], [7], "list", disclosed_at=last)


@pytest.mark.parametrize("login", ["app", "all", "keeper", "reader"])
def test_only_privacy_officers_may(login: str, world: World) -> None:
    with world.connect(login) as connection, pytest.raises(GuardError) as caught:
        Recipients(connection).record("carrier", "contract", ["contact"], [7], "parcels")
    assert caught.value.code == "SG528"


def test_an_erased_person_is_in_no_disclosure_and_the_register_stays(world: World) -> None:
    number = disclose(world, 7, 8)
    with world.connect("officer") as officer:
        assert [entry.id for entry in Recipients(officer).disclosures("7")] == [number]
        world.super("SELECT sminion.erase_from_log('7', 'destroyed')")
        assert Recipients(officer).disclosures("7") == []
    assert world.super("SELECT persons, recipient FROM sminion.disclosure") == [(2, "carrier")]
    assert world.super("SELECT detail ->> 'recipient' FROM sminion.act WHERE act = 'disclosure'") == [("carrier",)]


def test_telling_goes_on_where_it_stopped(world: World) -> None:
    disclose(world, 7)
    disclose(world, 7, recipient="printer")
    with world.connect("officer") as officer:
        requests, recipients = Requests(officer), Recipients(officer)
        number = requests.open(7, "destroy", "letter")
        delivered: list[int] = []

        def deliver(duty: Obligation) -> str:
            if duty.recipient == "carrier" and len(delivered) < 2:
                delivered.append(-1)
                raise OSError("no route")
            delivered.append(duty.id)
            return "by hand"

        with pytest.raises(GuardError, match="1 of 2 recipients could not be told") as caught:
            recipients.tell(deliver)
        assert caught.value.code == "SG702"
        assert recipients.tell(deliver) == 1
        assert recipients.tell(deliver) == 0
        assert [duty.attempts for duty in recipients.obligations(states=None, request=number)] == [2, 1]
        assert len(set(delivered)) == 3


@contextmanager
def receiving(status: int) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """An address that keeps what is posted there."""
    got: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/notices", got
        server.shutdown()


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["sminion-guard", *words])
    with pytest.raises(SystemExit) as caught:
        main.app_main()
    return int(caught.value.code or 0)


def test_an_officer_records_and_tells(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.database.dsn(f"{world.name}_officer"))
    what = ("--purpose", "contract", "--category", "contact", "--reason", "parcels", "--at", "2026-05-02")
    assert run(monkeypatch, "disclosure", "record", "carrier", "7", "8", *what) == 0
    assert run(monkeypatch, "disclosure", "record", "printer", "7", *what) == 0
    assert run(monkeypatch, "disclosure", "record", "stranger", "7", *what) == 2
    assert "SG701" in capsys.readouterr().err
    assert run(monkeypatch, "disclosure", "list", "7") == 0
    assert "2026-05-02  printer (DPA-2), for contract: contact; parcels" in capsys.readouterr().out
    assert run(monkeypatch, "request", "open", "destroy", "7", "--reason", "letter") == 0
    assert run(monkeypatch, "disclosure", "tell") == 2
    with receiving(503) as (url, got):
        assert run(monkeypatch, "disclosure", "tell", "--webhook", url) == 2
        assert len(got) == 2
    assert "the address answered 503" in capsys.readouterr().err
    assert run(monkeypatch, "disclosure", "tell", "--directory", str(tmp_path / "missing")) == 2
    assert run(monkeypatch, "disclosure", "settle", "1", "told", "--how", "call") == 0
    with receiving(204) as (url, got):
        assert run(monkeypatch, "disclosure", "tell", "--webhook", url) == 0
        assert [(entry["to"], entry["subject"], entry["from"]) for entry in got] == [
            ("printer", "7", {"name": "World Ltd", "contact": "privacy@world.example"})]
    assert run(monkeypatch, "disclosure", "tell", "--directory", str(tmp_path)) == 0
    assert list(tmp_path.iterdir()) == []
    assert run(monkeypatch, "request", "open", "stop", "8", "--reason", "letter", "--received", "2025-01-02") == 0
    assert run(monkeypatch, "disclosure", "obligations") == 1
    assert "1 obligation, 1 overdue" in capsys.readouterr().out
    assert run(monkeypatch, "disclosure", "tell", "--directory", str(tmp_path)) == 0
    (written,) = tmp_path.iterdir()
    assert (json.loads(written.read_text())["kind"], written.stat().st_mode & 0o777) == ("stop", 0o600)
    assert run(monkeypatch, "disclosure", "obligations", "--all", "--format", "json") == 0


def test_a_recall_says_who_has_data_under_any_key_and_who_must_be_told(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.database.dsn(f"{world.name}_officer"))
    disclose(world, 7, 8)
    disclose(world, 7)
    disclose(world, 9, recipient="printer")
    disclose(world, 10, recipient="printer")
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.merge_subjects('7', '9', 'one person')")
    assert run(monkeypatch, "disclosure", "recall", "7") == 0
    said = capsys.readouterr().out
    assert "carrier (DPA-1): contact, for contract; 2 times" in said
    assert "printer (DPA-2): contact, for contract; once" in said
    assert "no request is open that it must be told of\n2 recipients, 0 to be told" in said
    assert run(monkeypatch, "request", "open", "stop", "7", "--reason", "letter") == 0
    capsys.readouterr()
    assert run(monkeypatch, "disclosure", "recall", "9", "--format", "json") == 1
    found = json.loads(capsys.readouterr().out)
    assert [(entry["recipient"], len(entry["to_be_told"]), entry["told"]) for entry in found] == [
        ("carrier", 1, []), ("printer", 1, [])]
    with world.connect("officer") as officer:
        for entry in found:
            Recipients(officer).settle(entry["to_be_told"][0], "told", "letter")
        assert [(entry.to_be_told, len(entry.told)) for entry in Recipients(officer).recall("7")] == [([], 1), ([], 1)]
        assert Recipients(officer).recall("11") == []


def test_the_register_is_of_everybody_and_by_what_it_rested_on(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.database.dsn(f"{world.name}_officer"))
    first, second = disclose(world, 7, 8), disclose(world, 9, recipient="printer")
    with world.connect("officer") as officer:
        recipients = Recipients(officer)
        found = recipients.register()
        assert [(entry.id, entry.recipient, entry.persons, entry.state, entry.basis) for entry in found] == [
            (second, "printer", 1, "recorded", "contract"), (first, "carrier", 2, "recorded", "contract")]
        assert [entry.id for entry in recipients.register(recipient="carrier")] == [first]
        assert [entry.id for entry in recipients.register(most=1)] == [second]
        assert recipients.register(purpose="marketing") == recipients.register(legal=True) == []
    assert run(monkeypatch, "disclosure", "register", "--recipient", "carrier") == 0
    assert "carrier (DPA-1), for contract (contract): contact of 2 people; recorded" in capsys.readouterr().out
