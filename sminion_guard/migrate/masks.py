"""Filling in masks and settling: many short transactions that can be interrupted and go on where they stopped.

Two may run at once. Whoever is in the way is an application, so here it is we who yield: a lock is waited for
less long than the server takes to look for a deadlock.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg

from sminion_guard.checks.problem import Problem
from sminion_guard.checks.settling import SETTLE_PROBLEMS, told
from sminion_guard.errors import InstallError
from sminion_guard.migrate import queries
from sminion_guard.migrate.failures import is_superuser, translated
from sminion_guard.migrate.progress import Progress, Step, silent
from sminion_guard.migrate.transaction import require_idle

LOCK_TIMEOUT = 500
"""Milliseconds: half of the server's default deadlock_timeout."""
PATIENCE = 600.0
"""Seconds without any progress after which filling in gives up."""
_REMASK, _BLOCKS, _FEWEST_BLOCKS = 5000, 256, 8
_SUBJECTS, _ROWS = 2000, 20000
_PAUSE, _LONGEST_PAUSE = 0.02, 1.0


class _Yielding:
    """Runs one transaction after another as the role that may, and yields to whoever holds a lock."""

    def __init__(self, connection: psycopg.Connection[Any], progress: Progress | None, patience: float) -> None:
        require_idle(connection)
        self._connection = connection
        self._patience = patience
        self._pause, self._since = _PAUSE, time.monotonic()
        self.tell: Progress = progress or silent
        with translated("the look for a maintenance role"), connection.transaction():
            queries.run(connection, "hold_path")
            row = queries.run(connection, "maintenance_role").fetchone()
            self._role = None if row is None else row[0]
            self._superuser = is_superuser(connection)

    def ask(self, name: str, **values: object) -> list[tuple[Any, ...]] | None:
        """The rows of a named query in a transaction of its own; None when a lock was not to be had."""
        try:
            with translated(f"`{name}`", superuser=self._superuser), self._connection.transaction():
                # Whatever the default is: with an older snapshot rows would be missed (SG509).
                queries.run(self._connection, "read_committed")
                queries.run(self._connection, "hold_path")
                queries.run(self._connection, "lock_timeout", value=str(LOCK_TIMEOUT))
                if self._role is not None:
                    queries.run(self._connection, "act_as", role=self._role)
                return queries.run(self._connection, name, **values).fetchall()
        except InstallError as error:
            if isinstance(error.__cause__, (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected,
                                            psycopg.errors.SerializationFailure)):
                return None
            raise

    def progressed(self) -> None:
        self._pause, self._since = _PAUSE, time.monotonic()

    def wait(self) -> None:
        """Nothing was done because others hold locks: wait a moment.

        :raises InstallError: SG438 when that has been so for too long.
        """
        if time.monotonic() - self._since > self._patience:
            raise InstallError(
                "SG438",
                f"masks could not be filled in for {self._patience:g} seconds",
                detail="another transaction holds locks on states or rows, and does not end",
                hint="end it (see `sminion.pending_changes` and pg_stat_activity), then run `sminion-guard apply`"
                " again: it goes on where it stopped",
            )
        self.tell(Step("waiting", 0, None, 0))
        time.sleep(self._pause)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)


def fill_masks(
    connection: psycopg.Connection[Any], progress: Progress | None = None, *, patience: float = PATIENCE
) -> int:
    """Update all states, then all rows, to the masks of the policy in force. Returns the number of rows changed.

    :param connection: not in a transaction; of a superuser, or of a member of ``<policy>_maintenance``.
    :param progress: told after each step.
    :param patience: seconds to wait for others' locks without any progress.
    :raises InstallError: SG438 when locks were held for longer than ``patience``, SG413 without the privilege.
    """
    work = _Yielding(connection, progress, patience)
    states = 0
    while True:
        answer = work.ask("remask", batch=_REMASK)
        changed = answer[0][0] if answer else 0
        if changed:
            states += changed
            work.progressed()
            work.tell(Step("states", states, None, changed))
        elif answer is not None and _waiting(work)[0] == 0:
            break
        else:
            # States that somebody has locked were passed over. Rows must not be filled in before they are done: a row
            # that carries the old mask would be taken for right, and its block not looked at again.
            work.wait()
    return _fill_rows(work)


def settle_problems(connection: psycopg.Connection[Any]) -> tuple[Problem, ...]:
    """What keeps rows from being brought up to date, after one more try.

    :param connection: not in a transaction; of a superuser, or of a member of ``<policy>_maintenance``.
    """
    work = _Yielding(connection, None, PATIENCE)
    if _waiting(work)[2]:
        work.ask("settle", subjects=_SUBJECTS, row_limit=_ROWS)
    return tuple(told(work.ask(SETTLE_PROBLEMS) or ()))


def _fill_rows(work: _Yielding) -> int:
    rows, blocks = 0, _BLOCKS
    while True:
        answer = work.ask("backfill", blocks=blocks)
        if answer:
            schema, table, done, total, changed = answer[0]
            rows += changed
            blocks = min(blocks * 2, _BLOCKS)
            work.progressed()
            work.tell(Step(f"{schema}.{table}", done, total, changed))
        elif answer is not None and _waiting(work)[1] == 0:
            return rows
        else:
            blocks = max(blocks // 2, _FEWEST_BLOCKS)
            work.wait()


def settle_all(
    connection: psycopg.Connection[Any], progress: Progress | None = None, *, patience: float = PATIENCE
) -> int:
    """Settle all withheld subjects: update the masks of their rows. Returns the number of subjects.

    Subjects that the application itself keeps back (by a trigger, a constraint, a policy) stay withheld: see
    ``sminion.settle_problems``.

    :param connection: not in a transaction; of a superuser, or of a member of ``<policy>_maintenance``.
    :raises InstallError: SG438 when locks were held for longer than ``patience``, SG413 without the privilege.
    """
    work = _Yielding(connection, progress, patience)
    before = left = int(_waiting(work)[2])
    while left:
        answer = work.ask("settle", subjects=_SUBJECTS, row_limit=_ROWS)
        now = int(answer[0][0]) if answer else left
        if now < left:
            work.progressed()
            work.tell(Step("subjects", before - now, before, left - now))
        elif answer is not None and _waiting(work)[3] == now:
            return max(before - now, 0)
        else:
            work.wait()
        left = now
    return before


def _waiting(work: _Yielding) -> tuple[int, int, int, int]:
    """States to remask, tables that can be filled, subjects to settle, and those of them that something keeps back."""
    while True:
        answer = work.ask("settle_status")
        if answer is not None:
            states, tables, subjects, stuck = answer[0]
            return int(states), int(tables), int(subjects), int(stuck)
        work.wait()
