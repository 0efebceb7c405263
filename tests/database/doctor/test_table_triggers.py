"""The doctor on triggers that fire when the guard sets a mask."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient

STAMP = """
CREATE FUNCTION crm.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.last_seen_at := now(); RETURN NEW; END';
ALTER FUNCTION crm.stamp() OWNER TO {name}_dba;
CREATE TRIGGER stamp BEFORE UPDATE ON crm.customer FOR EACH ROW EXECUTE FUNCTION crm.stamp();
"""


def test_a_trigger_that_hears_of_masks_is_named(patient: Patient) -> None:
    assert patient.found(STAMP) == []
    assert patient.found("ALTER TABLE crm.customer ENABLE ALWAYS TRIGGER stamp") == [("SG514", "trigger stamp")]
