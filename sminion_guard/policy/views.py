"""The views that a policy asks for: of each table what one purpose may read, so that ``SELECT *`` works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.policy.access import compartment_access, table_access
from sminion_guard.policy.compartments import Compartment
from sminion_guard.policy.model import Policy, Table
from sminion_guard.policy.names import SYSTEM_COLUMNS


@dataclass(frozen=True, slots=True)
class View:
    """A view of one table for one purpose.

    :param schema: the schema of the purpose's views.
    :param name: that of the table; ``schema_table`` where the purpose reads several tables of that name.
    :param columns: those that the purpose may read, sorted.
    """

    purpose: str
    schema: str
    name: str
    table: Table
    columns: tuple[str, ...]


def views_of(policy: Policy, purpose: str) -> Iterator[View]:
    """The views of ``purpose``, by table; none unless the policy asks for them."""
    schema = policy.purposes[purpose].views
    if schema is None:
        return
    found = []
    for table in policy.tables():
        readable = set(table_access(policy, purpose, table).use) - SYSTEM_COLUMNS
        if readable:
            found.append((table, tuple(sorted(readable))))
    names = Counter(table.name for table, _ in found)
    for table, columns in found:
        name = table.name if names[table.name] == 1 else f"{table.schema}_{table.name}"
        yield View(purpose, schema, name, table, columns)


def shown_to(policy: Policy, compartment: Compartment, view: View) -> bool:
    """Whether a compartment reads a view of its purpose. It is read as a whole, so a recipient gets all of it."""
    if compartment.purpose != view.purpose or policy.collection_of(view.table).name not in compartment.collections:
        return False
    return set(view.columns) <= set(compartment_access(policy, compartment, view.table).use)


def views(policy: Policy) -> Iterator[View]:
    """All views, by purpose and table."""
    for purpose in sorted(policy.purposes):
        yield from views_of(policy, purpose)
