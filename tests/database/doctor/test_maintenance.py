"""The doctor on what waits for maintenance."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient


def test_what_waits_for_long_is_named_and_done(patient: Patient) -> None:
    patient.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT sminion.block('7', 'test'); COMMIT")
    assert patient.examine() == (), "a minute is no backlog"
    assert patient.found("UPDATE sminion.unsettled SET since = since - interval '1 hour'") == [("SG922", "states")]
    assert patient.fix() == ["fixed: did the maintenance that waited"]
    assert patient.examine() == ()


def test_masks_that_are_not_filled_in_are_named(patient: Patient) -> None:
    patient.run("UPDATE sminion.protected_table SET next_block = 0 WHERE table_name = 'customer'")
    (found,) = patient.examine()
    assert (found.code, found.object) == ("SG922", "masks")


def test_a_step_that_fails_is_named(patient: Patient) -> None:
    patient.run("UPDATE sminion.maintenance_state SET failed_at = now(), code = '53100', message = 'disk full'")
    found = patient.found("INSERT INTO sminion.maintenance_state (step, failed_at, code, message)"
                          " VALUES ('fold', now(), '53100', 'disk full') ON CONFLICT DO NOTHING")
    assert ("SG923", "maintenance") in found
