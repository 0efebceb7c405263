"""The doctor on the types of subject columns."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("DROP TABLE news.subscriber; CREATE TABLE news.subscriber (customer_id numeric PRIMARY KEY, email text)",
     ("SG427", "column news.subscriber.customer_id")),
])
def test_another_type_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert expected in patient.found(mutation)
