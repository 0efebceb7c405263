"""Five ordinary applications side by side: what each sends for its own purpose is allowed, and no merge is.

`tests/cases/ordinary` has their schemas, what they send, and statements in which data of two of them meet. Each runs on
the server first, so that nothing is judged that could not happen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from sminion_guard.analyzer import Catalog, analyze
from sminion_guard.analyzer.catalog_read import read_catalog
from sminion_guard.embedded import Server
from sminion_guard.policy import Policy, loads
from tests import servers

FOLDER = Path(__file__).parent.parent / "cases" / "ordinary"
PURPOSES = {"shop": "order", "help": "care", "mail": "news", "staff": "employ", "login": "access"}
PATH = ("public",)


@dataclass(frozen=True, slots=True)
class Case:
    """One statement and the purpose that it is sent for; none for a merge."""

    name: str
    sql: str
    purpose: str | None


def read(file: str) -> list[Case]:
    purpose, found = None, []
    for part in re.split(r"^--@", (FOLDER / file).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        word, _, rest = part.partition(" ")
        first, _, sql = rest.partition("\n")
        if word == "purpose":
            purpose = first
        else:
            found.append(Case(first, sql.strip(), purpose))
    return found


HONEST, MERGES = read("honest.sql"), read("merges.sql")


def policy_of(catalog: Catalog) -> Policy:
    """Each schema collected for a purpose of its own, none compatible with any other; every column open."""
    text = [(FOLDER / "privacy.toml").read_text(encoding="utf-8")]
    for schema, purpose in PURPOSES.items():
        text.append(f'[schema.{schema}]\ncollected_for = ["{purpose}"]')
        for (owner, name), relation in catalog.relations.items():
            if owner == schema and relation.kind in {"r", "p", "v", "m"}:
                columns = ", ".join(f'{column.name} = "none"' for column in relation.columns)
                text.append(f"[schema.{schema}.{name}]\nsubject = false\ncolumns = {{ {columns} }}")
    return loads("\n".join(text))


@dataclass(frozen=True, slots=True)
class Side:
    """The database of all five, its catalog, and their policy."""

    connection: psycopg.Connection
    catalog: Catalog
    policy: Policy


@pytest.fixture(scope="module")
def side(server: Server) -> Iterator[Side]:
    with servers.new_database(server) as database, database.connect() as connection:
        try:
            connection.execute((FOLDER / "schema.sql").read_bytes())
        except psycopg.errors.FeatureNotSupported as error:
            pytest.skip(f"this server lacks an extension: {error}")
        catalog = read_catalog(connection, path=PATH)
        yield Side(connection, catalog, policy_of(catalog))


def runs(connection: psycopg.Connection, sql: str) -> None:
    with connection.transaction(force_rollback=True):
        if sql.startswith("COPY"):
            with connection.cursor().copy(sql.encode()) as copy:
                list(copy)
        else:
            connection.execute(sql.encode())


def test_there_are_enough_of_both() -> None:
    assert len(HONEST) >= 150
    assert len(MERGES) >= 60
    assert len({case.name for case in HONEST}) == len(HONEST)
    assert len({case.name for case in MERGES}) == len(MERGES)
    assert {case.purpose for case in HONEST} == {*PURPOSES.values(), "audit"}


@pytest.mark.parametrize("case", HONEST, ids=[case.name for case in HONEST])
def test_what_an_application_sends_for_its_own_purpose_is_allowed(side: Side, case: Case) -> None:
    runs(side.connection, case.sql)
    assert case.purpose is not None
    verdict = analyze(case.sql, catalog=side.catalog, policy=side.policy, purpose=case.purpose)
    assert verdict.allowed, verdict.reasons


@pytest.mark.parametrize("case", MERGES, ids=[case.name for case in MERGES])
def test_data_of_two_applications_never_meet(side: Side, case: Case) -> None:
    runs(side.connection, case.sql)
    for purpose in side.policy.purposes:
        assert not analyze(case.sql, catalog=side.catalog, policy=side.policy, purpose=purpose).allowed, purpose


def test_a_purpose_that_reaches_all_is_told_that_it_is_a_merge(side: Side) -> None:
    otherwise = {
        case.name for case in MERGES if "SG101" not in {reason.code for reason in analyze(
            case.sql, catalog=side.catalog, policy=side.policy, purpose="audit").reasons}}
    assert otherwise == {"block that puts a text together"}  # which is opaque


@pytest.mark.parametrize("case", HONEST, ids=[case.name for case in HONEST])
def test_what_one_application_sends_is_refused_to_the_others(side: Side, case: Case) -> None:
    judged = analyze(case.sql, catalog=side.catalog, policy=side.policy, purpose=str(case.purpose))
    touched = {access.schema for entry in judged.statements for access in entry.statement.accesses}
    for schema, purpose in PURPOSES.items():
        if touched & PURPOSES.keys() and schema not in touched:
            assert not analyze(case.sql, catalog=side.catalog, policy=side.policy, purpose=purpose).allowed, purpose
