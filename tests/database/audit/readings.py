"""A log with the accesses of several people, and an auditor who reads it from the command line."""

from __future__ import annotations

import sys
from typing import Any

import psycopg
import pytest

from sminion_guard.cli import main
from tests import journal
from tests.database.audit.test_journal import shape
from tests.session.shop import Shop

HOSTILE = "=HYPERLINK(\"http://evil.example\")<script>alert(1)</script>"
"""What an actor calls himself."""
SHAPE = {"columns": ["crm.customer.email", "crm.customer.id", "crm.customer.internal"]}
CAME = {"outcome": "done", "codes": [], "microseconds": 7, "rows": 5, "subjects": ["1", "2"]}


def ticket(connection: psycopg.Connection[Any], **said: str) -> int:
    """A ticket of anna in support, unless said otherwise."""
    values = {"purpose": "contract", "actor": "anna", "reason": "order 17", "unit": "support",
              "basis_ref": "contract 42"} | said
    named = ", ".join(f'"{key}" => %({key})s' for key in values)
    row = connection.execute(f"SELECT sminion.open_ticket({named})".encode(), values).fetchone()
    assert row is not None
    return int(row[0].split(".")[0])


def read_people(shop: Shop) -> None:
    """Anna reads customers 1 and 2 in three statements, one with two results; Mallory reads 2; a DBA writes 1."""
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app:
        own = journal.opened(app)
        form = shape(app, **SHAPE)
        anna, mallory = ticket(app), ticket(app, actor=HOSTILE, reason="@SUM(1+1)", unit="-1")
        entry = {"ticket": anna, "shape": form} | CAME
        journal.write(app, own, 1, [entry, entry, entry, {"of": 1} | CAME])
        journal.write(app, own, 5, [{"ticket": mallory, "shape": form} | CAME | {"subjects": ["2"]}])
        journal.write(app, own, 6, [{"ticket": anna, "shape": shape(app, codes=["SG101"])}])
    shop.database.execute("UPDATE crm.customer SET email = 'new' WHERE id = 1")
    shop.database.execute(f"CREATE ROLE {shop.name}_bert LOGIN IN ROLE {shop.name}_auditor")
    shop.database.execute(f"CREATE ROLE {shop.name}_olga LOGIN IN ROLE {shop.name}_privacy_officer")


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """`sminion-guard audit` with these words; its exit code."""
    monkeypatch.setattr(sys, "argv", ["sminion-guard", "audit", *words])
    with pytest.raises(SystemExit) as caught:
        main.app_main()
    return int(caught.value.code or 0)


def acts(shop: Shop) -> list[tuple[Any, ...]]:
    """What is on record of readings: who, what, why."""
    return shop.database.execute(
        "SELECT login::text, detail, reason FROM sminion.act WHERE act = 'read_log' ORDER BY id")
