"""`sminion-guard subject destroy`, `hold`, `release`: destroy what is kept about a person, or hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.officer import officer, warn
from sminion_guard.cli.request import ActorOption, ReasonOption, moment
from sminion_guard.errors import GuardError

if TYPE_CHECKING:
    from sminion_guard.subjects import Destruction, Destructions, Planned

_Subject = Callable[[int], str | None]
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Key of the person, as in the subject column.")]
KindOption = Annotated[str | None, typer.Option(
    "--kind", metavar="KIND", show_default=False, help="Of the person, where the policy names kinds of subjects.")]


def destroy(
    key: KeyArgument,
    request: Annotated[int, typer.Option(
        "--request", metavar="NUMBER", help="The request `destroy` of the person, who must have been identified.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    slow: Annotated[bool, typer.Option(
        "--slow", help="Also large tables that are read as a whole, because no index leads to the rows.")] = False,
    reason: Annotated[str | None, typer.Option(
        "--reason", metavar="TEXT", show_default=False, help="Why: goes on record. Default: the request.")] = None,
    kind: KindOption = None, actor: ActorOption = None, database_url: DatabaseOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Destroy all data of a person, in short transactions beside applications. Run it again after an interruption.

    Exit code 1: rows are left that no hold keeps.
    """
    with _destructions(database_url) as (destructions, subject):
        if subject(request) != (f"{kind}:{key}" if kind else key):
            raise GuardError("SG522", f"request {request} is not of this person",
                             hint="see `sminion-guard request show`, and pass `--kind` where the policy names kinds")
        if dry_run:
            plan = destructions.plan(request, slow=slow)
            print_json(plan) if form is Format.JSON else typer.echo("\n".join(_planned(plan)))
            if any(entry.hindrance for entry in plan):
                raise typer.Exit(FINDINGS)
            return
        found = destructions.destroy(request, reason or f"request {request}", slow=slow, actor=actor)
    print_json(found) if form is Format.JSON else typer.echo("\n".join(_done(found)))
    if found.left:
        raise typer.Exit(FINDINGS)


def hold(
    key: KeyArgument, reason: ReasonOption,
    basis: Annotated[str, typer.Option(
        "--basis", metavar="TEXT", help="The law, contract or claim that it rests on: goes on record.")],
    table: Annotated[str | None, typer.Option(
        "--table", metavar="SCHEMA.TABLE", show_default=False, help="Keep the person's rows of this table.")] = None,
    category: Annotated[str | None, typer.Option(
        "--category", metavar="NAME", show_default=False,
        help="Keep the person's rows of all tables with a column of this category.")] = None,
    until: Annotated[datetime | None, typer.Option(
        "--until", metavar="TIME", show_default=False, parser=moment,
        help="When it ends by itself; UTC without an offset. Default: when it is released.")] = None,
    kind: KindOption = None, actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """Keep data of a person that would be destroyed. Nobody processes them meanwhile."""
    with _destructions(database_url) as (destructions, _):
        number = destructions.hold(
            key, reason, basis, table=table, category=category, until=until, actor=actor, kind=kind)
    typer.echo(f"hold {number}")


def release(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the hold.")],
    reason: ReasonOption, actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """End a hold. What it kept of a destroyed person goes with the next maintenance."""
    with _destructions(database_url) as (destructions, _):
        destructions.release(number, reason, actor=actor)
    typer.echo(f"hold {number}: released")


@contextmanager
def _destructions(database_url: str | None) -> Iterator[tuple[Destructions, _Subject]]:
    from sminion_guard.subjects import Destructions, Requests  # here: commands without a database need no libpq

    with officer(database_url) as connection:
        yield Destructions(connection, hear=warn), lambda number: Requests(connection).get(number).subject


def _planned(plan: tuple[Planned, ...]) -> Iterator[str]:
    for entry in plan:
        name = f"{entry.schema_name}.{entry.table_name}"
        if entry.rows is None:
            yield f"{name}: not counted{'' if entry.indexed else ', no index leads to the rows'}"
        elif entry.rows or entry.hindrance or entry.stays:
            yield f"{name}: {_rows(entry.rows)}: {'stay' if entry.hold else entry.way}"
        for said in filter(None, (entry.stays, entry.hindrance and f"cannot be done: {entry.hindrance}")):
            yield f"  {said}"
    counted = sum(entry.rows or 0 for entry in plan if not entry.hold)
    yield f"{_rows(counted)} in {sum(bool(entry.rows) for entry in plan if not entry.hold)} tables; nothing was changed"


def _done(found: Destruction) -> Iterator[str]:
    for table in found.tables:
        name = f"{table.schema_name}.{table.table_name}"
        counts = {"destroyed": table.destroyed, "depersonalized": table.depersonalized, "unlinked": table.unlinked}
        said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        if table.state == "waiting":
            yield f"{name}: rows are left: {table.cause or 'not tried yet'}{said and f' ({said})'}"
        elif table.state == "held":
            until = f" until {table.hold_until:%Y-%m-%d}" if table.hold_until else ""
            yield f"{name}: held{until}: {table.hold_reason} ({table.hold_basis})"
        elif said:
            yield f"{name}: {said}"
    ended = "not finished" if found.left else "finished, but for what is held" if found.held else "finished"
    yield f"destruction {found.number} for request {found.request}: {ended}"


def _rows(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"
