"""`sminion-guard request`: what people ask for, until when it must be answered, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.officer import officer, warn

if TYPE_CHECKING:
    from sminion_guard.subjects import Clarification, Request, RequestEvent, Requests

app = typer.Typer(no_args_is_help=True, help="Record and decide requests of people, each with its term.")

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the request.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: goes on record.")]
ActorOption = Annotated[str | None, typer.Option(
    "--actor", metavar="NAME", show_default=False, help="Who acts. Default: the login.")]
UnitOption = Annotated[str | None, typer.Option(
    "--unit", metavar="NAME", show_default=False, help="The unit that handles it.")]


def moment(text: str) -> datetime:
    """What an option with a moment says; UTC without an offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("write a date or moment, such as 2026-11-03 or 2026-11-03T12:00+03:00") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@app.command("open")
def open_request(
    request: Annotated[str, typer.Argument(
        metavar="KIND",
        help="clarify, block, destroy, withdraw_consent, object, access, stop or misconduct.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What is asked: goes on record.")],
    subject: Annotated[str | None, typer.Argument(
        metavar="[KEY]", show_default=False, help="Key of the person, as in the subject column.")] = None,
    kind: Annotated[str | None, typer.Option(
        "--kind", metavar="KIND", show_default=False,
        help="Of the person, where the policy names kinds of subjects.")] = None,
    purpose: Annotated[str | None, typer.Option(
        "--purpose", metavar="NAME", show_default=False,
        help="For withdraw_consent and object. Default: all purposes.")] = None,
    trigger: Annotated[str, typer.Option(
        "--from", metavar="TRIGGER",
        help="What the term counts from: request, proof, detection or purpose_reached.")] = "request",
    received_at: Annotated[datetime | None, typer.Option(
        "--received", metavar="TIME", show_default=False, parser=moment,
        help="When it came in; UTC without an offset. Default: now.")] = None,
    channel: Annotated[str, typer.Option(
        "--channel", metavar="TEXT", help="How it came in, such as letter.")] = "other",
    representative: Annotated[str | None, typer.Option(
        "--representative", metavar="NAME", show_default=False, help="Who asks for the person.")] = None,
    schema: Annotated[list[str] | None, typer.Option(
        "--schema", metavar="NAME", show_default=False,
        help="Only the data in this schema are contested, or are to be blocked; repeat it. Default: all.")] = None,
    unit: UnitOption = None, actor: ActorOption = None, database_url: DatabaseOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Record a request, and do at once what cannot wait: block, withdraw a consent, object."""
    with _requests(database_url) as requests:
        number = requests.open(
            subject, request, reason, purpose=purpose, trigger=trigger, received_at=received_at, channel=channel,
            representative=representative, unit=unit, actor=actor, kind=kind, schemas=schema or None)
        _show(requests.get(number), form)


@app.command("list")
def list_requests(
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose term is over.")] = False,
    subject: Annotated[str | None, typer.Option(
        "--subject", metavar="KEY", show_default=False,
        help="Of one person; with the kind before the key where the policy names kinds: employee:17.")] = None,
    held: Annotated[bool, typer.Option(
        "--held", help="Only those of which a hold keeps data that are to be destroyed; closed ones too.")] = False,
    unit: UnitOption = None, database_url: DatabaseOption = None, form: FormatOption = Format.TEXT,
) -> None:
    """List requests, those that are due first. Exit code 1: some are overdue."""
    states = None if everything or held else ("overdue",) if overdue else ("overdue", "open")
    with _requests(database_url) as requests:
        found = requests.list(states=states, subject=subject, unit=unit, held=held)
    if form is Format.JSON:
        print_json(found)
    else:
        for request in found:
            typer.echo(line(request))
        late = sum(request.state == "overdue" for request in found)
        typer.echo(f"{len(found)} request{'' if len(found) == 1 else 's'}, {late} overdue")
    if any(request.state == "overdue" for request in found):
        raise typer.Exit(FINDINGS)


@app.command("show")
def show_request(
    number: NumberArgument, database_url: DatabaseOption = None, form: FormatOption = Format.TEXT
) -> None:
    """Show one request and what happened to it."""
    with _requests(database_url) as requests:
        request, events, written = requests.get(number), requests.history(number), requests.clarifications(number)
    if form is Format.JSON:
        print_json({"request": request, "history": events, "clarifications": written})
        return
    typer.echo("\n".join((*_whole(request, events), *map(_change, written))))


@app.command("identify")
def identify_request(
    number: NumberArgument,
    how: Annotated[str, typer.Option("--how", metavar="TEXT", help="How the identity was checked: goes on record.")],
    actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """Record how the identity of whoever asks was checked."""
    with _requests(database_url) as requests:
        requests.identify(number, how, actor=actor)
    typer.echo(f"request {number}: identity checked")


@app.command("assign")
def assign_request(
    number: NumberArgument, unit: Annotated[str, typer.Argument(metavar="UNIT", help="The unit that handles it.")],
    reason: ReasonOption, actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """Say which unit handles a request."""
    with _requests(database_url) as requests:
        requests.assign(number, unit, reason, actor=actor)
    typer.echo(f"request {number}: handled by {unit}")


@app.command("note")
def note_request(
    number: NumberArgument, note: Annotated[str, typer.Argument(metavar="TEXT", help="Goes on record.")],
    actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """Add a note, such as that the person was told."""
    with _requests(database_url) as requests:
        requests.note(number, note, actor=actor)
    typer.echo(f"request {number}: noted")


@app.command("extend")
def extend_request(
    number: NumberArgument,
    notice: Annotated[str, typer.Option("--notice", metavar="TEXT", help="What the person was told: goes on record.")],
    actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """Extend the term once, as the policy provides, before it ends."""
    with _requests(database_url) as requests:
        day = requests.extend(number, notice, actor=actor)
    typer.echo(f"request {number}: due on {day}")


@app.command("close")
def close_request(
    number: NumberArgument,
    outcome: Annotated[str, typer.Argument(
        metavar="OUTCOME", help="granted, partly_granted, refused, withdrawn or duplicate.")],
    reason: ReasonOption,
    duplicate_of: Annotated[int | None, typer.Option(
        "--of", metavar="NUMBER", show_default=False, help="Of which request it is a duplicate.")] = None,
    unchanged: Annotated[bool, typer.Option(
        "--unchanged", help="Grant a request clarify although nothing was changed for it.")] = False,
    actor: ActorOption = None, database_url: DatabaseOption = None,
) -> None:
    """Close a request. The block that was made for it ends, and so do tickets that rest on it."""
    with _requests(database_url) as requests:
        requests.close(number, outcome, reason, duplicate_of=duplicate_of, actor=actor, unchanged=unchanged)
    typer.echo(f"request {number}: closed, {outcome.replace('_', ' ')}")


@app.command("calendar")
def load_calendar(
    name: Annotated[str | None, typer.Argument(
        metavar="[COUNTRY]", show_default=False,
        help="Such as DE or DE-BY. Default: the calendar of the policy.")] = None,
    database_url: DatabaseOption = None,
) -> None:
    """Load the newest public holidays. The dates of requests that are recorded stay as they are."""
    with _requests(database_url) as requests:
        loaded = requests.load_calendar(name)
    typer.echo(f"loaded: {loaded}" if loaded else "the policy needs no calendar of a country")


@contextmanager
def _requests(database_url: str | None) -> Iterator[Requests]:
    from sminion_guard.subjects import Requests  # here: commands without a database need no libpq

    with officer(database_url) as connection:
        yield Requests(connection, hear=warn)


def _show(request: Request, form: Format) -> None:
    if form is Format.JSON:
        print_json(request)
    else:
        typer.echo(line(request))


def line(request: Request) -> str:
    """A request on one line."""
    whom = "nobody in particular" if request.subject is None else request.subject
    purpose = f" for {request.purpose}" if request.purpose else ""
    if request.state == "closed":
        ended = (request.outcome or "").replace("_", " ")
        return f"{request.id}  {request.kind}{purpose}  {whom}  closed: {ended}"
    left = request.days_left or 0
    about = "due today" if left == 0 else f"{left} days left" if left > 0 else f"{-left} days overdue"
    facts = [f"due {request.due_on}{' (may move: holidays not decreed yet)' if request.provisional else ''}", about]
    where = f" in {', '.join(request.schemas)}" if request.schemas else ""
    facts += [f"blocked meanwhile{where}"] if request.blocks else []
    facts += [f"unit {request.unit}"] if request.unit else []
    return f"{request.id}  {request.kind}{purpose}  {whom}  {'; '.join(facts)}"


def _whole(request: Request, events: tuple[RequestEvent, ...]) -> Iterator[str]:
    yield line(request)
    yield (f"  received {request.received_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC by {request.channel}, "
           f"term from {request.trigger.replace('_', ' ')}, calendar {request.calendar}")
    if request.other_keys:
        yield f"  the same person: {', '.join(request.other_keys)}"
    if request.representative:
        yield f"  by {request.representative} for the person"
    if not request.identified and request.state != "closed":
        yield "  nobody has checked yet who asks"
    for event in events:
        yield (f"  {event.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC  {event.event} by"
               f" {event.actor or 'somebody'}: {event.reason}")


def _change(change: Clarification) -> str:
    about = f", rows about {change.others} others too" if change.others else ""
    columns = f" ({', '.join(change.columns)})" if change.columns else ""
    return (f"  {change.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC  {change.operation} in {change.relation}{columns}"
            f" by {change.actor or 'somebody'} for {change.purpose}{about}")
