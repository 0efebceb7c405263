"""The doctor on indexes that row security keeps from being used."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("CREATE INDEX by_mail ON crm.customer (lower(email))",
     ("SG330", "index crm.by_mail")),
])
def test_an_index_of_what_is_not_leakproof_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert expected in patient.found(mutation)
