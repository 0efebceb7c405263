"""The doctor on roles that can make themselves members of a compartment."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.postgres(15)
def test_before_16_createrole_is_enough(patient: Patient) -> None:
    assert patient.found("CREATE ROLE {name}_clerk CREATEROLE") == [("SG446", "role {name}_clerk")]


@pytest.mark.postgres(18)
def test_from_16_on_it_takes_the_admin_option(patient: Patient) -> None:
    assert patient.found("CREATE ROLE {name}_clerk CREATEROLE") == []
    found = patient.found("GRANT {name}_contract TO {name}_clerk WITH ADMIN OPTION, INHERIT FALSE, SET FALSE")
    assert found == [("SG446", "role {name}_clerk")]
