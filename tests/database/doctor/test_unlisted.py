"""The doctor on what the policy does not list."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient


def test_a_table_that_is_closed_until_it_is_listed_is_named(patient: Patient) -> None:
    assert patient.found("CREATE TABLE crm.note (id bigint)") == [("SG340", "table crm.note")]


def test_a_later_column_is_named_and_the_log_of_writes_that_does_not_know_it(patient: Patient) -> None:
    later, log = patient.found("ALTER TABLE crm.customer ADD shoe_size int")
    assert later == ("SG340", "column crm.customer.shoe_size")
    assert log[0] == "SG903" and "write_function" in log[1]
    patient.fix()
    assert [entry.code for entry in patient.examine()] == ["SG340"]
