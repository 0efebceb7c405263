"""`sminion-guard export check`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Column, Computed, MetaData, Table, Text
from typer.testing import CliRunner

from sminion_guard.analyzer.catalog_json import dump
from sminion_guard.analyzer.catalog_metadata import from_metadata
from sminion_guard.cli.main import app

SHOP = Path(__file__).parents[3] / "examples" / "shop" / "privacy.toml"


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    metadata = MetaData()
    Table("opening", metadata, Column("id", BigInteger), Column("customer_id", BigInteger), Column("mailing", Text),
          Column("opened_at", Text, Computed("mailing")), schema="marketing")
    Table("orders", metadata, Column("id", BigInteger), Column("customer_id", BigInteger), Column("total", Text),
          Column("card_last4", Text), schema="sales")
    found = tmp_path / "catalog.json"
    found.write_bytes(dump(from_metadata(metadata)))
    return found


def run(catalog: Path, sql: str, *more: str, to: str = "web_analytics") -> tuple[int, str]:
    query = catalog.parent / "query.sql"
    query.write_text(sql, encoding="utf-8")
    result = CliRunner().invoke(app, ["export", "check", "--to", to, "--purpose", "analytics", "--query", str(query),
                                      "--catalog", str(catalog), "--policy", str(SHOP), *more])
    return result.exit_code, result.output


def test_what_may_be_sent_is_listed_with_categories(catalog: Path) -> None:
    code, said = run(catalog, "SELECT mailing, count(*) FROM marketing.opening GROUP BY mailing")
    assert code == 0
    assert said.splitlines() == [
        "may be sent to `web_analytics` for `analytics`: behaviour",
        "  mailing: behaviour  from marketing.opening.mailing",
        "  count: none  from no column",
    ]


def test_what_may_not_be_sent_is_told_with_the_way_out(catalog: Path) -> None:
    code, said = run(catalog, "SELECT mailing, count(*) FROM marketing.opening\nGROUP BY mailing ORDER BY count(id)")
    assert code == 0, said
    code, said = run(
        catalog, "SELECT mailing, md5(customer_id::text) FROM marketing.opening GROUP BY mailing, customer_id")
    assert code == 1
    assert "SG705" in said
    assert "`marketing.opening.customer_id` reaches output column `md5` (computed from it)" in said
    assert said.splitlines()[-1] == "may not be sent to `web_analytics`: 1 reason"


def test_a_generated_column_that_nobody_can_follow_is_refused(catalog: Path) -> None:
    code, said = run(catalog, "SELECT opened_at FROM marketing.opening", "--format", "json")
    found = json.loads(said)
    assert (code, found["allowed"], found["columns"]) == (1, False, [])
    assert [reason["code"] for reason in found["reasons"]] == ["SG706"]


def test_an_unknown_recipient_is_an_error(catalog: Path) -> None:
    result = run(catalog, "SELECT 1", to="stranger")
    assert result[0] not in (0,)
