"""The doctor on row security that is not the guard's."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("CREATE POLICY mine ON crm.customer USING (true)",
     ("SG447", "table crm.customer")),
])
def test_a_foreign_policy_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert patient.found(mutation) == [expected]


def test_a_restrictive_one_hides_rows_from_the_guard_too(patient: Patient) -> None:
    assert patient.found("CREATE POLICY strict ON crm.customer AS RESTRICTIVE USING (true)") == [
        ("SG447", "table crm.customer"), ("SG512", "table crm.customer")]
