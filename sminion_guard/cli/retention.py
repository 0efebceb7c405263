"""`sminion-guard retention`: what expires when, and purging what has expired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.officer import officer

if TYPE_CHECKING:
    from sminion_guard.subjects import DroppedPartition, ExpiredPartition, Expiring, Purged

app = typer.Typer(name="retention", help="See what expires, and purge what has expired.", no_args_is_help=True)

SlowOption = Annotated[bool, typer.Option(
    "--slow", help="Also large tables that are read as a whole, because no index begins with the column.")]


@app.command()
def status(slow: SlowOption = False, database_url: DatabaseOption = None, form: FormatOption = Format.TEXT) -> None:
    """Say what expires when, table by table, and what has expired and still stands.

    Exit code 1: expired rows have stood for more than a day, or something is in the way.
    """
    from sminion_guard.subjects import Retentions  # here: commands without a database need no libpq

    with officer(database_url) as connection:
        found = Retentions(connection).status(slow=slow)
    print_json(found) if form is Format.JSON else typer.echo("\n".join(_said(found)))
    if any(entry.overdue or entry.failing for entry in found):
        raise typer.Exit(FINDINGS)


@app.command()
def run(
    table: Annotated[str | None, typer.Option(
        "--table", metavar="SCHEMA.TABLE", show_default=False, help="Only this table. Default: all.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be purged, and do nothing.")] = False,
    drop_partitions: Annotated[bool, typer.Option(
        "--drop-partitions", help="First drop whole partitions that have expired; their owner may.")] = False,
    slow: SlowOption = False, database_url: DatabaseOption = None, form: FormatOption = Format.TEXT,
) -> None:
    """Purge what has expired, in short transactions beside applications. Run it again after an interruption.

    Exit code 1: expired rows are left that nothing keeps.
    """
    from sminion_guard.subjects import Retentions  # here: commands without a database need no libpq

    with officer(database_url) as connection:
        retentions = Retentions(connection)
        if dry_run:
            planned = tuple(entry for entry in retentions.status(slow=slow) if table in (None, entry.qualified))
            said = [*_said(planned), *_whole(retentions.partitions(table=table)), "nothing was changed"]
            print_json(planned) if form is Format.JSON else typer.echo("\n".join(said))
            if any(entry.hindrance for entry in planned):
                raise typer.Exit(FINDINGS)
            return
        dropped = retentions.drop_partitions(table=table) if drop_partitions else ()
        found = retentions.run(table=table, slow=slow)
    if form is Format.JSON:
        print_json({"dropped": dropped, "purged": found} if drop_partitions else found)
    else:
        typer.echo("\n".join([*_dropped(dropped), *_done(found)]))
    if any(one.cause for one in dropped) or any(entry.cause for entry in found):
        raise typer.Exit(FINDINGS)


def _said(found: tuple[Expiring, ...]) -> Iterator[str]:
    if not found:
        yield "the policy in force has no retention"
    for entry in found:
        yield f"{entry.qualified}: {entry.keep} after `{entry.after_column}`, then {entry.way}"
        if entry.expired is None:
            yield "  not counted"
        elif entry.expired:
            yield f"  {entry.expired} expired, the first {_moment(entry.oldest)}{' (overdue)' if entry.overdue else ''}"
        if entry.kept:
            yield f"  {entry.kept} of them stay: their people are blocked, or a hold keeps them"
        if entry.used:
            yield f"  {entry.used} of them stay: rows of other tables lead to them"
        if entry.next:
            yield f"  the next expires {_moment(entry.next)}"
        yield f"  {entry.purged} purged{f', last looked at {_moment(entry.run_at)}' if entry.run_at else ''}"
        if said := entry.hindrance or entry.cause:
            yield f"  in the way: {said}"


def _whole(found: tuple[ExpiredPartition, ...]) -> Iterator[str]:
    for entry in found:
        drop = "its owner may drop it (`--drop-partitions`)"
        way = f"its rows go one by one: {entry.hindrance}" if entry.hindrance else drop
        yield f"partition {entry.partition} has expired as a whole, {entry.bytes} bytes: {way}"


def _dropped(found: tuple[DroppedPartition, ...]) -> Iterator[str]:
    for entry in found:
        gone = f"dropped, with {_count(entry.rows, 'row')}"
        yield f"{entry.partition}: {f'stays: {entry.cause}' if entry.cause else gone}"


def _done(found: tuple[Purged, ...]) -> Iterator[str]:
    for entry in found:
        yield f"{entry.table}: {entry.rows} purged{f'; not finished: {entry.cause}' if entry.cause else ''}"
    yield f"{_count(sum(entry.rows for entry in found), 'row')} in {_count(len(found), 'table')}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
