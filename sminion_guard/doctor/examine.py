"""Running the checks: one transaction that only reads, and a limit of time for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from sminion_guard.codes import CODES
from sminion_guard.doctor.check import LONGEST, LONGEST_FULL, Check, Look
from sminion_guard.doctor.finding import Finding, Level
from sminion_guard.doctor.registry import CHECKS
from sminion_guard.errors import GuardError, InstallError
from sminion_guard.migrate import queries
from sminion_guard.migrate.as_extension import require_version
from sminion_guard.migrate.failures import is_superuser, translated
from sminion_guard.migrate.installed import policy_in_force, read_installed
from sminion_guard.migrate.plan import compare
from sminion_guard.migrate.transaction import Installer, Waiting, require_idle

READING = "600000"
"""Milliseconds that comparing all objects with their fingerprints may take: all checks rest on it."""
LOCKS = "500"
"""Milliseconds that a check waits for a lock."""
_ORDER = (Level.ERROR, Level.UNCHECKABLE, Level.WARNING, Level.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found in a database under the policy ``policy``, the worst first.

    :param checks: how many checks were made.
    :param extension: the version of the extension, where the guard was installed as one.
    """

    policy: str
    version: str
    findings: tuple[Finding, ...]
    checks: int
    extension: str | None = None

    @property
    def clean(self) -> bool:
        """Whether nothing was found but what the policy accepts."""
        return all(finding.level is Level.ACCEPTED for finding in self.findings)

    def without(self, keys: Collection[str]) -> Examination:
        """The same without the findings of these keys, which are known. What cannot be checked stays."""
        kept = (entry for entry in self.findings if entry.key not in keys or entry.level is Level.UNCHECKABLE)
        return replace(self, findings=tuple(kept))


def examine(
    connection: psycopg.Connection[Any], *, full: bool = False, checks: Iterable[Check] = CHECKS
) -> Examination:
    """Look for everything that would make the promise of the policy in force untrue. Changes nothing.

    :param connection: not in a transaction; of a superuser, or of the role that installs.
    :param full: look at all rows where else a sample does.
    :raises InstallError: SG409 when the guard is not installed, SG902 when no policy is in force, SG413 for a role that
        may not read it, SG481 for an extension of another version.
    """
    made = tuple(checks)
    with _reading(connection) as installer:
        extension = require_version(installer)
        in_force = policy_in_force(installer)
        if in_force is None:
            raise InstallError("SG902", "no policy is in force in this database",
                               hint="put one in force: `sminion-guard apply`")
        look = Look.at(installer, compare(in_force, read_installed(installer)), full=full)
        queries.run(connection, "statement_timeout", value=str(LONGEST_FULL if full else LONGEST))
        findings = [finding for check in made for finding in findings_of(check, look)]
    findings.sort(key=lambda finding: _ORDER.index(finding.level))
    policy = look.policy
    return Examination(policy.name, policy.version, tuple(_once(findings)), len(made), extension)


def findings_of(check: Check, look: Look) -> list[Finding]:
    """What one check finds; that it cannot be made is a finding too."""
    try:
        with look.installer.rehearsing():  # a savepoint: what one check is refused, the next is not
            return list(check.find(look))
    except (GuardError, psycopg.Error) as error:
        said = error.detail or error.message if isinstance(error, GuardError) else str(error)
        return [Finding(
            "SG901", f"check {check.name}", f"the check `{check.name}` could not be made",
            detail=f"{' '.join(said.split())}; it looks for: "
            + "; ".join(CODES[code].title for code in check.codes),
            hint="examine the database as a superuser, or as the role that installs; with few rights more, "
            "`pg_monitor` shows settings and sessions",
            level=Level.UNCHECKABLE,
        )]


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    seen: set[str] = set()
    for finding in findings:
        if finding.key not in seen:
            seen.add(finding.key)
            yield finding


@contextmanager
def _reading(connection: psycopg.Connection[Any]) -> Iterator[Installer]:
    """A transaction that reads one state of the database, as the connecting role and as ``sminion_owner``.

    A role that is no superuser is a member of ``sminion_owner`` within it, as for `plan`; that is never committed.
    """
    require_idle(connection)
    with translated("the examination", superuser=is_superuser(connection)), \
            connection.transaction(force_rollback=True):
        queries.run(connection, "queries/doctor/one_state")
        queries.run(connection, "queries/doctor/search_path")
        queries.run(connection, "statement_timeout", value=READING)
        queries.run(connection, "lock_timeout", value=LOCKS)
        queries.run(connection, "jit", value="off")  # as for installing: the catalogs are small
        queries.run(connection, "queries/doctor/no_parallel")
        with translated("acting as `sminion_owner`"):
            queries.run(connection, "become_installer")
        queries.run(connection, "queries/doctor/read_only")
        yield Installer(connection, Waiting())
