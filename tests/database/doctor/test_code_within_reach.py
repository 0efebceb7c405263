"""The doctor on functions by which data leave the database."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient


def test_a_function_of_an_extension_that_connects_elsewhere_is_named(patient: Patient) -> None:
    patient.run("CREATE EXTENSION dblink")
    assert {entry.code for entry in patient.examine()} == {"SG906"}, "what everybody may call, apply closes"
    patient.fix()
    assert patient.examine() == ()
    assert patient.found("GRANT EXECUTE ON FUNCTION public.dblink(text, text) TO {name}_app") == [
        ("SG918", "function public.dblink(text,text)")]


def test_a_function_in_a_language_that_is_not_trusted_is_named(patient: Patient) -> None:
    assert patient.found(
        "CREATE FUNCTION public.file(text) RETURNS text LANGUAGE internal STRICT AS 'pg_read_file_all'"
    ) == [("SG918", "function public.file(text)")]
