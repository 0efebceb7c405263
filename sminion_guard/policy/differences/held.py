"""What a compartment gives, and on which terms: plain values by which two versions of a policy are compared.

The database keeps them with each compartment and decides by them which open tickets a new policy ends
(``sql/functions/policy/policy_changes.sql``), and a guarded engine tells by them what changed for its login. Everything
that a statement is judged by, be it by the server or by the analyzer, must be in here: what is not, could change under
an open ticket.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sminion_guard.policy.access import compartment_access, shown_columns
from sminion_guard.policy.compartments import Compartment, compartments_of
from sminion_guard.policy.document import document
from sminion_guard.policy.model import Anonymous, Policy, SubjectPath, Table
from sminion_guard.policy.model.depersonalized_views import HIERARCHY, DepersonalizedView

FORMAT = "1"
"""Of the terms. Raise it with a term that is new: tickets opened without knowledge of it end then."""

Gives = Mapping[str, Mapping[str, list[str]]]
"""Table (empty for what belongs to none), then what may be done, then the columns; no columns stand for the whole."""
Terms = Mapping[str, Mapping[str, str]]
"""Table (empty for what belongs to none), then the term, then how it stands."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a compartment holds.

    :param gives: what may be done: more of it takes nothing from anybody.
    :param terms: what must be as it was.
    """

    gives: Gives
    terms: Terms


def held(policy: Policy, compartment: Compartment) -> Held:
    """What ``compartment`` of ``policy`` holds."""
    purpose = policy.purposes[compartment.purpose]
    gives: dict[str, dict[str, list[str]]] = {}
    terms = {"": {
        "format": FORMAT,
        "basis": purpose.basis.value,
        "sight of blocked people": "given" if purpose.sees_blocked else "not given",
        "TLS": "required" if policy.require_tls else "not required",
        "values of tickets": _listed(f"{name} {kind.value}" for name, kind in sorted(policy.ticket_values.items())),
    }}
    if compartment.recipient is not None:
        # A ticket ends with the contract as it was when it was opened.
        until = policy.recipients[compartment.recipient].until
        terms[""]["end of the contract"] = "none" if until is None else until.isoformat()
    for table in policy.tables():
        if policy.collection_of(table).name not in compartment.collections:
            continue
        access = compartment_access(policy, compartment, table)
        said = {"read": access.use, "fill in": access.collect, "change": access.clarify}
        of_table = {verb: list(names) for verb, names in said.items() if names}
        if access.delete:
            of_table["delete rows of"] = []
        if of_table:
            gives[table.qualified] = of_table
        terms[table.qualified] = _terms(policy, table)
    for name, schema in sorted(policy.schemas.items()):
        if schema.neutral:
            # keyed by a schema, which no table is called like: those have a dot
            gives[name] = {"read neutral tables named": sorted(schema.neutral)}
            alone = replace(schema, tables={})
            terms[name] = {"listed tables with neutral names": _listed(filter(alone.is_neutral, sorted(schema.tables)))}
    for view in policy.depersonalized_views.values():
        source = policy.source_of(view)
        if shown := shown_columns(policy, compartment, view):
            gives[view.qualified] = {"read": list(shown)}
            terms[view.qualified] = {**_terms(policy, source), **_view_terms(policy, view)}
    of_policy = {"set": sorted(policy.may_set), "call": sorted(policy.trusted_functions | policy.may_call)}
    if purpose.views is not None:
        gives[purpose.views] = {"read views in": []}
    gives[""] = {verb: names for verb, names in of_policy.items() if names}
    return Held(gives, terms)


def differences(before: Policy, after: Policy, login: str) -> tuple[str, ...]:
    """What is another for ``login`` under ``after`` than it was under ``before``, for people to read."""
    return tuple(dict.fromkeys(_differences(before, after, login)))


def _differences(before: Policy, after: Policy, login: str) -> Iterator[str]:
    old, new = before.logins.get(login), after.logins.get(login)
    if old is None or new is None:
        if old is not None:
            yield f"login `{login}` is no longer named"
        elif new is not None:
            yield f"login `{login}` is named now"
        return
    if old.may_hold_incompatible is None and new.may_hold_incompatible is not None:
        yield f"login `{login}` may now hold incompatible purposes"
    if before.ticket_lifetime != after.ticket_lifetime:
        yield f"tickets live {after.ticket_lifetime}, and lived {before.ticket_lifetime}"
    for purpose in sorted({*old.purposes, *new.purposes}):
        if purpose not in after.purposes:
            yield f"purpose `{purpose}` is gone"
        elif purpose not in new.purposes:
            yield f"login `{login}` may no longer act for `{purpose}`"
        elif purpose not in old.purposes:
            yield f"login `{login}` may now act for `{purpose}`"
        else:
            yield from _of_purpose(before, after, purpose)


def _of_purpose(before: Policy, after: Policy, purpose: str) -> Iterator[str]:
    old, new = (
        {entry.role: held(policy, entry) for entry in compartments_of(policy, purpose)} for policy in (before, after)
    )
    if old.keys() != new.keys():
        yield f"purpose `{purpose}` has other compartments"
    for role in sorted(old.keys() & new.keys()):
        yield from (f"`{purpose}` may no longer {item}" for item in _items(old[role].gives, new[role].gives))
        yield from (f"`{purpose}` may now {item}" for item in _items(new[role].gives, old[role].gives))
        for name, terms in old[role].terms.items():
            for term, said in terms.items():
                now = new[role].terms.get(name, {}).get(term)
                if name in new[role].terms and now != said:
                    yield f"{term}{f' of `{name}`' if name else f' of `{purpose}`'} was {said}, and is {now}"


def _items(gives: Gives, without: Gives) -> Iterator[str]:
    """What is in ``gives`` and not in ``without``."""
    for name, verbs in gives.items():
        for verb, columns in verbs.items():
            there = without.get(name, {}).get(verb)
            if not columns and there is None:
                yield f"{verb} `{name}`"
            for column in columns:
                if column not in (there or ()):
                    yield f"{verb} `{f'{name}.' if name else ''}{column}`"


def _terms(policy: Policy, table: Table) -> dict[str, str]:
    kept = table.retention
    return {
        "subject": subject_terms(policy, table),
        "rows": table.rows or "all",
        "retention": "none" if kept is None else f"{kept.keep} after {kept.after} in {policy.timezone}",
        "rows about nobody": (table.anonymous or Anonymous.HIDDEN).value,
        "adopted policies": _listed(sorted(table.adopt_policies)),
    }


def _view_terms(policy: Policy, view: DepersonalizedView) -> dict[str, str]:
    used = sorted({shown.argument for shown in view.columns.values() if shown.operator == HIERARCHY})
    groups = [(name, policy.hierarchies[name].other, sorted(document(policy.hierarchies[name].groups).items()))
              for name in used]
    return {
        "columns": _listed(f"{name} = {shown}" for name, shown in sorted(view.columns.items())),
        "source": view.source,
        "least group": f"{view.k} people",
        "values of sensitive columns": "any" if view.distinct is None
        else f"{view.distinct} of each of {_listed(view.sensitive)}",
        "hierarchies": repr(groups) if used else "none",
    }


def subject_terms(policy: Policy, table: Table) -> str:
    """How the subject of a row is found, up to the table that has it, for people and for comparison."""
    if isinstance(table.subject, SubjectPath):
        path = table.subject
        parent = policy.schemas[path.schema].tables[path.table]
        return f"{path.column} to {parent.qualified}.{path.key}, whose subject is {subject_terms(policy, parent)}"
    return _listed(
        " ".join(filter(None, (entry.column, entry.kind, policy.key_of(entry.kind).value, "optional" * entry.optional)))
        for entry in table.subject or ()
    )


def _listed(entries: Iterable[str]) -> str:
    return ", ".join(entries) or "none"
