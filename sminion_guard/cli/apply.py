"""`sminion-guard apply`: put the policy in force, or take it away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.bars import bars
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

if TYPE_CHECKING:
    from sminion_guard.migrate import Report


def apply(
    policy: PolicyOption = None,
    database_url: DatabaseOption = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL instead of running it.")] = False,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", metavar="FILE", show_default=False, help="With --sql: the policy now in force."),
    ] = None,
    no_fill: Annotated[bool, typer.Option("--no-fill", help="Do not fill in the masks of existing rows now.")] = False,
    widen: Annotated[bool, typer.Option(
        "--widen", help="Permit that somebody sees or may do more than under the policy in force.",
    )] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the policy in force instead.")] = False,
    lock_timeout: Annotated[float, typer.Option(
        min=0.05, max=1, metavar="SECONDS",
        help="How long one attempt waits to lock the tables. Other sessions that need them wait meanwhile. After a"
        " second the server would look for deadlocks, and might cancel a statement of the application.",
    )] = 0.5,
    attempts: Annotated[int, typer.Option(
        min=1, max=1000, help="How many attempts to make, with growing pauses of a second at most.",
    )] = 12,
    form: FormatOption = Format.TEXT,
) -> None:
    """Apply the policy, table by table, then fill in the masks. Exit code 1: findings in the database."""
    import psycopg

    from sminion_guard import migrate  # here: commands without a database need no libpq

    if sql:
        lines = migrate.removal_script() if remove else migrate.script(
            load(policy_path(policy)), None if previous is None else load(previous))
        for statement in lines:
            typer.echo(statement)
        return
    loaded = None if remove else load(policy_path(policy))
    try:
        with psycopg.connect(conninfo(database_url)) as connection:
            milliseconds = round(lock_timeout * 1000)
            with bars() as progress:
                if loaded is None:
                    report = migrate.remove(
                        connection, progress=progress, lock_timeout=milliseconds, attempts=attempts)
                else:
                    if not widen:
                        migrate.require_consent(connection, loaded)
                    report = migrate.apply(
                        connection, loaded, progress=progress, fill=not no_fill, lock_timeout=milliseconds,
                        attempts=attempts)
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


def _lines(report: Report, *, removed: bool) -> Iterator[str]:
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
