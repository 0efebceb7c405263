"""`sminion-guard consent`: what people consented to, refused and withdrew, with the proof of each."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.officer import officer, warn
from sminion_guard.errors import PolicyError

if TYPE_CHECKING:
    from sminion_guard.subjects import Consent, Consents, Fault

app = typer.Typer(no_args_is_help=True, help="Record what people consent to, refuse and withdraw, and prove it.")

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Key of the person, as in the subject column.")]
PurposeArgument = Annotated[str, typer.Argument(metavar="PURPOSE", help="A purpose that rests on consent.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: goes on record.")]
KindOption = Annotated[str | None, typer.Option(
    "--kind", metavar="KIND", show_default=False, help="Of the person, where the policy names kinds of subjects.")]
ActorOption = Annotated[str | None, typer.Option(
    "--actor", metavar="NAME", show_default=False, help="Who took it from the person. Default: the login.")]
ChannelOption = Annotated[str | None, typer.Option(
    "--channel", metavar="TEXT", show_default=False, help="How it came in, such as letter.")]
TextOption = Annotated[Path | None, typer.Option(
    "--text", metavar="FILE", show_default=False, help="The text that the person saw: its SHA-256 goes on record.")]


def _moment(text: str) -> datetime:
    from sminion_guard.subjects.consent_file import moment

    try:
        return moment(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


AtOption = Annotated[datetime | None, typer.Option(
    "--at", metavar="TIME", show_default=False, parser=_moment,
    help="When the person decided; UTC without an offset. Default: now.")]


@app.command("give")
def give(
    key: KeyArgument, purpose: PurposeArgument, reason: ReasonOption, at: AtOption = None, text: TextOption = None,
    channel: ChannelOption = None,
    until: Annotated[datetime | None, typer.Option(
        "--until", metavar="TIME", show_default=False, parser=_moment, help="When it ends by itself.")] = None,
    actor: ActorOption = None, kind: KindOption = None, database_url: DatabaseOption = None,
) -> None:
    """Record a consent. Rows become visible to the purpose as they are settled."""
    with _consents(database_url) as consents:
        changed = consents.give(key, purpose, reason, given_at=at, text_sha256=_hash(text), channel=channel,
                                until=until, actor=actor, kind=kind)
    typer.echo(f"{key}: consent to {purpose} recorded{'' if changed else '; the state is as it was'}")


@app.command("refuse")
def refuse(
    key: KeyArgument, purpose: PurposeArgument, reason: ReasonOption, at: AtOption = None, text: TextOption = None,
    channel: ChannelOption = None, actor: ActorOption = None, kind: KindOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Record that a person was asked and refused."""
    with _consents(database_url) as consents:
        changed = consents.refuse(key, purpose, reason, given_at=at, text_sha256=_hash(text), channel=channel,
                                  actor=actor, kind=kind)
    typer.echo(f"{key}: refusal of {purpose} recorded{'' if changed else '; the state is as it was'}")


@app.command("withdraw")
def withdraw(
    key: KeyArgument, purpose: PurposeArgument, reason: ReasonOption, actor: ActorOption = None,
    kind: KindOption = None, database_url: DatabaseOption = None,
) -> None:
    """Withdraw a consent: it holds from the next statement of every session."""
    with _consents(database_url) as consents:
        changed = consents.withdraw(key, purpose, reason, actor=actor, kind=kind)
    typer.echo(f"{key}: consent to {purpose} withdrawn{'' if changed else '; the state is as it was'}")


@app.command("show")
def show(
    key: Annotated[str, typer.Argument(
        metavar="KEY", help="Of the person; with the kind before it where the policy names kinds: employee:17.")],
    database_url: DatabaseOption = None, form: FormatOption = Format.TEXT,
) -> None:
    """Show what a person decided, by purpose."""
    with _consents(database_url) as consents:
        found = consents.get(key)
    if form is Format.JSON:
        print_json(found)
        return
    for consent in found:
        typer.echo(line(consent))
    typer.echo(f"{key}: {len(found)} decision{'' if len(found) == 1 else 's'}")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="With a header: subject, purpose, decision,"
                    " given_at; and text_sha256, channel, until, taken_by. `-` reads standard input.")],
    reason: ReasonOption, actor: ActorOption = None, kind: KindOption = None, database_url: DatabaseOption = None,
) -> None:
    """Record the decisions of a file. Import it again after an interruption: nothing is recorded twice.

    Exit code 1: some lines were not entered; each is named on stderr with its number.
    """
    with _consents(database_url) as consents, _opened(file) as lines:
        done = consents.import_csv(lines, reason, report=_told, kind=kind, actor=actor)
    typer.echo(f"{done.recorded} recorded, {done.repeated} on record already, {done.faulty} faulty")
    if done.faulty:
        raise typer.Exit(FINDINGS)


@app.command("export")
def export(
    subject: Annotated[str | None, typer.Option(
        "--subject", metavar="KEY", show_default=False,
        help="Of one person; with the kind before the key where the policy names kinds: employee:17.")] = None,
    database_url: DatabaseOption = None,
) -> None:
    """Print consents as records after ISO/IEC TS 27560: a JSON object on each line."""
    with _consents(database_url) as consents:
        for record in consents.records(subject):
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


@app.command("verify")
def verify(database_url: DatabaseOption = None, form: FormatOption = Format.TEXT) -> None:
    """Compare the states with what the history says. Exit code 1: some differ (SG533)."""
    found = 0
    with _consents(database_url) as consents:
        for difference in consents.differences():
            found += 1
            if form is Format.JSON:
                print_json(difference)
            else:
                typer.echo(f"SG533: {difference.subject}: {difference.what} is {difference.in_state}, "
                           f"and the history says {difference.in_history}")
    if found:
        raise typer.Exit(FINDINGS)
    if form is Format.TEXT:
        typer.echo("all states are what the history says")


@contextmanager
def _consents(database_url: str | None) -> Iterator[Consents]:
    from sminion_guard.subjects import Consents  # here: commands without a database need no libpq

    with officer(database_url) as connection:
        yield Consents(connection, hear=warn)


@contextmanager
def _opened(file: Path) -> Iterator[Iterator[str]]:
    if str(file) == "-":
        yield iter(sys.stdin)
        return
    try:
        with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            yield lines
    except OSError as error:
        raise PolicyError("SG534", f"`{file}` cannot be read", detail=str(error),
                          hint="pass a CSV file in UTF-8") from error


def _hash(text: Path | None) -> bytes | None:
    import hashlib

    return None if text is None else hashlib.sha256(text.read_bytes()).digest()


def _told(fault: Fault) -> None:
    typer.echo(f"line {fault.line}: {fault.message} [{fault.code}]", err=True)


def line(consent: Consent) -> str:
    """A decision on one line."""
    facts = [f"{consent.state} on {consent.given_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"]
    facts += [f"by {consent.channel}"] if consent.channel else []
    facts += [f"until {consent.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"] if consent.until else []
    facts += [f"text {consent.text_sha256[:16]}"] if consent.text_sha256 else []
    who = consent.actor or "somebody"
    return f"{consent.purpose}  {'; '.join(facts)}; taken by {who}, policy {consent.policy_version}"
