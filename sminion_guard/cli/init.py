"""`sminion-guard init`: a first policy from an unprotected database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.bars import bars
from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.database import conninfo
from sminion_guard.codes import CODES
from sminion_guard.errors import InstallError, OpaqueStatement, PolicyError

if TYPE_CHECKING:
    from sminion_guard.discovery import Draft


def init(
    database_url: DatabaseOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", show_default=False,
                     help="File to write. Default: standard output."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    sample: Annotated[bool, typer.Option(
        "--sample", help="Look at values too. The server compares them with patterns, and sends numbers only.",
    )] = False,
    rows: Annotated[int, typer.Option(
        "--rows", min=1, max=1_000_000, help="With --sample: how many rows of each table.",
    )] = 1000,
    timeout: Annotated[float, typer.Option(
        "--timeout", min=0.01, max=3600, metavar="SECONDS", help="How long each statement may take.",
    )] = 5,
    form: FormatOption = Format.TEXT,
) -> None:
    """Write a first policy for a database, with a reason for each decision. Writes nothing to the database.

    Exit code 1: no table was found, or --sample could not look at some.
    """
    import psycopg

    from sminion_guard import discovery  # here: commands without a database need no libpq

    if output is not None and not force and output.exists():
        raise _exists(output)
    target = conninfo(database_url)
    try:
        with psycopg.connect(target) as connection, bars() as progress:
            draft = discovery.discover(
                connection, sample=sample, rows=rows, timeout=round(timeout * 1000), progress=progress)
    except psycopg.OperationalError as error:
        raise InstallError("SG824", "the database cannot be read", detail=" ".join(str(error).split()),
                           hint=CODES["SG824"].fix) from None
    text = discovery.write(draft)
    if output is not None:
        _write(output, text, force=force)
    _print(draft, text, output, form)
    if not draft.database.relations or draft.unsampled:
        raise typer.Exit(FINDINGS)


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        # "x" fails if the file was made in the meantime.
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise OpaqueStatement("SG825", f"`{path}` cannot be written", detail=str(error),
                              hint=CODES["SG825"].fix) from error


def _exists(path: Path) -> PolicyError:
    return PolicyError("SG826", f"`{path}` exists", hint=CODES["SG826"].fix)


def _print(draft: Draft, text: str, output: Path | None, form: Format) -> None:
    from sminion_guard.discovery import as_values, summary

    if form is Format.JSON:
        print_json(as_values(draft))
        return
    if output is None:
        typer.echo(text, nl=False)
        return
    found = summary(draft)
    typer.echo(f"{output}: {found['tables']} tables, kinds of subjects: {found['kinds']}, {found['leading']} "
               f"tables that lead to subjects, {found['open']} open questions")
    typer.echo(f"{found['columns']} columns: {found['personal']} personal, {found['closed']} not known and closed")
    for name, reason in draft.unsampled.items():
        typer.echo(f"warning: the values of `{'.'.join(name)}` were not looked at: {reason}")
    typer.echo("next: read the file, name the purposes, then run `sminion-guard policy check`")
