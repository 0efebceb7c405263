"""A policy compiles to the same bytes each time, in an order that can be run, and to just the privileges it names."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from pglast import parse_sql

from sminion_guard.compiler import Compiled, InstalledPurpose, assign_bits, compile_policy
from sminion_guard.errors import PolicyError
from sminion_guard.policy import Basis, Policy, load

CASES = sorted((Path(__file__).parents[2] / "cases" / "compiler").glob("*.toml"))


def compiled_text(compiled: Compiled) -> str:
    """The installation as one reads it: key, owner, SQL."""
    blocks = [f"-- {entry.key}{' (as owner)' if entry.as_owner else ''}\n{entry.sql};" for entry in compiled.statements]
    return "\n\n".join(blocks) + "\n"


@pytest.fixture
def shop() -> Policy:
    return load(CASES[0])


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_the_compiled_sql_is_the_one_that_was_reviewed(case: Path) -> None:
    """To review a change on purpose: SMINION_GUARD_GOLDEN=1 pytest, then read the diff."""
    expected = case.with_suffix(".sql")
    text = compiled_text(compile_policy(load(case)))
    if os.environ.get("SMINION_GUARD_GOLDEN"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_every_statement_and_its_reverse_is_sql(case: Path) -> None:
    for entry in compile_policy(load(case)).statements:
        assert parse_sql(entry.sql), entry.key
        assert parse_sql(entry.reverse), entry.key
        assert len(parse_sql(entry.fingerprint_query)) == 1, entry.key


def test_each_statement_has_a_key_of_its_own(shop: Policy) -> None:
    keys = [entry.key for entry in compile_policy(shop).statements]
    assert len(keys) == len(set(keys))


def reordered(policy: Policy) -> Policy:
    """The same policy, written in another order."""
    schemas = {
        name: replace(schema, tables=MappingProxyType(dict(reversed(schema.tables.items()))))
        for name, schema in reversed(policy.schemas.items())
    }
    return replace(
        policy,
        purposes=MappingProxyType(dict(reversed(policy.purposes.items()))),
        schemas=MappingProxyType(schemas),
        logins=MappingProxyType(dict(reversed(policy.logins.items()))),
    )


def test_the_order_of_the_file_changes_nothing(shop: Policy) -> None:
    assert compile_policy(reordered(shop)) == replace(compile_policy(shop), policy=reordered(shop))


def test_another_policy_has_another_digest(shop: Policy) -> None:
    assert compile_policy(replace(shop, version="2027-01-01")).digest != compile_policy(shop).digest


def test_row_security_comes_before_the_first_privilege_of_a_purpose(shop: Policy) -> None:
    keys = [entry.key for entry in compile_policy(shop).statements]
    first_grant = next(
        place for place, key in enumerate(keys)
        if key.startswith(("column_grant", "schema_usage")) and not key.endswith("sminion_owner")
    )
    last_policy = max(place for place, key in enumerate(keys) if key.startswith("policy:"))
    assert last_policy < first_grant


def test_no_purpose_gets_the_mask_or_an_unlisted_column(shop: Policy) -> None:
    for entry in compile_policy(shop).statements:
        if entry.key.startswith("column_grant") and not entry.key.endswith("sminion_owner"):
            assert "guard_mask" not in entry.sql
            assert '"secret"' not in entry.sql


def test_installed_purposes_keep_their_bits_and_new_ones_get_bits_never_used(shop: Policy) -> None:
    installed = [
        InstalledPurpose(5, "contract", Basis.CONTRACT, False),
        InstalledPurpose(0, "gone", Basis.CONTRACT, False, retired=True),
    ]
    bits = assign_bits(shop, installed)
    assert bits["contract"] == 5
    assert sorted(bits.values()) == [1, 2, 3, 5]


def test_a_purpose_on_another_kind_of_basis_gets_a_bit_that_no_row_has(shop: Policy) -> None:
    installed = [InstalledPurpose(3, "marketing", Basis.CONTRACT, False)]
    assert assign_bits(shop, installed)["marketing"] != 3


def test_a_purpose_that_no_longer_sees_blocked_subjects_gets_a_bit_that_no_row_has(shop: Policy) -> None:
    installed = [InstalledPurpose(3, "contract", Basis.CONTRACT, True)]
    assert assign_bits(shop, installed)["contract"] != 3


def test_a_retired_purpose_comes_back_with_its_bit_only_when_no_row_carries_a_mask(shop: Policy) -> None:
    installed = [InstalledPurpose(7, "marketing", Basis.CONSENT, False, retired=True)]
    assert assign_bits(shop, installed)["marketing"] != 7
    assert assign_bits(shop, installed, rows_masked=False)["marketing"] == 7


def test_the_bit_in_force_wins_over_an_older_one_of_the_same_purpose(shop: Policy) -> None:
    installed = [
        InstalledPurpose(9, "marketing", Basis.CONSENT, False, retired=True),
        InstalledPurpose(2, "marketing", Basis.CONSENT, False),
    ]
    assert assign_bits(shop, installed, rows_masked=False)["marketing"] == 2


def test_a_bit_with_consents_goes_to_no_other_purpose(shop: Policy) -> None:
    installed = [InstalledPurpose(0, "gone", Basis.CONSENT, False, retired=True)]
    assert 0 not in assign_bits(shop, installed, rows_masked=False).values()


def test_a_change_between_bases_of_one_kind_keeps_the_bit(shop: Policy) -> None:
    installed = [InstalledPurpose(3, "contract", Basis.LEGAL_OBLIGATION, False)]
    assert assign_bits(shop, installed)["contract"] == 3


def test_when_all_bits_were_used_the_policy_is_refused(shop: Policy) -> None:
    installed = [InstalledPurpose(bit, f"old_{bit}", Basis.CONTRACT, False, retired=True) for bit in range(60)]
    with pytest.raises(PolicyError, match="SG408"):
        assign_bits(shop, installed)


def test_purposes_with_insert_and_update_on_one_table_are_named(shop: Policy) -> None:
    assert compile_policy(shop).upserts == (("contract", "crm.customer"), ("contract", "sales.item"),
                                            ("contract", "sales.orders"), ("contract", "sales.product"))


def test_compartments_that_may_not_meet_clash_both_ways(shop: Policy) -> None:
    rooms = {room["role"]: room["clashes"] for room in compile_policy(shop).registry["compartments"]}
    assert rooms["shop_contract"] == ["shop_marketing"]
    assert "shop_contract" in rooms["shop_marketing"]
    assert rooms["shop_accounting"] == rooms["shop_contract"]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_one_query_serves_the_fingerprints_of_all_objects_of_a_kind(case: Path) -> None:
    """With one for each table, planning them took a third of the time of a plan."""
    found: dict[str, set[str]] = {}
    for entry in compile_policy(load(case)).statements:
        found.setdefault(entry.kind, set()).add(entry.fingerprint_query)
    assert {kind: len(queries) for kind, queries in found.items()} == dict.fromkeys(found, 1)
