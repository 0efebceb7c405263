"""The doctor on functions of tables' owners that run with the rights of the guard."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient

MADE = ("CREATE FUNCTION crm.fine(v text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';"
        "ALTER FUNCTION crm.fine(text) OWNER TO {name}_dba;")


@pytest.mark.parametrize("mutation", [
    "ALTER TABLE crm.customer ADD CHECK (crm.fine(email))",
    "CREATE INDEX ON crm.customer (id) WHERE crm.fine(email)",
    "CREATE INDEX ON crm.customer (crm.fine(email))",
    "CREATE DOMAIN crm.word AS text CHECK (crm.fine(VALUE)); ALTER TABLE crm.customer ADD COLUMN word crm.word",
])
def test_a_function_of_an_owner_is_named_until_a_superuser_has_it(patient: Patient, mutation: str) -> None:
    assert ("SG568", "table crm.customer") in patient.found(MADE + mutation)
    assert "SG568" not in {code for code, _ in patient.found("ALTER FUNCTION crm.fine(text) OWNER TO CURRENT_USER")}
