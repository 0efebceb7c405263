"""What a text holds, also when it is encoded, and encoded again."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from sminion_guard.disclosure.scan.encodings import decoded
from sminion_guard.disclosure.scan.patterns import Kind, matches

Span = tuple[int, int]
MAX_DEPTH = 4
"""How often a stretch may be encoded; what is encoded more often counts as a token."""


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """Something that identifies a person or a device. It says where, and not what.

    :param start: offset in characters, of the encoded stretch where it is encoded.
    """

    start: int
    end: int
    kind: Kind


def hits(text: str) -> list[Hit]:
    """Everything in a text, in the order of its places; of what overlaps, the longer."""
    found = {Hit(start, end, kind) for kind, start, end in matches(text)}
    meanings: dict[str, set[Span]] = {}
    for start, end, meaning in decoded(text):
        meanings.setdefault(meaning, set()).add((start, end))
    for depth in range(1, MAX_DEPTH + 1):
        if not meanings:
            break
        kinds, meanings = _deeper(meanings)
        if depth == MAX_DEPTH:
            kinds += [(Kind.TOKEN, spans) for spans in meanings.values()]
        found.update(Hit(start, end, kind) for kind, spans in kinds for start, end in spans)
    chosen: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (hit.start, hit.kind is Kind.TOKEN, -hit.end, hit.kind)):
        if not chosen or hit.start >= chosen[-1].end:
            chosen.append(hit)
        elif hit.end - hit.start > chosen[-1].end - chosen[-1].start:
            chosen[-1] = hit
    return chosen


def _deeper(meanings: dict[str, set[Span]]) -> tuple[list[tuple[Kind, set[Span]]], dict[str, set[Span]]]:
    """What some texts hold, and what is encoded in them; all at once, since nothing spans lines.

    :param meanings: texts, and the stretches that say them.
    """
    texts = list(meanings)
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    joined = "\n".join(texts)
    kinds = [(kind, meanings[texts[bisect_right(starts, start) - 1]]) for kind, start, _ in matches(joined)]
    deeper: dict[str, set[Span]] = {}
    for start, _, meaning in decoded(joined):
        text = texts[bisect_right(starts, start) - 1]
        if meaning != text:
            deeper.setdefault(meaning, set()).update(meanings[text])
    return kinds, deeper
