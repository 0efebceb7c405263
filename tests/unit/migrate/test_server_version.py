"""Which servers are refused, and which are warned of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sminion_guard.checks.server import judge_upserts, judge_version
from sminion_guard.compiler import compile_policy
from sminion_guard.policy import Policy, loads

TEXT = """
[policy]
name = "unit"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
require_tls = true
[login.app]
purposes = ["contract"]
[purpose.contract]
title = "Fulfil orders"
basis = "contract"
needs = ["contact"]
may = ["collect", "use", "clarify"]
[schema.crm]
collected_for = ["contract"]
[schema.crm.customer]
subject = "id"
columns = { id = "key", email = "contact" }
"""


@pytest.fixture
def policy() -> Policy:
    return loads(TEXT)


@pytest.mark.parametrize(("major", "refuses"), [
    (14, True), (15, None), (16, None), (17, None), (18, None), (19, False),
])
def test_an_older_server_is_refused_and_a_newer_one_warned_of(major: int, refuses: bool | None) -> None:
    found = [problem.refuses for problem in judge_version(major, f"{major}.1")]
    assert found == ([] if refuses is None else [refuses])


@pytest.mark.parametrize(("last_affected", "first_mended"), [
    (150019, 150020), (160015, 160016), (170011, 170012), (180006, 180007),
])
def test_on_conflict_is_judged_by_the_minor_version(policy: Policy, last_affected: int, first_mended: int) -> None:
    compiled = compile_policy(policy)
    (problem,) = judge_upserts(last_affected, "x", compiled)
    assert problem.refuses
    assert "`contract` on `crm.customer`" in str(problem.detail)
    assert list(judge_upserts(first_mended, "x", compiled)) == []


def test_a_leak_that_the_policy_accepts_is_a_warning_with_its_reason(policy: Policy) -> None:
    compiled = compile_policy(replace(policy, accept_upsert_leak="no hidden rows in this table"))
    (problem,) = judge_upserts(150018, "15.18", compiled)
    assert not problem.refuses
    assert "no hidden rows in this table" in str(problem.detail)


def test_a_policy_without_the_privileges_is_warned_of_the_server_only() -> None:
    compiled = compile_policy(loads(TEXT.replace('"clarify"', '"delete"')))
    (problem,) = judge_upserts(180006, "18.6", compiled)
    assert not problem.refuses
