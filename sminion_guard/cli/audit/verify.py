"""`sminion-guard audit verify`: the whole log against its checkpoints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.audit.given import PublishedOption, VkeysOption, keys
from sminion_guard.cli.audit.given import published as kept
from sminion_guard.cli.bars import counting
from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.database import conninfo

if TYPE_CHECKING:
    from sminion_guard.audit.database import Verified


def verify(
    vkey: VkeysOption,
    published: PublishedOption = None,
    resume: Annotated[Path | None, typer.Option(
        "--resume", metavar="FILE", show_default=False, help="Go on where a run with this file was interrupted.",
    )] = None,
    database_url: DatabaseOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Read the whole log, and compare it with its checkpoints. Exit code 1: something is wrong."""
    import psycopg

    from sminion_guard.audit import database

    known, notes = keys(vkey), list(kept(published or []))
    with psycopg.connect(conninfo(database_url)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with counting("verifying") as progress:
            resuming = None if resume is None else database.Resuming(resume, known[0].name)
            found = database.verify(
                database.SealedLog(connection), known[0].name, known, notes, progress=progress, resuming=resuming)
    if form is Format.JSON:
        print_json(found)
    else:
        for line in lines(found):
            typer.echo(line)
    if not found.clean:
        raise typer.Exit(FINDINGS)


def lines(found: Verified) -> Iterator[str]:
    """What was verified, for people."""
    for finding in found.findings:
        yield f"{finding.kind}: {finding.message}"
    for kind, count in found.counts.items():
        listed = sum(finding.kind == kind for finding in found.findings)
        if count > listed:
            yield f"{kind}: {count - listed:,} more"
    for remark in found.remarks:
        yield f"remark: {remark}"
    if found.remarked > len(found.remarks):
        yield f"remark: {found.remarked - len(found.remarks):,} more such checkpoints"
    yield f"{found.size:,} events verified, {found.sealed:,} of them sealed by {found.checkpoints} checkpoints"
    if found.dropped:
        yield f"{found.dropped:,} events were dropped, with months or as old tickets"
    if found.late:
        yield (f"{found.late:,} events are more than an hour older than one before: transactions were open so long,"
               " or the clock was set back")
    waiting = found.waiting
    if waiting.events > found.size or waiting.journal_rows:
        since = ("" if waiting.journal_since is None
                 else f", the oldest since {waiting.journal_since:%Y-%m-%d %H:%M:%S %Z}")
        yield (f"not sealed yet: {waiting.events - found.size:,} events that have a number,"
               f" {waiting.journal_rows:,} rows of the journal{since}")
    if waiting.journal_waits_for:
        yield f"the journal waits for {waiting.journal_waits_for}"
    if waiting.failed:
        yield f"maintenance fails: {waiting.failed}"
    if waiting.faults:
        yield f"{waiting.faults:,} entries were not what they claimed to be: see sminion.log_faults"
    if waiting.gaps:
        yield f"{waiting.gaps:,} times a writer left out places, so entries are missing: see sminion.log_faults"
    yield from _silent(found)
    yield "the log is as it was sealed" if found.clean else "THE LOG IS NOT AS IT WAS SEALED"


def _silent(found: Verified) -> Iterator[str]:
    """Whether the log is complete, as far as the database can tell."""
    for login, tickets in sorted(found.silent.logins.items()):
        yield (f"{tickets:,} tickets of login `{login}` have no statement and no write on record: it kept them to"
               " itself, has its log elsewhere, asked for nothing, or is no guarded session")
    for tickets, day, login in found.silent.days:
        yield f"  {day} {login}: {tickets:,}"
