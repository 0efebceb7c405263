"""What stands around the tables and could lead past row security: keys, trees of tables, rules, views and functions."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import NO_TABLES, names
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy.views import views

_TREES = {
    "child": ("SG431", "table `{0}` is a partition or child of `{1}`", "name `{1}` instead, or detach it"),
    "parent": ("SG431", "table `{0}` has the inheritance child `{1}`", "let `{1}` stand alone: `NO INHERIT`"),
    "foreign": ("SG426", "partition `{1}` of `{0}` is a foreign table", "`ALTER TABLE {0} DETACH PARTITION {1}`"),
}


def around(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Everything that reads or changes protected rows without asking row security."""
    policy = compiled.policy
    protected = names(policy)
    schemas, logins = sorted(policy.schemas), sorted(policy.logins)
    for child, parent, name, action in database.ask("queries/preflight/cascades", as_owner=False, **protected):
        yield Problem(
            "SG430",
            f"foreign key `{name}` of `{child}` to `{parent}` is {action}",
            detail="referential actions ignore row security: rows change that nobody may see",
            hint="make it NO ACTION, and let the application delete or change the children itself",
        )
    for place, table, other in database.ask("queries/preflight/inheritance", as_owner=False, **protected):
        code, message, hint = _TREES[place]
        yield Problem(
            code,
            message.format(table, other),
            detail="what is read through another table of the tree is not under this table's row security",
            hint=hint.format(table, other),
        )
    for table, name in database.ask("queries/preflight/rules", as_owner=False, **protected):
        yield Problem(
            "SG432",
            f"table `{table}` has the rule `{name}`",
            detail="a rule rewrites statements to others, which run with its owner's privileges",
            hint=f"write it as a trigger, then `DROP RULE {name} ON {table}`",
        )
    roles = [entry.role for entry in compiled.compartments]
    seen = database.ask(
        "queries/preflight/views", as_owner=False, roles=roles, logins=logins, schemas=schemas, **protected
    )
    own = {f"{view.schema}.{view.name}" for view in views(policy)}
    for view, kind, owner, reader in seen:
        if view in own:  # an altered one, which `apply` makes anew
            continue
        yield Problem(
            "SG433",
            f"`{view}` is {NO_TABLES[kind]} over protected tables that {_who(reader)} may read",
            detail="it keeps what its owner saw" if kind == "m" else f"it reads as `{owner}`, past row security",
            hint=f"`REVOKE ALL ON {view} FROM {reader}`"
            + ("" if kind == "m" else f", or `ALTER VIEW {view} SET (security_invoker)`"),
        )
def _who(reader: str) -> str:
    return "everybody" if reader == "PUBLIC" else f"`{reader}`"
