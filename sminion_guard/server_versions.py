"""What differs between minor versions of PostgreSQL, for whoever asks a server and whoever serves by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UPSERT_MENDED = {15: 20, 16: 16, 17: 12, 18: 7}
"""Major version to the first minor one in which ``INSERT ... ON CONFLICT DO UPDATE`` no longer reads hidden rows."""


def upsert_leaks(server_version: int) -> bool:
    """Whether ON CONFLICT DO UPDATE of a server reads rows that row security hides.

    :param server_version: as ``server_version_num``, such as 150018.
    """
    major, minor = divmod(server_version, 10000)
    return minor < UPSERT_MENDED.get(major, 0)


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole in row security that later minor versions mended.

    :param mended: major version to the first minor one without it; other major versions never had it.
    """

    name: str
    what: str
    mended: Mapping[int, int]


HOLES = (
    Hole("CVE-2023-2455", "a policy can be applied as another role after a function was inlined", {15: 3}),
    Hole("CVE-2023-39418", "MERGE does not ask the policies for SELECT and UPDATE", {15: 4}),
    Hole("CVE-2024-10976", "row security below subqueries does not notice a change of role", {15: 9, 16: 5, 17: 1}),
    Hole("CVE-2024-10978", "SET ROLE can end in another role than the one that was set", {15: 9, 16: 5, 17: 1}),
    Hole("CVE-2026-6473", "any role that sends SQL can corrupt the server's memory", {15: 18, 16: 14, 17: 10, 18: 4}),
    Hole("CVE-2025-8713", "statistics of the planner show sampled values past row security", {15: 14, 16: 10, 17: 6}),
)
"""Those by which a role reads what row security hides, or leaves it."""


def holes(server_version: int) -> tuple[Hole, ...]:
    """The known holes of a server.

    :param server_version: as ``server_version_num``, such as 150018.
    """
    major, minor = divmod(server_version, 10000)
    return tuple(hole for hole in HOLES if minor < hole.mended.get(major, 0))
