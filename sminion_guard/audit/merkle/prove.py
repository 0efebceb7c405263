"""Making proofs, RFC 6962 sections 2.1.1 and 2.1.2: a few hashes, which others verify without the log."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.audit.merkle.hashing import Hashes, joined, subtrees

_Range = tuple[int, int]


def root(size: int, hashes: Hashes) -> bytes:
    """The root hash that the tree had at ``size``."""
    return joined(hashes(list(subtrees(0, size))))


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """Proves that a leaf is in the tree: the sibling of the leaf first, a child of the root last.

    :param index: of the leaf, from 0 on.
    :param size: of the tree, larger than ``index``.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    return _read(_inclusion(index, 0, size), hashes)


def consistency_proof(old: int, new: int, hashes: Hashes) -> list[bytes]:
    """Proves that the tree at size ``new`` begins with the whole tree at size ``old``. Empty where there is nothing
    to prove: from an empty tree, or for equal sizes."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} cannot continue one of {old}")
    return _read(_consistency(old, 0, new, True), hashes) if 0 < old < new else []


def _inclusion(index: int, start: int, end: int) -> Iterator[_Range]:
    """PATH of the RFC, as ranges of leaves."""
    if end - start == 1:
        return
    middle = start + _half(end - start)
    if index < middle:
        yield from _inclusion(index, start, middle)
        yield middle, end
    else:
        yield from _inclusion(index, middle, end)
        yield start, middle


def _consistency(old: int, start: int, end: int, whole: bool) -> Iterator[_Range]:
    """SUBPROOF of the RFC. ``whole``: the old root is known to the verifier, so it is left out."""
    if old == end:
        if not whole:
            yield start, end
        return
    middle = start + _half(end - start)
    if old <= middle:
        yield from _consistency(old, start, middle, whole)
        yield middle, end
    else:
        yield from _consistency(old, middle, end, False)
        yield start, middle


def _half(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


def _read(ranges: Iterator[_Range], hashes: Hashes) -> list[bytes]:
    """The root of each range, from one call."""
    parts = [list(subtrees(start, end)) for start, end in ranges]
    found = iter(hashes([node for nodes in parts for node in nodes]))
    return [joined([next(found) for _ in nodes]) for nodes in parts]
