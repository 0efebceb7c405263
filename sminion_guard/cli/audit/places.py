"""Where a checkpoint goes when it is signed, and who cosigns it before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sminion_guard.audit.database import SealedLog
    from sminion_guard.audit.witnesses import Witness


class Places:
    """Gets each note that is signed.

    ``told`` has what became of each witness, ``cosigned`` how many signed.
    """

    def __init__(self, log: SealedLog, publish: Sequence[str], witnesses: Sequence[Witness]) -> None:
        self._log = log
        self._publish = publish
        self._witnesses = witnesses
        self.told: dict[str, str] = {}
        self.cosigned = 0

    def __call__(self, note: bytes) -> None:
        from sminion_guard.audit import publish
        from sminion_guard.audit.checkpoint import parse_checkpoint
        from sminion_guard.audit.merkle import consistency_proof
        from sminion_guard.audit.note import parse_note
        from sminion_guard.audit.witnesses import cosigned

        parsed = parse_note(note)
        size = parse_checkpoint(parsed.text).size
        whole, answers = cosigned(
            parsed, self._witnesses, lambda old: consistency_proof(old, size, self._log.hashes(size)))
        self.cosigned = sum(answer.signature is not None for answer in answers)
        self.told = {answer.witness.key.name: "cosigned" if answer.error is None else str(answer.error)
                     for answer in answers}
        for place in self._publish:
            if place.startswith(("http://", "https://")):
                publish.send(place, whole)
            else:
                publish.append(Path(place), whole)


def witnesses(texts: Sequence[str]) -> list[Witness]:
    """Reads ``URL=VKEY``."""
    from sminion_guard.audit.vkey import parse_vkey
    from sminion_guard.audit.witnesses import Witness

    found = []
    for text in texts:
        url, equals, vkey = text.partition("=")
        if not equals:
            raise typer.BadParameter("write --witness URL=VKEY")
        found.append(Witness(parse_vkey(vkey), url))
    return found
