"""The doctor on subject columns that are computed."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("DROP TABLE news.subscriber; CREATE TABLE news.subscriber"
     " (base bigint, customer_id bigint GENERATED ALWAYS AS (base) STORED, email text)",
     ("SG428", "column news.subscriber.customer_id")),
])
def test_a_computed_subject_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert expected in patient.found(mutation)
