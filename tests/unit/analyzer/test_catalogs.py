"""Catalogs that come from a file or from models, and the cache of verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table

from sminion_guard.analyzer import catalog_json
from sminion_guard.analyzer.cache import Cache
from sminion_guard.analyzer.catalog_metadata import from_metadata
from sminion_guard.errors import OpaqueStatement
from tests.unit.analyzer.shop import codes, touched


def models() -> MetaData:
    metadata = MetaData()
    Table("customer", metadata, Column("id", Integer, primary_key=True), Column("email", String), schema="crm")
    Table("orders", metadata, Column("id", Integer, primary_key=True),
          Column("customer_id", ForeignKey("crm.customer.id", ondelete="CASCADE")), schema="sales")
    Table("country", metadata, Column("code", String))
    return metadata


def test_a_catalog_of_models_knows_tables_columns_and_cascades() -> None:
    within = from_metadata(models(), search_path=("crm", "sales"))
    assert codes("SELECT email FROM customer JOIN orders ON customer_id = customer.id", within=within) == []
    assert touched("DELETE FROM customer", within=within) == {"delete crm.customer": (), "delete sales.orders": ()}
    assert codes("SELECT nothing FROM customer", within=within) == ["SG107"]


def test_a_catalog_of_models_has_the_columns_that_the_guard_adds() -> None:
    assert touched("SELECT * FROM crm.customer", within=from_metadata(models())) == {
        "use crm.customer": ("email", "guard_mask", "id"),
    }


def test_tables_without_a_schema_live_in_the_default_one() -> None:
    assert ("public", "country") in from_metadata(models()).relations


def test_a_catalog_survives_its_file(tmp_path: Path) -> None:
    before = from_metadata(models())
    file = tmp_path / "catalog.json"
    file.write_bytes(catalog_json.dump(before))
    after = catalog_json.load(file)
    assert after.version == before.version
    assert {key: entry.columns for key, entry in after.relations.items()} == {
        key: entry.columns for key, entry in before.relations.items()
    }
    assert catalog_json.dump(after) == catalog_json.dump(before)


def test_the_version_tells_contents_apart() -> None:
    other = models()
    Table("more", other, Column("id", Integer))
    assert from_metadata(models()).version == from_metadata(models()).version != from_metadata(other).version


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"format": 2}', b'{"format": 1}',
                                  b"not json", b'{"format": 1, "relations": 3}'])
def test_a_file_that_is_no_catalog_is_refused(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "catalog.json"
    file.write_bytes(text)
    with pytest.raises(OpaqueStatement, match="does not hold a catalog"):
        catalog_json.load(file)


def test_the_cache_keeps_what_was_used_last() -> None:
    cache: Cache[int] = Cache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert (cache.get("a"), cache.get("b"), cache.get("c"), len(cache)) == (1, None, 3, 2)
