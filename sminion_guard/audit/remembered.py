"""The contents of the file that :mod:`sminion_guard.audit.memory` keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sminion_guard.audit.checkpoint import Checkpoint, parse_checkpoint
from sminion_guard.audit.note import parse_note
from sminion_guard.errors import ProofError, SealRefused

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Remembered:
    """The last seal.

    :param checkpoint: nothing that contradicts it may be signed.
    :param note: the same, signed; None where the process ended before it signed, or between signing and this file.
    :param published: whether others have it.
    """

    checkpoint: Checkpoint
    note: bytes | None
    published: bool


def written(origin: str, remembered: Remembered | None) -> bytes:
    """The contents of the file."""
    text = remembered and remembered.checkpoint.text
    note = remembered and remembered.note
    return json.dumps({
        "format": _FORMAT, "origin": origin, "checkpoint": text, "note": note.decode() if note else None,
        "published": bool(remembered and remembered.published),
    }, ensure_ascii=False, indent=1).encode() + b"\n"


def read(path: Path) -> tuple[str, Remembered | None]:
    """The origin of the log, and its last seal.

    :raises SealRefused: SG665 when there is no such file, or it is damaged.
    """
    try:
        data = json.loads(path.read_bytes())
        if data["format"] != _FORMAT:
            raise _unusable(path, f"its format is {data['format']!r}, this version knows {_FORMAT}")
        return _origin(data["origin"]), _remembered(data["checkpoint"], data["note"], data["published"])
    except OSError as error:
        raise _unusable(path, str(error)) from error
    except (KeyError, TypeError, ValueError, AttributeError, ProofError) as error:
        raise _unusable(path, f"it is damaged: {error}") from error


def _origin(origin: object) -> str:
    if not isinstance(origin, str):
        raise ValueError("no origin")
    return origin


def _remembered(text: str | None, note: str | None, published: object) -> Remembered | None:
    if text is None:
        return None
    data = None if note is None else note.encode()
    if data is not None and parse_note(data).text != text:
        raise ValueError("the note is not of the checkpoint")
    return Remembered(parse_checkpoint(text), data, published is True)


def _unusable(path: Path, detail: str) -> SealRefused:
    return SealRefused("SG665", f"`{path}` does not tell what was sealed last", detail=detail,
                       hint="before the first seal of a log, make it with `--start`; otherwise restore it, or create "
                            "it from the last published checkpoint")
