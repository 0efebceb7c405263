"""The file of a ledger: lines of JSON, each with the hash of all before it.

Lines are added in batches. The last line of a batch says which log it belongs to: its size and the root of its tree,
as a checkpoint of this size has it. What comes after the last such line, after a crash, is no part of the file.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sminion_guard import files
from sminion_guard.errors import GuardError
from sminion_guard.subjects.ledger.entry import Entry, Json

FORMAT = "sminion_guard ledger 1"


@dataclass(frozen=True, slots=True)
class Head:
    """What the whole file says.

    :param ledger: its name for ever, random.
    :param salt: of the commitments.
    """

    ledger: str
    salt: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """The end of a batch.

    :param size: how many events the log had, and ``root`` of its tree.
    :param chain: the hash of the file up to here.
    :param offset: where the next line goes.
    """

    size: int
    root: str
    chain: str
    offset: int


class Ledger:
    """A ledger.

    :param path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Begin the file; nothing happens where it is there."""
        head = {"format": FORMAT, "ledger": secrets.token_hex(16), "salt": secrets.token_hex(32)}
        files.create(self.path, _line(head), 0o600)

    def head(self) -> Head:
        """:raises GuardError: SG590 where it is no ledger."""
        with self.path.open("rb") as file:
            return self._head(file.readline())

    def entries(self) -> Iterator[Entry | Mark]:
        """Everything in it, each batch before its mark, verified.

        :raises GuardError: SG590 where a line was changed, added or taken out.
        """
        with self.path.open("rb") as file:
            yield from self._read(file)

    @contextmanager
    def held(self) -> Iterator[tuple[BinaryIO, Head, Mark]]:
        """For whoever adds: the open file, and its last mark.

        :raises GuardError: SG591 where somebody else adds just now; SG590.
        """
        with self.path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise GuardError("SG591", f"somebody else writes to `{self.path}`", hint="wait for it to end") from None
            first = file.readline()
            head, start = self._head(first), file.tell()
            last = _tail(file, start) or Mark(0, "", _chain("", first), start)
            if last.offset == start and os.fstat(file.fileno()).st_size > start:
                file.seek(0)
                for found in self._read(file):
                    last = found if isinstance(found, Mark) else last
            yield file, head, last

    def add(self, file: BinaryIO, last: Mark, entries: Iterable[Entry], size: int, root: str) -> int:
        """Add a batch with its mark, on disk when this returns; how many entries it has."""
        file.seek(last.offset)
        file.truncate()
        chain, count = last.chain, 0
        lines = [*(entry.json() for entry in entries), {"size": size, "root": root}]
        for line in lines:
            chain = _chain(chain, _line(line))
            file.write(_line(line | {"chain": chain}))
            count += 1
        file.flush()
        os.fsync(file.fileno())
        return count - 1

    def _head(self, line: bytes) -> Head:
        try:
            found = json.loads(line)
            if found["format"] == FORMAT:
                return Head(str(found["ledger"]), bytes.fromhex(found["salt"]))
        except (ValueError, TypeError, KeyError):
            pass
        raise GuardError("SG590", f"`{self.path}` is no ledger of this version",
                         detail=f"its first line must say `{FORMAT}`",
                         hint="name a file that `sminion-guard subject ledger export` wrote")

    def _read(self, file: BinaryIO) -> Iterator[Entry | Mark]:
        first = file.readline()
        self._head(first)
        chain, offset = _chain("", first), len(first)
        batch: list[Entry] = []
        for number, line in enumerate(file, 2):
            if not line.endswith(b"\n"):
                return
            offset += len(line)
            try:
                found = json.loads(line)
                said = found.pop("chain")
                chain = _chain(chain, _line(found))
                if said != chain:
                    raise ValueError
                if "size" in found:
                    yield from batch
                    yield Mark(found["size"], found["root"], chain, offset)
                    batch = []
                else:
                    batch.append(Entry(**found))
            except (ValueError, TypeError, KeyError, AttributeError):
                raise GuardError("SG590", f"line {number} of `{self.path}` is not as it was written",
                                 hint="take another copy of the file") from None


def _tail(file: BinaryIO, start: int) -> Mark | None:
    """The last mark, where it is the last line."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(start, end - 4096))
    data = file.read()
    if not data.endswith(b"\n"):
        return None
    try:
        found: Json = json.loads(data.rstrip(b"\n").rpartition(b"\n")[2])
        return Mark(int(found["size"]), found["root"], found["chain"], end)
    except (ValueError, TypeError, KeyError):
        return None


def _line(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _chain(before: str, line: bytes) -> str:
    return hashlib.sha256(before.encode() + line).hexdigest()
