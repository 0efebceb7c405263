"""The locks of an installation on tables of the application, taken at once and before the first change to any of them.

A statement such as REVOKE changes a table's row in pg_class without a lock on the table. Autovacuum that analyzes the
table at that moment waits for that row and holds a lock that the next statement needs: a deadlock. The same happens
with a writer of the application that locks a child before its parent. So all tables that one transaction changes are
locked first, by attempts that end before the server looks for deadlocks: then no statement of the application is ever
cancelled for one, and a reader that queues behind an attempt waits no longer than that attempt.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from sminion_guard.errors import InstallError
from sminion_guard.migrate.progress import Step
from sminion_guard.migrate.transaction import Installer, sessions

LONGEST_PAUSE = 1_000
"""Milliseconds between two attempts, once the pauses have grown."""


def lock_tables(installer: Installer, names: Iterable[str]) -> None:
    """Lock tables in the transaction of ``installer``.

    :param names: the tables as ``schema.table``; what is not there is left out.
    :raises InstallError: SG410 when none of the attempts that ``installer`` has gets the locks.
    """
    tables = [name for (name,) in installer.ask("tables_named", as_owner=False, names=sorted(set(names)))]
    if not tables:
        return
    statement = f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"
    waiting = installer.waiting
    pause, holders = 50, ""
    for attempt in range(1, waiting.attempts + 1):
        if installer.attempt(statement, milliseconds=waiting.lock_timeout, doing="the locks on the tables"):
            return
        holders = sessions(installer.ask("lock_holders", as_owner=False, tables=tables))
        waiting.tell(Step("waiting", attempt, waiting.attempts, 0, holders))
        if attempt < waiting.attempts:
            time.sleep(pause / 1000)
            pause = min(2 * pause, LONGEST_PAUSE)
    raise InstallError(
        "SG410",
        "the tables that the policy changes cannot be locked",
        detail=f"locks are held by {holders}" if holders else "other sessions took turns in locking them",
        hint="end these transactions, or repeat it at a quieter time: nothing was changed",
    )
