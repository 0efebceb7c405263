"""What a purpose may do with which columns of a table: content and amount match the purpose."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.policy.compartments import Compartment, collects_in_one, reaches_one
from sminion_guard.policy.model import Operation, Policy, Purpose, SubjectPath, Table
from sminion_guard.policy.model.depersonalized_views import DepersonalizedView
from sminion_guard.policy.names import SYSTEM_COLUMNS
from sminion_guard.policy.permission import Permission

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


PLACE = ("ctid", "tableoid")
"""By these columns an export says which rows it sends, and whose data they are, without their keys."""


def compartment_access(policy: Policy, compartment: Compartment, table: Table) -> TableAccess:
    """What ``compartment`` may do with ``table``: of a recipient, read what the recipient may get, and nothing else."""
    access = table_access(policy, compartment.purpose, table)
    if compartment.recipient is None:
        return access
    granted = Permission(policy.recipients[compartment.recipient], policy.purposes[compartment.purpose])
    read = {name for name in access.use if granted.decides(table.columns[name])}
    if access.use and table.subject is not None:
        read.update(PLACE)
    return TableAccess(table.qualified, tuple(sorted(read)), (), (), False)


def shown_columns(policy: Policy, compartment: Compartment, view: DepersonalizedView) -> tuple[str, ...]:
    """The columns of a depersonalized view that ``compartment`` reads, sorted.

    A recipient does not read those that are made of what it never gets.
    """
    source = policy.source_of(view)
    if view.purpose != compartment.purpose or policy.collection_of(source).name not in compartment.collections:
        return ()
    never = frozenset() if compartment.recipient is None else policy.recipients[compartment.recipient].never
    return tuple(sorted(
        name for name, shown in view.columns.items() if not shown.column or source.columns[shown.column] not in never))


def may(policy: Policy, purpose: str, table: Table, operation: Operation) -> bool:
    """Whether ``purpose`` may do ``operation`` with data of ``table`` at all.

    :raises PolicyError: for a purpose the policy does not know.
    """
    within = collects_in_one if operation in OWN_DATA else reaches_one
    return within(policy, purpose, policy.collection_of(table)) and operation in policy.purposes[purpose].may


def table_access(policy: Policy, purpose: str, table: Table) -> TableAccess:
    """What ``purpose`` may do with ``table``.

    :raises PolicyError: for a purpose the policy does not know.
    """
    collection = policy.collection_of(table)
    own, used = collects_in_one(policy, purpose, collection), reaches_one(policy, purpose, collection)
    chosen = policy.purposes[purpose]

    def allowed(operation: Operation) -> bool:
        return (own if operation in OWN_DATA else used) and operation in chosen.may

    def written(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if name not in SYSTEM_COLUMNS)

    return TableAccess(
        table=table.qualified,
        # What a purpose reads in groups of people it does not read row by row: the two put together tell of each.
        use=needed_columns(chosen, table) if allowed(Operation.USE) and not policy.views_only(purpose, table) else (),
        collect=written(needed_columns(chosen, table)) if allowed(Operation.COLLECT) else (),
        clarify=written(changeable_columns(chosen, table)) if allowed(Operation.CLARIFY) else (),
        delete=allowed(Operation.DELETE),
    )
