"""`sminion-guard apply`: put the policy in force, or take it away."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from sminion_guard import migrate
from sminion_guard.cli.common import (
    FINDINGS,
    DatabaseOption,
    Format,
    FormatOption,
    PolicyOption,
    policy_path,
    print_json,
)
from sminion_guard.cli.database import conninfo
from sminion_guard.policy import load


def apply(
    policy: PolicyOption = None,
    database_url: DatabaseOption = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL instead of running it.")] = False,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", metavar="FILE", show_default=False, help="With --sql: the policy now in force."),
    ] = None,
    no_fill: Annotated[bool, typer.Option("--no-fill", help="Leave the masks of present rows for later.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the policy in force away instead.")] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """Put the policy in force in one transaction, then fill in the masks. Exit code 1: findings in the database."""
    if sql:
        lines = migrate.removal_script() if remove else migrate.script(
            load(policy_path(policy)), None if previous is None else load(previous))
        for statement in lines:
            typer.echo(statement)
        return
    loaded = None if remove else load(policy_path(policy))
    try:
        with psycopg.connect(conninfo(database_url)) as connection:
            if loaded is None:
                report = migrate.remove(connection)
            else:
                with _bars() as progress:
                    report = migrate.apply(connection, loaded, progress=progress, fill=not no_fill)
    except migrate.UnfitDatabase as error:
        if form is Format.JSON:
            print_json({"problems": error.problems})
        else:
            for problem in error.problems:
                typer.echo(f"error: {problem.render()}")
            typer.echo(error.message)
        raise typer.Exit(FINDINGS) from None
    if form is Format.JSON:
        print_json(report)
    else:
        for line in _lines(report, removed=remove):
            typer.echo(line)


def _lines(report: migrate.Report, *, removed: bool) -> Iterator[str]:
    yield from (f"warning: {problem.render()}" for problem in report.problems)
    yield from (f"warning: {text}" for text in report.warnings)
    yield from (f"skipped, needs the owner or a superuser: {text}" for text in report.skipped)
    yield from (f"repaired: {text}" for text in report.repaired)
    yield from report.notices
    name = f"policy `{report.policy}` version {report.version}"
    if removed:
        yield f"{name} is removed: {report.counts['STRAY']} objects undone"
    elif not report.changed:
        yield f"{name} was in force already"
    else:
        yield f"{name} is in force: " + ", ".join(f"{count} {state.lower()}" for state, count in report.counts.items())
    if report.rows_filled:
        yield f"masks filled in: {report.rows_filled} rows"


@contextmanager
def _bars() -> Iterator[migrate.Progress | None]:
    """A bar for each table, on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
               TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        known: dict[str, TaskID] = {}

        def show(step: migrate.Step) -> None:
            if step.work not in known:
                known[step.work] = bars.add_task(step.work, total=step.total)
            bars.update(known[step.work], completed=step.done, total=step.total)

        yield show
