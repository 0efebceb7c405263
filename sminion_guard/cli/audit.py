"""`sminion-guard audit`: sealing the log, verifying it, and proving what stands in it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.bars import counting
from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.database import conninfo
from sminion_guard.cli.maintain import seconds

if TYPE_CHECKING:
    from sminion_guard.audit.checkpoint import Checkpoint
    from sminion_guard.audit.database import SealedLog, Verified
    from sminion_guard.audit.memory import Memory
    from sminion_guard.audit.signing import Signer
    from sminion_guard.audit.vkey import VerifierKey
    from sminion_guard.audit.witnesses import Witness

app = typer.Typer(help="Seal the log, verify it, and prove what stands in it.", no_args_is_help=True)

VkeysOption = Annotated[list[str], typer.Option(
    "--vkey", metavar="VKEY", show_default=False,
    help="Public key of the log, NAME+ID+KEY; each of them, if a key was replaced.",
)]
PublishedOption = Annotated[list[Path] | None, typer.Option(
    "--published", metavar="FILE", show_default=False, exists=True, dir_okay=False,
    help="File with checkpoints that somebody kept outside of the database.",
)]


@app.command()
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


@app.command()
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
    address, witnesses = conninfo(database_url), _witnesses(witness or [])
    while True:
        began = time.monotonic()
        try:
            enough = _seal(address, remembered, signers, publish or [], witnesses, quorum, form)
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
    address: str, memory: Memory, signers: Sequence[Signer], publish: Sequence[str], witnesses: Sequence[Witness],
    quorum: int, form: Format,
) -> bool:
    """Seals once; whether enough witnesses cosigned."""
    import psycopg

    from sminion_guard.audit import database

    with psycopg.connect(address, autocommit=True) as connection:
        log = database.SealedLog(connection)
        places = _Places(log, publish, witnesses)
        sealed = database.seal(log, memory, signers, places)
    if form is Format.JSON:
        print_json({"size": sealed.size, "root": sealed.root.hex(), "fresh": sealed.fresh, "note": sealed.note.decode(),
                    "witnesses": places.told})
    else:
        typer.echo(f"{sealed.size:,} events sealed" if sealed.fresh else f"{sealed.size:,} events, as sealed before")
        for name, said in places.told.items():
            typer.echo(f"witness {name}: {said}")
    if sealed.fresh and places.cosigned < quorum:
        typer.echo(f"{places.cosigned} witnesses cosigned, not {quorum}", err=True)
        return False
    return True


@app.command()
def verify(
    vkey: VkeysOption,
    published: PublishedOption = None,
    resume: Annotated[Path | None, typer.Option(
        "--resume", metavar="FILE", show_default=False, help="Go on where a run with this file was interrupted.",
    )] = None,
    database_url: DatabaseOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Read the whole log, and compare it with its checkpoints. Exit code 1: something is wrong."""
    import psycopg

    from sminion_guard.audit import database

    keys, notes = _keys(vkey), list(_published(published or []))
    with psycopg.connect(conninfo(database_url)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with counting("verifying") as progress:
            resuming = None if resume is None else database.Resuming(resume, keys[0].name)
            found = database.verify(
                database.SealedLog(connection), keys[0].name, keys, notes, progress=progress, resuming=resuming)
    if form is Format.JSON:
        print_json(found)
    else:
        for line in lines(found):
            typer.echo(line)
    if not found.clean:
        raise typer.Exit(FINDINGS)


@app.command()
def prove(
    event: Annotated[int, typer.Argument(min=1, help="Number of the event.")],
    vkey: VkeysOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the proof goes: NAME.tlog-proof.")],
    published: PublishedOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Write a proof that an event stands in the sealed log. Beside it goes FILE.json, the event itself."""
    import psycopg

    from sminion_guard.audit import database

    with psycopg.connect(conninfo(database_url)) as connection:
        log = database.SealedLog(connection)
        leaf, proof = database.prove(log, event, *_newest(log, vkey, published or []))
    out.write_bytes(bytes(proof))
    out.with_name(out.name + ".json").write_bytes(leaf.entry)
    typer.echo(f"{out}: event {event} ({leaf.kind})")


@app.command()
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
        checkpoint, note = _newest(log, vkey, published or [])
        with counting("writing tiles") as progress:
            written = database.export(log, TileDirectory(out), checkpoint, note, progress)
    typer.echo(f"{written:,} tiles written; {out} has {checkpoint.size:,} events")


def lines(found: Verified) -> Iterator[str]:
    """What was verified, for people."""
    for finding in found.findings:
        yield f"{finding.kind}: {finding.message}"
    for kind, count in found.counts.items():
        listed = sum(finding.kind == kind for finding in found.findings)
        if count > listed:
            yield f"{kind}: {count - listed:,} more"
    yield f"{found.size:,} events verified, {found.sealed:,} of them sealed by {found.checkpoints} checkpoints"
    if found.dropped:
        yield f"{found.dropped:,} events went with months that were dropped"
    if found.late:
        yield (f"{found.late:,} events are more than an hour older than one before: transactions were open so long,"
               " or the clock was set back")
    waiting = found.waiting
    if waiting.events > found.size or waiting.journal_rows:
        since = ("" if waiting.journal_since is None
                 else f", the oldest since {waiting.journal_since:%Y-%m-%d %H:%M:%S %Z}")
        yield (f"not sealed yet: {waiting.events - found.size:,} events that have a number,"
               f" {waiting.journal_rows:,} rows of the journal{since}")
    if waiting.journal_waits_for:
        yield f"the journal waits for {waiting.journal_waits_for}"
    if waiting.failed:
        yield f"maintenance fails: {waiting.failed}"
    if waiting.faults:
        yield f"{waiting.faults:,} entries were not what they claimed to be, or are missing: see sminion.log_faults"
    yield "the log is as it was sealed" if found.clean else "THE LOG IS NOT AS IT WAS SEALED"


class _Places:
    """Where a checkpoint goes, and who cosigns it before."""

    def __init__(self, log: SealedLog, publish: Sequence[str], witnesses: Sequence[Witness]) -> None:
        self._log = log
        self._publish = publish
        self._witnesses = witnesses
        self.told: dict[str, str] = {}
        self.cosigned = 0

    def __call__(self, note: bytes) -> None:
        from sminion_guard.audit import publish
        from sminion_guard.audit.checkpoint import parse_checkpoint
        from sminion_guard.audit.merkle import consistency_proof
        from sminion_guard.audit.note import parse_note
        from sminion_guard.audit.witnesses import cosigned

        parsed = parse_note(note)
        size = parse_checkpoint(parsed.text).size
        whole, answers = cosigned(
            parsed, self._witnesses, lambda old: consistency_proof(old, size, self._log.hashes(size)))
        self.cosigned = sum(answer.signature is not None for answer in answers)
        self.told = {answer.witness.key.name: "cosigned" if answer.error is None else str(answer.error)
                     for answer in answers}
        for place in self._publish:
            if place.startswith(("http://", "https://")):
                publish.send(place, whole)
            else:
                publish.append(Path(place), whole)


def _witnesses(texts: Sequence[str]) -> list[Witness]:
    from sminion_guard.audit.vkey import parse_vkey
    from sminion_guard.audit.witnesses import Witness

    found = []
    for text in texts:
        url, equals, vkey = text.partition("=")
        if not equals:
            raise typer.BadParameter("write --witness URL=VKEY")
        found.append(Witness(parse_vkey(vkey), url))
    return found


def _keys(texts: Sequence[str]) -> list[VerifierKey]:
    from sminion_guard.audit.vkey import parse_vkey

    keys = [parse_vkey(text) for text in texts]
    if len({each.name for each in keys}) != 1:
        raise typer.BadParameter("keys of one log have one name")
    return keys


def _newest(log: SealedLog, vkey: Sequence[str], files: Sequence[Path]) -> tuple[Checkpoint, bytes]:
    """The checkpoint with the most events, and its note."""
    from sminion_guard.audit.checkpoint import verify_checkpoint

    keys = _keys(vkey)
    known = [(verify_checkpoint(note, keys[0].name, keys), note) for note in (*log.checkpoints(), *_published(files))]
    if not known:
        raise typer.BadParameter("the log has no checkpoint yet: run `sminion-guard audit seal`")
    return max(known, key=lambda each: each[0].size)


def _published(files: Sequence[Path]) -> Iterator[bytes]:
    from sminion_guard.audit.publish import published

    for path in files:
        found = published(path)
        if found.damaged:
            typer.echo(f"{path}: {found.damaged} checkpoints cannot be read", err=True)
        yield from map(bytes, found.notes)
