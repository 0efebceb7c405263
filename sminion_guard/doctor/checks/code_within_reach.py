"""Functions within reach of logins and purposes by which data leave the database, or files are read."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding


def find(look: Look) -> Iterator[Finding]:
    """Of extensions that connect elsewhere, and in languages that are not trusted."""
    for function, language, extension, caller in look.ask("code_within_reach"):
        who = "everybody" if caller == "PUBLIC" else f"`{caller}`"
        yield Finding(
            "SG918", f"function {function}",
            f"{who} may call `{function}` of "
            + (f"extension `{extension}`" if extension else f"language `{language}`"),
            detail="what a purpose reads can go by it to where no policy is, in a session of its own or out of the "
            "database" if extension else "the server does not confine what it does",
            hint="revoke it, and let a role that no application uses call it",
            sql=f"REVOKE EXECUTE ON FUNCTION {function} FROM {caller}", facet=caller,
        )


CHECK = Check("code_within_reach", ("SG918",), find)
