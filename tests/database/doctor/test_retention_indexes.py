"""The doctor on columns from which retention counts."""

from __future__ import annotations

from tests.database.doctor.conftest import Patient

LARGE = "UPDATE pg_class SET reltuples = 200000 WHERE oid = 'crm.customer'::regclass"


def test_a_large_table_whose_expired_rows_no_index_finds_is_named_with_its_size(patient: Patient) -> None:
    assert patient.examine() == (), "a small one is read as a whole"
    patient.run(LARGE)
    (found,) = patient.examine()
    assert (found.code, found.object) == ("SG578", "table crm.customer")
    assert "about 200000 rows" in str(found.detail)
    patient.run("CREATE INDEX ON crm.customer (last_seen_at)")
    # An index counts the rows anew.
    patient.run(LARGE)
    assert patient.examine() == ()
