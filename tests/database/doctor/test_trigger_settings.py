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
