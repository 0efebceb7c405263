"""The doctor on materialized views over protected tables."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("CREATE MATERIALIZED VIEW public.copy AS SELECT id FROM crm.customer;"
     "ALTER MATERIALIZED VIEW public.copy OWNER TO {name}_dba",
     ("SG348", "view public.copy")),
])
def test_a_copy_of_what_was_seen_once_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert expected in patient.found(mutation)
