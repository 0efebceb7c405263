"""The doctor on rows that the guard cannot bring up to date."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient


def test_a_table_that_the_guard_does_not_see_through_is_named(patient: Patient) -> None:
    assert ("SG512", "table crm.customer") in patient.found(
        "CREATE POLICY hide ON crm.customer AS RESTRICTIVE USING (id <> 7)")
