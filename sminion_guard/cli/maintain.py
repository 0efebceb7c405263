"""`sminion-guard maintain`: what a guarded database needs from time to time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.common import FINDINGS, DatabaseOption, Format, FormatOption, print_json
from sminion_guard.cli.database import conninfo

if TYPE_CHECKING:
    from sminion_guard.migrate import Maintained

_UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(text: str) -> float:
    """What an option such as ``--every`` says: a number of seconds, or one with a unit."""
    found = re.fullmatch(r"(\d{1,6})([smh]?)", text.strip())
    if found is None or int(found[1]) == 0:
        raise typer.BadParameter("write a number of seconds, or one with a unit: 60, 60s, 5m, 1h")
    return int(found[1]) * float(_UNITS[found[2] or "s"])


def maintain(
    database_url: DatabaseOption = None,
    every: Annotated[float | None, typer.Option(
        "--every", metavar="TIME", parser=seconds, show_default=False,
        help="Go on for ever, and begin anew after this time: 60s, 5m, 1h.",
    )] = None,
    once: Annotated[bool, typer.Option("--once", help="Do one bounded part of the work only.")] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """Fold the log, make its months and settle changed states until nothing is left. Exit code 1: some is stuck."""
    if every is not None and once:
        raise typer.BadParameter("pass --every or --once")
    address = conninfo(database_url)
    if every is None:
        found = _run(address, once)
        _show(found, form)
        if found.failed or found.stuck:
            raise typer.Exit(FINDINGS)
        return
    import psycopg

    while True:
        began = time.monotonic()
        try:
            _show(_run(address, once), form)
        except psycopg.OperationalError as error:  # the server is restarted, or cannot be reached for a while
            typer.echo(f"{_now()}  not maintained: {' '.join(str(error).split())}", err=True)
        time.sleep(max(0.0, every - (time.monotonic() - began)))


def _run(address: str, once: bool) -> Maintained:
    import psycopg

    from sminion_guard import migrate  # here: commands without a database need no libpq

    # A connection for each run: in between, none of the server's is kept.
    with psycopg.connect(address, autocommit=True) as connection:
        return migrate.maintain(connection, once=once, progress=_Told())


class _Told:
    """Says every few seconds how far a long run is."""

    def __init__(self) -> None:
        self._next = time.monotonic() + 2

    def __call__(self, found: Maintained) -> None:
        if found.more and time.monotonic() >= self._next:
            self._next = time.monotonic() + 2
            folded = "" if found.folded is None else f"{found.folded:,} entries moved, "
            typer.echo(f"{folded}{found.journal_rows:,} batches and {found.unsettled:,} people left", err=True)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _show(found: Maintained, form: Format) -> None:
    if form is Format.JSON:
        print_json(found)
    else:
        for line in lines(found):
            typer.echo(line)


def lines(found: Maintained) -> Iterator[str]:
    """What was done and what is left, for people."""
    if found.folded is None:
        yield f"{_now()}  maintained; this role may not see what is left"
        return
    parts = [f"{found.folded:,} events moved to the log"]
    if found.journal_rows:
        parts.append(f"{found.journal_rows:,} batches ({found.journal_bytes / 1024:,.0f} kB) in the journal")
    if found.unsettled:
        parts.append(f"{found.unsettled:,} people not settled")
    yield f"{_now()}  {'; '.join(parts)}"
    if found.journal_waits_for and found.journal_rows:
        yield f"  the journal waits for {found.journal_waits_for}"
    if found.stuck:
        yield f"  {found.stuck:,} people cannot be settled, and stay hidden: see `sminion.settle_problems`"
    if found.failed:
        yield f"  stopped: {found.failed}"
    if found.more:
        yield "  there is more to do: call again"
