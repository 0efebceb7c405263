"""The doctor on functions that act above row security."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient

MAIL = (
    "CREATE FUNCTION {}.mail() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT min(email) FROM news.subscriber';"
)


def test_a_definer_function_that_logins_may_call_is_named(patient: Patient) -> None:
    assert patient.found(MAIL.format("public")) == [("SG434", "function public.mail()")]


def test_a_definer_function_in_a_default_is_named(patient: Patient) -> None:
    assert patient.found(
        MAIL.format("crm") + "REVOKE ALL ON FUNCTION crm.mail() FROM PUBLIC;"
        "ALTER TABLE crm.customer ALTER full_name SET DEFAULT crm.mail()"
    ) == [("SG444", "function crm.mail()")]
