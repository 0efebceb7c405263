"""PostgreSQL's own regression scripts: whatever they say, there is a verdict, no exception, and soon."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text

from sminion_guard.analyzer import Verdict, analyze
from sminion_guard.analyzer.catalog_metadata import from_metadata
from sminion_guard.checking import pieces
from tests.truth.corpora import folder
from tests.truth.needs import PURPOSE, open_policy

pytestmark = pytest.mark.corpora

PATIENCE = 20
"""Seconds for one statement: what takes longer hangs."""


def test_every_statement_of_every_script_has_a_verdict() -> None:
    tables = MetaData()
    for name in ("tenk1", "int8_tbl", "int4_tbl", "onek", "person", "emp"):  # names that many scripts use
        Table(name, tables, *(Column(column, Integer) for column in ("unique1", "f1", "q1")), Column("name", Text))
    catalog = from_metadata(tables)
    policy = open_policy(catalog)
    count, slow, misunderstood = 0, [], []
    for script in sorted(folder("pg_regress15").glob("*.sql")):
        for text in statements(script):
            began = time.monotonic()
            verdict = analyze(text, catalog=catalog, policy=policy, purpose=PURPOSE)
            if time.monotonic() - began > PATIENCE:
                slow.append(text[:200])
            assert isinstance(verdict, Verdict)
            assert verdict.allowed or all(reason.message for reason in verdict.reasons)
            misunderstood += [f"{script.stem}: {reason.detail}: {text[:200]}" for reason in verdict.reasons
                              if reason.message == "the analyzer does not understand the statement"]
            count += 1
    print(f"{count} statements")
    assert slow == []
    assert misunderstood == [], f"{len(misunderstood)} statements made a handler stumble"
    assert count > 30_000


def statements(script: Path) -> list[str]:
    """The statements of a script that psql would send, as far as they are text in UTF-8."""
    text = script.read_bytes().decode("utf-8", "replace")
    found = [piece.text for piece in pieces(text) if piece.trouble is None]
    # Where the scanner gave up for good, the rest is one piece: take that apart by its lines.
    return [part for piece in found for part in (piece.split(";\n") if len(piece) > 5_000 else [piece])]
