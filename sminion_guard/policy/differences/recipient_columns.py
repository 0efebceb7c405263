"""Which columns each recipient may get for which purpose, and what another policy changes of it.

A recipient gets more not only by its own lines: a column that is listed, or moves to another category, a purpose that
needs more or reaches another table, and a view with one more column pass more on as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sminion_guard.policy.access import may, table_access
from sminion_guard.policy.differences.sentence import Sentence
from sminion_guard.policy.inference import received
from sminion_guard.policy.model import Operation, Policy, Recipient

MOST_COLUMNS = 12
"""More than these are told table by table, with their number and categories."""
MOST_TABLES = 6
"""More than these are told together."""


@dataclass(frozen=True, slots=True, order=True)
class Received:
    """A column that a recipient may get.

    :param relation: table or depersonalized view, ``schema.name``.
    :param what: what a view makes of it; empty for the column of a table. Another operator shows something else.
    """

    relation: str
    column: str
    what: str = ""


def received_for(policy: Policy, recipient: Recipient, purpose: str) -> Mapping[Received, str]:
    """What a recipient may get for a purpose, with categories in words; nothing where the purpose does not transfer.

    The end of the contract does not count: a contract is renewed, and nobody looks at the columns again then.
    """
    chosen = policy.purposes.get(purpose)
    if chosen is None or purpose not in recipient.purposes or Operation.TRANSFER not in chosen.may:
        return {}
    found: dict[Received, str] = {}
    for table in policy.tables():
        if may(policy, purpose, table, Operation.TRANSFER) and table_access(policy, purpose, table).use:
            for column, category in received(policy, recipient, table, [chosen]).items():
                found[Received(table.qualified, column)] = f"`{category}`"
    for view in policy.depersonalized_views.values():
        if view.purpose == purpose:
            categories = policy.source_of(view).columns
            for column, shown in view.columns.items():
                # Of groups a recipient gets what its contract does not cover, and never what `never` names.
                if categories.get(shown.column) not in recipient.never:
                    found[Received(view.qualified, column, str(shown))] = "of groups"
    return found


def differences_of_columns(before: Policy, after: Policy) -> Iterator[Sentence]:
    """What each recipient newly gets for each purpose, and what it gets no longer."""
    for name in sorted(before.recipients.keys() | after.recipients.keys()):
        old, new = before.recipients.get(name), after.recipients.get(name)
        for purpose in sorted({*(old.purposes if old else ()), *(new.purposes if new else ())}):
            had = received_for(before, old, purpose) if old else {}
            gets = received_for(after, new, purpose) if new else {}
            more, less = gets.keys() - had.keys(), had.keys() - gets.keys()
            if more:
                yield Sentence(f"recipient `{name}` may now {'also ' if had else ''}get for `{purpose}`:"
                               f" {listed({column: gets[column] for column in more})}", True, purpose,
                               columns=_names(more))
            if less:
                yield Sentence(f"recipient `{name}` may no longer get for `{purpose}`:"
                               f" {listed({column: had[column] for column in less})}", False, purpose,
                               columns=_names(less))


def listed(columns: Mapping[Received, str]) -> str:
    """Columns in a line or two: with all their names if they are few, else their number; categories always."""
    names = sorted({column.relation for column in columns})
    relations = {name: {column: category for column, category in columns.items() if column.relation == name}
                 for name in names}
    if len(columns) <= MOST_COLUMNS:
        return "; ".join(part for held in relations.values() for part in _by_category(held))
    shown = names if len(names) <= MOST_TABLES else names[:MOST_TABLES - 1]
    told = [_counted(relations[name], f"`{name}`") for name in shown]
    rest = {column: category for column, category in columns.items() if column.relation not in shown}
    if rest:
        told.append(_counted(rest, f"{len(names) - len(shown)} more tables"))
    return "; ".join(told)


def _by_category(columns: Mapping[Received, str]) -> Iterator[str]:
    for category in sorted(set(columns.values())):
        names = sorted(f"`{column.relation}.{column.column}`" for column, other in columns.items() if other == category)
        yield f"{', '.join(names)} ({category})"


def _counted(columns: Mapping[Received, str], where: str) -> str:
    number = len(columns)
    return f"{number} column{'' if number == 1 else 's'} of {where} ({', '.join(sorted(set(columns.values())))})"


def _names(columns: Collection[Received]) -> tuple[str, ...]:
    return tuple(f"{column.relation}.{column.column}" for column in sorted(columns))
