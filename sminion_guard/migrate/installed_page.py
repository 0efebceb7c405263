"""What the policy in force says to people, as auditors, privacy officers and whoever installs may read it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from sminion_guard.errors import InstallError, PolicyError
from sminion_guard.migrate import queries
from sminion_guard.policy import Policy
from sminion_guard.policy.document import from_document
from sminion_guard.policy.page.notice import Installed, notice


def installed_page(connection: psycopg.Connection[Any]) -> tuple[Policy, Installed]:
    """The policy in force, and what its page says beside that of the version before.

    :raises InstallError: SG409 where the guard is not installed, SG902 where no policy is in force.
    :raises PolicyError: SG234 when this version of the program cannot read the policy in force.
    """
    try:
        rows = queries.run(connection, "policy_and_before").fetchall()
    except (psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction) as error:
        raise InstallError("SG409", "the guard is not installed in this database",
                           hint="run `sminion-guard install`") from error
    if not rows:
        raise InstallError("SG902", "no policy is in force in this database", hint="run `sminion-guard apply` first")
    (document, _, at), *before = rows
    policy = from_document(document)
    earlier = None
    if before:
        with suppress(PolicyError):  # another version of the program applied it
            earlier = notice(from_document(before[0][0]))
    since = at.astimezone(ZoneInfo(policy.timezone))
    return policy, Installed(since, earlier, before[0][1] if before else None)
