"""What was signed last, remembered outside of the database: nothing that contradicts it is ever signed.

A rewritten, truncated or restored database cannot change this file, so the next seal notices. The order makes it hold
after a crash at any moment: a checkpoint is on disk here *before* it is signed, so no signature exists that the file
does not know of. A crash in between leaves a checkpoint that was not signed or not published; the next seal continues
it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sminion_guard import files
from sminion_guard.audit.checkpoint import Checkpoint, parse_checkpoint
from sminion_guard.audit.locking import locked
from sminion_guard.audit.merkle import verify_consistency
from sminion_guard.audit.note import Note, parse_note
from sminion_guard.audit.remembered import Remembered, read, written
from sminion_guard.audit.signing import Signer
from sminion_guard.errors import ProofError, SealRefused


class Memory:
    """The file of one log. It belongs on a disk that a backup of the database does not restore."""

    def __init__(self, path: Path, origin: str) -> None:
        self.path = path
        self.origin = origin

    def create(self, last: bytes | None = None) -> None:
        """Begins to remember, once for a log. To start it again by itself would forget what was signed.

        :param last: the last checkpoint that was published, where the log was sealed before.
        :raises SealRefused: SG665 when the file exists already, or ``last`` is of another log.
        """
        remembered = None
        if last is not None:
            note = parse_note(last)
            remembered = Remembered(parse_checkpoint(note.text), last, published=True)
            self._of_this_log(remembered.checkpoint)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not files.create(self.path, written(self.origin, remembered), 0o600):
            raise SealRefused("SG665", f"`{self.path}` exists already",
                              hint="seal without creating it; remove it only if it is of another log")

    @contextmanager
    def held(self, timeout: float = 10.0) -> Iterator[Held]:
        """For one seal: nobody else seals meanwhile.

        :param timeout: in seconds.
        :raises SealRefused: SG665 when there is no such file, or it is damaged or of another log; SG666 when somebody
            else has held it for ``timeout``.
        """
        with locked(self.path.with_name(self.path.name + ".lock"), timeout):
            origin, last = read(self.path)
            if origin != self.origin:
                raise SealRefused("SG665", f"`{self.path}` is of the log `{origin}`, not of `{self.origin}`",
                                  hint="name the file of this log")
            yield Held(self, last)

    def _of_this_log(self, checkpoint: Checkpoint) -> None:
        if checkpoint.origin != self.origin:
            raise SealRefused("SG665", f"a checkpoint of `{checkpoint.origin}`, not of `{self.origin}`",
                              hint="the origin of a log never changes; another log has a memory of its own")


class Held:
    """The memory while nobody else can seal.

    :param last: what was signed, or was about to be; None before the first seal.
    """

    def __init__(self, memory: Memory, last: Remembered | None) -> None:
        self._memory = memory
        self.last = last

    @property
    def size(self) -> int:
        """From which a consistency proof must lead to the next checkpoint; 0 before the first seal."""
        return 0 if self.last is None else self.last.checkpoint.size

    @property
    def unpublished(self) -> bytes | None:
        """The note that was signed last, if nobody said that it was published: publish it first."""
        return None if self.last is None or self.last.published else self.last.note

    def check(self, checkpoint: Checkpoint, proof: Sequence[bytes]) -> None:
        """Whether it may be signed.

        :param proof: the consistency proof from :attr:`size`.
        :raises SealRefused: SG663 for a smaller log, SG664 for one that does not continue the last, SG665 for another.
        """
        self._memory._of_this_log(checkpoint)
        if self.last is None:
            return
        last = self.last.checkpoint
        was = f"sealed: {last.size} entries, root {last.root.hex()}"
        if checkpoint.size < last.size:
            raise SealRefused("SG663", f"the log has {checkpoint.size} entries, and had {last.size} when it was sealed",
                              detail=f"{was}; the database was restored or truncated",
                              hint="find out what was lost; the last published checkpoint is the evidence")
        try:
            verify_consistency(last.size, last.root, checkpoint.size, checkpoint.root, proof)
        except ProofError as error:
            raise SealRefused("SG664", "the log does not continue the one that was sealed last",
                              detail=f"{was}; now: {checkpoint.size} entries, root {checkpoint.root.hex()};"
                                     f" {error.detail}",
                              hint="entries that were sealed have been altered or removed: keep the database as"
                                   " evidence") from error

    def seal(self, checkpoint: Checkpoint, proof: Sequence[bytes], signers: Sequence[Signer]) -> Note:
        """Checks, remembers and signs.

        :param signers: one, or the old and the new one where a key is replaced.
        :raises SealRefused: as of :meth:`check`, SG661 without signers, or when a signer fails; what was about to be
            signed then stays remembered.
        """
        self.check(checkpoint, proof)
        if not signers:
            raise SealRefused("SG661", "no signing key")
        if self.last is None or self.last.checkpoint != checkpoint:
            self._remember(Remembered(checkpoint, None, published=False))
        note = checkpoint.signed(signers)
        if self.last is None or self.last.note != bytes(note):
            self._remember(Remembered(checkpoint, bytes(note), published=False))
        return note

    def published(self) -> None:
        """Says that the note that was signed last is where others find it."""
        if self.last is not None and self.last.note is not None and not self.last.published:
            self._remember(Remembered(self.last.checkpoint, self.last.note, published=True))

    def _remember(self, remembered: Remembered) -> None:
        files.replace(self._memory.path, written(self._memory.origin, remembered))
        self.last = remembered
