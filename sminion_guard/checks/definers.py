"""Functions that act above row security: those that everybody may call, and those that run without being called."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import names
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled


def definers(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Each definer function of a superuser, a role with BYPASSRLS or the guard's owner that a purpose can run."""
    policy = compiled.policy
    schemas, logins = sorted(policy.schemas), sorted(policy.logins)
    roles = [entry.role for entry in compiled.compartments]
    for function, owner, caller in database.ask(
        "queries/preflight/definer_functions", as_owner=False, schemas=schemas, logins=logins
    ):
        who = "everybody" if caller == "PUBLIC" else f"`{caller}`"
        yield Problem(
            "SG434",
            f"{who} may call `{function}`, which acts as `{owner}`",
            detail="whatever it reads of protected tables, it reads past row security",
            hint=f"`REVOKE EXECUTE ON FUNCTION {function} FROM {caller}`, or give it another owner",
            refuses=False,
        )
    for function, owner, place, fires, reads in database.ask(
        "queries/preflight/definer_runs", as_owner=False, schemas=schemas, logins=logins, roles=roles, **names(policy)
    ):
        trusted = function.partition("(")[0] in policy.trusted_functions
        yield Problem(
            "SG444",
            f"`{function}`, which acts as `{owner}`, runs in {place}",
            detail="a statement of a purpose runs it past row security"
            + (", and it names protected tables or runs SQL that it puts together" if reads else ""),
            hint=f"`ALTER FUNCTION {function} SECURITY INVOKER`, or let a role own it that is under row security"
            + ("" if trusted or not (fires and reads) else ", or name it in `trusted_functions`"),
            refuses=fires and reads and not trusted,
        )
