"""The doctor on predefined roles."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize("role", ["pg_read_all_data", "pg_write_all_data", "pg_read_server_files"])
def test_a_member_of_a_predefined_role_is_named(patient: Patient, role: str) -> None:
    patient.run("CREATE ROLE {name}_clerk LOGIN")
    assert patient.found("GRANT " + role + " TO {name}_clerk") == [("SG913", "login {name}_clerk")]
