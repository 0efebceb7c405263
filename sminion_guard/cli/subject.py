"""`sminion-guard subject`: what the database keeps about a person: report it, destroy it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sminion_guard.cli import block, ledger
from sminion_guard.cli.certify import certify
from sminion_guard.cli.common import FINDINGS, DatabaseOption
from sminion_guard.cli.database import conninfo
from sminion_guard.cli.destroy import destroy, hold, release
from sminion_guard.cli.officer import officer, warn
from sminion_guard.cli.verify import verify
from sminion_guard.cli.writing import write_whole

app = typer.Typer(no_args_is_help=True, help="What the database keeps about a person.")


app.add_typer(ledger.app, name="ledger")
app.command("destroy")(destroy)
app.command("hold")(hold)
app.command("release")(release)
app.command("verify")(verify)
app.command("block")(block.block)
app.command("unblock")(block.unblock)
app.command("status")(block.status)
app.command("history")(block.history)
app.command("certificate")(certify)


class ReportFormat(StrEnum):
    """How a report is written."""

    JSON = "json"
    HTML = "html"


@app.callback()
def subject() -> None:
    """What the database keeps about a person."""


@app.command("report")
def report(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Key of the person, as in the subject column.")],
    output: Annotated[Path, typer.Option(
        "--output", metavar="FILE", help="Where to write it; replaced as a whole, readable by you alone.")],
    form: Annotated[ReportFormat, typer.Option(
        "--format", help="html: a page for the person. json: for programs.")] = ReportFormat.HTML,
    reason: Annotated[str | None, typer.Option(
        "--reason", metavar="TEXT", show_default=False,
        help="Why: goes on record. May be left out with --request.")] = None,
    request: Annotated[int | None, typer.Option(
        "--request", metavar="NUMBER", show_default=False,
        help="The request `access` that it answers; who asks must have been identified.")] = None,
    kind: Annotated[str | None, typer.Option(
        "--kind", metavar="KIND", show_default=False,
        help="Of the person, where the policy names kinds of subjects.")] = None,
    language: Annotated[str, typer.Option(
        "--language", metavar="LANGUAGE", help="Of the page: en, de, or a catalogue FILE.toml (docs/PAGE.md).")] = "en",
    database_url: DatabaseOption = None,
) -> None:
    """Write everything that is kept about a person: data, consents, requests, recipients, accesses.

    The report is put on record before anything is read. Exit code 1: rows may be missing, and the report says which.
    """
    import psycopg

    from sminion_guard.cli.report_page import page  # here: commands without a database need no libpq
    from sminion_guard.policy.page.words import words
    from sminion_guard.subjects.report import chunks, open_report

    if reason is None and request is None:
        raise typer.BadParameter("say why: pass --reason, or --request with the number of the request")
    try:
        said = words(language)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--language") from error
    with psycopg.connect(conninfo(database_url), autocommit=True) as connection, open_report(
        connection, key, reason=reason, request=request, kind=kind
    ) as found:
        write_whole(output, chunks(found) if form is ReportFormat.JSON else page(found, said))
        missing, number = found.incomplete, found.head.number
    typer.echo(f"report {number}: {output}")
    for entry in missing:
        typer.echo(f"warning: rows may be missing: {entry}", err=True)
    if missing:
        raise typer.Exit(FINDINGS)


KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Key of the person, as in the subject column.")]
OtherArgument = Annotated[str, typer.Argument(metavar="OTHER", help="Another key of the same person.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: goes on record.")]
RequestOption = Annotated[int | None, typer.Option(
    "--request", metavar="NUMBER", show_default=False, help="The request for which it is done.")]
KindOption = Annotated[str | None, typer.Option(
    "--kind", metavar="KIND", show_default=False, help="Of KEY, where the policy names kinds of subjects.")]
OtherKindOption = Annotated[str | None, typer.Option(
    "--other-kind", metavar="KIND", show_default=False, help="Of OTHER. Default: that of KEY.")]
ActorOption = Annotated[str | None, typer.Option(
    "--actor", metavar="NAME", show_default=False, help="Who decided it. Default: the login.")]


@app.command("merge")
def merge(
    key: KeyArgument, other: OtherArgument, reason: ReasonOption, request: RequestOption = None,
    kind: KindOption = None, other_kind: OtherKindOption = None, actor: ActorOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Declare two keys to be one person: what one denies holds for both, and later decisions are made for both."""
    from sminion_guard.subjects import Persons

    with officer(database_url) as connection:
        done = Persons(connection, hear=warn).merge(
            key, other, reason, actor=actor, kind=kind, other_kind=other_kind, request=request)
    typer.echo(f"{key} and {other}: " + ("one person from now on" if done else "one person already"))


@app.command("unmerge")
def unmerge(
    key: KeyArgument, other: OtherArgument, reason: ReasonOption, request: RequestOption = None,
    kind: KindOption = None, other_kind: OtherKindOption = None, actor: ActorOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """End what merge declared: each key has its own state again, with what was decided for both meanwhile."""
    from sminion_guard.subjects import Persons

    with officer(database_url) as connection:
        done = Persons(connection, hear=warn).unmerge(
            key, other, reason, actor=actor, kind=kind, other_kind=other_kind, request=request)
    typer.echo(f"{key} and {other}: " + ("two persons from now on" if done else "still one person, by other keys"))
