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

    def hold_nothing(self, texts: set[str]) -> bool:
        """Whether no text holds something. False also where one is too long: ask for :meth:`places`."""
        new = texts - self._clean
        asked = [text for text in new if not plain(text)]
        if asked and (max(map(len, asked)) > MAX_LINE or hits("\n".join(asked))):
            return False
        kept = {text for text in new if len(text) <= LONGEST_KEPT}
        if len(self._clean) + len(kept) > MOST_KEPT:
            self._clean = set()  # what comes now says more of what will come than what came first
        if len(kept) <= MOST_KEPT:
            self._clean |= kept
        return True

    def places(self, texts: Iterable[tuple[int, str, str]]) -> Iterator[Place]:
        """Where something was found.

        :param texts: row, column and text.
        :raises TransferRefused: SG709 for a text of over a million characters.
        """
        asked = [entry for entry in texts if entry[2] not in self._clean and not plain(entry[2])]
        starts, at = [], 0
        for row, column, text in asked:
            if len(text) > MAX_LINE:
                raise TransferRefused("SG709", f"column `{column}` of row {row} cannot be scanned",
                                      detail=f"the value has more than {MAX_LINE} characters",
                                      hint="leave the column out")
            starts.append(at)
            at += len(text) + 1
        # No pattern goes over the end of a line.
        for hit in hits("\n".join(text for _, _, text in asked)):
            index = bisect_right(starts, hit.start) - 1
            yield Place(asked[index][0], asked[index][1], hit.kind)
