"""The doctor on the role that owns the guard."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize("power", ["BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION"])
def test_what_an_owner_need_not_have_is_named_and_taken_away(patient: Patient, power: str) -> None:
    try:
        found = patient.found(f"ALTER ROLE sminion_owner {power}")
        # Before 16 CREATEROLE is also the right to become any role.
        makes_roles = power == "CREATEROLE" and patient.version < 16
        codes = ["SG401", "SG446"] if makes_roles else ["SG401"]
        assert found == [(code, "role sminion_owner") for code in codes]
        assert patient.fix() == [f"fixed: ALTER ROLE sminion_owner NO{power}"]
        assert patient.examine() == ()
    finally:  # the role is the cluster's
        patient.run(f"ALTER ROLE sminion_owner NO{power}")


@pytest.mark.parametrize("power", ["SUPERUSER", "LOGIN"])
def test_so_is_what_makes_it_more_than_a_role(patient: Patient, power: str) -> None:
    try:
        assert ("SG401", "role sminion_owner") in patient.found(f"ALTER ROLE sminion_owner {power}")
    finally:
        patient.run(f"ALTER ROLE sminion_owner NO{power}")
