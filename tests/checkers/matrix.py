"""`pgrls matrix` says who reaches which table: compared with what the policy gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sminion_guard.policy import Policy
from sminion_guard.policy.access import table_access
from sminion_guard.policy.compartments import compartments
from tests.checkers.finding import Finding

CHECKER = "matrix"


def given(policy: Policy) -> set[tuple[str, str, str]]:
    """Role, command and table: all that the policy gives."""
    found = set()
    for compartment in compartments(policy):
        for table in policy.tables():
            if policy.collection_of(table).name in compartment.collections:
                access = table_access(policy, compartment.purpose, table)
                held = (("SELECT", access.use), ("INSERT", access.collect), ("UPDATE", access.clarify),
                        ("DELETE", access.delete))
                found |= {(compartment.role, verb, access.table) for verb, what in held if what}
    return found


def differences(said: dict[str, Any], policy: Policy) -> Iterator[Finding]:
    """What the matrix has and the policy does not give, and the other way round."""
    expected = given(policy)
    seen = set()
    for row in said["rows"]:
        for role, cell in row["access"].items():
            what = (role, row["command"], row["table"])
            if cell["verdict"] == "denied":
                continue
            seen.add(what)
            # A compartment reaches some rows; whether all or some, the matrix cannot always tell.
            if what not in expected or cell["verdict"] == "open":
                yield Finding(CHECKER, f"{cell['verdict']} {row['command']}", f"{role} {row['table']}")
    for role, command, table in expected - seen:
        yield Finding(CHECKER, f"denied {command}", f"{role} {table}")
