"""`sminion-guard extension build`: the database side as files for `CREATE EXTENSION`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sminion_guard.codes import CODES
from sminion_guard.errors import OpaqueStatement

app = typer.Typer(
    help="The database side as an extension of PostgreSQL.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """The database side as an extension of PostgreSQL."""


@app.command()
def build(
    out: Annotated[Path, typer.Option(
        "--out", metavar="DIR", help="Directory to write to. It is made if it is not there.",
    )] = Path("sminion_guard_extension"),
) -> None:
    """Write control file, scripts and Makefile of the extension, a script for pg_tle, and a plain one."""
    from sminion_guard.migrate import extension  # here: other commands need no migrations

    target = out
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in extension.files().items():
            target = out / name
            target.write_text(content, encoding="utf-8")
            typer.echo(str(target))
    except OSError as error:
        raise OpaqueStatement("SG825", f"`{target}` cannot be written", detail=str(error),
                              hint=CODES["SG825"].fix) from error
