"""The doctor on foreign servers."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient


def test_a_foreign_server_that_a_login_may_use_is_named(patient: Patient) -> None:
    patient.run("CREATE EXTENSION postgres_fdw; CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw")
    assert patient.examine() == ()
    assert patient.found("GRANT USAGE ON FOREIGN SERVER other TO {name}_app") == [("SG919", "foreign server other")]
