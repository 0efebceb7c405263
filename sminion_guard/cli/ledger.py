"""`sminion-guard subject ledger`: keep outside of the database what a restore would undo, and repeat it afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.bars import counting
from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.officer import officer, warn
from sminion_guard.cli.request import ReasonOption

if TYPE_CHECKING:
    from sminion_guard.subjects.ledger import Exported

app = typer.Typer(no_args_is_help=True, help="Decisions of people, outside of the database: what a restore would undo.")


@app.callback()
def ledger() -> None:
    """Decisions of people, outside of the database: what a restore would undo."""


@app.command("export")
def export(
    out: Annotated[Path, typer.Option(
        "--out", metavar="FILE",
        help="The ledger; begun where it is not there. On a disk that is not restored with the database.")],
    database_url: DatabaseOption = None, form: FormatOption = Format.TEXT,
) -> None:
    """Add to the file every decision that it does not have yet. Run it as often as you cannot lose what came since.

    Exit code 1: people were erased from the log before their decisions were written, and a restore brings them back.
    """
    from sminion_guard.subjects.ledger import Ledger  # here: commands without a database need no libpq
    from sminion_guard.subjects.ledger import export as write

    with officer(database_url) as connection, counting("writing the ledger") as progress:
        found = write(connection, Ledger(out), progress=progress)
    print_json(found) if form is Format.JSON else typer.echo(line(found))
    if found.unnamed:
        raise typer.Exit(FINDINGS)


def line(found: Exported) -> str:
    """What was written, for people."""
    unnamed = f", {found.unnamed:,} of them about people who are not named any more" if found.unnamed else ""
    return f"ledger: {found.added:,} decisions added{unnamed}; it has the log up to event {found.size:,}"


@app.command("replay")
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The ledger.")],
    reason: ReasonOption, database_url: DatabaseOption = None, form: FormatOption = Format.TEXT,
) -> None:
    """Repeat in a restored database the decisions that are missing in it. Run it again after an interruption.

    Exit code 1: something could not be repeated, and is named.
    """
    from sminion_guard.subjects.ledger import Ledger
    from sminion_guard.subjects.ledger import replay as repeat

    with officer(database_url) as connection, counting("replaying") as progress:
        found = repeat(connection, Ledger(file), reason, progress=progress, hear=warn)
    if form is Format.JSON:
        print_json(found)
    else:
        for failure in found.failures:
            typer.echo(f"event {failure.number}, {failure.what}: {failure.cause}")
        typer.echo(f"{found.applied:,} decisions repeated, {found.present:,} were there,"
                   f" {found.strangers:,} are about people whom this database does not know")
        typer.echo(f"{found.destroyed:,} people destroyed again; the ledger has the log up to event {found.size:,}")
    if found.failures:
        raise typer.Exit(FINDINGS)
