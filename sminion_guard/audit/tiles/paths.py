"""Which tiles a log has, and where each lies: C2SP tlog-tiles (https://c2sp.org/tlog-tiles)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.encoding import decimal
from sminion_guard.errors import ProofError

WIDTH = 256
"""Of a full tile."""
HEIGHT = 8
_PATH = re.compile(r"tile/(?P<level>entries|0|[1-9]\d?)/(?P<number>(?:x\d{3}/)*\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?",
                   re.ASCII)


@dataclass(frozen=True, slots=True)
class Tile:
    """A row of up to 256 hashes, or of as many entries.

    :param level: 0 for the hashes of entries, n for those of full tiles of level n - 1; None for entries themselves.
    :param number: from 0 on.
    :param width: less than 256 for the last one, while it grows.
    """

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def end(self) -> int:
        """The index of the entry after the last one that a full tile in this place covers."""
        return (self.number + 1) << HEIGHT * ((self.level or 0) + 1)

    @property
    def path(self) -> str:
        """Below the prefix of the log."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_number_path(self.number)}{partial}"


def parse_path(path: str) -> Tile:
    """The tile that lies there.

    :raises ProofError: SG658 when no tile lies at such a path.
    """
    found = _PATH.fullmatch(path)
    if found is None:
        raise ProofError("SG658", f"no tile lies at `{path}`")
    number = decimal("".join(re.findall(r"\d", found["number"])).lstrip("0") or "0")
    level = None if found["level"] == "entries" else int(found["level"])
    width = int(found["width"] or WIDTH)
    if number is None or _number_path(number) != found["number"] or (level or 0) > 63 \
            or width >= WIDTH + (found["width"] is None):
        raise ProofError("SG658", f"no tile lies at `{path}`")
    return Tile(level, number, width)


def new_tiles(old: int, new: int) -> Iterator[Tile]:
    """The tiles that a log of ``new`` entries has, and that it had not at ``old`` entries, from the lowest level up."""
    for level in (None, *range(64)):
        shift = HEIGHT * (level or 0)
        before, after = old >> shift, new >> shift
        if after == 0:
            return
        if after > before:
            for number in range(before // WIDTH, -(-after // WIDTH)):
                yield Tile(level, number, min(WIDTH, after - number * WIDTH))


def _number_path(number: int) -> str:
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *above, last = (digits[at:at + 3] for at in range(0, len(digits), 3))
    return "".join(f"x{each}/" for each in above) + last
