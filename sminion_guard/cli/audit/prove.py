"""`sminion-guard audit prove` and `export`: what others verify without the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sminion_guard.cli.audit.given import PublishedOption, VkeysOption, newest
from sminion_guard.cli.bars import counting
from sminion_guard.cli.common import DatabaseOption
from sminion_guard.cli.database import conninfo
from sminion_guard.errors import ProofError


def prove(
    event: Annotated[int, typer.Argument(min=1, help="Number of the event.")],
    vkey: VkeysOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the proof goes: NAME.tlog-proof.")],
    published: PublishedOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the files, where they are there already.")] = False,
    database_url: DatabaseOption = None,
) -> None:
    """Write a proof that an event stands in the sealed log. Beside it goes FILE.json, the event itself."""
    import psycopg

    from sminion_guard.audit import database

    event_file = out.with_name(out.name + ".json")
    for path in () if force else (out, event_file):
        if path.exists():
            raise ProofError(
                "SG671", f"{path} is there already", hint="name another file, or pass `--force` to replace it")
    with psycopg.connect(conninfo(database_url)) as connection:
        log = database.SealedLog(connection)
        leaf, proof = database.prove(log, event, *newest(log, vkey, published or []))
    out.write_bytes(bytes(proof))
    event_file.write_bytes(leaf.entry)
    typer.echo(f"{out}: event {event} ({leaf.kind})")


def export(
    vkey: VkeysOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", file_okay=False, help="Where the files go.")],
    published: PublishedOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Write the sealed log as files (C2SP tlog-tiles) for a web server. Only what is new is written."""
    import psycopg

    from sminion_guard.audit import database
    from sminion_guard.audit.tiles import TileDirectory

    with psycopg.connect(conninfo(database_url)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        log = database.SealedLog(connection)
        checkpoint, note = newest(log, vkey, published or [])
        with counting("writing tiles") as progress:
            written = database.export(log, TileDirectory(out), checkpoint, note, progress)
    typer.echo(f"{written:,} tiles written; {out} has {checkpoint.size:,} events")
