"""What a text holds, also when it is encoded, and encoded again."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.disclosure.scan.encodings import decoded
from sminion_guard.disclosure.scan.patterns import Kind, matches

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
    for start, end, meaning in decoded(text):
        found.update(Hit(start, end, kind) for kind in _kinds(meaning, 1))
    chosen: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (hit.start, hit.kind is Kind.TOKEN, -hit.end)):
        if not chosen or hit.start >= chosen[-1].end:
            chosen.append(hit)
        elif hit.end - hit.start > chosen[-1].end - chosen[-1].start:
            chosen[-1] = hit
    return chosen


def _kinds(text: str, depth: int) -> set[Kind]:
    found = {kind for kind, _, _ in matches(text)}
    deeper = [meaning for _, _, meaning in decoded(text) if meaning != text]
    if depth >= MAX_DEPTH:
        return found | ({Kind.TOKEN} if deeper else set())
    for meaning in deeper:
        found |= _kinds(meaning, depth + 1)
    return found
