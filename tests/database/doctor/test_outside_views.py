"""The doctor on views for roles outside of the policy."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize("view", ["VIEW", "MATERIALIZED VIEW"])
def test_a_view_for_others_is_named(patient: Patient, view: str) -> None:
    patient.run("CREATE ROLE {name}_reports; CREATE " + view + " public.mails AS SELECT email FROM crm.customer")
    expected = ("SG915", "view public.mails")
    assert expected not in {(entry.code, entry.object) for entry in patient.examine()}
    found = patient.found("GRANT SELECT (email) ON public.mails TO {name}_reports")
    assert expected in found
    assert {code for code, _ in found} <= {"SG915", "SG348"}, "a copy can no longer be refreshed"


def test_one_that_reads_as_its_reader_is_not(patient: Patient) -> None:
    assert patient.found(
        "CREATE ROLE {name}_reports; CREATE VIEW public.mails WITH (security_invoker) AS SELECT email"
        " FROM crm.customer;"
        "GRANT SELECT ON public.mails TO {name}_reports") == []
