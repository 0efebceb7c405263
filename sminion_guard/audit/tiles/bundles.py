"""Entry bundles of C2SP tlog-tiles: up to 256 entries, each behind its length in two bytes."""

from __future__ import annotations

from collections.abc import Sequence

from sminion_guard.errors import ProofError

MAX_ENTRY = 65_535
"""Bytes of one entry."""


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """The file of these entries.

    :raises ProofError: SG660 when one is too long.
    """
    return b"".join(len(check_entry(entry)).to_bytes(2) + entry for entry in entries)


def read_bundle(data: bytes, width: int) -> list[bytes]:
    """The ``width`` entries of a file.

    :raises ProofError: SG658 when there are not as many.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < width:
        end = at + 2 + int.from_bytes(data[at:at + 2])
        if at + 2 > len(data) or end > len(data):
            break
        entries.append(data[at + 2:end])
        at = end
    if at != len(data) or len(entries) != width:
        raise ProofError("SG658", f"not a bundle of {width} entries", detail=f"it ends within entry {len(entries)}")
    return entries


def check_entry(entry: bytes) -> bytes:
    """``entry``, if it can be published.

    :raises ProofError: SG660 when it is too long.
    """
    if len(entry) > MAX_ENTRY:
        raise ProofError("SG660", f"an entry of {len(entry)} bytes", detail=f"tiles hold {MAX_ENTRY} bytes at most",
                         hint="log a hash of the large part, and keep the part elsewhere")
    return entry
