"""`sminion-guard audit unexplained`: accesses that nothing in the policy explains, the rarest first."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.audit.reading import ReasonOption, moment_of
from sminion_guard.cli.common import DatabaseOption, print_json
from sminion_guard.cli.database import conninfo

if TYPE_CHECKING:
    from sminion_guard.audit.unexplained import Found


class UnexplainedFormat(StrEnum):
    """How accesses are printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def _month(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter(f"{text} is no month: write 2026-05") from None


def unexplained(
    since: Annotated[datetime | None, typer.Option(
        "--from", "--since", metavar="TIME", show_default=False, parser=moment_of,
        help="Of this moment or later; UTC without an offset.")] = None,
    until: Annotated[datetime | None, typer.Option(
        "--to", "--until", metavar="TIME", show_default=False, parser=moment_of, help="Before this moment.")] = None,
    month: Annotated[datetime | None, typer.Option(
        "--month", metavar="YYYY-MM", show_default=False, parser=_month, help="One month, in UTC.")] = None,
    unit: Annotated[str | None, typer.Option(
        "--unit", metavar="UNIT", show_default=False, help="Of this unit only.")] = None,
    purpose: Annotated[str | None, typer.Option(
        "--purpose", metavar="PURPOSE", show_default=False, help="For this purpose only.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="How many are listed.")] = 50,
    reason: ReasonOption = None, database_url: DatabaseOption = None,
    form: Annotated[
        UnexplainedFormat, typer.Option("--format", help="How to print the result.")] = UnexplainedFormat.TEXT,
) -> None:
    """Print accesses that no sentence of the policy (`explains`) explains, the rarest among peers first.

    That you read them goes on record.
    """
    import psycopg

    from sminion_guard.audit.reading import Kind, Question, read
    from sminion_guard.audit.unexplained import find

    if month is not None:
        if since or until:
            raise typer.BadParameter("pass --month, or --from and --to")
        since, until = month, month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    question = Question(Kind.UNEXPLAINED, since, until, reason, purpose=purpose)
    with psycopg.connect(conninfo(database_url), autocommit=True) as connection, read(connection, question) as log:
        found = find(log).only(unit, purpose)
    _print(found, limit, form)


def _print(found: Found, limit: int, form: UnexplainedFormat) -> None:
    from sminion_guard.cli.audit import unexplained_words

    if form is UnexplainedFormat.JSON:
        print_json(unexplained_words.document(found, limit))
        return
    if form is UnexplainedFormat.CSV:
        typer.echo(unexplained_words.table(found, limit), nl=False)
    else:
        for line in unexplained_words.lines(found, limit):
            typer.echo(line)
    typer.echo(f"this reading is on record: act {found.act}", err=form is UnexplainedFormat.CSV)
