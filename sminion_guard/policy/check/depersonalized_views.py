"""Depersonalized views: in schemas of their own, of one table about people each, with columns that tell of groups."""

from __future__ import annotations

from sminion_guard.policy.access import OWN_DATA, leading_columns, may
from sminion_guard.policy.findings import Report, suggestion
from sminion_guard.policy.model import Operation, Policy, SubjectPath, Table
from sminion_guard.policy.model.depersonalized_views import (
    COUNT,
    HIERARCHY,
    KEEP,
    PSEUDONYM,
    TOTAL,
    DepersonalizedView,
    ShownColumn,
)
from sminion_guard.policy.names import identifier_problem, reserved_schema
from sminion_guard.policy.positions import Path


def depersonalized_views(policy: Policy, report: Report) -> None:
    """Report views that are not the guard's alone, show what they must not, or make no groups of people."""
    taken = {purpose.views: f"the views of purpose `{purpose.name}`" for purpose in policy.purposes.values()}
    readers: dict[str, str] = {}
    sources: dict[tuple[str, str], str] = {}
    for view in policy.depersonalized_views.values():
        path: Path = ("view", view.schema, view.name)
        _named(policy, view, taken, path, report)
        if readers.setdefault(view.schema, view.purpose) != view.purpose:
            report.add("SG389", path, f"schema `{view.schema}` holds views for `{readers[view.schema]}`",
                       "name a schema for each purpose: one that reads two of them could put them together")
        if (first := sources.setdefault((view.purpose, view.source), view.qualified)) != view.qualified:
            report.add("SG392", (*path, "from"), f"purpose `{view.purpose}` has another view of `{view.source}`,"
                       f" `{first}`", "keep one of them, or give the other to another purpose: the difference of two"
                       " views tells of groups that neither shows")
        table = policy.schemas[view.source_schema].tables.get(view.source_table) \
            if view.source_schema in policy.schemas else None
        if table is None:
            known = [entry.qualified for entry in policy.tables()]
            report.add("SG390", (*path, "from"), f"unknown table `{view.source}`", suggestion(view.source, known))
        elif not table.subject:
            report.add("SG390", (*path, "from"), f"`{view.source}` is about nobody, so nobody can be counted",
                       "let the purpose read the table itself")
        elif table.adopt_policies:
            report.add("SG390", (*path, "from"), f"`{view.source}` has policies of the application, which do not bind"
                       " a view of the guard", "say the same with `rows`, and leave `adopt_policies` out")
        else:
            _columns(policy, view, table, path, report)
        _groups(policy, view, path, report)


def depersonalized_views_within_reach(policy: Policy, report: Report) -> None:
    """Report views of what their purpose may not use, or does otherwise than in groups."""
    for view in policy.depersonalized_views.values():
        path: Path = ("view", view.schema, view.name, "for")
        purpose, table = policy.purposes[view.purpose], policy.source_of(view)
        if not may(policy, view.purpose, table, Operation.USE):
            report.add("SG391", path, f"purpose `{view.purpose}` may not use data of `{view.source}`",
                       "add `use` to `may` of the purpose, and let it reach the table: `collected_for`,"
                       " `[[compatible]]` or `[[further]]`")
        elif purpose.sees_blocked:
            report.add("SG391", path, f"purpose `{view.purpose}` sees blocked people, one at a time",
                       "name a purpose that does not: one person is no group")
        elif any(may(policy, view.purpose, table, operation) for operation in OWN_DATA):
            report.add("SG391", path, f"purpose `{view.purpose}` writes `{view.source}`, which it reads in groups only",
                       "name a purpose that may not collect, clarify or delete there")


def _named(policy: Policy, view: DepersonalizedView, taken: dict[str | None, str], path: Path, report: Report) -> None:
    if problem := identifier_problem(view.schema):
        report.add("SG389", path, problem.replace("\0", "\\0"), "choose another name")
    elif reserved_schema(view.schema) or view.schema == "public":
        report.add("SG389", path, f"schema `{view.schema}` is reserved", _OWN)
    elif view.schema in policy.schemas:
        report.add("SG389", path, f"schema `{view.schema}` holds data of the policy", _OWN)
    elif view.schema in taken:
        report.add("SG389", path, f"schema `{view.schema}` holds {taken[view.schema]}", _OWN)
    for name in (view.name, *view.columns):
        if problem := identifier_problem(name):
            report.add("SG306", path, problem.replace("\0", "\\0"), "choose another name")
        elif name.startswith("guard_"):
            report.add("SG307", path, f"name `{name}` is reserved", "choose one that does not begin with `guard_`")
    if "." in view.schema or "." in view.name:
        report.add("SG389", path, f"`{view.qualified}` holds a dot too many",
                   "leave it out: it would read like another schema and view")


