"""Generated statements: never allowed against the server, never refused for less than before."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from psycopg import sql

from sminion_guard.analyzer import Catalog, analyze
from sminion_guard.analyzer.catalog_read import read_catalog
from sminion_guard.embedded import Server
from sminion_guard.policy import Policy, compartments, load, mergeable, reaches
from sminion_guard.policy.access import table_access
from tests import servers
from tests.properties.analyzer_grammar import ADDITIONS, TABLES, queries, statements
from tests.truth.witness import Roles, Witness

HERE = Path(__file__).parent
PURPOSES = ("selling", "caring", "advertising")
EXAMPLES = int(os.environ.get("SMINION_GUARD_EXAMPLES", "100"))
"""How many statements each property is tried on; more in a search that may take its time."""
SLOW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[
    HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Small:
    """The small database with the roles of its compartments."""

    catalog: Catalog
    policy: Policy
    connection: psycopg.Connection
    witness: Witness


@pytest.fixture(scope="module")
def small(server: Server) -> Iterator[Small]:
    policy = load(HERE / "analyzer_small.toml")
    with servers.new_database(server) as database, database.connect() as connection:
        connection.execute((HERE / "analyzer_small.sql").read_bytes())
        for compartment in compartments(policy):
            role = sql.Identifier(compartment.role)
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
            for schema in compartment.schemas:
                connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), role))
                for table in policy.schemas[schema].tables.values():
                    _grant(connection, policy, compartment.purpose, table, role)
        yield Small(read_catalog(connection), policy, connection, Witness(connection, Roles("nobody", None)))


def _grant(connection: psycopg.Connection, policy: Policy, purpose: str, table, role: sql.Identifier) -> None:
    access = table_access(policy, purpose, table)
    for kind, columns in (("SELECT", access.use), ("INSERT", access.collect), ("UPDATE", access.clarify)):
        if columns:
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            connection.execute(sql.SQL("GRANT " + kind + " ({}) ON {} TO {}").format(
                names, sql.Identifier(table.schema, table.name), role))
    if access.delete:
        connection.execute(sql.SQL("GRANT DELETE ON {} TO {}").format(sql.Identifier(table.schema, table.name), role))


@SLOW
@given(text=statements(), purpose=st.sampled_from(PURPOSES))
def test_whatever_is_allowed_runs_without_a_privilege_error(small: Small, text: str, purpose: str) -> None:
    verdict = analyze(text, catalog=small.catalog, policy=small.policy, purpose=purpose)
    for role in verdict.compartments if verdict.allowed else ():
        with small.connection.transaction(force_rollback=True):
            small.connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
            error = small.witness.error(text)
        assert error is None or error.sqlstate != "42501", f"{error}: {text}"


@SLOW
@given(text=statements(), purpose=st.sampled_from(PURPOSES))
def test_whatever_the_server_lets_touch_incompatible_schemas_is_refused(small: Small, text: str, purpose: str) -> None:
    touched = small.witness.touched(text)
    assume(touched is not None)
    schemas = {schema for schema, _ in touched or ()}
    foreign = schemas - reaches(small.policy, purpose)
    apart = [pair for pair in itertools.combinations(sorted(schemas), 2) if not mergeable(small.policy, *pair)]
    if foreign or apart:
        verdict = analyze(text, catalog=small.catalog, policy=small.policy, purpose=purpose)
        assert not verdict.allowed, f"touches {schemas}: {text}"
    if apart:
        assert "SG101" in {reason.code for reason in verdict.reasons}, text


@SLOW
@given(query=queries(), table=st.sampled_from(sorted(TABLES)), addition=st.sampled_from(ADDITIONS),
       purpose=st.sampled_from(PURPOSES))
def test_adding_data_to_a_query_never_turns_refused_into_allowed(
    small: Small, query: str, table: str, addition: str, purpose: str
) -> None:
    more = addition.format(query=query, table=table)
    if analyze(more, catalog=small.catalog, policy=small.policy, purpose=purpose).allowed:
        before = analyze(query, catalog=small.catalog, policy=small.policy, purpose=purpose)
        assert before.allowed, before.reasons


@SLOW
@given(query=queries(), purpose=st.sampled_from(PURPOSES))
def test_a_query_is_judged_alike_however_it_is_wrapped(small: Small, query: str, purpose: str) -> None:
    plain = analyze(query, catalog=small.catalog, policy=small.policy, purpose=purpose)
    for form in ("COPY ({}) TO STDOUT", "DECLARE c CURSOR FOR {}", "EXPLAIN {}",
                 "SELECT * FROM ({}) AS s", "WITH s AS ({}) SELECT * FROM s"):
        wrapped = analyze(form.format(query), catalog=small.catalog, policy=small.policy, purpose=purpose)
        assert wrapped.allowed == plain.allowed, (form, wrapped.reasons, plain.reasons)


def test_the_generator_makes_statements_of_every_outcome(small: Small) -> None:
    """Else the properties above could hold for want of anything to look at."""
    seen = {"allowed": 0, "merge": 0, "runs": 0}

    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    @given(text=statements())
    def count(text: str) -> None:
        verdict = analyze(text, catalog=small.catalog, policy=small.policy, purpose="selling")
        seen["allowed"] += verdict.allowed
        seen["merge"] += "SG101" in {reason.code for reason in verdict.reasons}
        seen["runs"] += small.witness.runs(text) is None

    count()
    assert seen["allowed"] > 10 and seen["merge"] > 30 and seen["runs"] > 75, seen
