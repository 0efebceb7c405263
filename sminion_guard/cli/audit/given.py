"""What the commands are given: keys of the log, and checkpoints that somebody kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sminion_guard.audit.checkpoint import Checkpoint
    from sminion_guard.audit.database import SealedLog
    from sminion_guard.audit.vkey import VerifierKey

VkeysOption = Annotated[list[str], typer.Option(
    "--vkey", metavar="VKEY", show_default=False,
    help="Public key of the log, NAME+ID+KEY; each of them, if a key was replaced.",
)]
PublishedOption = Annotated[list[Path] | None, typer.Option(
    "--published", metavar="FILE", show_default=False, exists=True, dir_okay=False,
    help="File with checkpoints that somebody kept outside of the database.",
)]


def keys(texts: Sequence[str]) -> list[VerifierKey]:
    """The public keys of one log."""
    from sminion_guard.audit.vkey import parse_vkey

    found = [parse_vkey(text) for text in texts]
    if len({each.name for each in found}) != 1:
        raise typer.BadParameter("keys of one log have one name")
    return found


def newest(log: SealedLog, vkey: Sequence[str], files: Sequence[Path]) -> tuple[Checkpoint, bytes]:
    """The checkpoint with the most events, and its note."""
    from sminion_guard.audit.checkpoint import verify_checkpoint
    from sminion_guard.errors import ProofError

    known_keys = keys(vkey)
    known = [(verify_checkpoint(note, known_keys[0].name, known_keys), note) for note in published(files)]
    for kept in log.checkpoints():
        # An auditor may have recorded one that nobody signed: `verify` names it.
        with suppress(ProofError):
            known.append((verify_checkpoint(kept.note, known_keys[0].name, known_keys), kept.note))
    if not known:
        raise typer.BadParameter("the log has no checkpoint that is signed by this key: run `sminion-guard audit seal`")
    return max(known, key=lambda each: each[0].size)


def published(files: Sequence[Path]) -> Iterator[bytes]:
    """The checkpoints in files that only grow; what cannot be read is told."""
    from sminion_guard.audit import publish

    for path in files:
        found = publish.published(path)
        if found.damaged:
            typer.echo(f"{path}: {found.damaged} checkpoints cannot be read", err=True)
        yield from map(bytes, found.notes)
