"""`sminion-guard subject verify`: look for what is left of a person, by another way than the policy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.bars import counting
from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, as_json, print_json
from sminion_guard.cli.destroy import KeyArgument, KindOption
from sminion_guard.cli.officer import officer
from sminion_guard.cli.request import ActorOption
from sminion_guard.cli.writing import write_whole

if TYPE_CHECKING:
    from sminion_guard.subjects.verification import Found, Verification

_HOW = {
    "reference": "by foreign keys", "value": "as a value", "text": "in a text, document, array or row",
    "orphan": "refer to a row that is gone", "statistics": "in statistics: `ANALYZE` makes them anew",
    "comment": "in a comment", "code": "in a definition", "sequence": "in a sequence", "large object": "in its data",
    "statement": "in texts of statements",
}


def verify(
    key: KeyArgument,
    only: Annotated[list[str] | None, typer.Option(
        "--only", metavar="SCHEMA.TABLE", show_default=False,
        help="Read this table, and nothing else: what could not be read the last time. May be repeated.")] = None,
    seconds: Annotated[float, typer.Option(
        "--timeout", metavar="SECONDS", min=1, help="For each table.")] = 600.0,
    request: Annotated[int | None, typer.Option(
        "--request", metavar="NUMBER", show_default=False,
        help="The request of the destruction: the result goes on record, and into its certificate.")] = None,
    output: Annotated[Path | None, typer.Option(
        "--output", metavar="FILE", show_default=False,
        help="Write the whole result there too, as JSON: its SHA-256 is what goes on record.")] = None,
    actor: ActorOption = None, kind: KindOption = None, database_url: DatabaseOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Look for a person's key in everything that stores rows, protected or not, and by foreign keys. Changes nothing.

    Run it as a superuser, or as who may read all tables: what the login may not read is named. Exit code 1: the key was
    found outside of the guard's own tables, or something could not be read.
    """
    from sminion_guard.subjects.verification import (  # here: commands without a database need no libpq
        check_request,
        record,
    )
    from sminion_guard.subjects.verification import verify as look

    if request is not None and only:
        raise typer.BadParameter("only a look at everything goes on record: leave `--only` or `--request` out")

    with officer(database_url) as connection, (
        nullcontext() if form is Format.JSON else counting("reading tables")
    ) as shown:
        if request is not None:
            check_request(connection, request, f"{kind}:{key}" if kind else key)
        found = look(connection, key, kind=kind, only=only or (), seconds=seconds,
                     told=shown and (lambda name, done, blocks: shown(done, blocks)))
        text = json.dumps(as_json(found), indent=2, ensure_ascii=False)
        if output is not None:
            write_whole(output, [text])
        if request is not None:
            record(connection, request, found, sha256(text.encode()).hexdigest(), actor=actor)
    print_json(found) if form is Format.JSON else typer.echo("\n".join(lines(found)))
    if not found.clean:
        raise typer.Exit(FINDINGS)


def lines(found: Verification) -> Iterator[str]:
    """What a verification found, for people."""
    for place in found.left:
        yield _found(place)
    for gap in found.unread:
        yield f"not read: {gap.name}: {gap.why}"
    if guard := sorted({place.name for place in found.found if place.guard}):
        yield f"in the guard's own tables, until the person is erased from the log: {', '.join(guard)}"
    for seen in found.out_of_sight:
        yield f"out of sight: {seen.what}: {seen.name}: {seen.detail}"
    for dead in found.dead_rows:
        if dead.rows != 0:
            count = "not counted" if dead.rows is None else f"{dead.rows:,}"
            how = "counted by pgstattuple" if dead.checked else "as the statistics estimate"
            yield f"dead rows, until VACUUM: {dead.schema_name}.{dead.table_name}: {count} ({how})"
    places = len(found.left)
    unread = f", {len(found.unread)} could not be read" if found.unread else ""
    yield (f"database `{found.database}`: {found.relations} tables and the like read{unread}; "
           f"{places or 'no'} place{'' if places == 1 else 's'} with the key")


def _found(place: Found) -> str:
    outside = "" if place.protected or place.how in ("comment", "code", "sequence", "large object", "statement") else (
        ", not protected by the policy")
    rows = f"{place.rows:,} row{'' if place.rows == 1 else 's'} "
    return f"{place.name} ({place.column}): {rows}{_HOW[place.how]}{outside}"
