# ruff: noqa: E501 - statements stand on one line
"""Every event is a leaf of the Merkle tree, in the order in which it was numbered, whatever the batches were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests import journal
from tests.database.audit import tree
from tests.database.audit.test_journal import shape, ticket
from tests.session.shop import Shop, new_shop

Connection = psycopg.Connection[Any]


@pytest.fixture
def shop(server: Server) -> Iterator[Shop]:
    """One of its own: numbers are those of a whole log."""
    with new_shop(server) as shop:
        yield shop


@pytest.fixture
def app(shop: Shop) -> Iterator[Connection]:
    with psycopg.connect(shop.dsn("app"), autocommit=True) as connection:
        yield connection


def fill(shop: Shop, app: Connection, owner: Connection, batches: int, each: int = 1) -> journal.Writer:
    own = journal.opened(app)
    entry = {"ticket": ticket(app), "shape": shape(app), "outcome": "done", "codes": [], "rows": 1, "microseconds": 7,
             "subjects": ["1", "2"]}
    for first in range(1, batches * each + 1, each):
        journal.write(app, own, first, [entry] * each)
    journal.fold(owner)
    return own


def test_the_tree_is_the_one_of_rfc_6962(shop: Shop, app: Connection, owner: Connection) -> None:
    fill(shop, app, owner, 7, 100)
    owner.commit()
    assert tree.grow(shop.database, 37) > 700
    found = [leaf for _, _, leaf in tree.leaves(shop.database)]
    assert tree.tiles(shop.database) == tree.expected_tiles(found)
    assert [number for number, _, _ in tree.leaves(shop.database)] == list(range(1, len(found) + 1))


@pytest.mark.parametrize(("before", "most"), [(240, 1), (0, 255), (0, 256), (0, 257), (0, 70000)])
def test_it_does_not_matter_in_how_many_parts_it_grew(
    before: int, most: int, shop: Shop, app: Connection, owner: Connection
) -> None:
    """Single leaves only beside the edge of a tile: one of them costs as much as hundreds."""
    fill(shop, app, owner, 3, 90 if before else 180)
    owner.commit()
    if before:
        assert shop.database.execute("SELECT sminion.grow_tree(%s)", before) == [(before,)]
    tree.grow(shop.database, most)
    found = [leaf for _, _, leaf in tree.leaves(shop.database)]
    assert tree.tiles(shop.database) == tree.expected_tiles(found)


def test_every_kind_of_event_is_a_leaf(shop: Shop, app: Connection, owner: Connection) -> None:
    own = fill(shop, app, owner, 1)
    opened = ticket(app)
    journal.write(app, own, 2, [{"of": 1, "outcome": "done", "codes": [], "microseconds": 5}])
    journal.write(app, own, 3, [{"nothing": True}])
    shop.database.execute("SELECT sminion.block('1', 'a request', 'anna')")
    shop.database.execute("SELECT sminion.revoke_ticket(%s, 'a mistake')", opened)
    shop.database.execute("UPDATE crm.customer SET email = 'sealed' WHERE id = 1")
    shop.database.execute("SELECT sminion.suspend_ddl_guard('a load', now() + interval '1 hour')")
    journal.fold(owner)
    owner.commit()
    kinds = {kind for _, kind, _ in tree.leaves(shop.database)}
    assert kinds >= {"statement", "result", "fault", "write", "ticket", "writer", "state", "policy", "suspension", "act"}
    assert tree.grow(shop.database) == len(tree.leaves(shop.database))


def test_a_leaf_names_nobody_and_its_commitments_open(shop: Shop, app: Connection, owner: Connection) -> None:
    opened_by = "SELECT sminion.open_ticket('contract', 'Anna Adler', 'call 4711 of Mr Miller')"
    app.execute(opened_by)
    fill(shop, app, owner, 1)
    owner.commit()
    (opened, *_) = tree.events(shop.database, "ticket")
    everything = b"".join(leaf for _, _, leaf in tree.leaves(shop.database))
    ((actor, reason),) = shop.database.execute("SELECT actor, reason FROM sminion.ticket WHERE id = %s", opened["id"])
    assert (actor, reason) == ("Anna Adler", "call 4711 of Mr Miller")
    assert b"Adler" not in everything and b"Miller" not in everything
    ((salt,),) = shop.database.execute(
        "SELECT salt FROM sminion.salt WHERE holder = 'actor:' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM:') || %s", actor)
    inner = sha256(salt + opened["number"].to_bytes(8, "big") + b"actor").digest()
    assert opened["committed"]["actor"] == sha256(inner + actor.encode()).hexdigest()
    (said, *_) = tree.events(shop.database, "statement")
    salts = dict(shop.database.execute("SELECT holder, salt FROM sminion.salt WHERE holder LIKE 'subject:%'"))
    hashes = sorted(
        sha256(sha256(salts[f"subject:{key}"] + said["number"].to_bytes(8, "big") + b"subject").digest() + key.encode()).digest()
        for key in ("1", "2"))
    assert (said["listed"], said["subjects"]) == (2, sha256(b"".join(hashes)).hexdigest())


def test_no_login_makes_a_leaf_that_cannot_be_published(shop: Shop, app: Connection, owner: Connection) -> None:
    own = journal.opened(app)
    came = {"outcome": "failed", "codes": ["é" * 190] * 1_000, "microseconds": 1}
    journal.write(app, own, 1, [{"ticket": ticket(app), "shape": shape(app)} | came])
    journal.write(app, own, 2, [{"of": 1} | came])
    journal.write(app, own, 3, [{"subjects": ["x" * 400] * 5_000}])
    shop.database.execute(
        "CREATE TABLE crm.wide (id bigint PRIMARY KEY, " + ", ".join(f"{'c' * 55}{n:04} int" for n in range(1_500)) + ")")
    shop.database.execute(
        "INSERT INTO sminion.journal (event) SELECT jsonb_build_object('id', 5, 'role', 'r', 'operation', 'collect', 'relation', 'crm.wide', 'columns',"
        " (SELECT array_agg(attname) FROM pg_attribute WHERE attrelid = 'crm.wide'::regclass), 'rows', 1)")
    journal.fold(owner)
    owner.commit()
    found = tree.leaves(shop.database)
    assert {"statement", "result", "fault", "write"} <= {kind for _, kind, _ in found}
    assert max(len(leaf) for _, _, leaf in found) < 65_535
    (said, *_) = tree.events(shop.database, "statement")
    assert said["codes"]["many"] == 51 and len(said["codes"]["sha256"]) == 64
    (written,) = tree.events(shop.database, "write")
    assert written["columns"]["many"] > 1_500


def test_settings_of_the_session_change_no_leaf(shop: Shop, app: Connection, owner: Connection) -> None:
    fill(shop, app, owner, 2, 3)
    owner.commit()
    before = tree.leaves(shop.database)
    for setting in ("timezone = 'Asia/Kathmandu'", "datestyle = 'German'", "bytea_output = 'escape'", "extra_float_digits = 0",
                    "intervalstyle = 'sql_standard'", "lc_numeric = 'C'", "enable_hashjoin = off", "client_encoding = 'LATIN1'"):
        with shop.database.connect() as other:
            other.execute(f"SET {setting}")
            assert other.execute("SELECT * FROM sminion.leaves(1, 1000)").fetchall() == before, setting


def test_a_row_that_is_gone_stops_the_tree(shop: Shop, app: Connection, owner: Connection) -> None:
    fill(shop, app, owner, 3)
    owner.commit()
    with shop.database.connect() as intruder:
        intruder.execute("SET session_replication_role = replica; DELETE FROM sminion.statement_event WHERE place = 2")
        intruder.commit()
    with pytest.raises(psycopg.Error) as raised:
        shop.database.execute("SELECT sminion.grow_tree()")
    assert raised.value.sqlstate == "SG616" and "is gone" in str(raised.value)
    assert tree.tiles(shop.database) == {}


def test_a_number_that_two_rows_have_stops_the_tree(shop: Shop, app: Connection, owner: Connection) -> None:
    fill(shop, app, owner, 3)
    owner.commit()
    with shop.database.connect() as intruder:
        intruder.execute("SET session_replication_role = replica; INSERT INTO sminion.statement_event"
                         " SELECT * FROM sminion.statement_event WHERE place = 2")
        intruder.commit()
    with pytest.raises(psycopg.Error) as raised:
        shop.database.execute("SELECT sminion.grow_tree()")
    assert raised.value.sqlstate == "SG616" and "one number" in str(raised.value)


def test_maintain_seals_what_it_folded(shop: Shop, app: Connection, owner: Connection) -> None:
    own = journal.opened(app)
    journal.write(app, own, 1, [{"ticket": ticket(app), "shape": shape(app)}])
    owner.commit()
    for _ in range(100):
        app.execute("CALL sminion.maintain()")
        ((number, size),) = shop.database.execute("SELECT f.number, t.size FROM sminion.fold_state f, sminion.tree_state t")
        if "statement" in {kind for _, kind, _ in tree.leaves(shop.database)} and number == size:
            break
    assert number == size == len(tree.leaves(shop.database)) > 2
    assert json.loads(tree.leaves(shop.database)[0][2])["kind"]
