"""`sminion-guard audit key` and `seal`: signing what the log is now."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.audit.places import Places, witnesses
from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.database import conninfo
from sminion_guard.cli.ledger import line
from sminion_guard.cli.maintain import seconds

if TYPE_CHECKING:
    from sminion_guard.audit.memory import Memory
    from sminion_guard.audit.signing import Signer
    from sminion_guard.audit.witnesses import Witness


def key(
    name: Annotated[str, typer.Argument(help="Name of the log for ever, such as log.example.org/shop.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the private key is written.")],
) -> None:
    """Make a key that signs checkpoints. Prints the public key: publish this line."""
    from sminion_guard.audit.keys import generate, write_key

    made = generate(name)
    try:
        write_key(out, made)
    except FileExistsError:
        raise typer.BadParameter(f"{out} exists already") from None
    typer.echo(str(made.key))


def seal(
    source: Annotated[list[str], typer.Option(
        "--key", metavar="SOURCE", show_default=False, envvar="SMINION_GUARD_SEAL_KEY",
        help="Where the private key is: file:PATH, env:VARIABLE or command:PROGRAM. Twice to replace a key.",
    )],
    memory: Annotated[Path, typer.Option(
        "--memory", metavar="FILE", help="What was signed last; on a disk that is not restored with the database.")],
    publish: Annotated[list[str] | None, typer.Option(
        "--publish", metavar="FILE|URL", show_default=False,
        help="Where the checkpoint goes: a file that only grows, or a URL.",
    )] = None,
    witness: Annotated[list[str] | None, typer.Option(
        "--witness", metavar="URL=VKEY", show_default=False, help="Who cosigns it.")] = None,
    quorum: Annotated[int, typer.Option("--quorum", min=0, help="How many witnesses must.")] = 0,
    vkey: Annotated[str | None, typer.Option(
        "--vkey", metavar="VKEY", show_default=False, help="Public key; needed for command:.")] = None,
    ledger: Annotated[Path | None, typer.Option(
        "--ledger", metavar="FILE", show_default=False,
        help="Add what people decided to this file too, as `sminion-guard subject ledger export` does.")] = None,
    start: Annotated[bool, typer.Option("--start", help="Make the memory: once, before the first seal.")] = False,
    every: Annotated[float | None, typer.Option(
        "--every", metavar="TIME", parser=seconds, show_default=False,
        help="Go on for ever, and seal anew after this time: 60s, 5m, 1h.",
    )] = None,
    database_url: DatabaseOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Sign a checkpoint of the log, if it continues the last one. Exit code 1: too few witnesses cosigned."""
    import psycopg

    from sminion_guard.audit.keys import signer
    from sminion_guard.audit.memory import Memory

    signers = [signer(each, vkey) for each in source]
    remembered = Memory(memory, signers[0].key.name)
    if start:
        remembered.create()
    address, asked = conninfo(database_url), witnesses(witness or [])
    while True:
        began = time.monotonic()
        try:
            enough = _seal(address, remembered, signers, publish or [], asked, quorum, form, ledger)
        except psycopg.OperationalError as error:  # the server is restarted, or cannot be reached for a while
            if every is None:
                raise
            typer.echo(f"not sealed: {' '.join(str(error).split())}", err=True)
            enough = True
        if every is None:
            if not enough:
                raise typer.Exit(FINDINGS)
            return
        time.sleep(max(0.0, every - (time.monotonic() - began)))


def _seal(
    address: str, memory: Memory, signers: Sequence[Signer], publish: Sequence[str], asked: Sequence[Witness],
    quorum: int, form: Format, ledger: Path | None,
) -> bool:
    """Seals once; whether enough witnesses cosigned."""
    import psycopg

    from sminion_guard.audit import database
    from sminion_guard.subjects.ledger import Ledger, export

    with psycopg.connect(address, autocommit=True) as connection:
        log = database.SealedLog(connection)
        places = Places(log, publish, asked)
        sealed = database.seal(log, memory, signers, places)
        written = None if ledger is None else export(connection, Ledger(ledger))
    if form is Format.JSON:
        print_json({"size": sealed.size, "root": sealed.root.hex(), "fresh": sealed.fresh, "note": sealed.note.decode(),
                    "witnesses": places.told, "ledger": written})
    else:
        typer.echo(f"{sealed.size:,} events sealed" if sealed.fresh else f"{sealed.size:,} events, as sealed before")
        for name, said in places.told.items():
            typer.echo(f"witness {name}: {said}")
        if written is not None:
            typer.echo(line(written))
    if sealed.fresh and places.cosigned < quorum:
        typer.echo(f"{places.cosigned} witnesses cosigned, not {quorum}", err=True)
        return False
    return True
