"""`sminion-guard subject block|unblock|status|history`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.officer import officer, warn
from sminion_guard.cli.request import moment

if TYPE_CHECKING:
    from sminion_guard.subjects import StateEvent, Status

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Key of the person, as in the subject column.")]
LoggedArgument = Annotated[str, typer.Argument(
    metavar="KEY", help="Key of the person; with the kind before it where the policy names kinds: employee:17.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: goes on record.")]
SchemaOption = Annotated[list[str] | None, typer.Option(
    "--schema", metavar="NAME", show_default=False,
    help="Only data in this schema; repeat it for several. Default: all.")]
KindOption = Annotated[str | None, typer.Option(
    "--kind", metavar="KIND", show_default=False, help="Of the person, where the policy names kinds of subjects.")]
ActorOption = Annotated[str | None, typer.Option(
    "--actor", metavar="NAME", show_default=False, help="Who decided it. Default: the login.")]


def block(
    key: KeyArgument, reason: ReasonOption, schema: SchemaOption = None,
    until: Annotated[datetime | None, typer.Option(
        "--until", metavar="TIME", show_default=False, parser=moment,
        help="When it ends by itself; UTC without an offset. Default: when it is ended.")] = None,
    kind: KindOption = None, actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """Block a person: from the next statement on only purposes that see blocked people use the data."""
    from sminion_guard.subjects import Blocks

    with officer(database_url) as connection:
        done = Blocks(connection, hear=warn).block(
            key, reason, schemas=schema or None, until=until, actor=actor, kind=kind)
    typer.echo(f"{key}: {'blocked' if done else 'blocked already'}{_where(schema)}")


def unblock(
    key: KeyArgument, reason: ReasonOption, schema: SchemaOption = None, kind: KindOption = None,
    actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """End a block: that of the whole person, or with --schema one that is limited, in these schemas."""
    from sminion_guard.subjects import Blocks

    with officer(database_url) as connection:
        done = Blocks(connection, hear=warn).unblock(key, reason, schemas=schema or None, actor=actor, kind=kind)
    typer.echo(f"{key}: {'the block has ended' if done else 'no such block was there'}{_where(schema)}")


def status(
    key: LoggedArgument, database_url: DatabaseOption = None, form: FormatOption = Format.TEXT
) -> None:
    """Show what holds for a person now: blocks, consents, objections. Exit code 1: nothing is known of the key."""
    from sminion_guard.subjects import Blocks

    with officer(database_url) as connection:
        found = Blocks(connection).status(key)
    if form is Format.JSON:
        print_json(found)
    else:
        typer.echo("\n".join([f"{key}: nothing is known"] if found is None else _status(found)))
    if found is None:
        raise typer.Exit(FINDINGS)


def history(
    key: LoggedArgument, database_url: DatabaseOption = None, form: FormatOption = Format.TEXT
) -> None:
    """Show what was decided for a person: blocks, consents, objections, merges, in order."""
    from sminion_guard.subjects import Blocks

    with officer(database_url) as connection:
        found = Blocks(connection).history(key)
    if form is Format.JSON:
        print_json(found)
    else:
        typer.echo("\n".join(map(_event, found)))


def _where(schemas: list[str] | None) -> str:
    return f" in {', '.join(sorted(set(schemas)))}" if schemas else ""


def _status(found: Status) -> Iterator[str]:
    by = " by what was decided for another key of the person"
    if found.erased:
        yield f"{found.subject}: the data are destroyed, or are being"
    elif found.blocked or found.others_blocked:
        yield f"{found.subject}: blocked{'' if found.blocked else by}"
    else:
        yield f"{found.subject}: {'blocked in some schemas' if found.limited_to else 'not blocked'}"
    if found.limited_to:
        own = found.blocked_schemas or []
        named = (name if name in own else f"{name} ({by.strip()})" for name in found.limited_to)
        yield f"  blocked in {', '.join(named)}"
    if found.consents:
        yield f"  consents to {', '.join(found.consents)}"
    if found.objections:
        yield f"  objects to {', '.join(found.objections)}"
    if found.other_keys:
        yield f"  the same person: {', '.join(found.other_keys)}"
    if found.pending:
        yield "  a change waits for a lock; what it denies is denied"
    if found.unsettled:
        yield "  rows wait for maintenance; until then what is blocked in some schemas may be hidden elsewhere too"


def _event(found: StateEvent) -> str:
    about = f" {found.purpose}" if found.purpose else ""
    about += _where(found.schemas)
    about += f" until {found.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if found.until else ""
    about += f", request {found.request}" if found.request else ""
    return f"{found.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC  {found.event}{about} by {found.actor}: {found.reason}"
