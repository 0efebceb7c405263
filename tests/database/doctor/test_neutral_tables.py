"""The doctor on neutral tables."""

from __future__ import annotations

from sminion_guard import doctor, migrate
from sminion_guard.policy import loads
from tests.database.doctor.conftest import Patient, policy_text


def test_a_neutral_table_that_came_to_be_about_persons_is_named(patient: Patient) -> None:
    patient.run("CREATE TABLE sales.status (id int PRIMARY KEY, text text);"
                "ALTER TABLE sales.status OWNER TO {name}_dba")
    text = policy_text(patient.name).replace('[schema.sales]\n', '[schema.sales]\nneutral = ["status"]\n')
    with patient.database.connect(autocommit=False) as connection:
        migrate.apply(connection, loads(text))
        assert doctor.examine(connection).findings == ()
    assert ("SG454", "table sales.status") in patient.found(
        "ALTER TABLE sales.status ADD changed_for bigint REFERENCES crm.customer")
