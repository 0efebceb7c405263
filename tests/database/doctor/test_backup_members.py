"""The doctor on the role for dumps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sminion_guard import migrate
from sminion_guard.policy import Policy, loads
from tests.database.doctor.conftest import Patient, policy_text

MEMBERS = ("between", "dumper", "deputy")


@pytest.fixture
def dumped(patient: Patient) -> Iterator[Patient]:
    """A patient with the role for dumps, and a role that is a member and cannot log in."""
    before = loads(policy_text(patient.name))
    _apply(patient, replace(before, version="dumps", backup="every night"))
    patient.run("CREATE ROLE {name}_between; CREATE ROLE {name}_dumper LOGIN; CREATE ROLE {name}_deputy LOGIN;"
                "GRANT {name}_backup TO {name}_between")
    try:
        yield patient
    finally:
        patient.run("DROP POLICY IF EXISTS hides ON crm.customer;"
                    + "".join(f"DROP ROLE {{name}}_{member};" for member in MEMBERS)
                    + "REVOKE {name}_backup FROM {name}_app")
        _apply(patient, replace(before, version="as before"))


def _apply(patient: Patient, policy: Policy) -> None:
    with patient.database.connect() as admin:
        migrate.apply(admin, policy)


def test_each_account_that_can_dump_is_named(dumped: Patient) -> None:
    assert dumped.found("GRANT {name}_backup TO {name}_dumper; GRANT {name}_between TO {name}_deputy") == [
        ("SG930", "login {name}_deputy"), ("SG930", "login {name}_dumper")]


def test_a_login_of_the_policy_that_became_a_member_is_an_error(dumped: Patient) -> None:
    assert dumped.found("GRANT {name}_between TO {name}_app") == [
        ("SG423", "login {name}_app"), ("SG441", "login {name}_app")]
    dumped.run("REVOKE {name}_between FROM {name}_app")


def test_a_policy_that_hides_rows_from_dumps_is_found(dumped: Patient) -> None:
    adopted = '[schema.crm.customer]\nadopt_policies = ["hides"]'
    policy = loads(policy_text(dumped.name).replace("[schema.crm.customer]", adopted))
    dumped.run("CREATE POLICY hides ON crm.customer AS RESTRICTIVE TO {name}_dba USING (id < 5)")
    _apply(dumped, replace(policy, version="hiding", backup="every night"))
    assert ("SG482", "table crm.customer") in dumped.found("ALTER POLICY hides ON crm.customer TO PUBLIC")
