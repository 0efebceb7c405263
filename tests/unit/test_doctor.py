"""The doctor's list of checks is complete, and what it prints keeps its form."""

from __future__ import annotations

import inspect
import os
from importlib import import_module
from pathlib import Path

import pytest

from sminion_guard import doctor, resources
from sminion_guard.codes import CODES
from sminion_guard.doctor import CHECKS, Examination, Finding, Level
from sminion_guard.doctor.check import Check
from sminion_guard.doctor.finding import of_problems
from sminion_guard.doctor.sarif import sarif
from sminion_guard.migrate import Problem

HERE = Path(__file__).parents[1] / "database" / "doctor"
PAGE = Path(__file__).parents[2] / "docs" / "DOCTOR.md"
FILES = sorted(path.stem for path in (Path(doctor.__file__).parent / "checks").glob("[!_]*.py"))


def test_each_file_is_a_check_of_the_registry() -> None:
    assert sorted(check.name for check in CHECKS) == FILES
    assert len(FILES) > 4, "the control"


@pytest.mark.parametrize("name", FILES)
def test_each_check_has_its_test(name: str) -> None:
    assert (HERE / f"test_{name}.py").is_file()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_codes_of_a_check_are_in_the_catalogue(check: Check) -> None:
    assert check.codes
    assert set(check.codes) <= CODES.keys()
    module = (Path(doctor.__file__).parent / "checks" / f"{check.name}.py").read_text(encoding="utf-8")
    assert all(code in module for code in check.codes)


def test_each_query_is_asked_by_somebody() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(doctor.__file__).parent.rglob("*.py"))
    names = [path.stem for path in (resources.sql() / "queries" / "doctor").glob("*.sql")]
    assert [name for name in names if f'"{name}"' not in sources and f"doctor/{name}" not in sources] == []


FOUND = Examination("shop", "1", (
    Finding("SG430", "relation gone", "it cascades", detail="rows go", hint="make it not", sql="ALTER TABLE x",
            facet="a:b"),
    Finding("SG901", "check c", "not made", level=Level.UNCHECKABLE),
), 5)


def test_a_key_names_what_it_is_and_no_figures() -> None:
    assert [entry.key for entry in FOUND.findings] == ["SG430:relation gone:a:b", "SG901:check c"]


def test_a_baseline_leaves_out_what_is_known_and_not_what_cannot_be_checked() -> None:
    left = FOUND.without({"SG430:relation gone:a:b", "SG901:check c"})
    assert [entry.code for entry in left.findings] == ["SG901"]
    assert not left.clean


def test_what_the_policy_accepts_is_clean() -> None:
    accepted = Problem("SG421", "login `a` has CREATEDB", refuses=False, accepted=True)
    found = tuple(of_problems("login", [accepted], "SG421"))
    assert [entry.level for entry in found] == [Level.ACCEPTED]
    assert Examination("shop", "1", found, 1).clean


def test_a_finding_of_plan_brings_its_object_and_the_statement_of_its_hint() -> None:
    problem = Problem("SG423", "login `a` is a member of `b`", hint="`REVOKE b FROM a`, or leave it")
    other = Problem("SG420", "login `c` does not exist")
    (found,) = of_problems("login", [problem, other], "SG423")
    assert (found.object, found.facet, found.sql) == ("login a", "b", "REVOKE b FROM a")
    (vague,) = of_problems("x", [Problem("SG423", "m", hint="`ALTER PUBLICATION p ...`")], "SG423")
    assert vague.sql is None


def test_sarif_has_a_rule_for_each_code_and_a_fingerprint_for_each_finding() -> None:
    (run,) = sarif(FOUND)["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["SG430", "SG901"]
    assert [(entry["ruleIndex"], entry["level"]) for entry in run["results"]] == [(0, "error"), (1, "error")]
    assert run["results"][0]["partialFingerprints"] == {"sminionGuard/v1": "SG430:relation gone:a:b"}
    assert "sql: ALTER TABLE x" in run["results"][0]["message"]["text"]


def test_the_page_lists_every_check() -> None:
    """To write it anew: SMINION_GUARD_GOLDEN=1 pytest tests/unit/test_doctor.py."""
    text = PAGE.read_text(encoding="utf-8")
    head, _, _ = text.partition("| check | looks at | codes |\n")
    rows = [
        f"| `{check.name}` | {' '.join(_said(check).split())} | {', '.join(check.codes)} |"
        for check in CHECKS
    ]
    wanted = "\n".join([head + "| check | looks at | codes |", "| --- | --- | --- |", *rows]) + "\n"
    if os.environ.get("SMINION_GUARD_GOLDEN"):
        PAGE.write_text(wanted, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == wanted


def _said(check: Check) -> str:
    return inspect.getdoc(import_module(f"sminion_guard.doctor.checks.{check.name}")) or ""
