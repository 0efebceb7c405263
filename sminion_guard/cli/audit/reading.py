"""`sminion-guard audit log|refusals|actor|purpose|subject`: reading the log. Each reading goes on record first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.common import DatabaseOption, print_json
from sminion_guard.cli.database import conninfo

if TYPE_CHECKING:
    from sminion_guard.audit.reading import Page, Place, Question


class LogFormat(StrEnum):
    """How events of the log are printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    FHIR_R4 = "fhir-r4"
    FHIR_R5 = "fhir-r5"
    OTLP = "otlp"


class SubjectFormat(StrEnum):
    """How accesses to a person's data are printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    FHIR_R4 = "fhir-r4"
    FHIR_R5 = "fhir-r5"
    OTLP = "otlp"


def moment_of(text: str) -> datetime:
    """A moment that a user wrote."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no moment: write 2026-05-03 or 2026-05-03T12:00:00+02:00") from None
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def _place(text: str) -> Place:
    from sminion_guard.audit.reading import Place

    try:
        return Place.parse(text)
    except ValueError:
        raise typer.BadParameter("write what the page before gave as the next place") from None


SinceOption = Annotated[datetime | None, typer.Option(
    "--since", metavar="TIME", show_default=False, parser=moment_of,
    help="Of this moment or later; UTC without an offset.")]
UntilOption = Annotated[datetime | None, typer.Option(
    "--until", metavar="TIME", show_default=False, parser=moment_of, help="Before this moment.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many a page has.")]
AfterOption = Annotated[str | None, typer.Option(
    "--after", metavar="PLACE", show_default=False, help="Where the page begins, as the page before gave it.")]
ReasonOption = Annotated[str | None, typer.Option(
    "--reason", metavar="TEXT", show_default=False, help="Why you read the log: goes on record. Name nobody.")]
LogFormatOption = Annotated[LogFormat, typer.Option("--format", help="How to print the result.")]


def read_log(
    since: SinceOption = None, until: UntilOption = None, limit: LimitOption = 50, after: AfterOption = None,
    reason: ReasonOption = None, database_url: DatabaseOption = None, form: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Print statements and writes, newest first. That you read them goes on record."""
    from sminion_guard.audit.reading import Kind, Question

    _print(_read(Question(Kind.LOG, since, until, reason), limit, after, database_url), form)


def read_refusals(
    since: SinceOption = None, until: UntilOption = None, limit: LimitOption = 50, after: AfterOption = None,
    reason: ReasonOption = None, database_url: DatabaseOption = None, form: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Print what was refused, to whom and by whom, newest first. That you read it goes on record."""
    from sminion_guard.audit.reading import Kind, Question

    _print(_read(Question(Kind.REFUSALS, since, until, reason), limit, after, database_url), form)


def read_actor(
    actor: Annotated[str, typer.Argument(help="Who acted, as tickets name it.")],
    since: SinceOption = None, until: UntilOption = None, limit: LimitOption = 50, after: AfterOption = None,
    reason: ReasonOption = None, database_url: DatabaseOption = None, form: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Print what one actor did, newest first. That you read it goes on record."""
    from sminion_guard.audit.reading import Kind, Question

    _print(_read(Question(Kind.ACTOR, since, until, reason, actor=actor), limit, after, database_url), form)


def read_purpose(
    purpose: Annotated[str, typer.Argument(help="A purpose of the policy.")],
    since: SinceOption = None, until: UntilOption = None, limit: LimitOption = 50, after: AfterOption = None,
    reason: ReasonOption = None, database_url: DatabaseOption = None, form: LogFormatOption = LogFormat.TEXT,
) -> None:
    """Print what was done for one purpose, newest first. That you read it goes on record."""
    from sminion_guard.audit.reading import Kind, Question

    _print(_read(Question(Kind.PURPOSE, since, until, reason, purpose=purpose), limit, after, database_url), form)


def read_subject(
    key: Annotated[str, typer.Argument(help="Key of the person, as in the subject column.")],
    kind: Annotated[str | None, typer.Option(
        "--kind", metavar="KIND", show_default=False, help="Where the policy names kinds of subjects.")] = None,
    since: SinceOption = None, until: UntilOption = None, limit: LimitOption = 50, after: AfterOption = None,
    reason: ReasonOption = None,
    receiver_code: Annotated[str, typer.Option(
        "--receiver-code", metavar="CODE", help="Registry code of your organisation, for JSON.")] = "-",
    database_url: DatabaseOption = None,
    form: Annotated[SubjectFormat, typer.Option("--format", help="How to print the result.")] = SubjectFormat.TEXT,
) -> None:
    """Print who received or changed data of one person, for which purpose and why, newest first.

    That you read it goes on record, without the key.
    """
    from sminion_guard.audit.reading import Kind, Question
    from sminion_guard.audit.reading.usage import usage
    from sminion_guard.cli.audit import words as in_words
    from sminion_guard.cli.audit.page import subject_page

    page = _read(Question(Kind.SUBJECT, since, until, reason, subject=key, kind=kind), limit, after, database_url)
    if form is SubjectFormat.JSON:
        print_json({"act": page.act, "usages": [usage(entry, receiver_code) for entry in page.entries],
                    "next": page.following and str(page.following), "other_keys": page.other_keys,
                    "dropped_before": page.dropped_before and str(page.dropped_before)})
    elif form is SubjectFormat.HTML:
        typer.echo(subject_page(page), nl=False)
        _say_next(page, err=True)
    else:
        _print(page, LogFormat(form), in_words.accesses)


def _read(question: Question, limit: int, after: str | None, database_url: str | None) -> Page:
    import psycopg

    from sminion_guard.audit.reading import read

    place = None if after is None else _place(after)
    with psycopg.connect(conninfo(database_url), autocommit=True) as connection, read(connection, question) as log:
        return log.page(limit, place)


def _print(page: Page, form: LogFormat, words: Callable[[Page], Iterator[str]] | None = None) -> None:
    from sminion_guard.audit.reading import fhir_r4, fhir_r5, otlp
    from sminion_guard.audit.reading.spreadsheet import as_csv
    from sminion_guard.cli.audit import words as in_words

    if form is LogFormat.JSON:
        print_json({"act": page.act, "entries": [entry.document() for entry in page.entries],
                    "next": page.following and str(page.following),
                    "dropped_before": page.dropped_before and str(page.dropped_before)})
        return
    if form is LogFormat.TEXT:
        for line in (words or in_words.events)(page):
            typer.echo(line)
    elif form is LogFormat.CSV:
        typer.echo(as_csv(page.entries), nl=False)
    else:
        export = {LogFormat.FHIR_R4: fhir_r4, LogFormat.FHIR_R5: fhir_r5, LogFormat.OTLP: otlp}[form]
        print_json(export.document(page.entries, page.subject))
    _say_next(page, err=form is not LogFormat.TEXT)


def _say_next(page: Page, *, err: bool) -> None:
    typer.echo(f"this reading is on record: act {page.act}", err=err)
    if page.following is not None:
        typer.echo(f"next page: --after {page.following}", err=err)
