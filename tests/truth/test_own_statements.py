"""Every statement of tests/cases/analyzer: what the analyzer says it touches is what the server says it touches."""

from __future__ import annotations

import pytest

from sminion_guard.analyzer import analyze
from tests.truth import statements
from tests.truth.compare import Tally, compare
from tests.truth.merging import find_merges
from tests.truth.needs import PURPOSE, open_policy
from tests.truth.statements import Case
from tests.truth.witness import Witness
from tests.truth.world import World

CASES = statements.own()
FILES = sorted({case.name.split(":")[0] for case in CASES if case.refuse is None})
CODE = ("arguments_left_out", "explicit_defaults", "partitions_and_heirs", "values_of_types", "written_afterwards")
"""Files about code that no statement names. Which partition a row goes to, or whether an array is made of the column's
type or of text, is known to the server only, so that more than elsewhere is claimed in vain."""
REFUSED = [case for case in CASES if case.refuse is not None]


CALLED_MERGES = {
    "updates: key with cascade": "a new key would be passed on to other schemas; here no row matches",
    "evasions: operator of our own": "the function behind it lives in another schema, which the role must reach",
    "evasions: cte shadowed by inner cte": "a WITH query that nothing reads is counted all the same",
    "places_of_subselects: with not referenced": "likewise",
    "partitions_and_heirs: merge routed": "the row might go to another partition, whose check looks elsewhere",
    "written_afterwards: delete from hr tp where k 1": "the planner leaves out the partition in the other schema",
    "values_of_types: array operator": "types are not inferred: the array might be made of the column's domain",
}
"""What is called a merge although this witness does not see one, and why that stays."""


def cases_of(world: World, file: str) -> list[Case]:
    major = world.database.server.binaries.major
    return [case for case in CASES if case.name.startswith(f"{file}:") and case.refuse is None
            and case.since <= major and (case.needs is None or case.needs in world.parts)]


def tally_of(world: World, cases: list[Case]) -> Tally:
    tally, policy = Tally(), open_policy(world.catalog)
    with world.connection() as connection:
        witness = Witness(connection, world.roles)
        for case in cases:
            compare(tally, case.name, case.sql, world, policy, witness)
    return tally


def test_there_are_more_than_400_statements_and_no_name_stands_twice() -> None:
    assert len([case for case in CASES if case.refuse is None]) >= 400
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("file", FILES)
def test_a_statement_is_right_for_the_server_itself(world: World, file: str) -> None:
    with world.connection() as connection:
        witness = Witness(connection, world.roles)
        errors = {case.name: witness.runs(case.sql) for case in cases_of(world, file)}
    assert {name: error for name, error in errors.items() if error} == {}


@pytest.mark.parametrize("file", FILES)
def test_no_relation_or_column_that_the_server_checks_is_missed(world: World, file: str) -> None:
    tally = tally_of(world, cases_of(world, file))
    assert tally.unresolved == []
    assert tally.missed == []


def test_hardly_anything_is_claimed_that_the_server_does_not_check(world: World) -> None:
    tally = tally_of(world, [case for file in FILES if file not in CODE for case in cases_of(world, file)])
    print(tally)
    assert tally.relation_precision > 0.99, tally.idle_relations
    assert tally.column_precision > 0.99, tally.idle_columns


def test_not_much_is_claimed_about_code_that_the_server_does_not_run(world: World) -> None:
    tally = tally_of(world, [case for file in CODE for case in cases_of(world, file)])
    print(tally)
    assert tally.relation_precision > 0.96, tally.idle_relations
    assert tally.column_precision > 0.93, tally.idle_columns


def test_every_merge_is_found_however_it_is_written_and_nothing_else_is_called_one(world: World) -> None:
    found = find_merges(world, [case for file in FILES for case in cases_of(world, file)])
    print(found)
    assert found.missed == []
    assert set(found.alarms) == CALLED_MERGES.keys()
    assert found.merges > 90


@pytest.mark.parametrize("case", REFUSED, ids=[case.name for case in REFUSED])
def test_what_no_policy_can_allow_is_refused_for_the_right_reason(world: World, case: Case) -> None:
    verdict = analyze(case.sql, catalog=world.catalog, policy=open_policy(world.catalog), purpose=PURPOSE)
    assert case.refuse in {reason.code for reason in verdict.reasons}
