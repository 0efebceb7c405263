"""`sminion-guard install | plan | apply | uninstall`, with their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sminion_guard.cli.main import app
from sminion_guard.errors import InstallError
from tests.database.migrate.conftest import Shop

runner = CliRunner()


@pytest.fixture
def run(bare_shop: Shop, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Runs a command against the shop's database with its policy."""
    path = tmp_path / "privacy.toml"
    path.write_text(bare_shop.text)

    def command(*words: str) -> Result:
        named = ["--policy", str(path)] if words[0] in ("plan", "apply") and "--remove" not in words else []
        return runner.invoke(app, [*words, *named, "--database-url", bare_shop.database.url()])

    return command


def test_the_way_from_nothing_to_a_policy_and_back(bare_shop: Shop, run) -> None:  # type: ignore[no-untyped-def]
    assert run("install").exit_code == 0
    planned = run("plan")
    assert planned.exit_code == 1
    assert "+ policy:crm.customer:guard_floor  (new)" in planned.output
    applied = run("apply")
    assert applied.exit_code == 0, applied.output
    assert "masks filled in: 2100 rows" in applied.output
    assert bare_shop.unfilled() == 0
    again = run("plan")
    assert again.exit_code == 0
    assert "nothing to do" in again.output
    assert "was in force already" in run("apply").output
    removed = run("apply", "--remove")
    assert removed.exit_code == 0
    assert "is removed" in removed.output
    assert run("uninstall", "--yes").exit_code == 0
    assert bare_shop.database.execute("SELECT 1 FROM pg_namespace WHERE nspname ~ '^sminion'") == []


def test_findings_are_exit_code_1_and_json_on_demand(bare_shop: Shop, run) -> None:  # type: ignore[no-untyped-def]
    run("install")
    bare_shop.database.execute(f"DROP ROLE {bare_shop.name}_app")
    text = run("apply")
    assert text.exit_code == 1
    assert f"login `{bare_shop.name}_app` does not exist [SG420]" in text.output
    answer = run("apply", "--format", "json")
    assert answer.exit_code == 1
    assert "SG420" in {problem["code"] for problem in json.loads(answer.stdout)["problems"]}
    planned = json.loads(run("plan", "--format", "json").stdout)
    assert not planned["clean"]
    assert planned["in_force"] is None
    assert {change["state"] for change in planned["changes"]} == {"NEW"}


def test_a_report_can_be_had_as_json(bare_shop: Shop, run) -> None:  # type: ignore[no-untyped-def]
    run("install")
    report = json.loads(run("apply", "--no-fill", "--format", "json").stdout)
    assert report["epoch"] == 1
    assert report["rows_filled"] == 0
    assert bare_shop.unfilled() == 2100


def test_uninstalling_asks_before_it_deletes_the_log(bare_shop: Shop, run) -> None:  # type: ignore[no-untyped-def]
    run("install")
    assert run("uninstall").exit_code != 0
    assert bare_shop.database.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'sminion'") == [(1,)]


def test_scripts_are_printed_and_run(bare_shop: Shop, run) -> None:  # type: ignore[no-untyped-def]
    for words in (("install", "--sql"), ("apply", "--sql")):
        printed = run(*words)
        assert printed.exit_code == 0
        bare_shop.database.execute(printed.stdout)
    assert run("plan").exit_code == 0
    for words in (("apply", "--sql", "--remove"), ("uninstall", "--sql")):
        bare_shop.database.execute(run(*words).stdout)
    assert bare_shop.database.execute("SELECT 1 FROM pg_namespace WHERE nspname ~ '^sminion'") == []


def test_apply_says_whom_it_waits_for_and_gives_way_after_the_attempts(bare_shop: Shop, run) -> None:  # type: ignore[no-untyped-def]
    run("install")
    with bare_shop.database.connect(autocommit=False, application_name="monthly report") as application:
        application.execute("SELECT 1 FROM crm.customer LIMIT 1")
        given_up = run("apply", "--lock-timeout", "0.1", "--attempts", "2")
        pid = application.info.backend_pid
    told = f"waiting for locks (attempt 1 of 2): held by process {pid} of `postgres` (monthly report, idle"
    assert told in given_up.stderr
    assert isinstance(given_up.exception, InstallError) and given_up.exception.code == "SG410"
    assert run("apply", "--attempts", "1").exit_code == 0


def test_a_policy_that_widens_access_says_why_or_is_asked_for(
    bare_shop: Shop, run, tmp_path: Path  # type: ignore[no-untyped-def]
) -> None:
    path = tmp_path / "privacy.toml"
    run("install")
    assert run("apply").exit_code == 0, "the first policy widens nothing"

    def becomes(old: str, new: str) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    becomes('version = "1"', 'version = "2"')
    assert "nobody sees or may do more or less than before" in run("plan").output
    assert run("apply").exit_code == 0, "nothing that is new for anybody"

    becomes('needs = ["contact"]\nmay = ["use"]', 'needs = ["contact"]\nmay = ["use", "delete"]')
    becomes('version = "2"', 'version = "3"')
    planned = run("plan")
    sentence = "`marketing` may now delete rows of `news.subscriber`"
    assert f"somebody sees or may do more:\n  {sentence}\n1 login, 1 table concerned" in planned.output
    found = json.loads(run("plan", "--format", "json").stdout)["difference"]
    assert [(entry["text"], entry["widens"]) for entry in found["sentences"]] == [(sentence, True)]
    refused = run("apply")
    assert isinstance(refused.exception, InstallError) and refused.exception.code == "SG452"
    assert refused.exception.detail == sentence
    assert bare_shop.database.execute("SELECT version FROM sminion.policy") == [("2",)]
    becomes('version = "3"', 'version = "3"\nwidens = "people ask for it by mail"')
    assert run("apply").exit_code == 0
    assert bare_shop.database.execute("SELECT version FROM sminion.policy") == [("3",)]

    becomes("require_tls = true", "require_tls = false")
    becomes('version = "3"', 'version = "4"')
    again = run("apply")
    assert isinstance(again.exception, InstallError), "the reason was given for another change"
    assert run("apply", "--widen").exit_code == 0
    assert bare_shop.database.execute("SELECT version FROM sminion.policy") == [("4",)]


def test_where_the_policy_in_force_cannot_be_read_apply_asks_all_the_same(
    bare_shop: Shop, run, tmp_path: Path  # type: ignore[no-untyped-def]
) -> None:
    run("install")
    assert run("apply").exit_code == 0
    bare_shop.database.suspend_ddl_guard()
    bare_shop.database.execute(
        "ALTER TABLE sminion.policy_version DISABLE TRIGGER ALL;"
        "UPDATE sminion.policy_version SET document = document || '{\"of_a_newer_version\": true}';"
        "ALTER TABLE sminion.policy_version ENABLE TRIGGER ALL")
    path = tmp_path / "privacy.toml"
    path.write_text(path.read_text().replace('version = "1"', 'version = "2"'))
    assert "cannot be told: this version cannot read the policy in force" in run("plan").output
    refused = run("apply")
    assert isinstance(refused.exception, InstallError) and refused.exception.code == "SG452"
    assert run("apply", "--widen").exit_code == 0