def _columns(policy: Policy, view: DepersonalizedView, table: Table, path: Path, report: Report) -> None:
    for name, shown in view.columns.items():
        place = (*path, "columns", name)
        if not shown.column:
            continue
        if shown.column not in table.columns:
            report.add("SG393", place, f"column `{shown.column}` is not listed in `{table.qualified}`",
                       f"list it under `columns`, or {suggestion(shown.column, table.columns.keys())}")
        elif shown.operator == PSEUDONYM:
            if shown.column not in leading_columns(table):
                report.add("SG394", place, f"`{shown.column}` does not lead to the person, so its pseudonym hides"
                           " nothing", "name the column under `subject`, or another operator: the pseudonym of a value"
                           " that many share is as good as the value")
            elif not isinstance(table.subject, SubjectPath) and len(table.subject or ()) > 1:
                report.add("SG394", place, f"a row of `{table.qualified}` is about several people",
                           "leave pseudonyms out: who is linked with whom tells who they are")
        else:
            _value(policy, view, table, shown, place, report)


def _value(
    policy: Policy, view: DepersonalizedView, table: Table, shown: ShownColumn, place: Path, report: Report
) -> None:
    category = table.columns[shown.column]
    if category == "key" or shown.column in leading_columns(table):
        report.add("SG393", place, f"`{shown.column}` is a key, which tells people apart",
                   "write `pseudonym` where it leads to the person, or leave it out")
    elif shown.operator == KEEP and view.purpose in policy.purposes \
            and not policy.purposes[view.purpose].needs_category(category):
        report.add("SG393", place,
                   f"`{shown.column}` is of category `{category}`, which `{view.purpose}` does not need",
                   "name an operator that leaves less of it, or let the purpose need the category")
    elif shown.operator == HIERARCHY and shown.argument not in policy.hierarchies:
        report.add_unknown("SG396", place, "hierarchy", shown.argument, policy.hierarchies.keys())


def _groups(policy: Policy, view: DepersonalizedView, path: Path, report: Report) -> None:
    if view.k < 2:
        report.add("SG395", (*path, "k"), "a group of one person hides nobody", "write the least number of people: 5")
    for name in view.sensitive:
        if name not in view.columns or view.columns[name].operator in (PSEUDONYM, COUNT, TOTAL):
            report.add("SG395", (*path, "sensitive"), f"sensitive column `{name}` is no value that the view shows",
                       f"name a column of the view, or {suggestion(name, view.columns.keys())}")
    if bool(view.sensitive) != (view.distinct is not None):
        report.add("SG395", (*path, "sensitive"), "`sensitive` and `l` stand together",
                   "write both: which columns, and how many values each has at least in a group")
    elif view.distinct is not None and view.distinct < 2:
        report.add("SG395", (*path, "l"), "one value for a whole group tells it of everybody in it", "write 2 or more")
    counts, totals = view.of(COUNT), view.of(TOTAL)
    if len(counts) > 1 or len(totals) > 1 or (totals and not counts):
        report.add("SG395", (*path, "columns"), "a view counts once, and marks the total of a count",
                   "write one `count()`, and at most one `total()` beside it")
    if counts and (view.sensitive or view.of(PSEUDONYM)):
        report.add("SG395", (*path, "columns"), "a view that counts shows groups, and nothing of a person",
                   "leave `sensitive` and pseudonyms out, or `count()`")
    table = policy.schemas[view.source_schema].tables.get(view.source_table) \
        if view.source_schema in policy.schemas else None
    if totals and table is not None and isinstance(table.subject, tuple) and len(table.subject) > 1:
        report.add("SG395", (*path, "columns", totals[0]), f"a row of `{table.qualified}` is about several people, so"
                   " no total can be told from its parts", "leave `total()` out")


_OWN = "name a schema that holds nothing else, such as `for_` and the name of the purpose"
