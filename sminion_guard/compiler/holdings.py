"""All that the policy's roles hold, listed, so that whatever they hold beside it is seen wherever it is."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sminion_guard.compiler.depersonalized import readers
from sminion_guard.compiler.guard_grants import guard_privileges
from sminion_guard.compiler.quoting import like, literal
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.compiler.subjects import personal_tables
from sminion_guard.policy import Compartment, Policy, holds
from sminion_guard.policy.access import compartment_access, shown_columns
from sminion_guard.policy.model.depersonalized_views import DepersonalizedView
from sminion_guard.policy.views import shown_to, views_of


def holdings(policy: Policy, compartments: tuple[Compartment, ...]) -> Iterator[Statement]:
    """What each compartment role holds in the whole database, and nothing more."""
    routines = guard_privileges(policy, compartments)
    neutral = {
        name: {"patterns": sorted(like(pattern) for pattern in schema.neutral), "listed": sorted(schema.tables)}
        for name, schema in sorted(policy.schemas.items()) if schema.neutral
    }
    for compartment in compartments:
        expected = {
            "schemas": sorted({*compartment.schemas, *neutral, *_schemas_of_views(policy, compartment)}),
            "neutral": neutral,
            "tables": _tables(policy, compartment),
            "routines": routines[compartment.role]["routines"],
            "members": sorted(
                login.name for login in policy.logins.values() if holds(login, compartment)
            ),
        }
        values = {"role_literal": literal(compartment.role), "expected": _json(expected)}
        yield from_templates("holdings", compartment.role, values)


def guard_closed(policy: Policy, compartments: tuple[Compartment, ...]) -> Statement:
    """What is granted in schema ``sminion``, and nothing more."""
    values = {
        "expected": _json(guard_privileges(policy, compartments)),
        "tables": _json([[table.schema, table.name] for table in personal_tables(policy)]),
    }
    return from_templates("guard_closed", policy.name, values)


def _tables(policy: Policy, compartment: Compartment) -> dict[str, dict[str, dict[str, list[str]]]]:
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for table in policy.tables():
        if policy.collection_of(table).name not in compartment.collections:
            continue
        access = compartment_access(policy, compartment, table)
        held = {"SELECT": list(access.use), "INSERT": list(access.collect), "UPDATE": list(access.clarify)}
        held = {verb: names for verb, names in held.items() if names} | ({"DELETE": []} if access.delete else {})
        if held:
            found.setdefault(table.schema, {})[table.name] = held
    for view in views_of(policy, compartment.purpose):
        if shown_to(policy, compartment, view):
            found.setdefault(view.schema, {})[view.name] = {"SELECT": list(view.columns)}
    for shown in _depersonalized(policy, compartment):
        found.setdefault(shown.schema, {})[shown.name] = {"SELECT": list(shown_columns(policy, compartment, shown))}
    return found


def _depersonalized(policy: Policy, compartment: Compartment) -> list[DepersonalizedView]:
    return [view for view in policy.depersonalized_views.values() if readers(policy, (compartment,), view)]


def _schemas_of_views(policy: Policy, compartment: Compartment) -> set[str]:
    found = {view.schema for view in views_of(policy, compartment.purpose)
             if compartment.recipient is None or shown_to(policy, compartment, view)}
    return found | {view.schema for view in _depersonalized(policy, compartment)}


def _json(value: object) -> str:
    return literal(json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")))
