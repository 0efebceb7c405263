"""The doctor on publications of protected tables."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("CREATE PUBLICATION {name}_all FOR TABLE crm.customer",
     ("SG445", "replication {name}_all")),
    ("CREATE PUBLICATION {name}_schema FOR TABLES IN SCHEMA sales",
     ("SG445", "replication {name}_schema")),
])
def test_a_publication_of_protected_tables_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert patient.found(mutation) == [expected]
