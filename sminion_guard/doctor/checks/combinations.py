"""Columns that single people out together, in what a recipient may get of a table: how many people, and no values."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.known_tables import names
from sminion_guard.checks.singling import Alone, Countable, Source, comparable, worst
from sminion_guard.compiler.subjects import subject_columns
from sminion_guard.doctor.check import LONGEST_FULL, Check, Look
from sminion_guard.doctor.finding import Finding, Level
from sminion_guard.policy import Operation, Policy, Recipient, Table
from sminion_guard.policy.access import may
from sminion_guard.policy.inference import received, telling

LIMIT = 2_000
"""Milliseconds for each table, whoever gets it."""
CROWD = 20
"""Of fewer people each is known."""
MANY = 0.1
"""This share of the people is many."""


def find(look: Look) -> Iterator[Finding]:
    """For each recipient and table the combination that singles out most people, if it singles out many."""
    look.ask("sorted_groups")  # taken back with the check
    countable = comparable(look.database, look.policy)
    rows = {f"{schema}.{table}": about for schema, table, about in look.database.ask(
        "queries/doctor/about_rows", as_owner=False, **names(look.policy))}
    for table in look.policy.tables():
        if table.subject is None or table.qualified not in countable:
            continue
        wanted = {
            (recipient.name, purpose): columns
            for recipient in look.policy.recipients.values() if recipient.k is None  # else it gets groups only
            for purpose, columns in _received(look.policy, recipient, table, countable[table.qualified])
        }
        counted = _counted(look, table, rows[table.qualified], set(wanted.values()))
        for name in sorted({recipient for recipient, _ in wanted}):
            yield from _finding(name, table, [
                (purpose, counted[columns]) for (recipient, purpose), columns in wanted.items() if recipient == name])


def _received(
    policy: Policy, recipient: Recipient, table: Table, countable: list[Countable]
) -> Iterator[tuple[str, tuple[Countable, ...]]]:
    """For each purpose the columns of a table that a recipient gets row by row, and that tell something of people."""
    for purpose in recipient.purposes:
        if may(policy, purpose, table, Operation.TRANSFER) and may(policy, purpose, table, Operation.USE):
            told = telling(received(policy, recipient, table, [policy.purposes[purpose]]))
            columns = tuple(column for column in countable if column.name in told)
            if columns:
                yield purpose, columns


def _counted(
    look: Look, table: Table, rows: int, wanted: set[tuple[Countable, ...]]
) -> dict[tuple[Countable, ...], Alone | None]:
    source = Source(table.schema, table.name, subject_columns(table), rows)
    limit = (LONGEST_FULL if look.full else LIMIT) // max(1, len(wanted))
    return {columns: worst(look.database, source, columns, MANY, limit) for columns in wanted}


def _finding(recipient: str, table: Table, counted: list[tuple[str, Alone | None]]) -> Iterator[Finding]:
    known = [(purpose, found) for purpose, found in counted if found is not None]
    many = [(purpose, found) for purpose, found in known if found.people >= CROWD and found.share >= MANY]
    if many:
        purpose, found = max(many, key=lambda entry: (entry[1].share, entry[0]))
        columns = ", ".join(f"`{table.qualified}.{column}`" for column in found.columns)
        yield _warning(
            recipient, table, f"recipient `{recipient}` may get for `{purpose}` what singles people out: {columns}",
            f"{_with(found)} {found.alone} of {found.people} people are alone"
            + ("" if found.sample is None else f", in a sample of {found.sample} rows: among all rows it may be fewer"))
    elif len(known) < len(counted):
        yield _warning(
            recipient, table, f"recipient `{recipient}` may get rows of `{table.qualified}`, and whether they single"
            " people out could not be counted", "it takes too long, or may not be done; `--full` takes its time")


def _with(found: Alone) -> str:
    return f"with {', '.join(f'`{column}`' for column in found.columns)}"


def _warning(recipient: str, table: Table, message: str, detail: str) -> Finding:
    return Finding(
        "SG710", f"recipient {recipient}", message, detail=detail, level=Level.WARNING, facet=table.qualified,
        hint="show groups of people in a depersonalized view, or let `never` name one of their categories")


CHECK = Check("combinations", ("SG710",), find)
