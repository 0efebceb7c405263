"""The doctor on masks that disagree with what people decided."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient

FORGED = (
    "BEGIN; SET LOCAL ROLE sminion_owner; SET LOCAL sminion.masks_set = 'yes';"
    "UPDATE {} SET guard_mask = -1 WHERE {}; COMMIT"
)
"""As the guard itself sets masks: for everybody else the trigger computes them."""


@pytest.mark.parametrize(("table", "row"), [("crm.customer", "id = 7"), ("sales.item", "order_id = 8")])
def test_a_row_that_permits_more_than_its_person_is_named(patient: Patient, table: str, row: str) -> None:
    patient.run("SELECT sminion.block('7', 'test'), sminion.block('9', 'item 7 is of his'); SELECT sminion.settle()")
    assert patient.examine(full=True) == ()
    assert patient.found(FORGED.format(table, row)) == [("SG928", f"table {table}")]
    patient.run(f"UPDATE {table} SET id = id WHERE {row}")
    assert patient.examine() == (), "touched, the row has its mask again"


def test_a_state_that_permits_more_is_named(patient: Patient) -> None:
    patient.run("SELECT sminion.block('7', 'test'); SELECT sminion.settle()")
    found = patient.found("UPDATE sminion.subject_state SET mask = -1 WHERE subject = '7'")
    assert ("SG928", "states") in found


def test_who_waits_for_settling_is_hidden_otherwise(patient: Patient) -> None:
    patient.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT sminion.block('7', 'test'); COMMIT")
    assert patient.examine(full=True) == ()
