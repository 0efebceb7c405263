"""The verdict: allowed or refused, never without its reasons."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.analyzer.access import Manner
from sminion_guard.analyzer.excerpt import excerpt
from sminion_guard.analyzer.frame import category, subject_column
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.statements import Statement
from sminion_guard.codes import error_class
from sminion_guard.errors import GuardError
from sminion_guard.policy.model import Policy
from sminion_guard.policy.rows import explanation, tables_with_rules


@dataclass(frozen=True, slots=True)
class Judged:
    """One statement and the reasons to refuse it."""

    statement: Statement
    reasons: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class SubjectPlace:
    """An output column that holds keys of subjects.

    :param column: its place, from 0.
    :param kinds: of the subjects, sorted; the name of the only kind of a policy that names none is empty.
    """

    column: int
    kinds: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The analyzer's answer for a text. It is allowed if all of its statements are, in one compartment."""

    sql: str
    purpose: str
    statements: tuple[Judged, ...]
    reasons: tuple[Reason, ...]
    """Of all statements, and of the text as a whole."""
    compartments: tuple[str, ...]
    """Roles of the compartments that hold everything the text touches; none when it is refused."""
    policy: Policy

    @property
    def allowed(self) -> bool:
        return not self.reasons

    @property
    def protected(self) -> bool:
        """Whether it touches a protected schema at all, and be it what every purpose may: that too needs a role."""
        schemas = self.policy.schemas.keys() | self.policy.view_schemas
        return any(
            access.schema in schemas for judged in self.statements for access in judged.statement.accesses
        ) or any(schema in schemas for judged in self.statements for schema in judged.statement.schemas)

    @property
    def fingerprint(self) -> str:
        return " ".join(judged.statement.fingerprint for judged in self.statements)

    @property
    def limits(self) -> tuple[str, ...]:
        """The rules of rows of the tables that the text touches, in words: what they hide, no verdict can tell."""
        touched = {(access.schema, access.relation) for entry in self.statements for access in entry.statement.accesses}
        return tuple(
            explanation(table) for table in tables_with_rules(self.policy) if (table.schema, table.name) in touched
        )

    def error(self) -> GuardError | None:
        """The refusal as the error that stands for its first reason; None when it is allowed."""
        if not self.reasons:
            return None
        first = self.reasons[0]
        more = [f"{reason.code}: {reason.message}" for reason in self.reasons[1:]]
        detail = "\n".join(part for part in (first.detail, *more) if part)
        return error_class(first.code)(first.code, first.message, detail=detail or None, hint=first.hint,
                                       excerpt=excerpt(self.sql, first))

    def subject_columns(self, number: int = 0) -> tuple[SubjectPlace, ...]:
        """The output columns of a statement that hold a subject's key unchanged.

        A column that comes from several (of a UNION) may hold keys of several kinds, and no value tells of which.
        """
        found = []
        for place, output in enumerate(self.statements[number].statement.outputs):
            columns = [
                subject_column(self.policy, schema, relation, column)
                for schema, relation, column, manner in output.sources if manner is Manner.COPIED
            ]
            kinds = {entry.kind or "" for entry in columns if entry is not None}
            if kinds:
                found.append(SubjectPlace(place, tuple(sorted(kinds))))
        return tuple(found)

    def categories(self, number: int, output: int) -> tuple[str, ...]:
        """The categories of what an output column comes from, sorted; unlisted columns count as ``closed``."""
        sources = self.statements[number].statement.outputs[output].sources
        found = {category(self.policy, schema, relation, column) or "closed"
                 for schema, relation, column, _ in sources if schema in self.policy.schemas}
        return tuple(sorted(found))
