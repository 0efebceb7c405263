"""Functions that owners of tables wrote, and that run with the rights of the guard: in indexes, checks and the like."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding


def find(look: Look) -> Iterator[Finding]:
    """The first of each table, where its owner could not become ``sminion_owner`` anyway."""
    for table, code in look.ask("code_of_owners", as_owner=True):
        yield Finding(
            "SG568", f"table {table}", code,
            detail=f"it runs when masks of `{table}` are set or its rows are reported: its owner can do what the guard "
            "can, and no destruction touches the table",
            hint="let a superuser own the function, or another that may become `sminion_owner` anyway; or leave the "
            "function out of the table",
        )


CHECK = Check("code_of_owners", ("SG568",), find)
