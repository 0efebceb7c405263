"""Publishing checkpoints where whoever seals cannot take them back: a file that only grows, or a web address."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sminion_guard.audit.note import Note, parse_note
from sminion_guard.errors import ProofError, SealRefused
from sminion_guard.http import post

_END = b"\n\n"


@dataclass(frozen=True, slots=True)
class Published:
    """What was read from a file that only grows.

    :param notes: in the order in which they were written.
    :param damaged: how many more there are that cannot be read.
    """

    notes: tuple[Note, ...]
    damaged: int


def append(path: Path, note: Note) -> bool:
    """Adds a checkpoint to the end of a file, on disk when this returns; not if it is the last one there already, as
    after a crash.

    :returns: whether it was added.
    :raises SealRefused: SG667 when it cannot be written.
    """
    try:
        before = path.read_bytes() if path.exists() else b""
        if before.endswith(bytes(note) + b"\n"):
            return False
        torn = b"" if not before or before.endswith(_END) else _END  # a crash cut the last one off
        _append(path, torn + bytes(note) + b"\n")
    except OSError as error:
        raise SealRefused("SG667", f"the checkpoint cannot be added to `{path}`", detail=str(error)) from error
    return True


def published(path: Path) -> Published:
    """What such a file holds; nothing of it is verified."""
    blocks = [block for each in path.read_bytes().split(_END) if (block := each.strip(b"\n"))]
    notes, damaged, at = [], 0, 0
    while at < len(blocks):
        try:
            notes.append(parse_note(_END.join(blocks[at:at + 2]) + b"\n"))
            at += 2
        except ProofError:
            damaged += 1
            at += 1
    return Published(tuple(notes), damaged)


def send(url: str, note: Note, timeout: float = 10.0) -> None:
    """Posts a checkpoint to a web address.

    :raises SealRefused: SG667 unless it answers with 2xx within ``timeout`` seconds. A redirect is no answer.
    """
    try:
        status, _, answer = post(url, bytes(note), timeout)
    except (OSError, ValueError) as error:
        raise SealRefused("SG667", "the checkpoint cannot be sent", detail=f"{url}: {error}") from error
    if not 200 <= status < 300:
        raise SealRefused("SG667", "the checkpoint was not taken",
                          detail=f"{url}: HTTP {status} {answer[:200].decode(errors='replace')}")


def _append(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        written = os.write(descriptor, data)
        if written != len(data):
            raise OSError(f"{written} of {len(data)} bytes were written")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
