"""`sminion-guard restore`: a database that was restored from a backup opens again when nothing is missing in it."""

from __future__ import annotations

from typing import Annotated

import typer

from sminion_guard.cli.common import DatabaseOption
from sminion_guard.cli.officer import officer
from sminion_guard.cli.request import ReasonOption

app = typer.Typer(no_args_is_help=True, help="A database that was restored from a backup.")


@app.callback()
def restore() -> None:
    """A database that was restored from a backup."""


@app.command("accept")
def accept(
    reason: ReasonOption,
    without_ledger: Annotated[bool, typer.Option(
        "--without-ledger",
        help="What was decided since the backup is repeated otherwise, or nobody decided.")] = False,
    database_url: DatabaseOption = None,
) -> None:
    """Say that what people decided since the backup is in the database again: tickets are opened from now on.

    A ledger must have been replayed: `sminion-guard subject ledger replay`.
    """
    from sminion_guard.subjects.asking import Officer  # here: commands without a database need no libpq

    with officer(database_url) as connection:
        opened = Officer(connection).value("accept_restore", reason=reason, without_ledger=without_ledger)
    typer.echo("tickets are opened again" if opened else "the database is not taken for a restored one: nothing to do")


@app.command("report")
def report(reason: ReasonOption, database_url: DatabaseOption = None) -> None:
    """Say that the database was restored: no ticket is opened until this is accepted."""
    from sminion_guard.subjects.asking import Officer

    with officer(database_url) as connection:
        said = Officer(connection).value("report_restore", reason=reason)
    typer.echo("no ticket is opened any more" if said else "this was said before")
