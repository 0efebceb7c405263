"""Golden cases: each policy/*.toml is a wrong policy that ends with the findings it must yield, in lines `#> ...`."""

from __future__ import annotations

from pathlib import Path

import pytest

from sminion_guard.codes import CODES
from sminion_guard.policy import InvalidPolicy, loads

CASES = sorted((Path(__file__).parent / "policy").glob("*.toml"))
ELSEWHERE = {
    "SG300",  # the code of all findings together
    "SG301",  # a file that cannot be read: tests/unit/policy/test_load.py
    "SG328",  # found in the database, as are the next: tests/database/migrate/test_values.py
    "SG329",
    "SG330",
    "SG331",  # tests/database/topology/test_subscriptions.py
    "SG337",  # tests/database/migrate/test_refusing_rows.py
    "SG338",
    "SG339",  # what `apply` does to the rest of the database: tests/database/migrate/test_announced.py
    "SG340",
    "SG348",
    "SG378",  # what operators do to columns: tests/database/retention/test_depersonalize.py
    "SG379",
    "SG397",  # what operators of views do to columns: tests/database/migrate/test_depersonalized_views.py
    "SG352",  # warnings: tests/database/migrate/test_numbers.py, and tests/unit/policy/test_kinds.py
    "SG353",
    "SG326",  # a name given to a function or on the command line: tests/unit/policy/test_compartments.py
}


OUTSIDE = {"SG550"}
"""Findings of a policy that have their number among people's rights."""


def findings(case: Path) -> list[str]:
    with pytest.raises(InvalidPolicy) as caught:
        loads(case.read_text(encoding="utf-8"))
    return [line for finding in caught.value.findings for line in finding.render("privacy.toml").split("\n")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_wrong_policy_yields_exactly_these_findings(case: Path) -> None:
    text = case.read_text(encoding="utf-8")
    expected = [line.removeprefix("#> ") for line in text.split("\n") if line.startswith("#> ")]
    assert expected, "a case must say what it expects"
    assert findings(case) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_line_ends_of_windows_change_no_finding(case: Path) -> None:
    text = case.read_text(encoding="utf-8")
    with pytest.raises(InvalidPolicy) as caught:
        loads(text.replace("\n", "\r\n"))
    with pytest.raises(InvalidPolicy) as expected:
        loads(text)
    assert caught.value.findings == expected.value.findings


def test_every_code_of_the_policy_has_a_case() -> None:
    shown = {code for case in CASES for line in findings(case) for code in CODES if line.endswith(f"[{code}]")}
    assert shown == {code for code in CODES if code.startswith("SG3")} - ELSEWHERE | OUTSIDE
