"""The doctor on the log."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient


def test_a_fault_in_the_log_is_named(patient: Patient) -> None:
    patient.run("CALL sminion.maintain()")
    patient.run(
        "INSERT INTO sminion.log_fault (at, number, login, writer, place, code, message, size, digest)"
        " VALUES (now(), 0, '{name}_app', 1, 7, 'SG612', 'place 7 is missing', 0, '')")
    (found,) = patient.examine()
    assert (found.code, found.key) == ("SG924", f"SG924:log of {patient.name}_app:SG612")
