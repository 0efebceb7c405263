"""`sminion-guard export run`: rows of a query for a recipient, on record, as a file that is whole or not there."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sminion_guard.cli.bars import counting
from sminion_guard.cli.common import DatabaseOption
from sminion_guard.cli.database import conninfo
from sminion_guard.errors import TransferRefused

if TYPE_CHECKING:
    from sminion_guard.disclosure.export import Transfer
    from sminion_guard.session.values import TicketValue


def run_export(
    recipient: Annotated[str, typer.Option("--to", metavar="RECIPIENT", help="A recipient of the policy in force.")],
    purpose: Annotated[str, typer.Option("--purpose", metavar="P", help="For which purpose.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The new file; none is ever replaced.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: goes on record.")],
    query: Annotated[Path | None, typer.Option(
        "--query", metavar="FILE", show_default=False, help="The query whose rows are sent.")] = None,
    view: Annotated[str | None, typer.Option(
        "--view", metavar="NAME", show_default=False,
        help="Instead of a query: a view, all of it. Of a protected table, name the columns in a query.")] = None,
    kind: Annotated[str | None, typer.Option(
        "--format", metavar="FORMAT", show_default=False,
        help="csv, jsonl or parquet. Default: what the name of the file ends with, else csv.")] = None,
    actor: Annotated[str | None, typer.Option(
        "--actor", metavar="NAME", show_default=False, help="Who acts. Default: the login.")] = None,
    unit: Annotated[str | None, typer.Option(
        "--unit", metavar="NAME", show_default=False, help="The unit that exports.")] = None,
    basis_ref: Annotated[str | None, typer.Option(
        "--basis-ref", metavar="TEXT", show_default=False,
        help="What it rests on, such as the number of a court order.")] = None,
    values: Annotated[list[str] | None, typer.Option(
        "--value", metavar="NAME=VALUE", show_default=False,
        help="A value of the ticket, for rules of rows; may be repeated.")] = None,
    database_url: DatabaseOption = None,
) -> None:
    """Write the rows of a query to a file for a recipient. The register says so before the first row is read.

    Connect as a login that may send data to the recipient (`transfers_to`). Whatever goes wrong, there is no file, and
    the register says why.
    """
    from sminion_guard.disclosure.export import transfer  # here: other commands need no libpq

    address = conninfo(database_url)
    with _stopped(), counting("writing rows") as told:
        made = transfer(
            address, recipient, purpose=purpose, query=_query(query, view), out=out, reason=reason, actor=actor,
            unit=unit, basis_ref=basis_ref, values=_values(values or []), format=kind,
            progress=lambda rows: told(rows, 0))
    typer.echo(text(made, recipient))


def text(made: Transfer, recipient: str) -> str:
    """What was sent, for people."""
    people = f"{'at most ' if made.at_most else ''}{made.persons:,} {'person' if made.persons == 1 else 'people'}"
    rows = f"{made.rows:,} row{'' if made.rows == 1 else 's'}"
    return (f"disclosure {made.disclosure}: {rows} about {people}, to {recipient}\n"
            f"{made.path}: {made.bytes:,} bytes, sha256 {made.sha256}"
            + "".join(f"\nwarning {entry.code}: {entry.message}: {entry.detail}" for entry in made.warnings))


@contextmanager
def _stopped() -> Iterator[None]:
    """A request to end is heard as Ctrl-C is: the export is given up, and the register says so."""
    def heard(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _query(path: Path | None, view: str | None) -> str:
    if (path is None) == (view is None):
        raise TransferRefused("SG707", "an export is one query or one view",
                              hint="pass `--query FILE`, or `--view NAME`")
    if view is not None:
        return f"TABLE {view}"
    assert path is not None
    return read_query(path)


def read_query(path: Path) -> str:
    """The text of a file with a query.

    :raises TransferRefused: SG707.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise TransferRefused("SG707", f"query file `{path}` cannot be read", detail=detail,
                              hint="pass a UTF-8 file with one query") from error


def _values(given: list[str]) -> dict[str, TicketValue] | None:
    found: dict[str, TicketValue] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"write NAME=VALUE, not `{entry}`")
        found[name] = value
    return found or None
