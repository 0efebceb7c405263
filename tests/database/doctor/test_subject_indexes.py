"""The doctor on columns by which a person's rows are found."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("DROP INDEX sales.orders_customer_id_idx",
     ("SG435", "table sales.orders")),
])
def test_a_missing_index_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert patient.found(mutation) == [expected]
