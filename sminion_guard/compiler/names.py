"""Names of compiled objects: readable while they fit into 63 bytes, cut and hashed when not."""

from __future__ import annotations

import hashlib

from sminion_guard.policy.names import MAX_BYTES


def fitted(name: str) -> str:
    """``name``, or its beginning and a hash of the whole when it is longer than PostgreSQL keeps."""
    raw = name.encode()
    if len(raw) <= MAX_BYTES:
        return name
    tail = "_" + hashlib.sha256(raw).hexdigest()[:8]
    return raw[: MAX_BYTES - len(tail)].decode(errors="ignore") + tail


def row_function(schema: str, table: str) -> str:
    """Name of the row trigger's function."""
    return fitted(f"row_{schema}_{table}_{_short(schema, table)}")


def moved_function(schema: str, table: str) -> str:
    """Name of the function that lets children follow a row to another subject."""
    return fitted(f"moved_{schema}_{table}_{_short(schema, table)}")


def write_function(schema: str, table: str) -> str:
    """Name of the function that records writes."""
    return fitted(f"write_{schema}_{table}_{_short(schema, table)}")


def policy_name(*parts: str) -> str:
    """Name of a row security policy: ``guard_`` and its parts."""
    return fitted("_".join(("guard", *parts)))


def index_name(table: str) -> str:
    """Name of the index on ``guard_subject``."""
    return fitted(f"{table}_guard_subject_idx")


def statistics_name(table: str, purpose: str) -> str:
    """Name of the extended statistics on one bit of the mask."""
    return fitted(f"guard_{table}_{purpose}")


def _short(schema: str, table: str) -> str:
    # `a_b.c` and `a.b_c` would else share a name.
    return hashlib.sha256(f"{schema}\0{table}".encode()).hexdigest()[:6]
