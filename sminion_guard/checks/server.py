"""The server itself: its version, and what its minor version lacks."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.server_versions import UPSERT_MENDED, upsert_leaks

OLDEST, NEWEST = 15, 18


def server(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Whether this version is supported, and whether its ON CONFLICT keeps to row security."""
    ((number, version),) = database.ask("queries/preflight/server", as_owner=False)
    yield from judge_version(number // 10000, version)
    yield from judge_upserts(number, version, compiled)


def judge_version(major: int, version: str) -> Iterator[Problem]:
    """
    :param major: such as 15.
    :param version: as the server says it.
    """
    if OLDEST <= major <= NEWEST:
        return
    yield Problem(
        "SG437",
        f"PostgreSQL {version} is {'older' if major < OLDEST else 'newer'} than what the guard was tested on",
        detail=f"it was written for PostgreSQL {OLDEST} to {NEWEST}",
        hint=f"use a server of version {OLDEST} to {NEWEST}",
        refuses=major < OLDEST,
    )


def judge_upserts(number: int, version: str, compiled: Compiled) -> Iterator[Problem]:
    """
    :param number: ``server_version_num``, such as 150018.
    """
    if not upsert_leaks(number):
        return
    major = number // 10000
    mended = f"{major}.{UPSERT_MENDED[major]}"
    if not compiled.upserts:
        yield Problem(
            "SG436",
            f"ON CONFLICT of PostgreSQL {version} reads rows past row security",
            detail="no purpose of this policy has the privileges for it",
            hint=f"update the server to {mended} or newer before one does",
            refuses=False,
        )
        return
    pairs = ", ".join(f"`{purpose}` on `{table}`" for purpose, table in compiled.upserts)
    accepted = compiled.policy.accept_upsert_leak
    detail = f"SELECT, INSERT and UPDATE on one table are enough for it: {pairs}"
    yield Problem(
        "SG436",
        f"ON CONFLICT of PostgreSQL {version} reads rows past row security",
        detail=f"{detail}; accepted because: {accepted}" if accepted else detail,
        hint=f"update the server to {mended} or newer"
        + ("" if accepted else ", or say `accept_upsert_leak = \"why\"` under `[policy]`"),
        refuses=accepted is None,
        accepted=accepted is not None,
    )
