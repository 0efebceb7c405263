"""The doctor on columns of the policy that are gone."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("ALTER TABLE crm.customer RENAME full_name TO called",
     ("SG425", "table crm.customer")),
])
def test_a_column_that_is_gone_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert expected in patient.found(mutation)
