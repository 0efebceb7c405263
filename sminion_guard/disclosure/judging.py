"""Whether the rows of a query may be sent to a recipient: every column that decides or reaches them has a category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sminion_guard.analyzer import Access, Catalog, Reason, Statement, Verdict, analyze
from sminion_guard.analyzer.excerpt import excerpt
from sminion_guard.analyzer.places import span
from sminion_guard.codes import error_class
from sminion_guard.disclosure.coarse import too_fine
from sminion_guard.disclosure.differencing import grouping
from sminion_guard.disclosure.flows import Reading, readings
from sminion_guard.disclosure.generated import behind, is_generated
from sminion_guard.disclosure.inference import doubts
from sminion_guard.disclosure.permission import NONE, Permission, permission
from sminion_guard.errors import GuardError
from sminion_guard.policy.model import Operation, Policy


@dataclass(frozen=True, slots=True)
class SentColumn:
    """A column of what is sent.

    :param categories: of all that it comes from, sorted; none for a constant.
    :param sources: the columns that it comes from, sorted.
    """

    name: str
    categories: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportVerdict:
    """Whether a query may be sent.

    :param columns: what is sent; none when it is refused.
    :param categories: of everything that is sent or decides what is sent, sorted, without ``none``.
    """

    sql: str
    recipient: str
    purpose: str
    reasons: tuple[Reason, ...]
    columns: tuple[SentColumn, ...]
    categories: tuple[str, ...]
    warnings: tuple[Reason, ...] = ()
    """What may be sent and could tell more than is meant."""

    @property
    def allowed(self) -> bool:
        return not self.reasons

    def error(self) -> GuardError | None:
        """The refusal as an error; None when it is allowed."""
        if not self.reasons:
            return None
        first = self.reasons[0]
        more = [f"{reason.code}: {reason.message}" for reason in self.reasons[1:]]
        detail = "\n".join(part for part in (first.detail, *more) if part)
        return error_class(first.code)(first.code, first.message, detail=detail or None, hint=first.hint,
                                       excerpt=excerpt(self.sql, first))


def judge_export(
    sql: str, *, catalog: Catalog, policy: Policy, recipient: str, purpose: str, today: date,
    search_path: tuple[str, ...] | None = None, server_version: int | None = None,
) -> ExportVerdict:
    """Judge whether the rows of a query may be sent to a recipient.

    What stands in WHERE, ON, GROUP BY or ORDER BY counts like what is selected: who gets the rows learns of it.

    :param sql: one query, without parameters.
    :param recipient: its name in the policy.
    :param purpose: for which it is sent.
    :param today: the day in the time zone of the policy.
    :raises TransferRefused: SG704 when the recipient gets no data at all for the purpose, or not any more.
    """
    granted = permission(policy, recipient, purpose, today)
    # A body that the policy trusts is a body that nobody has followed: it may return anything.
    strict = replace(policy, trusted_functions=frozenset(), trusted_why={})
    verdict = analyze(sql, catalog=catalog, policy=strict, purpose=purpose, search_path=search_path,
                      server_version=server_version)
    reasons = verdict.reasons or tuple(_reasons(verdict, catalog, granted))
    if reasons:
        return ExportVerdict(sql, recipient, purpose, reasons, (), ())
    statement = verdict.statements[0].statement
    path = catalog.search_path if search_path is None else search_path
    if granted.recipient.k is not None:
        single = grouping(sql, statement, catalog, policy, granted.recipient, path).reasons
        if single:
            return ExportVerdict(sql, recipient, purpose, single, (), ())
    fine = tuple(too_fine(sql, statement, catalog, policy, granted.recipient, path))
    if fine:
        return ExportVerdict(sql, recipient, purpose, fine, (), ())
    found = {_category(policy, entry) or NONE for entry in _all(catalog, statement)}
    return ExportVerdict(sql, recipient, purpose, (), tuple(_columns(policy, statement)), tuple(sorted(found - {NONE})),
                         tuple(doubts(policy, catalog, statement, grouped=granted.recipient.k is not None)))


def _reasons(verdict: Verdict, catalog: Catalog, granted: Permission) -> Iterator[Reason]:
    statements = [entry.statement for entry in verdict.statements]
    if len(statements) != 1 or statements[0].kind != "SelectStmt":
        yield Reason("SG707", "an export is one query", "the text is no single SELECT, VALUES or TABLE",
                     "write one query")
        return
    statement = statements[0]
    if statement.parameters:
        yield Reason("SG707", "an export has no parameters", f"`${statement.parameters[0]}` has no value",
                     "write the value")
    for access in statement.accesses:
        if access.operation is not Operation.USE:
            yield Reason("SG707", "an export changes and locks nothing",
                         f"it touches `{access.qualified}` to {access.operation.value}", "leave it out",
                         span(statement.text, access.start))
        elif not access.columns and not _known(access, verdict.policy, catalog):
            yield Reason("SG706", f"nobody knows what `{access.qualified}` holds",
                         "the policy does not list it, so its columns have no categories" + _through(access),
                         "list it in the policy, or leave it out", span(statement.text, access.start))
    for reading in _all(catalog, statement):
        yield from _judged(verdict.policy, catalog, statement, reading, granted)


def _all(catalog: Catalog, statement: Statement) -> Iterator[Reading]:
    """Every column that is read, and what generated ones are made of."""
    for reading in readings(statement):
        yield reading
        made = behind(catalog, reading.schema, reading.relation, reading.column)
        if made is not None:
            for inner in readings(made):
                yield replace(reading, column=inner.column, schema=inner.schema, relation=inner.relation,
                              via=(*reading.via, f"generated column {reading.name}"))


def _judged(
    policy: Policy, catalog: Catalog, statement: Statement, reading: Reading, granted: Permission
) -> Iterator[Reason]:
    place = span(statement.text, reading.start)
    category = _category(policy, reading)
    made = is_generated(catalog, reading.schema, reading.relation, reading.column)
    if made and behind(catalog, reading.schema, reading.relation, reading.column) is None:
        yield Reason("SG706", f"nobody knows what generated column `{reading.name}` is made of",
                     f"the catalog that it is judged by does not tell; {reading.path()}",
                     "take the catalog anew with `sminion-guard catalog dump`, or leave the column out", place)
    elif category is None and (never := _never(policy, reading, granted)) is not None:
        yield Reason("SG705", f"recipient `{granted.recipient.name}` never gets `{never}`, not even of groups",
                     f"{reading.path()}; `never` names it",
                     f"leave `{reading.column}` out, also of conditions, of groups and of the order", place)
    elif category is None:
        if not _seen_through(catalog, reading.schema, reading.relation):
            yield Reason("SG706", f"nobody knows what `{reading.name}` holds",
                         f"the policy does not list it; {reading.path()}",
                         "list the column with its category, or leave it out", place)
    elif not _fits(reading, category, granted):
        yield Reason("SG705", f"recipient `{granted.recipient.name}` does not get `{category}`",
                     f"{reading.path()}; {granted.why_not(category)}",
                     f"leave `{reading.column}` out, also of conditions, of groups and of the order", place)


def _fits(reading: Reading, category: str, granted: Permission) -> bool:
    if granted.covers(category):
        return True
    return granted.decides(category) and (not reading.ways or reading.counted)


def _category(policy: Policy, reading: Reading) -> str | None:
    schema = policy.schemas.get(reading.schema)
    if schema is None:
        return None
    listed = schema.tables.get(reading.relation)
    found = None if listed is None else listed.columns.get(reading.column)
    return NONE if found is None and listed is None and schema.is_neutral(reading.relation) else found


def _never(policy: Policy, reading: Reading, granted: Permission) -> str | None:
    """The category that a column of a depersonalized view is made of, where the recipient never gets it."""
    view = policy.depersonalized_views.get(f"{reading.schema}.{reading.relation}")
    shown = None if view is None else view.columns.get(reading.column)
    if view is None or shown is None or not shown.column:
        return None
    category = policy.source_of(view).columns[shown.column]
    return category if category in granted.recipient.never else None


def _known(access: Access, policy: Policy, catalog: Catalog) -> bool:
    return access.schema in policy.schemas or _seen_through(catalog, access.schema, access.relation)


def _seen_through(catalog: Catalog, schema: str, relation: str) -> bool:
    """Whether it is a view: what it reads is judged by itself."""
    found = catalog.relation(schema, relation)
    return found is not None and found.kind == "v"


def _through(access: Access) -> str:
    return f"; the query gets there through {' > '.join(f'`{step}`' for step in access.via)}" if access.via else ""


def _columns(policy: Policy, statement: Statement) -> Iterator[SentColumn]:
    for output in statement.outputs:
        listed = [(schema, relation, column) for schema, relation, column, _ in output.sources]
        kinds = {policy.schemas[schema].tables[relation].columns[column] for schema, relation, column in listed
                 if schema in policy.schemas and column in _listed(policy, schema, relation)}
        yield SentColumn(output.name, tuple(sorted(kinds - {NONE})),
                         tuple(sorted({".".join(source) for source in listed})))


def _listed(policy: Policy, schema: str, relation: str) -> frozenset[str]:
    table = policy.schemas[schema].tables.get(relation)
    return frozenset() if table is None else frozenset(table.columns)
