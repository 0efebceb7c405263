"""What a purpose may do with which columns of a table: content and amount match the purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sminion_guard.policy.compartments import collects_in, reaches
from sminion_guard.policy.model import Operation, Policy, Purpose, SubjectPath, Table
from sminion_guard.policy.names import SYSTEM_COLUMNS

OWN_DATA = frozenset({Operation.COLLECT, Operation.CLARIFY, Operation.DELETE})
"""Operations only on data collected for the purpose itself: compatible and further speak of use."""


@dataclass(frozen=True, slots=True)
class TableAccess:
    """What one purpose may do with one table; columns are sorted.

    :param table: ``schema.table``.
    :param use: columns it may read.
    :param collect: columns it may fill in new rows.
    :param clarify: columns it may change.
    :param delete: whether it may delete rows.
    """

    table: str
    use: tuple[str, ...]
    collect: tuple[str, ...]
    clarify: tuple[str, ...]
    delete: bool

    @property
    def any(self) -> bool:
        """Whether there is anything it may do."""
        return bool(self.use or self.collect or self.clarify or self.delete)


def needed_columns(purpose: Purpose, table: Table) -> tuple[str, ...]:
    """The columns of ``table`` whose category ``purpose`` needs, or that are open to every purpose; sorted."""
    return tuple(sorted(column for column, category in table.columns.items() if purpose.needs_category(category)))


def leading_columns(table: Table) -> frozenset[str]:
    """The columns that lead to the subject of a row: its own subject columns, or the one its path starts from."""
    if isinstance(table.subject, SubjectPath):
        return frozenset({table.subject.column})
    return frozenset(entry.column for entry in table.subject or ())


def unchangeable(table: Table, column: str) -> tuple[str, str] | None:
    """Why no purpose changes a column, and what to do instead; None where it is one that a purpose may change."""
    if column in leading_columns(table):
        return (
            f"`{column}` leads to the person whom the row is about, and never changes",
            "delete the row, and insert it for the other person",
        )
    if table.columns.get(column) == "key":
        return (
            f"`{column}` is of category `key`, and a key never changes",
            f"delete the row, and insert it anew; or, where `{column}` neither identifies anything nor leads to a"
            " person, give it category `none` in the policy",
        )
    return None


def changeable_columns(purpose: Purpose, table: Table) -> tuple[str, ...]:
    """The needed columns without keys and without what leads to the subject: a row never changes its person."""
    fixed = leading_columns(table)
    return tuple(
        column for column in needed_columns(purpose, table) if column not in fixed and table.columns[column] != "key"
    )


def may(policy: Policy, purpose: str, table: Table, operation: Operation) -> bool:
    """Whether ``purpose`` may do ``operation`` with data of ``table`` at all.

    :raises PolicyError: for a purpose the policy does not know.
    """
    where = collects_in if operation in OWN_DATA else reaches
    return policy.collection_of(table).name in where(policy, purpose) and operation in policy.purposes[purpose].may


def table_access(policy: Policy, purpose: str, table: Table) -> TableAccess:
    """What ``purpose`` may do with ``table``.

    :raises PolicyError: for a purpose the policy does not know.
    """

    def written(choose: Callable[[Purpose, Table], tuple[str, ...]]) -> Callable[[Purpose, Table], tuple[str, ...]]:
        return lambda purpose, table: tuple(name for name in choose(purpose, table) if name not in SYSTEM_COLUMNS)

    def columns(operation: Operation, choose: Callable[[Purpose, Table], tuple[str, ...]]) -> tuple[str, ...]:
        return choose(policy.purposes[purpose], table) if may(policy, purpose, table, operation) else ()

    return TableAccess(
        table=table.qualified,
        use=columns(Operation.USE, needed_columns),
        collect=columns(Operation.COLLECT, written(needed_columns)),
        clarify=columns(Operation.CLARIFY, written(changeable_columns)),
        delete=may(policy, purpose, table, Operation.DELETE),
    )
