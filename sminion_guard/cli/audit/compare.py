"""`sminion-guard audit compare`: the log beside that of pgaudit, an independent witness in the server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from sminion_guard.cli.audit.reading import ReasonOption
from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.database import conninfo

if TYPE_CHECKING:
    from sminion_guard.audit.reading.compare import Compared
    from sminion_guard.audit.reading.pgaudit import Heard


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise typer.BadParameter(f"there is no time zone {name}") from None


def compare(
    pgaudit: Annotated[list[Path], typer.Option(
        "--pgaudit", metavar="FILE", exists=True, dir_okay=False,
        help="Log of the server with lines of pgaudit: csvlog if it ends with .csv, else plain text. Several times.")],
    prefix: Annotated[str, typer.Option(
        "--prefix", metavar="TEXT", help="log_line_prefix of the server, for plain text.")] = "%m [%p] %q%u@%d ",
    log_timezone: Annotated[ZoneInfo | None, typer.Option(
        "--log-timezone", metavar="ZONE", show_default=False, parser=_zone,
        help="log_timezone of the server, such as Europe/Tallinn; needed if it is not UTC.")] = None,
    window: Annotated[float, typer.Option(
        "--window", min=0, metavar="SECONDS", help="How far apart both may have the same statement.")] = 60,
    database: Annotated[list[str] | None, typer.Option(
        "--database", metavar="NAME", show_default=False,
        help="Database that the log is about, if it is kept in another one.")] = None,
    reason: ReasonOption = None,
    database_url: DatabaseOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """List what pgaudit saw of protected relations, and the log does not have. Exit code 1: there is some."""
    import psycopg

    from sminion_guard.audit.reading import Kind, Question, read
    from sminion_guard.audit.reading.compare import compare

    heard = _heard(pgaudit, prefix, log_timezone)
    apart = timedelta(seconds=window)
    moments = [each.at for each in heard.relations]
    question = Question(Kind.COMPARE, min(moments) - apart, max(moments) + apart, reason)
    with psycopg.connect(conninfo(database_url), autocommit=True) as connection, read(connection, question) as log:
        found = compare(log, heard.relations, set(database or [connection.info.dbname]), apart)
    if form is Format.JSON:
        print_json({"act": found.act, "relations": found.relations, "unlogged": found.unlogged,
                    "unprotected": found.unprotected, "elsewhere": found.elsewhere, "own": heard.own,
                    "keys": heard.keys, "unreadable": heard.unreadable})
    else:
        for line in lines(found, heard):
            typer.echo(line)
    if found.unlogged or heard.unreadable or not found.relations:
        raise typer.Exit(FINDINGS)


def _heard(files: list[Path], prefix: str, zone: ZoneInfo | None) -> Heard:
    from sminion_guard.audit.reading import server_log
    from sminion_guard.audit.reading.pgaudit import Heard

    heard = Heard()
    for path in files:
        with path.open(encoding="utf-8", errors="replace", newline="") as text:
            try:
                heard.listen(server_log.csvlog(text, zone) if path.suffix == ".csv"
                             else server_log.stderr(text, prefix, zone))
            except ValueError as error:
                raise typer.BadParameter(str(error)) from None
    if not heard.relations:
        raise typer.BadParameter(
            f"{heard.statements:,} lines of pgaudit, {len(heard.unreadable):,} that cannot be read, and none that names"
            " a relation: set pgaudit.log = 'read, write' and pgaudit.log_relation = on, and pass --prefix and"
            " --log-timezone as the server has them")
    return heard


def lines(found: Compared, heard: Heard) -> Iterator[str]:
    """What was found, for people."""
    from sminion_guard.cli.audit.words import moment, plain

    for each in found.unlogged:
        where = " in functions or triggers" if each.nested else ""
        yield plain(f"{each.login}: {each.access} of {each.relation}{where}, {each.times:,} times from"
                    f" {moment(each.first)} to {moment(each.last)}, first in line {each.line}")
    if heard.unreadable:
        yield (f"{len(heard.unreadable):,} lines cannot be read: {', '.join(map(str, heard.unreadable[:10]))}"
               f"{', ...' if len(heard.unreadable) > 10 else ''}")
    for name, times in found.elsewhere.items():
        yield plain(f"{times:,} lines about database {name} were not compared")
    yield (f"not compared: {found.unprotected:,} lines about unprotected schemas, {heard.own:,} of the guard's own"
           f" maintenance, {heard.keys:,} checks of foreign keys")
    yield f"{found.relations:,} lines of pgaudit about protected relations were compared with the log"
    yield f"this reading is on record: act {found.act}"
    yield "THE LOG LACKS WHAT IS LISTED" if found.unlogged else (
        "the log has all of them" if found.relations else "NOTHING WAS COMPARED")
