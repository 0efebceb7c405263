"""The doctor on statistics of statements."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient


def test_an_extension_that_keeps_texts_is_named(patient: Patient) -> None:
    assert patient.found("CREATE EXTENSION pg_stat_statements") == [("SG926", "extension pg_stat_statements")]
