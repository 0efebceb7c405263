"""A policy put in force within one transaction: that of a migration, which may not be half done."""

from __future__ import annotations

import json
from dataclasses import replace

from sminion_guard.checks import preflight
from sminion_guard.checks.refusing import probe
from sminion_guard.compiler import Statement
from sminion_guard.migrate.as_extension import require_version
from sminion_guard.migrate.calendars import load_calendar
from sminion_guard.migrate.change import State
from sminion_guard.migrate.doing import bearable, clear_columns, make, note, place, places, require_closed, undo
from sminion_guard.migrate.guard_schema import mend_guard
from sminion_guard.migrate.installed import read_installed
from sminion_guard.migrate.locks import lock_tables
from sminion_guard.migrate.plan import Plan, compare
from sminion_guard.migrate.report import Report
from sminion_guard.migrate.steps import tables_of
from sminion_guard.migrate.transaction import Installer
from sminion_guard.policy import Policy


def apply_within(installer: Installer, policy: Policy, report: Report) -> None:
    """Everything but the masks, in the transaction of ``installer``, with all locks from the beginning to its end."""
    require_version(installer)
    # First: what follows is asked of the guard's own functions.
    mended = mend_guard(installer)
    todo = replace(compare(policy, read_installed(installer)), guard=mended)
    problems = bearable(preflight(installer, todo.compiled))
    report.problems = problems
    report.counts = todo.counts()
    report.repaired += todo.repairs()
    if todo.clean:
        return
    lock_tables(installer, tables_of(todo))
    clear_columns(installer, todo.installed, todo.changes)
    done = _run(installer, todo)
    for change in todo.of(State.STRAY):
        if change.installed is not None:
            undo(installer, change.installed)
    registry = json.dumps(todo.compiled.registry)
    if todo.new_policy:
        ((report.epoch,),) = installer.ask("record_policy", registry=registry)
        installer.ask("drop_marks")
        load_calendar(installer, policy)
    else:
        installer.ask("keep_closed")
    installer.ask("record_all_tables", registry=registry)
    place(installer, todo.compiled, todo.installed)
    note(installer, places(todo.compiled), done)
    require_closed(installer)
    report.problems += bearable(probe(installer, problems))
    installer.ask("finish_policy")
    installer.ask("lend_maintenance", as_owner=False)


def _run(installer: Installer, todo: Plan) -> set[str]:
    """Run what is to be done, and then what that took along, such as the privileges on a column made anew."""
    first = [change.statement for change in todo.changes if change.statement and change.state is not State.INSTALLED]
    make(installer, first)
    wanted = {statement.key for statement in first}
    now = read_installed(installer).objects
    lost: list[Statement] = [
        statement for statement in todo.compiled.statements
        if statement.key not in wanted and now[statement.key].state != State.INSTALLED
    ]
    make(installer, lost)
    return wanted | {statement.key for statement in lost}
