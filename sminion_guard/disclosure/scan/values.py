"""Values of tables on their way out, many at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sminion_guard.disclosure.scan.files import MAX_LINE
from sminion_guard.disclosure.scan.patterns import Kind
from sminion_guard.disclosure.scan.plain import plain
from sminion_guard.disclosure.scan.text import hits
from sminion_guard.errors import TransferRefused

MOST_KEPT = 50_000
LONGEST_KEPT = 200
"""Characters. Longer texts are seldom the same twice."""


@dataclass(frozen=True, slots=True)
class Place:
    """A value that identifies a person or a device.

    :param row: from 1.
    """

    row: int
    column: str
    kind: Kind


class Values:
    """Scans values. Remembers which texts hold nothing, as far as its memory goes: the same ones come again."""

    def __init__(self) -> None:
        self._clean: set[str] = set()

    def places(self, texts: Iterable[tuple[int, str, str]]) -> Iterator[Place]:
        """Where something was found.

        :param texts: row, column and text.
        :raises TransferRefused: SG709 for a text of over a million characters.
        """
        known = self._clean
        asked = [entry for entry in texts if entry[2] not in known and not plain(entry[2])]
        starts, at = [], 0
        for row, column, text in asked:
            if len(text) > MAX_LINE:
                raise TransferRefused("SG709", f"column `{column}` of row {row} cannot be scanned",
                                      detail=f"the value has more than {MAX_LINE} characters",
                                      hint="leave the column out")
            starts.append(at)
            at += len(text) + 1
        guilty = set()
        # No pattern goes over the end of a line.
        for hit in hits("\n".join(text for _, _, text in asked)):
            index = bisect_right(starts, hit.start) - 1
            guilty.add(index)
            yield Place(asked[index][0], asked[index][1], hit.kind)
        for index, (_, _, text) in enumerate(asked):
            if index not in guilty and len(text) <= LONGEST_KEPT and len(known) < MOST_KEPT:
                known.add(text)
