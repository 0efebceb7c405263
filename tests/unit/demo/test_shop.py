"""The example shop: its policy leaves no feature out, and its models and tables say the same."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest

from sminion_guard import resources
from sminion_guard.compiler import compile_policy
from sminion_guard.demo import probes
from sminion_guard.demo.story_application import example
from sminion_guard.policy import (
    Basis,
    Operation,
    Policy,
    RetentionEnd,
    SubjectColumn,
    SubjectPath,
    compartments,
    compartments_of,
    load,
    mergeable,
)
from sminion_guard.policy.file import shape

FILE = resources.examples() / "shop" / "privacy.toml"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load(FILE)


def sections() -> Iterator[tuple[type[shape.Shape], dict[str, Any]]]:
    """Every section of the file with the shape it has."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    yield shape.PolicyShape, raw["policy"]
    named = {"category": shape.CategoryShape, "purpose": shape.PurposeShape, "login": shape.LoginShape,
             "subject": shape.SubjectShape, "recipient": shape.RecipientShape, "hierarchy": shape.HierarchyShape}
    for section, kind in named.items():
        for entry in raw[section].values():
            yield kind, entry
    for views in raw["view"].values():
        for entry in views.values():
            yield shape.ViewShape, {{"from": "from_", "for": "for_"}.get(key, key): said for key, said in entry.items()}
    yield shape.OperatorShape, raw["operator"]
    yield shape.RequestShape, raw["request"]
    yield shape.TermShape, {"from_" if key == "from" else key: said for key, said in raw["request"]["clarify"].items()}
    for section, kind in {"compatible": shape.CompatibleShape, "further": shape.FurtherShape}.items():
        for entry in raw[section]:
            yield kind, entry
    for schema in raw["schema"].values():
        yield shape.SchemaShape, schema
        for table in schema.values():
            if isinstance(table, dict):
                yield shape.TableShape, table
                if "retention" in table:
                    yield shape.RetentionShape, table["retention"]


def test_the_policy_uses_every_key_that_a_policy_file_knows() -> None:
    # The exceptions: a risk that the shop does not take, what is for databases with one schema for everything,
    # rows about nobody, row security of its own, values of tickets, a time zone of its own, and migrations that change
    # rows, which the shop has not; the key of all subjects, since there are several kinds; why a policy widens
    # the one before, since it is the first; a role for dumps, since superusers dump it; and a processor. Of its
    # view, columns that are sensitive, since there are none in it.
    known = {(kind, key) for kind, _ in sections() for key in kind.model_fields} - {
        (shape.PolicyShape, "accept_upsert_leak"), (shape.PolicyShape, "timezone"),
        (shape.PolicyShape, "widens"), (shape.PolicyShape, "backup"), (shape.PurposeShape, "views"),
        (shape.PolicyShape, "subject_key"), (shape.LoginShape, "may_own"),
        (shape.LoginShape, "tickets_per_minute"), (shape.LoginShape, "log_mb_per_minute"),
        (shape.LoginShape, "may_record_consent"), (shape.OperatorShape, "processor"),
        (shape.SchemaShape, "neutral"), (shape.TableShape, "collected_for"),
        (shape.TableShape, "anonymous"), (shape.TableShape, "adopt_policies"), (shape.TableShape, "rows"),
        (shape.ViewShape, "sensitive"), (shape.ViewShape, "distinct")}
    used = {(kind, key) for kind, entry in sections() for key in entry}
    assert known <= used
    assert {kind for kind, _ in sections()} == {
        value for value in vars(shape).values()
        if isinstance(value, type) and issubclass(value, shape.Shape) and value not in (
            shape.Shape, shape.TicketShape)}


def test_the_policy_uses_every_kind_of_subject_retention_and_purpose(policy: Policy) -> None:
    subjects = [table.subject for table in policy.tables()]
    assert None in subjects
    assert any(isinstance(subject, SubjectPath) for subject in subjects)
    assert {len(subject) for subject in subjects if isinstance(subject, tuple)} == {1, 2}
    assert all(isinstance(entry, SubjectColumn) for subject in subjects if isinstance(subject, tuple)
               for entry in subject)
    assert {table.retention.then for table in policy.tables() if table.retention} == set(RetentionEnd)
    bases = {purpose.basis for purpose in policy.purposes.values()}
    assert bases >= {Basis.CONSENT, Basis.CONTRACT, Basis.LEGAL_OBLIGATION, Basis.LEGITIMATE_INTEREST}
    assert any(purpose.may == {Operation.COLLECT} for purpose in policy.purposes.values())
    assert any(purpose.sees_blocked for purpose in policy.purposes.values())
    assert any(not schema.collected_for for schema in policy.schemas.values())
    assert any(len(compartments_of(policy, purpose)) == 2 for purpose in policy.purposes)


def test_hr_and_the_server_logs_may_be_merged_with_nothing(policy: Policy) -> None:
    for alone in ("hr", "web_log", "legacy"):
        assert not any(mergeable(policy, alone, other) for other in policy.schemas if other != alone)
    assert len(probes.forbidden_pairs(policy)) == 18


def test_no_compartment_holds_a_forbidden_pair(policy: Policy) -> None:
    for room in compartments(policy):
        assert not set(combinations(room.schemas, 2)) & set(probes.forbidden_pairs(policy))


def test_no_purpose_can_upsert_so_the_shop_is_safe_on_servers_that_leak(policy: Policy) -> None:
    assert compile_policy(policy).upserts == ()


def test_the_models_name_tables_and_columns_of_the_policy(policy: Policy) -> None:
    models = example("models")
    tables = models.Base.metadata.tables
    assert set(tables) < {table.qualified for table in policy.tables()}
    for name, mapped in tables.items():
        schema, _, table = name.partition(".")
        assert set(mapped.columns.keys()) == policy.schemas[schema].tables[table].columns.keys(), name


def test_the_example_is_imported_once_however_often_it_is_asked_for() -> None:
    assert example("models") is example("models")
    assert example("queries").Customer is example("models").Customer
