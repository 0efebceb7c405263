"""The doctor on the DDL guard."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient


def test_a_suspension_is_named_as_long_as_it_goes_on(patient: Patient) -> None:
    with patient.database.ddl_guard_suspended():
        (found,) = patient.examine()
    assert (found.code, found.object) == ("SG929", "ddl guard")
    assert "a test weakens what protects" in found.message
    assert patient.examine() == ()


def test_that_there_is_none_is_named(patient: Patient) -> None:
    names = [name for (name,) in patient.run("SELECT evtname FROM pg_event_trigger")]
    assert len(names) == 8
    for name in names:
        patient.database.execute(f"DROP EVENT TRIGGER {name}")
    patient.database.execute("DELETE FROM sminion.guard_object WHERE kind = 'event trigger'")
    assert [(entry.code, entry.object) for entry in patient.examine()] == [("SG478", "ddl guard")]


def test_one_that_is_disabled_is_an_altered_object_of_the_guard(patient: Patient) -> None:
    patient.database.execute("ALTER EVENT TRIGGER sminion_ddl_on_tables DISABLE")
    assert [(entry.code, entry.object) for entry in patient.examine()] == [
        ("SG443", "event trigger sminion_ddl_on_tables")]
    assert patient.fix() == ["fixed: put the policy in force in place again"]
    assert patient.examine() == ()
