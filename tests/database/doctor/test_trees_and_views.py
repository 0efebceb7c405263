"""The doctor on keys, trees of tables, rules and views around protected tables."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("ALTER TABLE sales.orders ADD CONSTRAINT gone FOREIGN KEY (customer_id) REFERENCES crm.customer ON DELETE CASCADE",
     ("SG430", "relation gone")),
    ("CREATE TABLE public.party (LIKE crm.customer); ALTER TABLE crm.customer INHERIT public.party",
     ("SG431", "relation crm.customer")),
    ("CREATE TABLE public.vip () INHERITS (crm.customer)", ("SG431", "relation crm.customer")),
    ("CREATE RULE spy AS ON DELETE TO crm.customer DO ALSO SELECT 1", ("SG432", "relation crm.customer")),
    ("CREATE VIEW public.everybody AS SELECT id FROM crm.customer; GRANT SELECT ON public.everybody TO PUBLIC",
     ("SG433", "relation public.everybody")),
])
def test_a_way_around_row_security_is_named(patient: Patient, mutation: str, expected: tuple[str, str]) -> None:
    assert patient.found(mutation) == [expected]
