"""`sminion-guard demo`: a guarded shop on a real PostgreSQL."""

from __future__ import annotations

from typing import Annotated

import typer

from sminion_guard.cli.common import FINDINGS

LEAST = 1_000
"""Fewer customers than this, and some of the story's numbers would be too small to show anything."""


def demo(
    people: Annotated[int, typer.Option(min=LEAST, help="How many customers the shop has.")] = 20_000,
    pg: Annotated[
        str | None,
        typer.Option(metavar="15..18|system|wheel|DIR", show_default=False,
                     help="PostgreSQL to use. Default: the newest on the system, else the wheel."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server running and show how to connect.")] = False,
) -> None:
    """Show a guarded shop on a real PostgreSQL. Exit code 1 if an answer of the server is not the expected one."""
    from sminion_guard.demo import run  # here: the other commands need neither generator nor terminal library

    outcome = run(people=people, pg=pg, keep=keep)
    if outcome.surprises:
        raise typer.Exit(FINDINGS)
