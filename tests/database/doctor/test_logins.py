"""The doctor on the logins of the policy."""

from __future__ import annotations

import pytest

from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize(("mutation", "expected"), [
    ("ALTER ROLE {name}_app NOLOGIN", ("SG420", "login {name}_app")),
    ("ALTER ROLE {name}_app SUPERUSER", ("SG421", "login {name}_app")),
    ("ALTER ROLE {name}_app BYPASSRLS", ("SG421", "login {name}_app")),
    ("ALTER ROLE {name}_app CREATEDB", ("SG421", "login {name}_app")),
    ("GRANT pg_read_all_data TO {name}_app", ("SG423", "login {name}_app")),
    ("GRANT {name}_dba TO {name}_app", ("SG423", "login {name}_app")),
    ("CREATE ROLE {name}_team; GRANT {name}_team TO {name}_news", ("SG441", "login {name}_news")),
])
def test_a_login_that_stands_above_the_policy_is_named(
    patient: Patient, mutation: str, expected: tuple[str, str]
) -> None:
    found = patient.found(mutation)
    assert expected in found
    # What it owns by a role, it holds by a membership; and a superuser is a member of every compartment.
    assert {code for code, _ in found} <= {expected[0], "SG903" if "SUPERUSER" in mutation else "SG441"}


def test_the_statement_that_closes_it_is_told(patient: Patient) -> None:
    patient.run("ALTER ROLE {name}_app CREATEDB")
    (found,) = patient.examine()
    assert (found.level, found.sql) == ("error", f"ALTER ROLE {patient.name}_app NOCREATEDB")
