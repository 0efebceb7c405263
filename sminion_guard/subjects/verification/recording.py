"""Puts what came of a verification on record: numbers and names of tables, and the hash of the whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from sminion_guard.errors import GuardError
from sminion_guard.subjects.asking import Officer
from sminion_guard.subjects.verification.found import Verification

_LONGEST = 12_000


def check_request(connection: psycopg.Connection[Any], request: int, subject: str) -> None:
    """Whether a destruction is of this person.

    :param subject: the key, with the kind before it where the policy names kinds.
    :raises GuardError: SG563 when none was begun for the request, SG522 when it is of somebody else, or of somebody who
        was erased from the log: nobody can say any more who that was.
    """
    rows = Officer(connection).ask("destruction_of", request=request)
    if not rows:
        raise GuardError("SG563", f"no destruction was begun for request {request}",
                         hint="leave `--request` out where nothing shall be recorded")
    if rows[0]["subject"] != subject:
        raise GuardError("SG522", f"request {request} is not of this person",
                         detail=None if rows[0]["subject"] else "the person was erased from the log",
                         hint="leave `--request` out where nothing shall be recorded")


def record(
    connection: psycopg.Connection[Any], request: int, found: Verification, sha256: str, *, actor: str | None = None
) -> None:
    """Record it as an event of the request.

    :param sha256: of the whole result, hexadecimal, which is kept elsewhere.
    """
    touched = {row["name"] for row in Officer(connection).ask("destruction_of", request=request) if row["touched"]}
    dead = {name: count for name, count in _dead(found).items() if name in touched}
    if len(json.dumps(dead)) > _LONGEST:
        dead = {}  # an event of the log has a limit: then the certificate calls them unverified
    Officer(connection).ask("record_verification", request=request, actor=actor, result=Jsonb({
        "places": len(found.left), "unread": len(found.unread), "out_of_sight": len(found.out_of_sight),
        "dead": dead, "report": sha256}))


def _dead(found: Verification) -> Mapping[str, int | None]:
    """Table of the policy to its dead rows; None where one of its partitions was not counted."""
    counts: dict[str, int | None] = {}
    for each in found.dead_rows:
        before, own = counts.get(each.table, 0), each.rows if each.checked else None
        counts[each.table] = None if before is None or own is None else before + own
    return counts
