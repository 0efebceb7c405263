"""`sminion-guard audit report`: a month of the log in figures. That somebody reads it goes on record first."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sminion_guard.cli.audit.reading import ReasonOption
from sminion_guard.cli.common import DatabaseOption, as_json
from sminion_guard.cli.database import conninfo


def _month(text: str) -> date:
    from sminion_guard.audit.report import parse_month

    try:
        return parse_month(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no month: write 2026-11") from None


def report(
    month: Annotated[date, typer.Option(
        "--month", metavar="YYYY-MM", parser=_month, show_default=False,
        help="Month to report, in the time zone of the policy; UTC if it has none.")],
    html: Annotated[bool, typer.Option("--html", help="A page with charts, for a browser and to print.")] = False,
    as_document: Annotated[bool, typer.Option("--json", help="The same figures as JSON.")] = False,
    output: Annotated[Path | None, typer.Option(
        "--output", metavar="FILE", dir_okay=False, show_default=False,
        help="Where the report goes; otherwise it is printed.")] = None,
    reason: ReasonOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Report one month: accesses, refusals, writes, consents, tickets, gaps, and the seal. For auditors only.

    It names units, purposes and logins, but neither persons nor actors. That you read it goes on record.
    """
    import json

    import psycopg

    from sminion_guard.audit.report import report as made
    from sminion_guard.cli.audit.report_page import report_page
    from sminion_guard.cli.audit.report_text import report_text

    if html and as_document:
        raise typer.BadParameter("pass --html or --json, not both")
    with psycopg.connect(conninfo(database_url), autocommit=True) as connection:
        found = made(connection, month, reason)
    if html:
        text = report_page(found)
    elif as_document:
        text = json.dumps(as_json(found.document()), indent=2, ensure_ascii=False) + "\n"
    else:
        text = report_text(found)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        typer.echo(str(output))
    typer.echo(f"this reading is on record: act {found.act}", err=True)
