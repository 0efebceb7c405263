"""`sminion-guard plan`: what `apply` would do, and what stands in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.common import (
    FINDINGS,
    DatabaseOption,
    Format,
    FormatOption,
    PolicyOption,
    policy_path,
    print_json,
)
from sminion_guard.cli.database import conninfo
from sminion_guard.policy import load

if TYPE_CHECKING:
    from sminion_guard.migrate import Plan


def plan(
    policy: PolicyOption = None,
    database_url: DatabaseOption = None,
    show_sql: Annotated[bool, typer.Option("--show-sql", help="Print the SQL below each object.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="List everything that a finding only counts.")] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """Compare the policy with the database. Exit code 1: `apply` has something to do, or something prevents it."""
    import psycopg

    from sminion_guard import migrate  # here: commands without a database need no libpq

    loaded = load(policy_path(policy))
    with psycopg.connect(conninfo(database_url)) as connection:
        found = migrate.plan(connection, loaded)
    if form is Format.JSON:
        print_json(_as_json(found))
    else:
        for problem in found.problems:
            typer.echo(f"{'error' if problem.refuses else 'warning'}: {problem.render(verbose=verbose)}")
        for line in found.lines(sql=show_sql):
            typer.echo(line)
    if not found.clean or any(problem.refuses for problem in found.problems):
        raise typer.Exit(FINDINGS)


def _as_json(found: Plan) -> dict[str, object]:
    from sminion_guard.migrate import State

    before = found.installed.policy
    return {
        "policy": found.compiled.policy.name,
        "version": found.compiled.policy.version,
        "in_force": None if before is None else {"name": before.name, "version": before.version},
        "extension": found.extension,
        "clean": found.clean,
        "difference": None if found.difference is None else {
            "sentences": found.difference.sentences, "logins": found.difference.logins,
            "tables": found.difference.tables,
        },
        "consents_asked_again": found.renewals,
        "problems": found.problems,
        "counts": found.counts(),
        "locks": found.locks,
        "changes": [
            {"key": change.key, "state": change.state.value, "excess": change.excess, "sql": change.sql}
            for change in (*found.guard, *found.changes)
            if change.state is not State.INSTALLED
        ],
    }
