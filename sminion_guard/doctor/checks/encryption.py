"""The way to the server: without TLS, what a purpose may read, everybody on the way reads."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level
from sminion_guard.errors import InstallError

_LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})


def find(look: Look) -> Iterator[Finding]:
    """Whether the server listens on a network, and whether it or the policy leaves connections there in the clear."""
    settings = {name: value for name, value, where in look.ask(
        "server_settings", names=["listen_addresses", "ssl", "ssl_min_protocol_version"]) if where is None}
    if "listen_addresses" not in settings:
        raise InstallError("SG413", "`listen_addresses` cannot be seen")
    if {part.strip() for part in settings["listen_addresses"].split(",")} <= _LOCAL:
        return
    if settings.get("ssl") != "on":
        yield Finding(
            "SG927", "server", "the server listens on a network, and `ssl` is off",
            detail="passwords and the statements of officers go in the clear; with `require_tls` no login gets a ticket"
            " there",
            hint="give the server a certificate, and set `ssl = on`", sql="ALTER SYSTEM SET ssl = on",
            facet="ssl",
        )
    if not look.policy.require_tls:
        yield Finding(
            "SG927", f"policy {look.policy.name}", "the policy gives tickets to connections without TLS",
            detail="the server listens on a network: rows go in the clear to whoever connects so",
            hint="write `require_tls = true` under `[policy]`", level=Level.WARNING,
        )
    if settings.get("ssl") == "on" and settings.get("ssl_min_protocol_version") in ("TLSv1", "TLSv1.1", ""):
        yield Finding(
            "SG927", "server", "the server accepts TLS older than 1.2", detail="these versions are broken",
            hint="raise it", sql="ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1.2'", level=Level.WARNING,
            facet="protocol",
        )


CHECK = Check("encryption", ("SG927",), find)
