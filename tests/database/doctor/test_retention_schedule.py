# ruff: noqa: E501 - SQL stands on one line
"""The doctor on retentions that are shorter than the schedule of maintenance."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient

RULE = "UPDATE sminion.retention_rule SET {} WHERE table_name = 'customer'"


@pytest.mark.parametrize(("changes", "named"), [
    ("keep = '1 hour', since = now() - interval '3 days', run_at = now() - interval '50 minutes', gap = '59 minutes'", False),
    ("keep = '1 hour', since = now() - interval '3 days', run_at = now(), gap = '61 minutes'", True),
    ("keep = '1 hour', since = now() - interval '3 days', run_at = now() - interval '2 hours', gap = '1 minute'", True),
    ("keep = '1 hour', since = now() - interval '26 hours', run_at = NULL, gap = NULL", True),
    ("keep = '1 hour', since = now() - interval '23 hours', run_at = NULL, gap = NULL", False),
])
def test_a_retention_that_is_shorter_than_the_time_between_two_looks_is_named(
    patient: Patient, changes: str, named: bool
) -> None:
    assert patient.found(RULE.format(changes)) == [("SG579", "table crm.customer")] * named
