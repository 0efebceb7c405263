"""Names: what PostgreSQL can hold, what the compiled roles leave room for, and what is taken."""

from __future__ import annotations

import re

from sminion_guard.policy.compartments import (
    Compartment,
    TooManyCompartments,
    compartments,
    recipient_compartments,
)
from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import CATEGORIES, OPEN_CATEGORIES, Policy
from sminion_guard.policy.names import (
    OFFICES,
    POLICY_NAME,
    PURPOSE_NAME,
    RESERVED_COLUMNS,
    RESERVED_LOGINS,
    SYSTEM_COLUMNS,
    backup_role,
    identifier_problem,
    office_roles,
    reserved_schema,
)
from sminion_guard.policy.positions import Path

_FUNCTION = re.compile(r'("(?:[^"]|"")+"|[^\s".()]+)\.("(?:[^"]|"")+"|[^\s".()]+)')


def naming(policy: Policy, report: Report) -> None:
    """Report names that are malformed or reserved."""
    if policy.name:  # without one `[policy]` itself is broken, and reported
        _pattern(report, ("policy", "name"), "policy", policy.name, POLICY_NAME, 20)
        if policy.name in ("pg", "sminion") or policy.name.startswith("pg_"):
            report.add("SG307", ("policy", "name"), f"policy name `{policy.name}` is reserved",
                       "choose another: it prefixes roles, and those of PostgreSQL and the guard begin so")
    for name in policy.purposes:
        _pattern(report, ("purpose", name), "purpose", name, PURPOSE_NAME, 40)
        if name in OFFICES:
            report.add("SG307", ("purpose", name), f"purpose name `{name}` is reserved",
                       f"choose another: role `{policy.name}_{name}` is an office of every policy")
    for name in policy.recipients:
        _pattern(report, ("recipient", name), "recipient", name, PURPOSE_NAME, 40)
    for name in policy.own_categories:
        _pattern(report, ("category", name), "category", name, PURPOSE_NAME, 40)
        if name in CATEGORIES | OPEN_CATEGORIES:
            report.add("SG307", ("category", name), f"category `{name}` is built in", "use it without declaring it")
    for name in policy.kinds:
        _pattern(report, ("subject", name), "kind", name, PURPOSE_NAME, 40)
    for name in policy.logins:
        _identifier(report, ("login", name), name)
        if name in RESERVED_LOGINS or name.startswith("pg_"):
            report.add("SG307", ("login", name), f"login name `{name}` is reserved by PostgreSQL", "choose another")
    for function in sorted(policy.trusted_functions):
        if not _FUNCTION.fullmatch(function):
            report.add("SG306", ("policy", "trusted_functions"), f"malformed function name `{function}`",
                       "write it with its schema and without arguments, such as `public.unaccent`")
    _database_names(policy, report)
    _alike(policy, report)


def _alike(policy: Policy, report: Report) -> None:
    """A name with dots: in compiled objects, in tickets and in the log it would mean two things."""
    seen: dict[str, Path] = {}
    places: list[Path] = [("schema", name) for name in policy.schemas]
    places += [("schema", table.schema, table.name) for table in policy.tables()]
    for path in places:
        name = ".".join(str(part) for part in path[1:])
        if name in seen:
            report.add("SG334", path, f"two schemas or tables are called `{name}`",
                       "rename one of them: a dot in a name makes it read like a schema and a table")
        seen[name] = path


def _database_names(policy: Policy, report: Report) -> None:
    for schema in policy.schemas.values():
        path: Path = ("schema", schema.name)
        _identifier(report, path, schema.name)
        if reserved_schema(schema.name):
            report.add("SG307", path, f"schema `{schema.name}` is reserved",
                       "it belongs to PostgreSQL or to the guard and holds no data of yours")
        for at, pattern in enumerate(schema.neutral):
            if problem := identifier_problem(pattern):
                report.add("SG335", (*path, "neutral", at), problem.replace("\0", "\\0"),
                           "write a table's name, or a part of it with `*` for the rest, such as `ref_*`")
            elif pattern in schema.tables:
                report.add("SG335", (*path, "neutral", at),
                           f"`{schema.name}.{pattern}` is listed as a table and named as neutral",
                           "say one of the two: a table that is listed is what its listing says")
        for table in schema.tables.values():
            _identifier(report, (*path, table.name), table.name)
            for column in table.columns:
                place = (*path, table.name, "columns", column)
                _identifier(report, place, column)
                if column in SYSTEM_COLUMNS and table.columns[column] != "none":
                    report.add("SG347", place, f"`{column}` is a column that PostgreSQL gives to each table",
                               f"write `{column} = \"none\"`: then every purpose may read it, and none writes it")
                if column in RESERVED_COLUMNS:
                    report.add("SG307", place, f"column name `{column}` is reserved",
                               "leave it out: the guard keeps the column itself")


def role_collisions(policy: Policy, report: Report) -> None:
    """Report roles that would be created twice, or that are a login of the policy."""
    try:
        found = (*compartments(policy), *recipient_compartments(policy))
    except TooManyCompartments:  # reported where the reach is checked
        return
    taken = dict.fromkeys(office_roles(policy.name), "an office of every policy")
    if policy.backup:
        taken[backup_role(policy.name)] = "the role for dumps"
        if backup_role(policy.name) in policy.logins:
            report.add("SG323", ("login", backup_role(policy.name)),
                       f"login `{backup_role(policy.name)}` is also the role for dumps", "rename the login")
    taken |= {name: f"login `{name}`" for name in policy.logins}
    for compartment in found:
        if compartment.role in taken:
            report.add("SG323", ("purpose", compartment.purpose),
                       f"role `{compartment.role}` of purpose `{compartment.purpose}`{_of(compartment)} is also "
                       f"{taken[compartment.role]}", "rename one of them")
        taken[compartment.role] = f"a compartment of purpose `{compartment.purpose}`{_of(compartment)}"
    for role in office_roles(policy.name):
        if role in policy.logins:
            report.add("SG323", ("login", role), f"login `{role}` is also an office of every policy",
                       "rename the login")


def _of(compartment: Compartment) -> str:
    return f" and recipient `{compartment.recipient}`" if compartment.recipient else ""


def _pattern(report: Report, path: Path, kind: str, name: str, pattern: re.Pattern[str], most: int) -> None:
    if not pattern.fullmatch(name):
        report.add("SG306", path, f"malformed {kind} name `{name}`",
                   f"use lower-case letters, digits and `_`, a letter first, at most {most} characters")


def _identifier(report: Report, path: Path, name: str) -> None:
    if problem := identifier_problem(name):
        report.add("SG306", path, problem.replace("\0", "\\0"), "use the name as it stands in the database")
