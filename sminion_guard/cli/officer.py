"""A connection for the commands of privacy officers, with hints for who types: options and commands, not functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from sminion_guard.cli.database import conninfo
from sminion_guard.errors import GuardError

if TYPE_CHECKING:
    import psycopg

HINTS: Mapping[str, str] = {
    "SG460": "pass `--kind` with a kind of the policy, or leave it out where the policy names none",
    "SG506": "pass `--reason` with a text",
    "SG525": "check the identity, and record how: `sminion-guard request identify NUMBER --how ...`",
    "SG526": "close the new one if it says nothing new: `sminion-guard request close NUMBER duplicate --of NUMBER`",
    "SG527": "decide the request, and close it: `sminion-guard request close`",
    "SG546": "pass `--schema` with schemas of the policy that have data of people, or leave it out",
    "SG547": "end the other one too, if nothing is to be blocked: `sminion-guard subject unblock`, with `--schema`"
             " for one that is limited",
    "SG544": "change the data under a ticket with `basis_ref => 'request:NUMBER'`; if nothing had to be changed, pass"
             " `--unchanged`",
    "SG562": "make an index on the subject column, or pass `--slow`",
    "SG563": "run `sminion-guard subject destroy`",
    "SG565": "destroy them: `sminion-guard subject destroy`; hold what must be kept: `sminion-guard subject hold`",
    "SG593": "run `sminion-guard subject ledger replay`; pass `--without-ledger` where it was repeated otherwise",
    "SG703": "tell them: `sminion-guard disclosure obligations` and `disclosure tell`",
}
"""Code to the hint for who types a command."""


@contextmanager
def officer(database_url: str | None) -> Iterator[psycopg.Connection[Any]]:
    """A connection in autocommit.

    :raises GuardError: of what is done with it, with a hint for who types.
    """
    import psycopg  # here: commands without a database need no libpq

    with psycopg.connect(conninfo(database_url), autocommit=True) as connection:
        try:
            yield connection
        except GuardError as error:
            if error.code in HINTS:
                raise type(error)(error.code, error.message, detail=error.detail, hint=HINTS[error.code]) from error
            raise


def warn(text: str) -> None:
    """Print a warning of the server to stderr."""
    code = text.partition(":")[0]
    said = text.partition("\nhint: ")[0] + f"\nhint: {HINTS[code]}" if code in HINTS else text
    typer.echo(f"warning: {said}", err=True)
