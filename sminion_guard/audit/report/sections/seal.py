"""The checkpoints that seal the log of the month. They prove something only beside a copy that is kept outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sminion_guard.audit.checkpoint import parse_checkpoint
from sminion_guard.audit.encoding import base64_text
from sminion_guard.audit.note import parse_note
from sminion_guard.audit.reading import rfc3339
from sminion_guard.audit.report.blocks import Block, Line, Table
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section
from sminion_guard.errors import ProofError


@dataclass(frozen=True, slots=True)
class Sealed:
    """A checkpoint.

    :param root: in base64, as in the checkpoint itself.
    """

    at: str
    origin: str
    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Seal:
    """Checkpoints.

    :param signed: how many were signed in the month.
    :param last: at the end of the month.
    :param following: the first one after it, which has the last events of the month; None if there is none yet.
    :param unreadable: whether one of the two has not the form of a checkpoint.
    """

    signed: int
    last: Sealed | None
    following: Sealed | None
    unreadable: bool


def ask(asked: Asked) -> Seal:
    """Read; `sminion-guard audit verify` verifies."""
    (row,) = asked.rows("report_checkpoints")
    found: dict[str, Sealed | None] = {"last": None, "next": None}
    unreadable = False
    for name in found:
        try:
            found[name] = _sealed(row[f"{name}_at"], row[f"{name}_note"])
        except ProofError:
            unreadable = True
    return Seal(row["signed"], found["last"], found["next"], unreadable)


def _sealed(at: datetime | None, note: str | None) -> Sealed | None:
    if at is None or note is None:
        return None
    checkpoint = parse_checkpoint(parse_note(note.encode()).text)
    return Sealed(rfc3339(at), checkpoint.origin, checkpoint.size, base64_text(checkpoint.root))


def draw(found: Seal, month: Month) -> Iterator[Block]:
    """The checkpoints, or that there is none."""
    if found.unreadable:
        yield Line("A checkpoint that the database has is malformed.", alarming=True)
    named = [("At the end of the month", found.last), ("First one after it", found.following)]
    rows = tuple((label, each.at[:16].replace("T", " "), each.size, each.root)
                 for label, each in named if each is not None)
    if not rows:
        yield Line("The log is not sealed: no checkpoint is on record.", alarming=True)
        return
    if not found.signed:
        yield Line("No checkpoint was signed in this month.", alarming=True)
    else:
        yield Line(f"Checkpoints signed in this month: {found.signed:,}. Compare them with those kept outside: "
                   "the database alone proves nothing.")
    yield Table("Checkpoints", ("Which", "Signed (UTC)", "Events", "Root hash"), rows)


SEAL: Section[Seal] = Section("seal", "Seal", ask, draw)
