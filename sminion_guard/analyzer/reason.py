"""One reason to refuse a statement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to refuse.

    :param spans: the places in the text, byte offsets with the end exclusive; of a merge both sides.
    """

    code: str
    message: str
    detail: str | None = None
    hint: str | None = None
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def start(self) -> int | None:
        return self.spans[0][0] if self.spans else None

    @property
    def end(self) -> int | None:
        return self.spans[0][1] if self.spans else None
