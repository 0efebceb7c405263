"""Old tickets go with the months of the log, never before them, and the proofs of all else stay valid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sminion_guard.audit import database
from sminion_guard.audit.checkpoint import verify_checkpoint
from sminion_guard.audit.database.missing import Missing
from sminion_guard.audit.tiles import TileDirectory
from sminion_guard.embedded import Server
from tests import journal
from tests.database.audit import tree
from tests.database.audit.sealed import ORIGIN, Sealed, begin, fill
from tests.database.audit.test_journal import shape
from tests.session.shop import Shop, new_shop, one

DROP = "SELECT sminion.drop_log(date_trunc('month', now() AT TIME ZONE 'UTC')::date, 'two years are over')"
OLDER = """
UPDATE sminion.ticket k SET opened_at = k.opened_at - %(by)s::interval, expires_at = k.expires_at - %(by)s::interval,
  id = k.id - 512 * (extract(epoch FROM %(by)s::interval) * 1000000)::bigint
WHERE k.actor = ANY (%(actors)s)
"""


@pytest.fixture
def sealed(server: Server, tmp_path: Path) -> Iterator[Sealed]:
    with new_shop(server) as shop:
        yield begin(shop, tmp_path)


def open_old(shop: Shop, actors: list[str], by: str = "70 days") -> dict[str, int]:
    """Tickets that were opened long ago; not numbered yet."""
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app:
        for actor in actors:
            one(app, "SELECT sminion.open_ticket('contract', %s, 'r')", actor)
    with shop.database.connect() as intruder:
        intruder.execute("SET session_replication_role = replica")
        intruder.execute(OLDER, {"by": by, "actors": actors})
    return dict(shop.database.execute("SELECT actor, id FROM sminion.ticket WHERE actor = ANY (%s)", actors))


def actors(shop: Shop) -> set[str]:
    return {actor for (actor,) in shop.database.execute("SELECT actor FROM sminion.ticket")}


def test_old_tickets_go_and_the_log_stays_verified(sealed: Sealed, tmp_path: Path) -> None:
    shop = sealed.shop
    open_old(shop, ["ada", "bob"])
    fill(shop)
    sealed.seal()
    young = actors(shop) - {"ada", "bob"}
    before = sealed.verify()
    assert before.clean and before.dropped == 0
    shop.database.execute(DROP)
    assert actors(shop) == young
    fill(shop)
    sealed.seal()
    after = sealed.verify()
    assert after.clean and after.dropped == 2
    with sealed.log() as log:
        note = sealed.published[-1]
        assert log.dropped_until() >= 2
        database.export(log, TileDirectory(tmp_path / "tiles"), verify_checkpoint(note, ORIGIN, [sealed.key.key]), note)
    ((detail, reason),) = shop.database.execute("SELECT detail, reason FROM sminion.act WHERE act = 'drop_tickets'")
    assert detail["events"] == 2 and reason == "two years are over"
    shop.database.execute(DROP)
    assert len(shop.database.execute("SELECT 1 FROM sminion.act WHERE act = 'drop_tickets'")) == 1, "nothing to drop"
    # The controls: a row beside those that were dropped, and one ticket more than there were.
    sealed.tamper("DELETE FROM sminion.ticket WHERE id = (SELECT max(k.id) FROM sminion.ticket k)")
    assert "gone" in sealed.found()


def test_a_ticket_that_comes_after_the_drop_is_a_stray_row(sealed: Sealed) -> None:
    shop = sealed.shop
    open_old(shop, ["ada", "bob"])
    fill(shop)
    shop.database.execute(DROP)
    fill(shop)
    sealed.seal()
    assert sealed.verify().clean
    sealed.tamper("INSERT INTO sminion.ticket SELECT k.* FROM jsonb_populate_record(NULL::sminion.ticket, ("
                  " SELECT to_jsonb(k) || jsonb_build_object('id', k.id - 1, 'token_hash', sha256('x'), 'writer', '10')"
                  " FROM sminion.ticket k ORDER BY k.id LIMIT 1)) k")
    assert sealed.found() == {"extra"}


def test_a_ticket_stays_as_long_as_what_refers_to_it(sealed: Sealed) -> None:
    """However old it is: with a statement in the log, in the journal, or a write."""
    shop = sealed.shop
    held = open_old(shop, ["in the log", "in the journal", "of a write", "of nothing"])
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app, shop.database.connect() as owner:
        own = journal.opened(app)
        journal.write(app, own, 1, [{"ticket": held["in the log"], "shape": shape(app)}])
        journal.fold_all(owner)
        owner.commit()
        sealed.tamper(
            "INSERT INTO sminion.journal (event) SELECT jsonb_build_object('id', 7, 'ticket', k.id, 'role', 'r',"
            " 'operation', 'clarify', 'relation', 'crm.customer', 'columns', '[]'::jsonb, 'rows', 1)"
            " FROM sminion.ticket k WHERE k.actor = 'of a write'")
        with shop.database.connect(autocommit=False) as running:  # so the journal cannot be folded
            running.execute("SELECT pg_current_xact_id()")
            journal.write(app, own, 2, [{"ticket": held["in the journal"], "shape": shape(app)}])
            shop.database.execute(DROP)
    assert {"in the log", "in the journal", "of a write"} <= actors(shop) and "of nothing" not in actors(shop)
    with shop.database.connect() as owner:
        journal.fold_all(owner)
        owner.commit()
    tree.grow(shop.database)
    sealed.seal()
    assert sealed.verify().clean
    assert shop.database.execute("SELECT count(*) FROM sminion.log_faults") == [(0,)]
    assert shop.database.execute(
        "SELECT count(*), count(actor) FROM (SELECT ticket, actor FROM sminion.statement_log UNION ALL"
        " SELECT ticket, actor FROM sminion.write_log WHERE ticket IS NOT NULL) e") == [(3, 3)]


def test_a_ticket_of_the_last_week_stays_and_one_of_a_running_session_works_on(sealed: Sealed) -> None:
    shop = sealed.shop
    open_old(shop, ["a week ago", "yesterday"], by="6 days")
    with psycopg.connect(shop.dsn("app")) as app:
        token = one(app, "SELECT sminion.open_ticket('contract', 'live', 'r')")
        app.commit()
        app.execute("SELECT sminion.enter(%s)", [token])
        assert app.execute("SELECT count(*) FROM crm.customer").fetchone() == (40,)
        shop.database.execute(DROP)
        assert app.execute("SELECT count(*) FROM crm.customer").fetchone() == (40,)
    assert {"a week ago", "yesterday", "live"} <= actors(shop)


def test_tickets_without_a_number_are_not_dropped(sealed: Sealed) -> None:
    shop = sealed.shop
    with shop.database.connect(autocommit=False) as running:
        running.execute("SELECT pg_current_xact_id()")
        open_old(shop, ["ada"])
        with pytest.raises(psycopg.Error) as told:
            shop.database.execute(DROP)
        assert told.value.sqlstate == "SG511"
    assert "ada" in actors(shop)
    fill(shop)
    shop.database.execute(DROP)
    assert "ada" not in actors(shop)


def test_nobody_else_removes_a_ticket(sealed: Sealed) -> None:
    shop = sealed.shop
    open_old(shop, ["ada"])
    for role in ("", "SET ROLE sminion_owner; "):
        with shop.database.connect() as owner:
            owner.execute(f"{role}SET sminion.dropping = '1'".encode())
            with pytest.raises(psycopg.Error) as told:
                owner.execute("DELETE FROM sminion.ticket WHERE actor = 'ada'")
            assert told.value.sqlstate == "SG505"
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("SELECT sminion.drop_tickets('2020-01-01', 'r')")


def test_numbers_beside_those_that_were_dropped_are_named() -> None:
    missing = Missing([[1, 4], [8, 9], [20, 20]], [
        {"events": 2, "first": 2, "last": 3}, {"events": 0, "first": None, "last": None},
        {"events": 9, "first": 3, "last": 8}])
    assert list(missing.unexplained()) == [1, 9, 20] and missing.count == 7 and missing.explained == 11
    missing.dropped("act", b'{"act" : "drop_tickets", "detail" : {"events": 1, "first": 20, "last": 20}}')
    missing.dropped("act", b'{"act" : "read_log", "detail" : {"why": "drop_tickets", "first": 1, "last": 9}}')
    missing.dropped("statement", b'{"act" : "drop_tickets", "detail" : {"events": 9, "first": 1, "last": 9}}')
    assert list(missing.unexplained()) == [1, 9]
