"""`sminion-guard doctor`: what would make the promise untrue in a live database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sminion_guard.cli.common import FINDINGS, DatabaseOption, print_json
from sminion_guard.cli.database import conninfo
from sminion_guard.errors import InstallError

if TYPE_CHECKING:
    from sminion_guard.doctor import Examination, Finding


class DoctorFormat(StrEnum):
    """How `doctor` prints: for people, for programs, for code scanning."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def doctor(
    database_url: DatabaseOption = None,
    fix: Annotated[bool, typer.Option("--fix", help="Close first what can be closed safely.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Look at all rows where else a sample does.")] = False,
    baseline: Annotated[Path | None, typer.Option(
        "--baseline", metavar="FILE", show_default=False,
        help="Leave out findings that this output of `--format json` has.",
    )] = None,
    form: Annotated[DoctorFormat, typer.Option("--format", help="How to print the result.")] = DoctorFormat.TEXT,
) -> None:
    """Look for everything that would make the promise untrue. Exit code 1: something would, or cannot be checked."""
    import psycopg

    from sminion_guard import doctor  # here: commands without a database need no libpq
    from sminion_guard.doctor.sarif import sarif

    known = frozenset() if baseline is None else _keys(baseline)
    with psycopg.connect(conninfo(database_url)) as connection:
        found = doctor.examine(connection, full=full).without(known)
        if fix:
            for line in doctor.fix(connection, found.findings):
                typer.echo(line, err=form is not DoctorFormat.TEXT)
            found = doctor.examine(connection, full=full).without(known)
    if form is DoctorFormat.JSON:
        print_json(_as_json(found))
    elif form is DoctorFormat.SARIF:
        print_json(sarif(found))
    else:
        for line in lines(found):
            typer.echo(line)
    if not found.clean:
        raise typer.Exit(FINDINGS)


def lines(found: Examination) -> Iterator[str]:
    """The findings for people; nothing but the last line when there are none."""
    for finding in found.findings:
        yield finding.render()
    count = len(found.findings)
    if found.extension is not None:
        yield f"the guard is installed as extension `sminion_guard` {found.extension}"
    yield (f"policy `{found.policy}` version {found.version}, {found.checks} checks: "
           f"{count or 'no'} finding{'' if count == 1 else 's'}" + _fixable(found.findings))


def _fixable(findings: tuple[Finding, ...]) -> str:
    count = sum(finding.remedy is not None for finding in findings)
    return f", {count} of them for `--fix`" if count else ""


def _as_json(found: Examination) -> dict[str, object]:
    return {
        "policy": found.policy, "version": found.version, "clean": found.clean, "checks": found.checks,
        "extension": found.extension,
        "findings": [finding.as_json() for finding in found.findings],
    }


def _keys(path: Path) -> frozenset[str]:
    try:
        said: Any = json.loads(path.read_text(encoding="utf-8"))
        return frozenset(str(finding["key"]) for finding in said["findings"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InstallError("SG907", f"`{path}` is no output of `sminion-guard doctor --format json`",
                           detail=str(error), hint="make one and keep it, or leave `--baseline` out") from error
