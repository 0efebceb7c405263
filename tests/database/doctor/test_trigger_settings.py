"""The doctor on settings that silence triggers."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("ALTER DATABASE {database} SET session_replication_role = replica",
     ("SG917", "setting session_replication_role")),
    ("ALTER ROLE {name}_app SET session_replication_role = replica", ("SG917", "setting session_replication_role")),
    ("GRANT SET ON PARAMETER session_replication_role TO {name}_app", ("SG917", "setting session_replication_role")),
    ("ALTER ROLE {name}_app SET session_preload_libraries = 'auto_explain'",
     ("SG917", "setting session_preload_libraries")),
])
def test_a_setting_that_silences_triggers_is_named(
    patient: Patient, mutation: str, expected: tuple[str, str]
) -> None:
    found = patient.found(mutation)
    assert expected in found
    assert {code for code, _ in found} == {"SG917"}


def test_the_privilege_of_the_guards_owner_is_none_of_its_members(patient: Patient) -> None:
    """Who examines and is no superuser is such a member meanwhile: to take the privilege back would hurt the masks."""
    may = "SELECT has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET')"
    assert patient.run(may) == [(True,)]
    codes = {code for code, _ in patient.found("GRANT sminion_owner TO {name}_app")}
    assert "SG423" in codes  # who is one for good is named
    assert "SG917" not in codes
