"""Row security of the application's own on protected tables: adopted by name, or in the way."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.compiler.adoption import adopted_policies
from sminion_guard.policy.findings import suggestion


def policies(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Each policy that is neither the guard's nor adopted, and each that is adopted and not there."""
    tables = adopted_policies(compiled.policy)
    found = database.ask("queries/preflight/foreign_policies", tables=json.dumps(tables))
    there: dict[str, set[str]] = {}
    for table, relation, policy, permissive, adopted in found:
        if policy is None:
            yield Problem(
                "SG449",
                f"row security of `{relation}` was on without a policy",
                detail="only its owner saw rows; the purposes of this policy will see what it gives them",
                hint="check whether somebody relied on it",
                refuses=False,
            )
            continue
        there.setdefault(table, set()).add(policy)
        if adopted:
            continue
        kind = "permissive" if permissive else "restrictive"
        yield Problem(
            "SG447",
            f"`{relation}` has the {kind} policy `{policy}` of its own",
            detail="what the guard permits would be ORed with it, so that it restricts nobody any more"
            if permissive else "it hides rows from the guard too, which keeps their masks",
            hint=f"`ALTER POLICY {policy} ON {relation} RENAME TO ...`: names that begin with `guard_` are the guard's"
            if policy.startswith("guard_") else
            f"write `adopt_policies = [\"{policy}\"]` at table `{table}`, and it stays in force, or drop it",
        )
    for schema, names in sorted(tables.items()):
        for name, wanted in sorted(names.items()):
            for policy in wanted:
                own = there.get(f"{schema}.{name}", set())
                if policy not in own:
                    yield Problem(
                        "SG448",
                        f"`{schema}.{name}` has no policy `{policy}` to adopt",
                        detail="without it, the guard would permit rows that it was meant to restrict",
                        hint=suggestion(policy, own),
                    )
