"""The doctor on generated columns."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("ALTER TABLE news.subscriber DROP email, ADD secret text, ADD email text GENERATED ALWAYS AS (secret) STORED",
     ("SG329", "column news.subscriber.email")),
])
def test_a_column_that_shows_its_source_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert expected in patient.found(mutation)
