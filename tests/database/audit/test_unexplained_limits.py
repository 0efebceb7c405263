# ruff: noqa: E501 - what is sent or said stands on one line
"""Accesses that are not judged, and tables that are not read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from sminion_guard.audit.report import report
from sminion_guard.embedded import Server
from tests import journal
from tests.database.audit.explained import ORDER, explained_shop, look, say
from tests.database.audit.test_journal import shape
from tests.session.shop import Shop


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    with explained_shop(server) as shop:
        yield shop


def test_a_view_in_place_of_the_table_is_not_read(shop: Shop) -> None:
    say(shop, "the subject's own row in desk.case has state = ticket.actor")
    admin = shop.database
    admin.execute("BEGIN; SET LOCAL session_replication_role = replica; ALTER TABLE desk.case RENAME TO kept;"
                  " CREATE VIEW desk.case AS SELECT * FROM desk.kept; COMMIT")
    with pytest.raises(psycopg.Error) as caught:
        look(shop)
    assert caught.value.sqlstate == "SG619" and "it is no table" in str(caught.value)
    with psycopg.connect(shop.dsn("bert"), autocommit=True) as bert:
        made = report(bert, datetime.now(UTC).date().replace(day=1))
    said = made.document()
    assert "it is no table" in said["unexplained"].not_judged and len(said) > 12
    assert any("NO ACCESS WAS JUDGED" in str(block) for _, blocks in made.drawn() for block in blocks)
    admin.execute("BEGIN; SET LOCAL session_replication_role = replica; DROP VIEW desk.case;"
                  " ALTER TABLE desk.kept RENAME TO \"case\"; COMMIT")
    assert look(shop).explanations


def test_accesses_whose_tickets_are_in_another_database_are_counted_and_not_judged(shop: Shop) -> None:
    say(shop, ORDER)
    login = f"{shop.name}_far"
    shop.database.execute(f"CREATE ROLE {login} LOGIN")
    shop.database.execute("SELECT sminion.keep_log_of(%s, 'elsewhere', 4711)", login)
    before = look(shop)
    with psycopg.connect(shop.dsn("far"), autocommit=True) as far:
        own = journal.opened(far)
        journal.write(far, own, 1, [{"ticket": 12, "shape": shape(far), "outcome": "done", "codes": [], "microseconds": 7,
                                     "rows": 1, "subjects": ["77777"]}])
    after = look(shop)
    assert after.outside["tickets_elsewhere"] == before.outside["tickets_elsewhere"] + 1
    assert "77777" not in {each.access.subject for each in after.ranked}
    assert after.units == before.units and after.unjudged == before.unjudged
