# ruff: noqa: E501 - a line of a file stands on one line
"""`sminion-guard consent`, as officers and auditors call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sminion_guard.cli.main import app
from sminion_guard.errors import GuardError
from tests.world import World

HEADER = "subject,purpose,decision,given_at,text_sha256,channel,until,taken_by\n"


def run(world: World, *words: str, login: str = "officer") -> Result:
    result = CliRunner().invoke(app, ["consent", *words, "--database-url", world.database.dsn(f"{world.name}_{login}")])
    if isinstance(result.exception, GuardError):
        raise result.exception
    return result


def test_a_decision_is_recorded_shown_exported_and_verified(world: World, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Yes, send me the newsletter")
    given = run(world, "give", "5", "marketing", "--reason", "form", "--text", str(text), "--channel", "web",
                "--at", "2026-05-03", "--until", "2126-05-03", "--actor", "anna")
    assert (given.exit_code, given.stdout) == (0, "5: consent to marketing recorded\n")
    assert run(world, "refuse", "6", "marketing", "--reason", "call").exit_code == 0
    assert run(world, "withdraw", "5", "marketing", "--reason", "letter").exit_code == 0
    shown = run(world, "show", "5", login="reader").stdout
    assert shown.startswith("marketing  withdrawn on ") and shown.endswith("5: 1 decision\n")
    assert json.loads(run(world, "show", "6", "--format", "json").stdout)[0]["state"] == "refused"
    (record,) = map(json.loads, run(world, "export", "--subject", "5").stdout.splitlines())
    assert record["record_header"]["pii_principal_id"] == "5" and record["consent_state"] == "withdrawn"
    assert record["party_identification"][0]["party_name"] == "World Ltd"
    assert [event["event_state"] for event in record["events"]] == ["given", "withdrawn"]
    assert record["events"][0]["event_time"] == "2026-05-03T00:00:00.000000Z"
    assert record["events"][0]["text_sha256"] is not None
    assert record["pii_processing"]["purposes"][0]["lawful_basis"] == "consent"
    assert len(run(world, "export", login="reader").stdout.splitlines()) == 2
    verified = run(world, "verify", login="reader")
    assert (verified.exit_code, verified.stdout) == (0, "all states are what the history says\n")
    world.super("UPDATE sminion.subject_state SET blocked = true WHERE subject = '6'")
    verified = run(world, "verify", login="reader")
    assert (verified.exit_code, verified.stdout) == (1, "SG533: 6: block is blocked, and the history says not blocked\n")


def test_a_file_is_imported_but_for_its_wrong_lines_and_only_once(world: World, tmp_path: Path) -> None:
    file = tmp_path / "consents.csv"
    good = [f"{key},marketing,given,2026-05-03T10:00Z,{'ab' * 32},paper,,anna\n" for key in range(1, 3001)]
    wrong = {5: "x,marketing,given,2026-05-03,,,,\n", 1700: '7,"marketing,given\n', 2500: "8,contract,given,2026-05-03,,,,\n",
             2900: "9,marketing,given,2999-05-03,,,,\n"}
    lines = [HEADER, *good]
    for number, line in wrong.items():
        lines.insert(number - 1, line)
    file.write_text("".join(lines))
    done = run(world, "import", str(file), "--reason", "archive")
    assert done.stdout.endswith("3000 recorded, 0 on record already, 4 faulty\n") and done.exit_code == 1
    assert [line.split(":")[0] for line in done.stderr.splitlines() if line.startswith("line ")] == [f"line {n}" for n in wrong]
    assert world.super("SELECT count(*), count(DISTINCT actor) FROM sminion.consent_register WHERE state = 'given'") == [(3000, 1)]
    done = run(world, "import", str(file), "--reason", "archive")
    assert done.stdout.endswith("0 recorded, 3000 on record already, 4 faulty\n")
    assert run(world, "verify").exit_code == 0


def test_who_is_no_officer_records_nothing(world: World, tmp_path: Path) -> None:
    for words in (("give", "5", "marketing", "--reason", "x"), ("verify",), ("show", "5"), ("export",)):
        with pytest.raises(GuardError) as caught:
            run(world, *words, login="app")
        assert caught.value.code == "SG528"
