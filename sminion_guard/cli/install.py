"""`sminion-guard install | uninstall`: the database side, without which no policy can be applied."""

from __future__ import annotations

from typing import Annotated

import typer

from sminion_guard.cli.common import DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.database import conninfo

SqlOption = Annotated[bool, typer.Option("--sql", help="Print the SQL instead of running it.")]


def install(database_url: DatabaseOption = None, sql: SqlOption = False, form: FormatOption = Format.TEXT) -> None:
    """Install schema `sminion` in a database, or upgrade it to this version."""
    from sminion_guard import migrate  # here: commands without a database need no libpq

    if sql:
        typer.echo(migrate.offline_sql("upgrade"))
        return
    warnings = migrate.upgrade(conninfo(database_url))
    if form is Format.JSON:
        print_json({"state": "installed", "warnings": list(warnings)})
        return
    for warning in warnings:
        typer.echo(f"warning: {warning}", err=True)
    typer.echo("the guard is installed: next, `sminion-guard apply`")


def uninstall(
    database_url: DatabaseOption = None,
    sql: SqlOption = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: the access log and all history are deleted.")] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """Delete schema `sminion` from a database, with the access log and subjects' history. Remove the policy first."""
    from sminion_guard import migrate  # here: commands without a database need no libpq

    if sql:
        typer.echo(migrate.offline_sql("downgrade"))
        return
    address = conninfo(database_url)
    if not yes:
        typer.confirm("Delete the access log and all subjects' states and history?", abort=True, err=True)
    migrate.downgrade(address)
    if form is Format.JSON:
        print_json({"state": "uninstalled"})
    else:
        typer.echo("the guard is uninstalled")
