"""The doctor on tables of the policy that are gone."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("DROP TABLE news.subscriber",
     ("SG424", "table news.subscriber")),
])
def test_a_table_that_is_gone_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert expected in patient.found(mutation)
