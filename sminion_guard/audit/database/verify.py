"""Verifying the log against its checkpoints: each event's row is the one that was sealed, and none is missing.

The hashes that the tree keeps are compared with the signed checkpoints, and the rows with these hashes. So an altered
row is named, and so is a tree that was built anew over altered rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sminion_guard.audit.checkpoint import Checkpoint
from sminion_guard.audit.database.finding import Finding, Findings, Kind
from sminion_guard.audit.database.log import CHUNK, Leaf, SealedLog, Waiting
from sminion_guard.audit.database.missing import Missing
from sminion_guard.audit.database.notes import Notes
from sminion_guard.audit.database.resuming import Resuming
from sminion_guard.audit.database.silent import Silent
from sminion_guard.audit.merkle import EMPTY_ROOT, Frontier, consistency_proof, leaf_hash, verify_consistency
from sminion_guard.audit.vkey import VerifierKey
from sminion_guard.errors import ProofError

_LISTED = re.compile(rb'"listed" : (\d+)')
_AT = re.compile(rb'"at" : (\d+)')
LATE = 3_600_000_000
"""Microseconds by which an event may be older than one before it: transactions stay open for a while."""
Told = Callable[[int, int], object]
"""Told how many events of how many are done."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying found.

    :param size: events in the tree, all of which were read.
    :param sealed: events in the newest checkpoint whose signature is good and whose root the tree has.
    :param checkpoints: how many were verified.
    :param dropped: events that were dropped: of months, and tickets.
    :param late: events that are an hour older than one before them: a transaction was open so long, or the clock was
        set back.
    :param findings: what is wrong; the first hundred of each kind.
    :param counts: how many there are of each kind.
    :param waiting: what is no leaf yet: nothing of it is wrong, and nothing of it is sealed.
    :param silent: tickets under which nothing is on record: the log may be as it was sealed, and lack statements.
    :param remarks: notes in the database that no known key signed, beside those that one signed; the first hundred.
    :param remarked: how many there are.
    """

    size: int
    sealed: int
    checkpoints: int
    dropped: int
    late: int
    findings: tuple[Finding, ...]
    counts: dict[str, int]
    waiting: Waiting
    silent: Silent
    remarks: tuple[str, ...]
    remarked: int

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def verify(
    log: SealedLog, origin: str, keys: Sequence[VerifierKey], published: Iterable[bytes] = (), *,
    progress: Told | None = None, resuming: Resuming | None = None,
) -> Verified:
    """Reads the whole log.

    :param origin: the name of the log.
    :param keys: of the log; of several, where a key was replaced, one must have signed each checkpoint.
    :param published: checkpoints that somebody else kept. Only these show that the end of the log was cut off, or an
        old copy restored: those in the database went with it.
    :param resuming: to go on where an interrupted verification ended, and to say how far this one is.
    """
    return _Verification(log, progress, resuming).run(origin, keys, published)


@dataclass(slots=True)
class _Verification:
    log: SealedLog
    progress: Told | None
    resuming: Resuming | None
    findings: Findings = field(default_factory=Findings)
    missing: Missing = field(default_factory=Missing)
    frontier: Frontier = field(default_factory=Frontier)
    listed: int = 0
    sealed: int = 0
    late: int = 0
    newest: int = 0
    torn: bool = False
    silent: Silent = field(default_factory=Silent)

    def run(self, origin: str, keys: Sequence[VerifierKey], published: Iterable[bytes]) -> Verified:
        if not self.log.makes_leaves_as_we_do():
            self.findings.add(Kind.FUNCTION, "`sminion.leaves` is not the function of this version of sminion_guard")
        size = self.log.size()
        notes = Notes(origin, keys, self.findings)
        known = sorted(notes.good(self.log.checkpoints(), published, size), key=lambda each: each.size)
        for checkpoint in known:
            if checkpoint.size > size:
                self.findings.add(
                    Kind.SHORTER, f"a checkpoint of {checkpoint.size} events was signed, and the log has {size}")
        ends = [each for each in known if each.size <= size]
        self._resume(size, ends)
        while self.frontier.size < size and not self.torn:
            start = self.frontier.size
            end = min(start + CHUNK, size)
            self._chunk(start, end, [each for each in ends if start < each.size <= end])
            if self.progress is not None:
                self.progress(end, size)
            self._save()
        for checkpoint in ends:
            if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
                self.findings.add(Kind.CHECKPOINT, "a checkpoint of no events has the root of others")
        self.silent.read(self.log, self._save)
        self._gaps()
        self._strays()
        if self.resuming is not None:
            self.resuming.done()
        return Verified(size, self.sealed, len(known), self.missing.count, self.late, tuple(self.findings.listed),
                        {str(kind): count for kind, count in self.findings.counts.items()}, self.log.waiting(),
                        self.silent, tuple(notes.remarks), notes.remarked)

    def _resume(self, size: int, ends: Sequence[Checkpoint]) -> None:
        """Goes on where another run ended, if the tree still begins with what that one read."""
        found = None if self.resuming is None else self.resuming.read()
        if found is None or not 0 < found.frontier.size <= size:
            return
        self.frontier = found.frontier
        counted = found.counted
        self.listed, self.sealed = counted["listed"], counted["sealed"]
        self.late, self.newest = counted["late"], counted["newest"]
        self.missing = Missing(counted["missing"], counted["months"])
        self.silent = Silent.of(counted["silent"])
        for kind, message, number in counted["findings"]:
            self.findings.add(Kind(kind), message, number)
        for checkpoint in ends:
            if checkpoint.size <= self.frontier.size:
                proof = consistency_proof(checkpoint.size, self.frontier.size, self.log.hashes(self.frontier.size))
                try:
                    verify_consistency(
                        checkpoint.size, checkpoint.root, self.frontier.size, self.frontier.root(), proof)
                    self.sealed = max(self.sealed, checkpoint.size)
                except ProofError as error:
                    self.findings.add(Kind.TREE, f"the checkpoint of {checkpoint.size} events: {error.message}")

    def _save(self) -> None:
        if self.resuming is None:
            return
        self.resuming.write(self.frontier, {
            "silent": self.silent.kept(),
            "listed": self.listed, "sealed": self.sealed, "late": self.late, "newest": self.newest,
            "missing": self.missing.ranges, "months": self.missing.months,
            "findings": [(each.kind, each.message, each.number) for each in self.findings.listed]})

    def _chunk(self, start: int, end: int, ends: Sequence[Checkpoint]) -> None:
        """The leaves with the indexes from ``start`` up to ``end``."""
        kept = self.log.leaf_hashes(start, end)
        rows: dict[int, Leaf] = {}
        for leaf in self.log.leaves(start + 1, end):
            if leaf.number in rows:
                self.findings.add(Kind.EXTRA, f"two rows have the number {leaf.number}: {leaf.kind}", leaf.number)
            rows.setdefault(leaf.number, leaf)
        if len(kept) != end - start:
            self.findings.add(Kind.TREE, f"the tree has no hashes of event {start + len(kept) + 1} and what follows")
            self.torn = True
        for number, sealed in enumerate(kept, start + 1):
            self._event(number, rows.get(number), sealed)
        marks = {each.size for each in ends}
        for number, sealed in enumerate(kept, start + 1):
            self.frontier.append(sealed)
            if number in marks:
                self._compare([each for each in ends if each.size == number])

    def _event(self, number: int, leaf: Leaf | None, sealed: bytes) -> None:
        if leaf is None:
            self.missing.add(number)
        elif leaf_hash(leaf.entry) != sealed:
            self.findings.add(Kind.CHANGED, f"event {number} ({leaf.kind}) is not as it was sealed", number)
        else:
            self.missing.dropped(leaf.kind, leaf.entry)
            counted, at = _LISTED.search(leaf.entry), _AT.search(leaf.entry)
            self.listed += int(counted[1]) if counted else 0
            moment = int(at[1]) if at else 0
            self.late += moment < self.newest - LATE
            self.newest = max(self.newest, moment)

    def _compare(self, checkpoints: Sequence[Checkpoint]) -> None:
        root = self.frontier.root()
        for checkpoint in checkpoints:
            if checkpoint.root == root:
                self.sealed = max(self.sealed, checkpoint.size)
            else:
                self.findings.add(Kind.TREE, f"at {checkpoint.size} events the tree has the root {root.hex()},"
                                             f" the checkpoint {checkpoint.root.hex()}")

    def _gaps(self) -> None:
        outside = 0
        for number in self.missing.unexplained():
            outside += 1
            self.findings.add(Kind.GONE, f"the row of event {number} is gone", number)
        rest = self.missing.count - outside - self.missing.explained
        if rest > 0:
            self.findings.add(Kind.GONE, f"{rest} events are gone beside those that were dropped, between them")

    def _strays(self) -> None:
        strays = self.log.stray_rows()
        listed = strays.pop("listed", 0)
        for kind, rows in strays.items():
            self.findings.add(Kind.EXTRA, f"{rows} rows of kind `{kind}` are no leaf of the tree")
        unread = any(self.findings.counts[kind] for kind in (Kind.CHANGED, Kind.GONE, Kind.TREE))
        if listed != self.listed and not unread and self.log.waiting().events == self.log.size():
            self.findings.add(
                Kind.EXTRA, f"{listed} rows name a person whose data an event held, the leaves have {self.listed}")
