"""Public corpora with their tables dealt out to schemas that may not be merged: every merge is found.

What a statement merges the server says: the relations that it refuses to touch without a privilege, and those that
its plan and its counters show.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sminion_guard.analyzer import Catalog, Verdict, analyze
from sminion_guard.analyzer.parse import parse
from sminion_guard.embedded import Server
from sminion_guard.policy.model import Basis, Operation, Policy, Purpose, Schema, SubjectKey, Table
from tests import servers
from tests.truth import corpora
from tests.truth.needs import family, implied, needs
from tests.truth.witness import EXPLAINABLE, Witness
from tests.truth.world import World

pytestmark = pytest.mark.corpora

SPLITS = [(name, corpora.split) for name in corpora.QUERIES] + [("pagila", corpora.split_as_published)]


@pytest.fixture(scope="module", params=SPLITS, ids=[f"{name}-{change.__name__}" for name, change in SPLITS])
def divided(request: pytest.FixtureRequest, server: Server) -> Iterator[tuple[str, World]]:
    name, change = request.param
    with servers.new_database(server) as database:
        yield name, corpora.load(name, database, change)


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


def test_every_merge_is_found_and_nothing_else_is_called_one(divided: tuple[str, World]) -> None:
    name, world = divided
    policy = policy_of_parts(world.catalog)
    purpose = sorted(policy.purposes)[0]
    missed, alarms, merges, clean = [], [], 0, 0
    with world.connection() as connection:
        witness = Witness(connection, world.roles)
        for case in corpora.queries(name):
            if witness.runs(case.sql) is not None:
                continue
            verdict = analyze(case.sql, catalog=world.catalog, policy=policy, purpose=purpose)
            if verdict.statements[0].statement.facts:
                assert not verdict.allowed
                continue  # refused for what it is, such as a NOTIFY: what it merges is not the question any more
            found = "SG101" in {reason.code for reason in verdict.reasons}
            relations, folded = touched(case.sql, world, witness, verdict)
            schemas = {schema for schema, _ in relations} & policy.schemas.keys()
            if len(schemas) > 1:
                merges += 1
                missed += [] if found else [case.name]
            elif not folded:  # else NULL for a parameter made the planner leave out what another value would not
                clean += 1
                alarms += [case.name] if found else []
    print(f"{name}: {merges} statements merge, {len(missed)} missed; {clean} do not, {len(alarms)} false alarms")
    assert missed == []
    assert alarms == []
    assert merges > 0 or name == "river"  # which has one table, and others beside it


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
    parents = {key for key in world.catalog.relations if family(world.catalog, key) & shown}
    return confirmed | shown | parents, heard.folded
