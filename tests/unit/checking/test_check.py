"""`sminion-guard check` and the fixtures for users' tests: files in, verdicts out, no database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text
from typer.testing import CliRunner, Result

from sminion_guard.analyzer.catalog_json import dump
from sminion_guard.analyzer.catalog_json import load as load_catalog
from sminion_guard.analyzer.catalog_metadata import from_metadata
from sminion_guard.cli.main import app
from sminion_guard.errors import ContextMissing, GuardError, OpaqueStatement, PolicyError
from sminion_guard.policy import load
from sminion_guard.testing import Judge

POLICY = """
[policy]
name = "shop"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
require_tls = false

[purpose.contract]
title = "Fulfil orders"
basis = "contract"
needs = ["contact"]
may = ["use"]

[purpose.payroll]
title = "Pay employees"
basis = "contract"
needs = "*"
may = ["use"]

[schema.crm]
collected_for = ["contract"]

[schema.crm.customer]
subject = "id"
columns = { id = "key", email = "contact", born_on = "birth" }

[schema.hr]
collected_for = ["payroll"]

[schema.hr.employee]
subject = "id"
columns = { id = "key", salary = "income" }
"""
MERGE = "SELECT c.email\n\tFROM crm.customer c\n\tJOIN hr.employee e ON e.id = c.id"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a policy and a catalog where `check` looks for them."""
    tables = MetaData()
    Table("customer", tables, Column("id", Integer), Column("email", Text), Column("born_on", Text), schema="crm")
    Table("employee", tables, Column("id", Integer), Column("salary", Text), schema="hr")
    (tmp_path / "privacy.toml").write_text(POLICY)
    (tmp_path / "catalog.json").write_bytes(dump(from_metadata(tables)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["check", *arguments], input=stdin)


def records(sql: str, purpose: str = "contract") -> list[dict[str, Any]]:
    result = check("-", "--purpose", purpose, "--format", "json", stdin=sql)
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_files_without_refusals_are_clean(project: Path) -> None:
    (project / "a.sql").write_text("-- purpose: contract\nSELECT email FROM crm.customer;")
    (project / "b.sql").write_text("-- purpose: payroll\nSELECT salary FROM hr.employee;")
    result = check("a.sql", "b.sql")
    assert (result.exit_code, result.stdout) == (0, "2 statements, 0 refused\n")


def test_a_refusal_is_a_finding_with_carets_under_both_sides(project: Path) -> None:
    (project / "a.sql").write_text(f"-- purpose: contract\nSELECT 1;\n{MERGE};\n")
    result = check("a.sql")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "a.sql:4:7: SG101: `crm.customer` and `hr.employee` may not be merged"
    assert lines[1:5] == [
        "  line 4:     FROM crm.customer c", "                   ^^^^^^^^^^^^",
        "  line 5:     JOIN hr.employee e ON e.id = c.id", "                   ^^^^^^^^^^^",
    ]
    assert lines[-1] == "2 statements, 1 refused"


def test_json_has_one_object_for_each_statement_in_the_promised_form(project: Path) -> None:
    (found, refused) = records("SELECT email AS mail FROM crm.customer WHERE id = 1;\nSELECT born_on FROM crm.customer")
    assert found == {
        "file": "stdin", "line": 1, "statement": "SELECT email AS mail FROM crm.customer WHERE id = 1",
        "decision": "allowed", "reasons": [],
        "access": [{"schema": "crm", "relation": "customer", "columns": ["email", "id"], "operation": "use"}],
        "output": [{"name": "mail", "sources": ["crm.customer.email"], "categories": ["contact"]}],
    }
    assert (refused["decision"], refused["line"]) == ("refused", 2)
    (reason,) = refused["reasons"]
    assert reason.keys() == {"code", "message", "hint", "start", "end"}
    assert (reason["code"], refused["statement"][reason["start"]:reason["end"]]) == ("SG103", "born_on")


def test_places_in_json_count_characters_and_not_bytes(project: Path) -> None:
    (refused,) = records("SELECT 'Größe, ёж', born_on FROM crm.customer")
    (reason,) = refused["reasons"]
    assert refused["statement"][reason["start"]:reason["end"]] == "born_on"


def test_sarif_names_rule_file_and_region(project: Path) -> None:
    (project / "a.sql").write_text(f"SELECT 1;\n{MERGE};")
    result = check("a.sql", "--purpose", "contract", "--format", "sarif")
    log = json.loads(result.stdout)
    (run,) = log["runs"]
    assert (result.exit_code, log["version"]) == (1, "2.1.0")
    first = run["results"][0]
    assert first["ruleId"] == run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "SG101"
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "a.sql"}
    assert place["region"] == {"startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 19}


def test_github_commands_are_escaped(project: Path) -> None:
    (project / "a,b.sql").write_text("SELECT born_on FROM crm.customer;")
    result = check("a,b.sql", "--purpose", "contract", "--format", "github")
    (line,) = result.stdout.splitlines()
    assert line.startswith("::error file=a%2Cb.sql,line=1,endLine=1,col=8,endColumn=15,title=SG103 ")
    assert "%0Ahint: " in line


def test_list_access_prints_what_allowed_statements_touch(project: Path) -> None:
    result = check("-", "--purpose", "contract", "--list-access", stdin="SELECT email FROM crm.customer WHERE id = 1")
    assert "stdin:1: allowed for `contract`\n  use crm.customer (email, id)\n" in result.stdout


def test_a_psql_command_is_a_finding_of_its_own_and_the_rest_is_judged(project: Path) -> None:
    (command, statement) = records("\\set x 1\nSELECT email FROM crm.customer;")
    assert (command["decision"], command["reasons"][0]["code"]) == ("refused", "SG821")
    assert "`\\set`" in command["reasons"][0]["message"]
    assert statement["decision"] == "allowed"


def test_one_broken_statement_does_not_hide_the_others(project: Path) -> None:
    found = records("SELEC 1; SELECT salary FROM hr.employee")
    assert [[reason["code"] for reason in entry["reasons"]] for entry in found] == [["SG111"], ["SG102"]]


@pytest.mark.parametrize(("arguments", "stdin", "error"), [
    (["nothing.sql"], None, OpaqueStatement), (["-"], "SELECT 1", ContextMissing),
    (["-", "--purpose", "contrat"], "SELECT 1", PolicyError),
    (["-", "--purpose", "contract", "--catalog", "nothing.json"], "SELECT 1", OpaqueStatement),
    (["-", "--purpose", "contract", "--catalog", "privacy.toml"], "SELECT 1", OpaqueStatement),
])
def test_what_cannot_be_judged_is_an_error_of_the_tool(
    project: Path, arguments: list[str], stdin: str | None, error: type[GuardError]
) -> None:
    result = check(*arguments, stdin=stdin)
    assert isinstance(result.exception, error)
    assert result.exception.hint


def test_an_unknown_purpose_is_named_with_its_line(project: Path) -> None:
    result = check("-", stdin="\n-- purpose: contrat\nSELECT 1;")
    assert isinstance(result.exception, PolicyError)
    assert result.exception.message.startswith("stdin:3: ")
    assert "contract" in (result.exception.hint or "")


def test_the_fixture_for_users_tests_gives_the_reasons(project: Path) -> None:
    judge = Judge(load_catalog(project / "catalog.json"), load(project / "privacy.toml"))
    assert judge.allowed("SELECT email FROM crm.customer", purpose="contract").allowed
    assert not judge.refused(MERGE, purpose="contract", code="SG101").allowed
    with pytest.raises(AssertionError, match="SG103"):
        judge.allowed("SELECT born_on FROM crm.customer", purpose="contract")
    with pytest.raises(AssertionError, match="allowed for `contract`"):
        judge.refused("SELECT email FROM crm.customer", purpose="contract")
    with pytest.raises(AssertionError, match="not with SG101"):
        judge.refused("SELECT born_on FROM crm.customer", purpose="contract", code="SG101")


def test_the_plugin_for_pytest_works_in_a_project_of_its_own(project: Path) -> None:
    (project / "test_it.py").write_text(
        "def test_it(guard_judge):\n    guard_judge.allowed('SELECT email FROM crm.customer', purpose='contract')\n")
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(project)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
