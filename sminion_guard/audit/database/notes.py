"""Which checkpoints count: those that a known key signed.

An auditor may record notes, and the database cannot verify signatures. So a note there that no known key signed is a
remark, as long as the signed ones are there too: else one call of an auditor would make every later verification fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sminion_guard.audit.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from sminion_guard.audit.database.finding import MOST, Findings, Kind
from sminion_guard.audit.database.log import Kept
from sminion_guard.audit.note import parse_note
from sminion_guard.audit.vkey import VerifierKey
from sminion_guard.errors import ProofError


@dataclass(slots=True)
class Notes:
    """Tells them apart.

    :param remarks: about notes that nobody known signed; the first hundred.
    :param remarked: how many there are.
    """

    origin: str
    keys: Sequence[VerifierKey]
    findings: Findings
    remarks: list[str] = field(default_factory=list)
    remarked: int = 0

    def good(self, kept: Iterable[Kept], published: Iterable[bytes], size: int) -> set[Checkpoint]:
        """The checkpoints with good signatures; the others are findings, or remarks.

        :param size: of the log.
        """
        outside = self._outside(published)
        inside: set[Checkpoint] = set()
        unsigned: list[Kept] = []
        for each in kept:
            try:
                inside.add(verify_checkpoint(each.note, self.origin, self.keys))
            except ProofError as error:
                if self._signed_for_this_log(each.note, error):
                    self._finding(str(each.size), error)
                else:
                    unsigned.append(each)
        self._judge(unsigned, inside, {each for each in outside if each.size <= size} - inside)
        return inside | outside

    def _outside(self, published: Iterable[bytes]) -> set[Checkpoint]:
        found: set[Checkpoint] = set()
        for note in set(published):
            try:
                found.add(verify_checkpoint(note, self.origin, self.keys))
            except ProofError as error:
                self._finding(" ".join(note.decode(errors="replace").split("\n")[1:2]), error)
        return found

    def _signed_for_this_log(self, note: bytes, error: ProofError) -> bool:
        """Whether a known key signed what contradicts itself: a signature is good, and the checkpoint is not."""
        if error.code != "SG653":
            return False
        try:
            return parse_checkpoint(parse_note(note).text).origin == self.origin
        except ProofError:
            return True

    def _judge(self, unsigned: Sequence[Kept], inside: set[Checkpoint], missing: set[Checkpoint]) -> None:
        """Remarks only where no such note can stand in the place of a signed one.

        :param missing: what was published, and is not in the database.
        """
        newest = max((each.size for each in inside), default=-1)
        for each in unsigned:
            said = (f"checkpoint of {each.size} events: not signed by a known key: recorded by {each.login}"
                    f" at {each.at:%Y-%m-%d %H:%M:%S %Z}")
            if missing or each.size > newest:
                why = ("signed checkpoints that were published are not in the database" if missing
                       else "the database has no newer checkpoint that is signed")
                self.findings.add(Kind.CHECKPOINT, f"{said}; {why}")
            else:
                self.remarked += 1
                if self.remarked <= MOST:
                    self.remarks.append(said)

    def _finding(self, size: str, error: ProofError) -> None:
        detail = f": {error.detail}" if error.detail else ""
        self.findings.add(Kind.CHECKPOINT, f"checkpoint of {size} events: {error.message}{detail}")
