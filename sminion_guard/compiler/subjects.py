"""Where the subject of a table's rows is: which columns the policies test, and how deep the table lies below it."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.compiler.quoting import ident, literal
from sminion_guard.policy import Policy, SubjectKey, SubjectPath, Table
from sminion_guard.policy.file.kinds import kinds_of

GUARD_SUBJECT = "guard_subject"


@dataclass(frozen=True, slots=True)
class Parent:
    """The parent of a table with a subject path.

    :param column: the child's column that leads to the parent.
    :param key: the parent's column it equals.
    :param subject: the parent's column with the subject.
    """

    table: Table
    column: str
    key: str
    subject: str


@dataclass(frozen=True, slots=True)
class SubjectOfRow:
    """A column of the row itself that holds the key of a subject.

    :param kind: of the subject; None where the policy names no kinds.
    :param optional: while it is NULL the row is about its other subjects only.
    """

    column: str
    key: SubjectKey
    kind: str | None
    optional: bool

    @property
    def prefix(self) -> str:
        """What stands before the key where states, tickets and logs name the subject."""
        return "" if self.kind is None else f"{self.kind}:"

    def text(self, value: str) -> str:
        """The subject in the form of ``sminion.subject_key``, as an SQL expression.

        :param value: an expression of the key, of its type.
        """
        if self.kind is None:
            return f"{value}::text"
        # An empty text is nobody's key, as NULL is not.
        key = f"nullif({value}::text, '')" if self.key is SubjectKey.TEXT else f"{value}::text"
        return f"{literal(self.prefix)} || {key}"

    def of(self, row: str) -> str:
        """The subject of ``row``, as :meth:`text`."""
        return self.text(f"{row}.{ident(self.column)}")


def subjects_of(policy: Policy, table: Table) -> tuple[SubjectOfRow, ...]:
    """The subjects of a row, sorted by the columns that hold their keys: see :func:`subject_columns`."""
    kinds = kinds_of(policy, table)
    if isinstance(table.subject, SubjectPath):
        return (SubjectOfRow(GUARD_SUBJECT, policy.key_of(kinds[0]), kinds[0], optional=False),)
    found = zip(table.subject or (), kinds, strict=True)
    listed = (SubjectOfRow(entry.column, policy.key_of(kind), kind, entry.optional) for entry, kind in found)
    return tuple(sorted(listed, key=lambda entry: entry.column))


def subject_columns(table: Table) -> tuple[str, ...]:
    """Columns of the row itself that hold its subjects, sorted: for a path the one that its trigger fills in."""
    if table.subject is None:
        return ()
    if isinstance(table.subject, SubjectPath):
        return (GUARD_SUBJECT,)
    return tuple(sorted(entry.column for entry in table.subject))


def parent_of(policy: Policy, table: Table) -> Parent | None:
    """The parent through which the subject is reached, or None when the row has its own."""
    path = table.subject
    if not isinstance(path, SubjectPath):
        return None
    parent = policy.schemas[path.schema].tables[path.table]
    return Parent(parent, path.column, path.key, subject_columns(parent)[0])


def children_of(policy: Policy, table: Table) -> tuple[Table, ...]:
    """Tables whose subject is reached through ``table``, sorted."""
    return policy.children(table)


def depth(policy: Policy, table: Table) -> int:
    """Steps from the row to the row that holds its subject: 0 for its own column."""
    steps = 0
    parent = parent_of(policy, table)
    while parent is not None:
        steps += 1
        parent = parent_of(policy, parent.table)
    return steps


def personal_tables(policy: Policy) -> tuple[Table, ...]:
    """Tables whose rows have subjects: parents before their children, then by name."""
    found = [table for table in policy.tables() if table.subject is not None]
    return tuple(sorted(found, key=lambda table: (depth(policy, table), table.schema, table.name)))
