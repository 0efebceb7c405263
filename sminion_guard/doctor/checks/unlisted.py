"""Tables and later columns of protected schemas that the policy does not list: nobody said what they are."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.unlisted import closed
from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level


def find(look: Look) -> Iterator[Finding]:
    """What is left out on purpose stands beside the guard's columns from the beginning: of columns, only later ones."""
    newer = set(look.ask("newer_columns"))
    for schema, table, column in closed(look.database, look.policy):
        kind, name = ("table", f"{schema}.{table}") if column is None else ("column", f"{schema}.{table}.{column}")
        if column is None or (schema, table, column) in newer:
            yield Finding(
                "SG340", f"{kind} {name}", f"{kind} `{name}` is not in the policy",
                detail="it is closed to every purpose until it is listed; nobody said whether it is about a person, so "
                "nobody finds, blocks or destroys what it holds about one",
                hint="list it with its subject and the categories of its columns, or in `neutral` of the schema where "
                "nothing in it is about a person" if column is None else
                "give it a category in `columns` of its table",
                level=Level.WARNING,
            )


CHECK = Check("unlisted", ("SG340",), find)
