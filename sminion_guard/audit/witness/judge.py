"""What a witness signs: checkpoints of known logs that continue the last one it signed. No network here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sminion_guard import files
from sminion_guard.audit.checkpoint import parse_checkpoint
from sminion_guard.audit.cosignature import cosign
from sminion_guard.audit.locking import locked
from sminion_guard.audit.merkle import EMPTY_ROOT, verify_consistency
from sminion_guard.audit.note import Note, parse_note
from sminion_guard.audit.signing import Signer, verify_note
from sminion_guard.audit.vkey import VerifierKey
from sminion_guard.audit.witness.request import Request, parse_request
from sminion_guard.errors import ProofError

_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the witness answers, as HTTP."""

    status: int
    body: bytes
    type: str = _TEXT


class WitnessState:
    """What it signed last of each log, one file each in a directory of its own."""

    def __init__(self, directory: Path, signer: Signer, logs: Mapping[str, Sequence[VerifierKey]],
                 now: Callable[[], float] = time.time) -> None:
        """
        :param signer: with a key of type 0x04.
        :param logs: by their origin, the keys that each may sign with.
        """
        self._directory = directory
        self._signer = signer
        self._logs = {origin: tuple(keys) for origin, keys in logs.items()}
        self._now = now
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def add_checkpoint(self, body: bytes) -> Reply:
        """Cosigns the checkpoint of a request, or says why not. The file is on disk before the signature leaves."""
        try:
            request = parse_request(body)
        except ProofError as error:
            return _said(400, error)
        origin = request.checkpoint.origin
        if origin not in self._logs:
            return Reply(404, b"unknown log\n")
        try:
            verify_note(request.note, self._logs[origin])
        except ProofError as error:
            return _said(403, error)
        with locked(self._path(origin).with_suffix(".lock"), timeout=10.0):
            return self._judged(request)

    def checkpoint(self, origin_hash: str) -> Reply:
        """The last checkpoint of the log whose origin has this hash, with our cosignature."""
        for origin in self._logs:
            if _hashed(origin) == origin_hash and self._path(origin).exists():
                return Reply(200, self._path(origin).read_bytes())
        return Reply(404, b"no checkpoint\n")

    def _judged(self, request: Request) -> Reply:
        new, path = request.checkpoint, self._path(request.checkpoint.origin)
        known = parse_checkpoint(parse_note(path.read_bytes()).text) if path.exists() else None
        size, root = (known.size, known.root) if known else (0, EMPTY_ROOT)
        if request.old != size:
            return Reply(409, f"{size}\n".encode(), "text/x.tlog.size")
        try:
            verify_consistency(size, root, new.size, new.root, request.proof)
        except ProofError as error:
            return _said(422, error)
        line = cosign(request.note.text, self._signer, int(self._now()))
        signed = tuple(each for key in self._logs[new.origin] if (each := request.note.of(key)) is not None)
        files.replace(path, bytes(Note(request.note.text, (*signed, line))))
        return Reply(200, f"{line}\n".encode())

    def _path(self, origin: str) -> Path:
        return self._directory / f"{_hashed(origin)}.checkpoint"


def _hashed(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()


def _said(status: int, error: ProofError) -> Reply:
    return Reply(status, f"{error.message}: {error.detail}\n".encode())
