"""The transactions of an installation, one after the other: all of them rehearsed first, then done."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg

from sminion_guard.checks import Problem
from sminion_guard.checks.refusing import TRYING_ALTOGETHER, probe
from sminion_guard.errors import GuardError, InstallError
from sminion_guard.migrate.calendars import load_calendar
from sminion_guard.migrate.change import Change
from sminion_guard.migrate.doing import (
    Places,
    bearable,
    clear_columns,
    make,
    note,
    note_tables,
    place,
    places,
    require_closed,
    undo,
)
from sminion_guard.migrate.locks import lock_tables
from sminion_guard.migrate.plan import Plan
from sminion_guard.migrate.progress import Step
from sminion_guard.migrate.report import Report
from sminion_guard.migrate.steps import CLOSING, Steps, TableStep
from sminion_guard.migrate.transaction import Installer, Waiting, installing, repeated


@dataclass(frozen=True)
class Stepwise:
    """An installation in steps, with no other one at work: see :func:`~sminion_guard.migrate.transaction.alone`.

    :param connection: not in a transaction.
    """

    connection: psycopg.Connection[Any]
    waiting: Waiting
    todo: Plan
    steps: Steps

    @cached_property
    def placed(self) -> Places:
        return places(self.todo.compiled)

    def rehearse(self, known: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """Do everything in one transaction and take it back; each table is locked only while its own step is tried.

        So what the server refuses, a lock that is not to be had, and rows that refuse their masks are found before
        anything is changed.

        :param known: findings of the preflight.
        :raises GuardError: what the first step that fails raises.
        """
        return repeated(lambda: self._rehearse(known))

    def first(self, report: Report) -> None:
        """Put the policy in force and take away what it does not give: all at once, or nothing."""
        def attempt() -> None:
            with report.listening(self.connection), installing(self.connection, waiting=self.waiting) as installer:
                report.epoch = self._in_force(installer)
                if self.todo.new_policy:
                    installer.ask("drop_marks")
                self._close(installer)
                place(installer, self.todo.compiled, self.todo.installed)
                installer.ask("lend_maintenance", as_owner=False)

        repeated(attempt)

    def tables(self, report: Report) -> None:
        """Change the tables, each for itself. One that others have locked is passed over, and tried again later.

        :raises InstallError: SG450 when nothing goes on any more.
        """
        waiting, done = list(self.steps.tables), 0
        while waiting:
            locked = []
            for step in waiting:
                try:
                    self._commit(step, report)
                except GuardError as error:
                    if error.code == "SG410":
                        locked.append((step, error))
                        continue
                    raise self._interrupted(error, len(self.steps.tables) - done, step) from error
                done += 1
                self.waiting.tell(Step("tables", done, len(self.steps.tables), 0))
            if len(locked) == len(waiting):
                step, cause = locked[0]
                raise self._interrupted(cause, len(waiting), step) from cause
            waiting = [step for step, _ in locked]

    def last(self, report: Report) -> None:
        """Drop what nothing names any more, and note that all is done.

        :raises InstallError: SG450 when that fails.
        """
        def attempt() -> None:
            with report.listening(self.connection), installing(self.connection, waiting=self.waiting) as installer:
                self._require_in_force(installer)
                self._undo(installer, self.steps.last)
                installer.ask("finish_policy")

        try:
            repeated(attempt)
        except GuardError as error:
            raise self._interrupted(error, 0, None) from error

    def _rehearse(self, known: tuple[Problem, ...]) -> tuple[Problem, ...]:
        found: list[Problem] = []
        ends = time.monotonic() + TRYING_ALTOGETHER
        with installing(self.connection, waiting=self.waiting, keep=False) as installer:
            self._in_force(installer)
            found += bearable(probe(installer, known, self._untouched(), ends))
            for step in self.steps.tables:
                with installer.rehearsing():
                    self._change(installer, step)
                    found += bearable(probe(installer, known, step.tables, ends))
            self._close(installer)
        return tuple(found)

    def _in_force(self, installer: Installer) -> int | None:
        """What gives nobody anything yet, since the tables follow: roles and members, and the policy itself."""
        make(installer, [change.statement for change in self.steps.first
                         if change.statement is not None and change.statement.kind not in CLOSING])
        if not self.todo.new_policy:
            return None
        ((epoch,),) = installer.ask("record_policy", registry=json.dumps(self.todo.compiled.registry))
        note_tables(installer, self.todo.compiled, self._untouched())
        load_calendar(installer, self.todo.compiled.policy)
        return int(epoch)

    def _close(self, installer: Installer) -> None:
        make(installer, [change.statement for change in self.steps.first
                         if change.statement is not None and change.statement.kind in CLOSING])
        self._undo(installer, self.steps.taken)
        installer.ask("keep_closed")
        note(installer, self.placed, {change.key for change in self.steps.first})
        require_closed(installer)

    def _untouched(self) -> list[str]:
        """Protected tables whose own objects stay as they are."""
        touched = {name for step in self.steps.tables for name in step.tables}
        return [table.qualified for table in self.todo.compiled.policy.tables() if table.qualified not in touched]

    def _commit(self, step: TableStep, report: Report) -> None:
        def attempt() -> None:
            with report.listening(self.connection), installing(self.connection, waiting=self.waiting) as installer:
                self._require_in_force(installer)
                self._change(installer, step)

        repeated(attempt)

    def _change(self, installer: Installer, step: TableStep) -> None:
        if step.locks:
            lock_tables(installer, step.tables)
        clear_columns(installer, self.todo.installed, step.changes)
        make(installer, [change.statement for change in step.changes if change.statement is not None])
        self._undo(installer, step.strays)
        note_tables(installer, self.todo.compiled, step.tables)
        note(installer, self.placed, {change.key for change in step.changes})

    def _undo(self, installer: Installer, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.installed is not None:
                undo(installer, change.installed)

    def _require_in_force(self, installer: Installer) -> None:
        # Nobody else may be at work; but a session that lost the lock to a pooler of connections does not know it.
        ((_, name, version, digest, *_),) = installer.ask("installed_policy") or [(0, "none", "", "")]
        if digest != self.todo.compiled.digest:
            raise InstallError(
                "SG450", "another installation put another policy in force meanwhile",
                detail=f"it is `{name}` version {version}",
                hint="apply over a connection to the server itself, not through a pooler of transactions",
            )

    def _interrupted(self, error: GuardError, left: int, step: TableStep | None) -> InstallError:
        policy = self.todo.compiled.policy
        rest = "the last step failed" if step is None else (
            f"{left} of {len(self.steps.tables)} steps for tables are left, and that for {_listed(step.tables)} failed")
        return InstallError(
            "SG450",
            f"the change to policy `{policy.name}` version {policy.version} was interrupted",
            detail=f"it is in force, and what it does not give is taken away; {rest}: {error.message}"
            + (f" ({error.detail})" if error.detail else ""),
            hint="mend what the detail names, then run `sminion-guard apply` again, which goes on where it stopped",
        )


def _listed(tables: list[str]) -> str:
    return ", ".join(f"`{table}`" for table in tables)
