"""Schemas of views, one for each purpose that asks for it: ``SELECT *`` in them gives what the purpose may read."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler.predicates import OWNER
from sminion_guard.compiler.quoting import array_literal, columns, ident, literal, qualified
from sminion_guard.compiler.roles import usage
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.policy import Compartment, Policy
from sminion_guard.policy.views import View, shown_to, views, views_of


def view_schemas(policy: Policy, compartments: tuple[Compartment, ...]) -> Iterator[Statement]:
    """The schemas, and USAGE on each for the compartments of its purpose."""
    for name, purpose in sorted(policy.purposes.items()):
        if purpose.views is None or not any(views_of(policy, name)):
            continue
        values = {
            "schema": ident(purpose.views),
            "schema_literal": literal(purpose.views),
            "comment": literal(f"sminion_guard: what purpose {name} of policy {policy.name} may read"),
        }
        yield from_templates("view_schema", purpose.views, values)
        # The owner of the guard recognises what is in it.
        readers = (entry.role for entry in compartments if entry.purpose == name and (
            entry.recipient is None or any(shown_to(policy, entry, view) for view in views_of(policy, name))))
        for role in (OWNER, *readers):
            yield from_templates("schema_usage", f"{purpose.views}:{role}", usage(purpose.views, role))


def purpose_views(policy: Policy, compartments: tuple[Compartment, ...]) -> Iterator[Statement]:
    """The views, after the privileges on what they show."""
    for view in views(policy):
        # The table comes first in the key: with the table's other objects the view is made anew when a column changes.
        yield from_templates("view", f"{view.table.qualified}:{view.schema}.{view.name}", {
            "view": qualified(view.schema, view.name),
            "view_literal": literal(qualified(view.schema, view.name)),
            "columns": columns(view.columns),
            "names": array_literal(view.columns),
            "table_literal": literal(qualified(view.table.schema, view.table.name)),
            "comment": literal(f"sminion_guard: what purpose {view.purpose} may read of {view.table.qualified}"),
            "roles": ", ".join(ident(role) for role in roles_of(policy, compartments, view)),
        })


def roles_of(policy: Policy, compartments: tuple[Compartment, ...], view: View) -> tuple[str, ...]:
    """The compartments of the view's purpose that hold its table, and read all that it shows."""
    return tuple(entry.role for entry in compartments if shown_to(policy, entry, view))
