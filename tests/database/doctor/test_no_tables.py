"""The doctor on what should be a table."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("DROP TABLE news.subscriber; CREATE VIEW news.subscriber AS SELECT 1::bigint AS customer_id",
     ("SG426", "table news.subscriber")),
])
def test_a_view_in_place_of_a_table_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert expected in patient.found(mutation)
