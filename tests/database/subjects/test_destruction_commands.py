"""`sminion-guard subject destroy`, `hold`, `release` and `certificate`, on the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sminion_guard.cli import main
from tests.database.subjects.destroying import asked, left
from tests.world import World


def run(world: World, *arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patched, pytest.raises(SystemExit) as ended:
        patched.setenv("DATABASE_URL", world.database.dsn(f"{world.name}_officer"))
        patched.setattr(sys, "argv", ["sminion-guard", *arguments])
        main.app_main()
    return int(ended.value.code or 0)


def test_a_person_is_destroyed_held_and_certified(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with world.connect("officer") as officer:
        request = str(asked(officer, 9))
    hold = ("--reason", "audit", "--basis", "tax <law>", "--table", "sales.orders", "--until", "2096-01-01")
    assert run(world, "subject", "hold", "9", *hold) == 0
    assert run(world, "subject", "destroy", "9", "--request", request, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "crm.customer: 1 row: destroy" in said and "held: audit (tax <law>) until 2096-01-01" in said
    assert "nothing was changed" in said and left(world, 9)["crm.customer"] == 1
    assert run(world, "subject", "destroy", "8", "--request", request) == 2
    assert "SG522" in capsys.readouterr().err
    page, data = tmp_path / "page.html", tmp_path / "data.json"
    assert run(world, "subject", "certificate", request, "--output", str(page)) == 2
    assert "SG563" in capsys.readouterr().err
    assert run(world, "subject", "destroy", "9", "--request", request, "--actor", "Anna Miller, privacy officer") == 0
    said = capsys.readouterr().out
    assert "crm.customer: 1 destroyed" in said and "finished, but for what is held" in said
    assert left(world, 9) == {"sales.orders": 1}
    world.super("SELECT sminion.fold()")
    assert run(world, "subject", "certificate", request, "--output", str(page)) == 0
    assert run(world, "subject", "certificate", request, "--output", str(data), "--format", "json",
               "--backups-until", "2027-01-31") == 0
    found = json.loads(data.read_text(encoding="utf-8"))
    assert found["operator"]["name"] == "World Ltd" and found["actor"] == "Anna Miller, privacy officer"
    assert found["subject"] == "9" and found["categories"] == ["birth", "contact"]
    assert found["grounding"]["vacuumed"] == "UNVERIFIED" and found["grounding"]["in_backups_until"] == "2027-01-31"
    assert [event["event"] for event in found["events"]] == ["destruction_begun", "destroyed"]
    # The number is that of the leaf: the plan's hash stands in it.
    number = found["events"][0]["number"]
    ((leaf,),) = world.super("SELECT convert_from(leaf, 'UTF8') FROM sminion.leaves(%s, %s)", number, number)
    assert json.loads(leaf)["detail"]["plan"] == found["plan_sha256"]
    html = page.read_text(encoding="utf-8")
    assert "World Ltd" in html and "tax &lt;law&gt;" in html and "<script" not in html and "UNVERIFIED" in html
    capsys.readouterr()
    assert run(world, "request", "list", "--held") == 0
    assert capsys.readouterr().out.startswith(f"{request}  destroy")
    assert run(world, "subject", "release", "1", "--reason", "over") == 0


def test_what_is_left_is_named_and_the_exit_code_says_so(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with world.connect("officer") as officer:
        request = str(asked(officer, 2))
    assert run(world, "subject", "destroy", "2", "--request", request, "--dry-run") == 1
    assert "cannot be done" in capsys.readouterr().out
    assert run(world, "subject", "destroy", "2", "--request", request) == 1
    said = capsys.readouterr().out
    assert "sales.gift: rows are left: " in said and "not finished" in said
    assert run(world, "subject", "certificate", request, "--output", "never.html") == 2
    assert "SG567" in capsys.readouterr().err
