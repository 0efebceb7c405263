"""The doctor on keys to tables that no policy protects."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient


def test_a_cascading_key_to_an_unprotected_table_is_named(patient: Patient) -> None:
    assert patient.found(
        "CREATE TABLE public.shop (id bigint PRIMARY KEY); INSERT INTO public.shop SELECT generate_series(1, 600);"
        "ALTER TABLE sales.orders ADD CONSTRAINT of_shop FOREIGN KEY (id) REFERENCES public.shop ON DELETE CASCADE"
    ) == [("SG916", "constraint sales.orders.of_shop")]
