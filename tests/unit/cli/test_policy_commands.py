"""`sminion-guard policy ...` as users run it: output, exit codes, and where policy and database come from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from sminion_guard.cli import main
from sminion_guard.cli.common import policy_path
from sminion_guard.cli.database import conninfo
from sminion_guard.errors import InstallError, PolicyError
from tests.policies import SHOP


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "privacy.toml").write_text(SHOP, encoding="utf-8")
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["sminion-guard", *words])
    with pytest.raises(SystemExit) as caught:
        main.app_main()
    return int(caught.value.code or 0)


def test_a_clean_policy_exits_with_0(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "policy", "check") == 0
    assert capsys.readouterr().out == (
        "privacy.toml: policy `shop` version 2026-11-01: 4 purposes, 4 compartments, 4 schemas, 6 tables; "
        "no findings\n")


def test_findings_exit_with_1_and_are_listed(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "bad.toml").write_text(SHOP.replace('["payment"]', '["paymnt"]'), encoding="utf-8")
    assert run(monkeypatch, "policy", "check", "--policy", "bad.toml") == 1
    assert capsys.readouterr().out == (
        "bad.toml:27: unknown category `paymnt` [SG309]\n    hint: did you mean `payment`?\n1 finding\n")
    assert run(monkeypatch, "policy", "check", "--policy", "bad.toml", "--format", "json") == 1
    assert json.loads(capsys.readouterr().out) == {"file": "bad.toml", "findings": [
        {"code": "SG309", "line": 27, "message": "unknown category `paymnt`", "hint": "did you mean `payment`?"}]}


def test_the_file_to_check_may_stand_alone(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "bad.toml").write_text(SHOP.replace('["payment"]', '["paymnt"]'), encoding="utf-8")
    assert run(monkeypatch, "policy", "check", "bad.toml") == 1
    assert capsys.readouterr().out.startswith("bad.toml:27: unknown category")
    assert run(monkeypatch, "policy", "check", "bad.toml", "--policy", "bad.toml") == 1
    assert run(monkeypatch, "policy", "check", "bad.toml", "--policy", "privacy.toml") == 2
    assert "two files" in capsys.readouterr().err


def test_a_file_that_is_not_there_exits_with_2(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "policy", "check", "--policy", "nowhere.toml") == 2


def test_a_wrong_command_or_option_exits_with_2(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "policy", "chek") == 2
    assert run(monkeypatch, "policy", "check", "--format", "xml") == 2


def test_show_prints_what_machines_and_people_read(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "policy", "show", "--format", "json") == 0
    assert [entry["name"] for entry in json.loads(capsys.readouterr().out)["purposes"]] == [
        "accounting", "contract", "news", "rectification"]
    assert run(monkeypatch, "policy", "show") == 0
    assert "  role shop_contract: books, crm\n" in capsys.readouterr().out
    assert run(monkeypatch, "policy", "show", "--format", "html") == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert run(monkeypatch, "policy", "show", "--format", "markdown") == 0
    assert capsys.readouterr().out.startswith("# How we use personal data\n")
    assert run(monkeypatch, "policy", "show", "--format", "markdown", "--language", "de") == 0
    assert capsys.readouterr().out.startswith("# Wie wir personenbezogene Daten verwenden\n")
    assert run(monkeypatch, "policy", "show", "--format", "html", "--language", "xx") == 2
    assert "there are de, en" in " ".join(capsys.readouterr().err.replace("│", "").split())
    for form, begin in (("html", "<!doctype html>"), ("text", "# Verzeichnis"), ("json", "{")):
        assert run(monkeypatch, "policy", "show", "--register", "--language", "de", "--format", form) == 0
        assert capsys.readouterr().out.startswith(begin)
    assert run(monkeypatch, "policy", "show", "--format", "dpv") == 0
    assert json.loads(capsys.readouterr().out)["@graph"]


def test_explain_says_what_would_be_needed(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "policy", "explain", "mail", "books") == 0
    assert capsys.readouterr().out == (
        "`mail` and `books` may not be merged: they share no purpose, and no declared pair joins theirs\n"
        "  it would need one of these pairs declared `[[compatible]]`, with a reason:\n"
        '    purposes = ["news", "accounting"]\n')


def test_an_unknown_schema_exits_with_2_and_a_hint(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "policy", "explain", "mail", "boks") == 2
    assert capsys.readouterr().err == "error: SG326: unknown schema `boks`\nhint: did you mean `books`?\n"


def test_an_unexpected_failure_is_one_line_and_exits_with_2(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sminion_guard.cli.policy.load", lambda path: 1 // 0)
    monkeypatch.delenv("SMINION_GUARD_DEBUG", raising=False)
    assert run(monkeypatch, "policy", "show") == 2
    assert capsys.readouterr().err.startswith("error: ZeroDivisionError: integer division or modulo by zero\nhint: ")
    monkeypatch.setenv("SMINION_GUARD_DEBUG", "1")
    assert run(monkeypatch, "policy", "show") == 2
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_exits_with_130(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sminion_guard.cli.policy.load", interrupt)
    assert run(monkeypatch, "policy", "show") == 130


def test_output_that_is_piped_holds_no_colours(shop: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sminion_guard.cli.main", "policy", "explain", "mail", "boks"], cwd=shop, check=False,
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(Path(main.__file__).parents[2])},
    )
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert "SG326" in done.stderr


def test_the_policy_is_found_through_pyproject_from_a_directory_below(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.sminion_guard]\npolicy = "conf/shop.toml"\n')
    (tmp_path / "src").mkdir()
    assert policy_path(None, tmp_path / "src") == tmp_path / "conf" / "shop.toml"
    assert policy_path(Path("other.toml"), tmp_path) == Path("other.toml")


def test_without_a_setting_the_policy_is_privacy_toml(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")
    assert policy_path(None, tmp_path) == Path("privacy.toml")


@pytest.mark.parametrize("text", ["[tool.sminion_guard]\npolicy = 1\n", "[tool]\nsminion_guard = 1\n", "[tool"])
def test_a_pyproject_that_names_no_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(PolicyError, match="SG803"):
        policy_path(None, tmp_path)


@pytest.mark.parametrize("url", [
    "postgresql://ann:s%40crt@db:5433/shop?sslmode=require",
    "postgres://ann:s%40crt@db:5433/shop?sslmode=require",
    "postgresql+psycopg://ann:s%40crt@db:5433/shop?sslmode=require",
    "postgresql+sminion://ann:s%40crt@db:5433/shop?plugin=sminion_guard&guard_policy=p.toml&sslmode=require",
    "host=db port=5433 user=ann password=s@crt dbname=shop sslmode=require",
])
def test_libpq_and_sqlalchemy_urls_mean_the_same(url: str) -> None:
    assert conninfo_to_dict(conninfo(url, {})) == {
        "user": "ann", "password": "s@crt", "host": "db", "port": "5433", "dbname": "shop", "sslmode": "require"}


def test_sqlalchemys_several_hosts_and_sockets_are_understood() -> None:
    several = conninfo_to_dict(conninfo("postgresql+psycopg:///shop?host=a:1&host=b:2", {}))
    assert several == {"dbname": "shop", "host": "a,b", "port": "1,2"}
    socket = conninfo_to_dict(conninfo("postgresql+psycopg://ann@/shop?host=/run/postgresql", {}))
    assert socket == {"user": "ann", "dbname": "shop", "host": "/run/postgresql"}


def test_the_option_goes_before_the_url_variable_and_that_before_libpqs() -> None:
    variables = {"DATABASE_URL": "postgresql://x/two", "PGDATABASE": "three"}
    assert "one" in conninfo("postgresql://x/one", variables)
    assert "two" in conninfo(None, variables)
    assert conninfo(None, {"PGDATABASE": "three"}) == ""


def test_without_any_database_the_tool_does_not_guess() -> None:
    with pytest.raises(InstallError, match="SG801"):
        conninfo(None, {"PGPASSWORD": "x"})


@pytest.mark.parametrize("url", ["sqlite:///shop.db", "postgresql://ann:s3cret%zz@db/shop", "nonsense s3cret"])
def test_a_wrong_url_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(InstallError, match="SG802") as caught:
        conninfo(url, {})
    assert "s3cret" not in str(caught.value)
