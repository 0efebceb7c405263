"""Signing what the log is now. The database gives its tree; the key and the memory of the last seal lie elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg

from sminion_guard.audit.checkpoint import Checkpoint
from sminion_guard.audit.database.log import SealedLog
from sminion_guard.audit.memory import Held, Memory
from sminion_guard.audit.merkle import EMPTY_ROOT, consistency_proof, root
from sminion_guard.audit.signing import Signer
from sminion_guard.errors import ProofError, SealRefused

_RESTORED = ("SG663", "SG664")
"""The log is not the one that was sealed last: nobody can say what people decided that it lacks."""
Publish = Callable[[bytes], None]
"""Puts a note where others find it; raises where it cannot."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was signed.

    :param size: events in the log.
    :param note: the signed checkpoint, as it was published.
    :param fresh: False where it is the one that had been signed before: the log has not grown.
    """

    size: int
    root: bytes
    note: bytes
    fresh: bool


def seal(log: SealedLog, memory: Memory, signers: Sequence[Signer], publish: Publish) -> Sealed:
    """Signs a checkpoint of the whole tree, and publishes it.

    Signed but not published, after a crash or because a place could not be reached: the next call publishes it first.

    :param memory: of this log; it must exist.
    :param signers: one, or the old and the new one where a key is replaced.
    :param publish: called with each note that is not known to be published.
    :raises SealRefused: SG663 and SG664 where the log is not the one that was sealed last, also where its tree cannot
        be read any more; as :class:`Memory` and the signers do. After SG663 and SG664 no ticket is opened any more.
    """
    try:
        return _seal(log, memory, signers, publish)
    except SealRefused as error:
        if error.code not in _RESTORED:
            raise
        try:
            log.report_restore(f"{error.code}: {error.message}")
        except psycopg.Error as failed:
            raise SealRefused(error.code, error.message, hint=error.hint, detail=(
                f"{error.detail}; tickets could not be stopped: {' '.join(str(failed).split())}")) from error
        raise


def _seal(log: SealedLog, memory: Memory, signers: Sequence[Signer], publish: Publish) -> Sealed:
    with memory.held() as held:
        _publish_last(log, held, publish)
        size = log.size()
        last = held.last
        if last is not None and last.checkpoint.size > size:
            held.check(Checkpoint(memory.origin, size, EMPTY_ROOT if size == 0 else bytes(32)), [])
        hashes = log.hashes(size)
        try:
            proof = consistency_proof(held.size, size, hashes)
            checkpoint = Checkpoint(memory.origin, size, root(size, hashes))
        except ProofError as error:
            raise SealRefused("SG664", "the tree of the log cannot be read", detail=f"{error.message}; {error.detail}",
                              hint="run `sminion-guard audit verify`, and keep the database as evidence") from error
        if last is not None and last.published and last.note is not None and last.checkpoint == checkpoint \
                and len(signers) == 1:
            return Sealed(size, checkpoint.root, last.note, fresh=False)
        note = bytes(held.seal(checkpoint, proof, signers))
        _give(log, checkpoint, note, publish)
        held.published()
        return Sealed(size, checkpoint.root, note, fresh=True)


def _publish_last(log: SealedLog, held: Held, publish: Publish) -> None:
    note = held.unpublished
    if note is None or held.last is None:
        return
    # Not where the database is not the one that was sealed, and would refuse it: the comparison follows.
    if _has(log, held.last.checkpoint):
        _give(log, held.last.checkpoint, note, publish)
        held.published()


def _has(log: SealedLog, checkpoint: Checkpoint) -> bool:
    try:
        return checkpoint.size <= log.size() and root(checkpoint.size, log.hashes(log.size())) == checkpoint.root
    except ProofError:
        return False


def _give(log: SealedLog, checkpoint: Checkpoint, note: bytes, publish: Publish) -> None:
    log.record(checkpoint.size, checkpoint.root, note)
    publish(note)
