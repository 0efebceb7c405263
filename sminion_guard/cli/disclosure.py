"""`sminion-guard disclosure`: what was passed on to third parties, and telling them of requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.officer import officer, warn
from sminion_guard.cli.request import ActorOption, moment

if TYPE_CHECKING:
    from sminion_guard.subjects import Obligation, Recall, Recipients

app = typer.Typer(no_args_is_help=True, help="Record what third parties received, and tell them of requests.")


@app.command("record")
def record_disclosure(
    recipient: Annotated[str, typer.Argument(metavar="RECIPIENT", help="A recipient of the policy.")],
    subjects: Annotated[list[str], typer.Argument(metavar="KEY...", help="Keys of the people whose data it was.")],
    purpose: Annotated[str, typer.Option("--purpose", metavar="NAME", help="For which purpose.")],
    categories: Annotated[list[str], typer.Option("--category", metavar="NAME", help="Of the data; may be repeated.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Which delivery: goes on record.")],
    disclosed_at: Annotated[datetime | None, typer.Option(
        "--at", metavar="TIME", show_default=False, parser=moment,
        help="When; UTC without an offset. Default: now.")] = None,
    kind: Annotated[str | None, typer.Option(
        "--kind", metavar="KIND", show_default=False, help="Where the policy names kinds of subjects.")] = None,
    actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """Record that data of some people were passed on."""
    with _recipients(database_url) as recipients:
        number = recipients.record(
            recipient, purpose, categories, subjects, reason, disclosed_at=disclosed_at, kind=kind, actor=actor)
    typer.echo(f"disclosure {number}: {len(set(subjects))} people, to {recipient}")


@app.command("list")
def list_disclosures(
    subject: Annotated[str, typer.Argument(
        metavar="KEY", help="Of the person; with the kind before the key where the policy names kinds: employee:17.")],
    database_url: DatabaseOption = None, form: FormatOption = Format.TEXT,
) -> None:
    """List who received data of a person, newest first."""
    with _recipients(database_url) as recipients:
        found = recipients.disclosures(subject)
    if form is Format.JSON:
        print_json(found)
        return
    for entry in found:
        typer.echo(f"{entry.disclosed_at:%Y-%m-%d}  {entry.recipient} ({entry.contract}), for {entry.purpose}: "
                   f"{', '.join(entry.categories)}; {entry.reason}")
    typer.echo(f"{len(found)} disclosure{'' if len(found) == 1 else 's'}")


@app.command("register")
def list_register(
    recipient: Annotated[str | None, typer.Option(
        "--recipient", metavar="NAME", show_default=False, help="What one recipient got.")] = None,
    purpose: Annotated[str | None, typer.Option(
        "--purpose", metavar="NAME", show_default=False, help="What was passed on for one purpose.")] = None,
    legal: Annotated[bool, typer.Option(
        "--legal", help="What rested on law, on a mandatory disclosure or on a vital interest.")] = False,
    most: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="The newest N.")] = 100,
    database_url: DatabaseOption = None, form: FormatOption = Format.TEXT,
) -> None:
    """List what was passed on, newest first, whoever it is about: exports, and what was recorded by hand."""
    with _recipients(database_url) as recipients:
        found = recipients.register(recipient=recipient, purpose=purpose, legal=legal, most=most)
    if form is Format.JSON:
        print_json(found)
        return
    for entry in found:
        rests = "" if entry.basis_ref is None else f", {entry.basis_ref}"
        people = f"{'at most ' if entry.at_most else ''}{entry.persons} {'person' if entry.persons == 1 else 'people'}"
        typer.echo(f"{entry.id}  {entry.disclosed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC  {entry.recipient}"
                   f" ({entry.contract}), for {entry.purpose} ({entry.basis}{rests}):"
                   f" {', '.join(entry.categories)} of {people}; {entry.state}; by {entry.who}: {entry.reason}")
    typer.echo(f"{len(found)} disclosure{'' if len(found) == 1 else 's'}")


@app.command("recall")
def recall_subject(
    subject: Annotated[str, typer.Argument(
        metavar="KEY", help="Of the person; with the kind before the key where the policy names kinds: employee:17.")],
    database_url: DatabaseOption = None, form: FormatOption = Format.TEXT,
) -> None:
    """Say who has data of a person, and who must still be told of a request. Exit code 1: somebody must."""
    with _recipients(database_url) as recipients:
        found = recipients.recall(subject)
    waiting = [entry for entry in found if entry.to_be_told]
    if form is Format.JSON:
        print_json(found)
    else:
        for entry in found:
            times = "once" if entry.times == 1 else f"{entry.times} times"
            typer.echo(f"{entry.recipient} ({', '.join(entry.contracts)}): {', '.join(entry.categories)}, for"
                       f" {', '.join(entry.purposes)}; {times}, last on {entry.last_at.astimezone(UTC):%Y-%m-%d};"
                       f" {_told(entry)}")
        typer.echo(f"{len(found)} recipient{'' if len(found) == 1 else 's'}, {len(waiting)} to be told")
    if waiting:
        raise typer.Exit(FINDINGS)


@app.command("obligations")
def list_obligations(
    everything: Annotated[bool, typer.Option("--all", help="Those that are settled too.")] = False,
    request: Annotated[int | None, typer.Option(
        "--request", metavar="NUMBER", show_default=False, help="Of one request only.")] = None,
    database_url: DatabaseOption = None, form: FormatOption = Format.TEXT,
) -> None:
    """List recipients that must be told of requests. Exit code 1: some are overdue."""
    with _recipients(database_url) as recipients:
        found = recipients.obligations(states=None if everything else ("due", "overdue"), request=request)
    if form is Format.JSON:
        print_json(found)
    else:
        for duty in found:
            typer.echo(line(duty))
        late = sum(duty.state == "overdue" for duty in found)
        typer.echo(f"{len(found)} obligation{'' if len(found) == 1 else 's'}, {late} overdue")
    if any(duty.state == "overdue" for duty in found):
        raise typer.Exit(FINDINGS)


@app.command("settle")
def settle_obligation(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the obligation.")],
    what: Annotated[str, typer.Argument(metavar="WHAT", help="told, failed, acknowledged or waived.")],
    how: Annotated[str, typer.Option(
        "--how", metavar="TEXT", help="The letter, the answer or the reason: goes on record.")],
    actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """Record what was done to tell a recipient."""
    with _recipients(database_url) as recipients:
        recipients.settle(number, what, how, actor=actor)
    typer.echo(f"obligation {number}: {what}")


@app.command("tell")
def tell_recipients(
    directory: Annotated[Path | None, typer.Option(
        "--directory", metavar="DIR", show_default=False, help="Write a file for each notice there.")] = None,
    webhook: Annotated[str | None, typer.Option(
        "--webhook", metavar="URL", show_default=False, help="Post each notice to this address.")] = None,
    request: Annotated[int | None, typer.Option(
        "--request", metavar="NUMBER", show_default=False, help="Of one request only.")] = None,
    actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """Tell all recipients that must be told. Repeated, it tells only those it has not told yet."""
    if (directory is None) == (webhook is None):
        raise typer.BadParameter("pass --directory or --webhook")
    from sminion_guard.subjects.notices import to_address, to_directory

    with _recipients(database_url) as recipients:
        operator = recipients.operator()
        told = recipients.tell(
            to_address(webhook, operator) if webhook else to_directory(directory or Path(), operator), request=request,
            actor=actor)
    typer.echo(f"{told} recipient{'' if told == 1 else 's'} told")


def _told(entry: Recall) -> str:
    """What is left to be done about a recipient."""
    if entry.to_be_told:
        return f"to be told: obligation {', '.join(map(str, entry.to_be_told))}"
    return "told" if entry.told else "no request is open that it must be told of"


def line(duty: Obligation) -> str:
    """An obligation on one line."""
    whom = "a person who was erased" if duty.subject is None else duty.subject
    tried = f", tried {duty.attempts} times" if duty.attempts > 1 or (duty.attempts and duty.told_at is None) else ""
    return (f"{duty.id}  {duty.recipient}  request {duty.request}, {duty.kind}  {whom}  "
            f"{duty.state}, by {duty.due_on}{tried}")


@contextmanager
def _recipients(database_url: str | None) -> Iterator[Recipients]:
    from sminion_guard.subjects import Recipients  # here: commands without a database need no libpq

    with officer(database_url) as connection:
        yield Recipients(connection, hear=warn)
