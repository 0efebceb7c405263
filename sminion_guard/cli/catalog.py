"""`sminion-guard catalog dump`: what names mean in a database, as a file that `check` reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sminion_guard.analyzer import Catalog
from sminion_guard.analyzer.catalog_json import dump as as_document
from sminion_guard.analyzer.catalog_json import load
from sminion_guard.cli.common import DatabaseOption
from sminion_guard.cli.database import conninfo
from sminion_guard.codes import CODES
from sminion_guard.errors import InstallError, OpaqueStatement

app = typer.Typer(
    help="Save the catalog of a database (what its names mean) in a file.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """Save the catalog of a database (what its names mean) in a file."""


@app.command()
def dump(
    database_url: DatabaseOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", show_default=False,
                     help="File to write. Default: standard output."),
    ] = None,
) -> None:
    """Write the catalog of a database as JSON: names, types, views and functions, never rows."""
    import psycopg

    from sminion_guard.analyzer.catalog_read import read_catalog  # here: commands without a database need no libpq

    target = conninfo(database_url)
    try:
        with psycopg.connect(target) as connection:
            document = as_document(read_catalog(connection)).decode()
    except psycopg.OperationalError as error:
        raise InstallError("SG824", "the database cannot be reached", detail=" ".join(str(error).split()),
                           hint=CODES["SG824"].fix) from None
    if output is None:
        typer.echo(document)
        return
    try:
        output.write_text(document + "\n", encoding="utf-8")
    except OSError as error:
        raise OpaqueStatement("SG825", f"`{output}` cannot be written", detail=str(error),
                              hint=CODES["SG825"].fix) from error


def read_file(path: Path) -> Catalog:
    """The catalog that `dump` wrote.

    :raises OpaqueStatement: when the file cannot be read, or holds something else.
    """
    try:
        return load(path)
    except OSError as error:
        raise OpaqueStatement("SG823", f"catalog `{path}` cannot be read", detail=error.strerror or str(error),
                              hint="write it with `sminion-guard catalog dump -o catalog.json`, or pass `--catalog`"
                              ) from error
