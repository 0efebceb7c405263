"""The doctor on owners that can log in."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient


def test_an_owner_that_can_log_in_is_named(patient: Patient) -> None:
    assert patient.found("ALTER ROLE {name}_dba LOGIN") == [("SG914", "login {name}_dba")]
