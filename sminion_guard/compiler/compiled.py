"""The whole policy compiled: statements in the order of installation; undone in reverse."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sminion_guard.compiler.backup import backup_grant, backup_policy, backup_schemas
from sminion_guard.compiler.bits import assign_bits
from sminion_guard.compiler.columns import column_grants, owner_grant, upserts
from sminion_guard.compiler.depersonalized import depersonalized_schemas, depersonalized_views
from sminion_guard.compiler.guard_grants import guard_grants
from sminion_guard.compiler.holdings import guard_closed, holdings
from sminion_guard.compiler.masks import guard_columns, guard_index, partition_maker, row_triggers
from sminion_guard.compiler.registry import Json, registry
from sminion_guard.compiler.roles import closures, memberships, neutral_grants, owner_usage, roles, schema_usage
from sminion_guard.compiler.row_security import row_security
from sminion_guard.compiler.statement import Statement
from sminion_guard.compiler.subjects import personal_tables
from sminion_guard.compiler.views import purpose_views, view_schemas
from sminion_guard.compiler.writes import write_triggers
from sminion_guard.policy import Compartment, Policy, compartments, recipient_compartments


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled policy.

    :param compartments: those of purposes and those of recipients.
    :param statements: in the order of installation; each key is unique.
    :param registry: the argument of ``sminion.record_policy``.
    :param upserts: (purpose, table) pairs that get SELECT, INSERT and UPDATE.
    """

    policy: Policy
    compartments: tuple[Compartment, ...]
    statements: tuple[Statement, ...]
    registry: Json
    upserts: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """Hash over statements and registry: two policies with the same digest are the same to the database."""
        return str(self.registry["digest"])


def compile_policy(
    policy: Policy, bits: Mapping[str, int] | None = None, renewed: Collection[str] = ()
) -> Compiled:
    """Compile ``policy``.

    :param bits: purpose to bit of ``guard_mask``, from :func:`assign_bits` over what is installed; by default
        those of a fresh installation.
    :param renewed: purposes whose consents are asked for again: no part of the digest, since it is so once only.
    :raises PolicyError: when the policy has no bits or too many compartments.
    """
    bits = assign_bits(policy) if bits is None else bits
    found = tuple(sorted((*compartments(policy), *recipient_compartments(policy)), key=lambda entry: entry.role))
    statements = tuple(_statements(policy, found, bits))
    hashed = hashlib.sha256("\n".join(f"{entry.key} {entry.digest}" for entry in statements).encode())
    said = registry(policy, found, bits, "")
    hashed.update(json.dumps(said, sort_keys=True).encode())
    said |= {"renewed": sorted(renewed), "digest": hashed.hexdigest()}
    return Compiled(policy, found, statements, said, upserts(policy))


def _statements(policy: Policy, compartments: tuple[Compartment, ...], bits: Mapping[str, int]) -> Iterator[Statement]:
    yield from roles(policy, compartments)
    yield from memberships(policy, compartments)
    yield from closures(policy)
    yield from guard_grants(policy, compartments)
    # Row security before the first privilege: between the two nobody sees more than after both.
    personal = personal_tables(policy)
    for table in personal:
        yield guard_columns(policy, table)
        yield from guard_index(table)
    yield from owner_usage(policy)
    # Rows about nobody may be purged too.
    for table in (*personal, *(entry for entry in policy.tables() if entry.subject is None and entry.retention)):
        yield owner_grant(policy, table)
    for table in personal:
        yield from row_triggers(policy, table)
        yield partition_maker(policy, table)
    for table in personal:
        yield from write_triggers(policy, table)
    for table in policy.tables():
        yield from row_security(policy, compartments, bits, table)
        yield from backup_policy(policy, table)
    yield from backup_schemas(policy)
    yield from schema_usage(policy, compartments)
    yield from view_schemas(policy, compartments)
    yield from depersonalized_schemas(policy, compartments)
    yield from neutral_grants(policy, compartments)
    for table in policy.tables():
        yield from column_grants(policy, compartments, table)
        yield from backup_grant(policy, table)
    yield from purpose_views(policy, compartments)
    yield from depersonalized_views(policy, compartments, bits)
    # Last: what is there beside all this.
    yield from holdings(policy, compartments)
    yield guard_closed(policy, compartments)
