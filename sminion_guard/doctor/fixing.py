"""Closing what can be closed safely: nothing is taken away that the policy gives, and no table is locked for long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg

from sminion_guard import migrate
from sminion_guard.doctor.finding import Finding, Remedy
from sminion_guard.errors import GuardError, InstallError
from sminion_guard.migrate import queries
from sminion_guard.migrate.failures import is_superuser, translated
from sminion_guard.migrate.installed import policy_in_force, read_installed
from sminion_guard.migrate.plan import compare
from sminion_guard.migrate.transaction import installing

LOCKS = "2000"
"""Milliseconds that a statement waits for locks."""


def fix(connection: psycopg.Connection[Any], findings: Iterable[Finding]) -> Iterator[str]:
    """Close what has a remedy, and say what was done. What is refused is said too, and stays a finding.

    :param connection: not in a transaction.
    """
    found = tuple(findings)
    wanted = {finding.remedy for finding in found}
    if Remedy.APPLY in wanted:
        yield _attempt(connection, "put the policy in force in place again", Remedy.APPLY)
    for finding in found:
        if finding.remedy is Remedy.SQL and finding.sql is not None:
            yield _attempt(connection, finding.sql, Remedy.SQL)
    if Remedy.MAINTAIN in wanted:
        yield _attempt(connection, "did the maintenance that waited", Remedy.MAINTAIN)


def _attempt(connection: psycopg.Connection[Any], doing: str, remedy: Remedy) -> str:
    try:
        if remedy is Remedy.APPLY:
            _apply(connection)
        elif remedy is Remedy.SQL:
            _run(connection, doing)
        else:
            migrate.maintain(connection)
    except GuardError as error:
        more = "; ".join(part for part in (error.detail, error.hint) if part)
        return f"not fixed: {doing}: {error.message}" + (f": {more}" if more else "")
    return f"fixed: {doing}"


def _apply(connection: psycopg.Connection[Any]) -> None:
    with installing(connection, keep=False) as installer:
        policy = policy_in_force(installer)
        changed = policy is not None and compare(policy, read_installed(installer)).new_policy
    if policy is None or changed:
        # Another version of this package compiles it to other objects.
        raise InstallError("SG908", "the policy in force cannot be put in place from what the database keeps of it",
                           detail="applied from there, it would change objects that nobody altered",
                           hint="run `sminion-guard apply` with its file")
    migrate.apply(connection, policy)


def _run(connection: psycopg.Connection[Any], statement: str) -> None:
    """Outside of a transaction: an index is made CONCURRENTLY."""
    before, connection.autocommit = connection.autocommit, True
    try:
        with translated("the statement", superuser=is_superuser(connection)):
            queries.run(connection, "queries/doctor/lock_timeout", value=LOCKS)
            queries.send(connection, statement)
    finally:
        connection.autocommit = before
