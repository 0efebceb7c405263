"""The version of the server: supported, and without known holes in row security."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sminion_guard.checks.server import server
from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, of_problems
from sminion_guard.server_versions import holes


def find(look: Look) -> Iterator[Finding]:
    """What `plan` says, where this policy gives somebody the way; and what later minor versions mended."""
    compiled = look.compiled
    for finding in of_problems("server", server(look.database, compiled), "SG436", "SG437"):
        if finding.code != "SG436" or compiled.upserts:
            yield replace(finding, object="server", facet="")
    ((number, version),) = look.database.ask("queries/preflight/server", as_owner=False)
    for hole in holes(number):
        yield Finding(
            "SG921", f"server {hole.name}", f"PostgreSQL {version} has {hole.name}: {hole.what}",
            detail="what the policy hides can be read past row security, whatever its objects say",
            hint=f"update the server to {number // 10000}.{hole.mended[number // 10000]} or newer",
        )


CHECK = Check("server_version", ("SG436", "SG437", "SG921"), find)
