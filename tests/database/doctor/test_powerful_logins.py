"""The doctor on accounts outside of the policy that row security does not bind."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS", "REPLICATION"])
def test_a_powerful_account_is_named(patient: Patient, power: str) -> None:
    assert patient.found("CREATE ROLE {name}_boss LOGIN " + power) == [("SG912", "login {name}_boss")]


def test_one_that_can_become_powerful_too(patient: Patient) -> None:
    patient.run("CREATE ROLE {name}_power BYPASSRLS; CREATE ROLE {name}_boss LOGIN; GRANT {name}_power TO {name}_boss")
    (found,) = patient.examine()
    assert found.sql == f'REVOKE "{patient.name}_power" FROM "{patient.name}_boss"'
