"""`sminion-guard request`, as a privacy officer types it."""

from __future__ import annotations

import json
import sys

import pytest

from sminion_guard.cli import main
from sminion_guard.policy import loads
from tests.world import World


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["sminion-guard", "request", *words])
    with pytest.raises(SystemExit) as caught:
        main.app_main()
    return int(caught.value.code or 0)


def test_an_officer_opens_decides_and_lists(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.database.dsn(f"{world.name}_officer"))
    assert run(monkeypatch, "open", "clarify", "7", "--reason", "letter of 3 May", "--channel", "letter") == 0
    assert capsys.readouterr().out.startswith("1  clarify  7  due ")
    late = ("--received", "2026-01-02", "--format", "json")
    assert run(monkeypatch, "open", "access", "4711", "--reason", "call", *late) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["state"] == "overdue"
    assert "SG614" not in said.err  # a question needs no row
    assert run(monkeypatch, "list") == 1
    assert "2 requests, 1 overdue" in capsys.readouterr().out
    assert run(monkeypatch, "extend", "1", "--notice", "told") == 0
    assert run(monkeypatch, "close", "1", "granted", "--reason", "done") == 2
    refused = capsys.readouterr().err
    assert "SG525" in refused and "request identify" in refused and "sminion." not in refused
    assert run(monkeypatch, "open", "clarify", "7", "--reason", "again") == 0
    assert "request close NUMBER duplicate" in capsys.readouterr().err
    assert run(monkeypatch, "close", "3", "duplicate", "--of", "1", "--reason", "the same letter") == 0
    assert run(monkeypatch, "open", "clarify", "7", "--reason", "letter", "--kind", "customer") == 2
    assert "--kind" in capsys.readouterr().err
    assert run(monkeypatch, "open", "clarify", "7") == 2
    assert "--reason" in capsys.readouterr().err
    assert run(monkeypatch, "identify", "1", "--how", "passport") == 0
    assert run(monkeypatch, "assign", "1", "support", "--reason", "they keep it") == 0
    assert run(monkeypatch, "note", "1", "asked back") == 0
    assert run(monkeypatch, "close", "1", "granted", "--reason", "corrected", "--unchanged") == 0
    capsys.readouterr()
    assert run(monkeypatch, "show", "1") == 0
    shown = capsys.readouterr().out
    assert [line.split("UTC  ")[1].split(" by ")[0] for line in shown.splitlines() if "UTC  " in line] == [
        "opened", "extended", "identified", "assigned", "noted", "closed"]
    assert run(monkeypatch, "list", "--overdue", "--format", "json") == 1
    assert [request["id"] for request in json.loads(capsys.readouterr().out)] == [2]
    assert run(monkeypatch, "close", "2", "refused", "--reason", "nobody of that key") == 0
    assert run(monkeypatch, "list") == 0
    capsys.readouterr()
    assert run(monkeypatch, "show", "17") == 2
    assert "SG522" in capsys.readouterr().err


def test_holidays_are_loaded_again(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.database.dsn(f"{world.name}_officer"))
    assert run(monkeypatch, "calendar") == 0
    assert "needs no calendar" in capsys.readouterr().out
    assert run(monkeypatch, "calendar", "DE-BY") == 0
    assert "DE-BY, holidays " in capsys.readouterr().out
    assert run(monkeypatch, "calendar", "XX") == 2
    assert "SG521" in capsys.readouterr().err
    assert world.super("SELECT count(*) FROM sminion.calendar") == [(1,)]


def test_apply_loads_the_calendar_that_the_policy_names(world: World) -> None:
    text = world.text().replace('version = "1"', 'version = "2"')
    world.apply(loads(text.replace('profile = "GDPR"', 'profile = "RU"')))
    assert world.super("SELECT name, first < now(), last > now() + interval '4 years' FROM sminion.calendar") == [
        ("RU", True, True)]
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.open_request(7, 'access', 'letter')")
    assert world.super("SELECT calendar ~ '^RU holidays ' FROM sminion.request") == [(True,)]
