"""Which statements merge schemas of incompatible purposes: the analyzer's answer beside the server's."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sminion_guard.analyzer import Catalog, Verdict, analyze
from sminion_guard.analyzer.parse import parse
from sminion_guard.policy.model import Basis, Operation, Policy, Purpose, Schema, SubjectKey, Table
from tests.truth.needs import PURPOSE, implied, needs, open_policy
from tests.truth.statements import Case
from tests.truth.witness import EXPLAINABLE, Witness
from tests.truth.world import World


@dataclass(slots=True)
class Merges:
    """What was found over a corpus."""

    merges: int = 0
    clean: int = 0
    otherwise: int = 0
    """Statements that are refused for another reason, so that the question does not arise."""
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (f"{self.merges} statements merge, {len(self.missed)} missed; {self.clean} do not, "
                f"{len(self.alarms)} false alarms")


def policy_of_parts(catalog: Catalog) -> Policy:
    """One purpose per schema with protected tables, none compatible with any other."""
    schemas: dict[str, dict[str, Table]] = {}
    for (schema, name), relation in catalog.relations.items():
        if relation.kind in {"r", "p"}:
            columns = {column.name: "none" for column in relation.columns}
            schemas.setdefault(schema, {})[name] = Table(schema, name, None, columns)
    purposes = {name: Purpose(name, name, Basis.CONTRACT, frozenset(), frozenset(Operation)) for name in schemas}
    return Policy(
        name="parts", version="1", subject_key=SubjectKey.BIGINT, ticket_lifetime=timedelta(minutes=15),
        require_tls=False, purposes=purposes,
        schemas={name: Schema(name, frozenset({name}), tables) for name, tables in schemas.items()},
    )


def policy_of_tables(catalog: Catalog, parts: Sequence[str]) -> Policy:
    """One purpose per part, and each table of any schema, as it stands, collected for one of them."""
    tables: dict[str, dict[str, Table]] = {}
    for (schema, name), relation in catalog.relations.items():
        if relation.kind in {"r", "p"} and not relation.parents:
            columns = {column.name: "none" for column in relation.columns}
            part = parts[zlib.crc32(name.encode()) % len(parts)]
            tables.setdefault(schema, {})[name] = Table(
                schema, name, None, columns, collected_for=frozenset({part}))
    return Policy(
        name="parts", version="1", subject_key=SubjectKey.BIGINT, ticket_lifetime=timedelta(minutes=15),
        require_tls=False,
        purposes={name: Purpose(name, name, Basis.CONTRACT, frozenset(), frozenset(Operation)) for name in parts},
        schemas={name: Schema(name, frozenset(), held) for name, held in tables.items()},
    )


def told(verdict: Verdict) -> set[tuple[str, str]]:
    return {(access.schema, access.relation) for judged in verdict.statements for access in judged.statement.accesses}


def find_merges(
    world: World, cases: Iterable[Case], policy: Policy | None = None, *, rows: bool = True
) -> Merges:
    """Judge every statement that the server can run, under a policy where no two schemas may meet.

    :param policy: another one, in which tables are kept apart.
    :param rows: whether there are rows. Else nobody hears of code that runs once for each, such as that of triggers.
    """
    policy, free, found = policy or policy_of_parts(world.catalog), open_policy(world.catalog), Merges()
    purpose = sorted(policy.purposes)[0]
    with world.connection() as connection:
        witness = Witness(connection, world.roles)
        for case in cases:
            if witness.runs(case.sql) is not None:
                continue
            verdict = analyze(case.sql, catalog=world.catalog, policy=policy, purpose=purpose)
            if (verdict.statements[0].statement.facts and not verdict.allowed) or told(verdict) != told(
                analyze(case.sql, catalog=world.catalog, policy=free, purpose=PURPOSE)
            ):
                # Refused for what it is, such as a NOTIFY, or a name means less to who cannot use every schema of the
                # path, such as an operator: what it would merge for the witness, who can, is not the question.
                assert not verdict.allowed, case.name
                found.otherwise += 1
                continue
            called = "SG101" in {reason.code for reason in verdict.reasons}
            relations, folded = touched(case.sql, world, witness, verdict)
            if len(sides(policy, relations)) > 1:
                found.merges += 1
                found.missed += [] if called else [case.name]
            elif not called:
                found.clean += 1
            elif not rows and len(sides(policy, _outside_of_code(verdict))) < 2:
                found.otherwise += 1
            elif not folded:  # else NULL for a parameter made the planner leave out what another value would not
                found.alarms.append(case.name)
    return found


def _outside_of_code(verdict: Verdict) -> set[tuple[str, str]]:
    return {(access.schema, access.relation) for judged in verdict.statements for access in judged.statement.accesses
            if not any(step.endswith("()") for step in access.via)}


def sides(policy: Policy, relations: Iterable[tuple[str, str]]) -> set[frozenset[str]]:
    """What the protected relations were collected for: more than one set is a merge."""
    found = {policy.collection(*relation).collected_for for relation in relations if relation[0] in policy.schemas}
    return found - {frozenset[str]()}


def touched(text: str, world: World, witness: Witness, verdict: Verdict) -> tuple[set[tuple[str, str]], bool]:
    """The relations that the server confirms, of those the analyzer names, and all that it shows by itself.

    And whether it left something out of the plan.
    """
    (judged,) = verdict.statements
    needed = needs(judged.statement.accesses, world.catalog)
    heard = witness.hear(text, needed, given=implied(needed, world.catalog), plan=parse(text)[0].kind in EXPLAINABLE)
    assert heard.refused is None or heard.refused[0] != "42501", (text, heard.refused)
    confirmed = {(need.schema, need.relation) for need in needed if need not in heard.idle}
    shown = heard.scanned | heard.written | (heard.planned or set())
    # Foreign keys look into other tables and tell that a row exists, whoever asks: no privilege is about that.
    keys = {other for pair in world.keys for other in pair if set(pair) & heard.written}
    # Nor do data flow where a foreign key deletes rows that refer to a deleted one, or empties their columns.
    deleted = {(need.schema, need.relation) for need in needed if need.kind == "DELETE"}
    changed = {(need.schema, need.relation) for need in needed if need.kind in {"UPDATE", "INSERT"}}
    reached: set[tuple[str, str]] = set(deleted)
    while more := {child for child, parent in world.cascades if parent in reached} - reached:
        reached |= more
    apart = reached - deleted - changed - confirmed
    return confirmed | (shown - keys - apart) | (heard.written - apart), heard.folded
