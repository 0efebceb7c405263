"""The doctor on schema `sminion`."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "object"), [
    ("CREATE OR REPLACE FUNCTION sminion.encrypted() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
     "function sminion.encrypted()"),
    ("ALTER TABLE sminion.ticket DISABLE TRIGGER USER", "trigger ticket.append_only"),
    ("CREATE TABLE sminion.copy (a text)", "table copy"),
])
def test_what_is_altered_or_foreign_in_the_guards_schema_is_named(
    patient: Patient, mutation: str, object: str
) -> None:
    found = patient.found(mutation)
    assert {code for code, _ in found} == {"SG443"}
    assert object in {name for _, name in found}


def test_fixing_makes_it_anew(patient: Patient) -> None:
    assert patient.found("DROP TRIGGER append_only_truncate ON sminion.ticket") == [
        ("SG443", "trigger ticket.append_only_truncate")]
    assert patient.fix() == ["fixed: put the policy in force in place again"]
    assert patient.examine() == ()
