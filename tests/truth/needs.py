"""What the analyzer says that a statement touches, as the privileges that PostgreSQL asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sminion_guard.analyzer import Access, Catalog
from sminion_guard.policy.model import Basis, Operation, Policy, Purpose, Schema, SubjectKey, Table
from tests.truth.witness import Need

KINDS = {Operation.USE: "SELECT", Operation.COLLECT: "INSERT", Operation.CLARIFY: "UPDATE", Operation.DELETE: "DELETE"}
PURPOSE = "everything"


def needs(accesses: Iterable[Access], catalog: Catalog) -> set[Need]:
    """The privileges for ``accesses``; nothing for what the server does without asking."""
    found: set[Need] = set()
    anywhere: list[Need] = []
    for access in accesses:
        if access.public or unasked(access, catalog):
            continue
        relation = catalog.relations[access.schema, access.relation]
        kind = "USAGE" if relation.kind == "S" else KINDS[access.operation]
        if access.columns and kind not in {"DELETE", "USAGE"}:
            found |= {Need(access.schema, access.relation, kind, name, access.definer) for name in access.columns}
        elif kind in {"DELETE", "USAGE"}:
            found.add(Need(access.schema, access.relation, kind, None, access.definer))
        else:
            anywhere.append(Need(access.schema, access.relation, kind, relation.columns[0].name, access.definer))
    # Any column will do there, so one that is needed anyhow makes it do.
    have = {(need.schema, need.relation, need.kind, need.definer) for need in found}
    return found | {need for need in anywhere if (need.schema, need.relation, need.kind, need.definer) not in have}


def implied(needed: Iterable[Need], catalog: Catalog) -> dict[Need, Need]:
    """Sequences of the tables that get new rows, each with what it comes with: the analyzer names the table instead."""
    filled = {(need.schema, need.relation): need for need in needed if need.kind == "INSERT"}
    return {Need(relation.schema, relation.name, "USAGE", None, filled[parent].definer): filled[parent]
            for relation in catalog.relations.values() if relation.kind == "S"
            for parent in relation.parents if parent in filled}


def unasked(access: Access, catalog: Catalog) -> bool:
    """Whether no privilege can be missing: keys, children of a parent, sources of stored rows, an owner's own views."""
    if access.definer and catalog.relations[access.schema, access.relation].kind in {"v", "m"}:
        return True
    steps = [catalog.relations.get((*name.split(".", 1),)) for name in access.via]  # type: ignore[arg-type]
    if "foreign key" in access.via or any(step is not None and step.kind == "m" for step in steps):
        return True
    last = steps[-1] if steps else None
    return last is not None and access.definer and (access.schema, access.relation) in family(catalog, last.key)


def family(catalog: Catalog, key: tuple[str, str]) -> set[tuple[str, str]]:
    """The children of a table, theirs included, without itself."""
    found: set[tuple[str, str]] = set()
    for child in catalog.relations[key].children:
        found |= {child, *family(catalog, child)}
    return found


def open_policy(catalog: Catalog) -> Policy:
    """A policy under which one purpose may do everything: what is refused under it is not its fault."""
    schemas: dict[str, dict[str, Table]] = {}
    for (schema, name), relation in catalog.relations.items():
        columns = {column.name: "none" for column in relation.columns}
        schemas.setdefault(schema, {})[name] = Table(schema, name, None, columns)
    purpose = Purpose(PURPOSE, "Everything", Basis.CONTRACT, frozenset(), frozenset(Operation))
    return Policy(
        name="open", version="1", subject_key=SubjectKey.BIGINT, ticket_lifetime=timedelta(minutes=15),
        require_tls=False, purposes={PURPOSE: purpose},
        schemas={name: Schema(name, frozenset({PURPOSE}), tables) for name, tables in schemas.items()},
    )
