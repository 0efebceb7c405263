"""The doctor on what `apply` made: altered, missing, or more than the policy says."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY", ("SG903", "row_security crm.customer")),
    ("ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY", ("SG903", "row_security crm.customer")),
    ("ALTER TABLE crm.customer DISABLE TRIGGER USER", ("SG903", "row_trigger crm.customer")),
    ("DROP POLICY guard_floor ON crm.customer", ("SG904", "policy crm.customer:guard_floor")),
    ("ALTER POLICY guard_floor ON crm.customer USING (true)", ("SG903", "policy crm.customer:guard_floor")),
    ("GRANT USAGE ON SCHEMA news TO {name}_contract", ("SG442", "role {name}_contract")),
    ("CREATE ROLE {name}_eve; GRANT {name}_contract TO {name}_eve", ("SG442", "role {name}_contract")),
    ("GRANT {name}_marketing TO {name}_contract", ("SG442", "role {name}_contract")),
    ("CREATE ROLE {name}_eve; GRANT sminion_owner TO {name}_eve", ("SG906", "guard_closed {name}")),
    ("GRANT SELECT ON crm.customer TO PUBLIC", ("SG906", "schema crm")),
    ("ALTER DEFAULT PRIVILEGES FOR ROLE {name}_dba IN SCHEMA crm GRANT SELECT ON TABLES TO {name}_app",
     ("SG906", "schema crm")),
    ("GRANT TEMP ON DATABASE {database} TO PUBLIC", ("SG906", "database {name}")),
    ("CREATE SCHEMA scrap; GRANT CREATE ON SCHEMA scrap TO {name}_app", ("SG906", "database {name}")),
])
def test_what_is_not_as_the_policy_says_is_named(
    patient: Patient, mutation: str, expected: tuple[str, str]
) -> None:
    found = patient.found(mutation)
    assert expected in found
    assert {code for code, _ in found} == {expected[0]}


def test_fixing_puts_the_policy_in_place_again(patient: Patient) -> None:
    assert patient.found("DROP POLICY guard_floor ON crm.customer; GRANT SELECT ON crm.customer TO PUBLIC")
    assert patient.fix() == ["fixed: put the policy in force in place again"]
    assert patient.examine() == ()


def test_a_policy_that_another_version_compiled_is_not_applied_from_the_database(patient: Patient) -> None:
    patient.database.execute("UPDATE sminion.policy SET digest = repeat('0', 64)")
    assert patient.examine() == ()
    assert patient.found("DROP POLICY guard_floor ON crm.customer") == [("SG904", "policy crm.customer:guard_floor")]
    (told,) = patient.fix()
    assert told.startswith("not fixed") and "run `sminion-guard apply` with its file" in told
