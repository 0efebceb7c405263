"""Whose data stand in rows, by their places: partitions, parents, several subjects, and rows about nobody."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests import servers
from tests.firm import AGENT, Firm, new_firm

POLICY = """
[policy]
name = "{name}"
version = "1"
subject_key = "text"
ticket_lifetime = "15 minutes"
[purpose.work]
title = "Work"
basis = "contract"
needs = "*"
may = ["use"]
[schema.shop]
collected_for = ["work"]
[schema.shop.person]
subject = "id"
anonymous = "visible"
columns = {{ id = "key", name = "identity" }}
[schema.shop."Order"]
subject = 'person_id -> shop.person.id'
anonymous = "visible"
columns = {{ id = "key", person_id = "key", word = "behaviour" }}
[schema.shop.item]
subject = 'order_id -> shop."Order".id'
anonymous = "visible"
columns = {{ id = "key", order_id = "key", word = "behaviour" }}
[schema.shop.visit]
subject = "person_id"
columns = {{ id = "key", person_id = "key" }}
[schema.shop.country]
subject = false
columns = {{ id = "key" }}
"""
TABLES = """
CREATE SCHEMA shop;
CREATE TABLE shop.person (id text PRIMARY KEY, name text);
CREATE TABLE shop."Order" (id int PRIMARY KEY, person_id text, word text);
CREATE TABLE shop.item (id int PRIMARY KEY, order_id int, word text);
CREATE TABLE shop.visit (id int, person_id text) PARTITION BY RANGE (id);
CREATE TABLE shop.visit_1 PARTITION OF shop.visit FOR VALUES FROM (0) TO (10);
CREATE TABLE shop.visit_2 PARTITION OF shop.visit FOR VALUES FROM (10) TO (20) PARTITION BY LIST (id);
CREATE TABLE shop.visit_11 PARTITION OF shop.visit_2 FOR VALUES IN (11);
CREATE TABLE shop.country (id int);
INSERT INTO shop.person VALUES ('ann', 'Ann'), ('bob', 'Bob');
INSERT INTO shop."Order" VALUES (1, 'ann', 'a'), (2, 'bob', 'b'), (3, NULL, 'nobody'), (4, 'gone', 'lost');
INSERT INTO shop.item VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'nobody'), (4, NULL, 'nobody'), (5, 99, 'lost'),
  (6, 4, 'lost');
INSERT INTO shop.visit VALUES (1, 'ann'), (11, 'bob');
INSERT INTO shop.country VALUES (1);
"""
ALL = ("SELECT t.id, p.subject FROM {0} t, LATERAL sminion.persons_of_rows(t.tableoid::regclass, ARRAY[t.ctid]) p"
       " ORDER BY 1, 2")


@pytest.fixture
def shop(server: Server) -> Iterator[servers.Database]:
    def make(database: servers.Database, name: str) -> None:
        database.execute(TABLES)
        with database.connect(autocommit=False) as connection:
            servers.apply_unrehearsed(connection, loads(POLICY.format(name=name)))

    with servers.cloned(server, "persons of rows", "p", make) as (database, _):
        yield database


@pytest.fixture
def firm(server: Server) -> Iterator[Firm]:
    with new_firm(server, shared_roles=True) as firm:
        yield firm


@pytest.mark.parametrize(("table", "found"), [
    ("shop.person", [("ann", "ann"), ("bob", "bob")]),
    ('shop."Order"', [(1, "ann"), (2, "bob"), (4, "")]),
    ("shop.item", [(1, "ann"), (2, "bob"), (5, ""), (6, "")]),
    ("shop.visit", [(1, "ann"), (11, "bob")]),
])
def test_rows_lead_to_their_persons(shop: servers.Database, table: str, found: list[tuple[object, str]]) -> None:
    """An empty subject is somebody that cannot be found; no row is nobody."""
    assert shop.execute(ALL.format(table)) == found


def test_a_child_whose_parent_is_gone_says_whose_it_was(shop: servers.Database) -> None:
    shop.execute('DELETE FROM shop."Order" WHERE id = 1')
    assert (1, "ann") in shop.execute(ALL.format("shop.item"))


def test_places_are_those_of_one_partition(shop: servers.Database) -> None:
    """In each partition the first row stands at the same place."""
    (places,) = {place for (place,) in shop.execute("SELECT ctid::text FROM shop.visit")}
    ask = "SELECT place::text, subject FROM sminion.persons_of_rows('shop.{0}', ARRAY[%s, '(0,9)', '(77,1)']::tid[])"
    assert shop.execute(ask.format("visit_11"), places) == [(places, "bob")]
    assert shop.execute(ask.format("visit_1"), places) == [(places, "ann")]
    assert shop.execute(ask.format("visit"), places) == []


def test_they_are_those_of_the_snapshot(shop: servers.Database) -> None:
    with shop.connect() as reader:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        before = reader.execute(ALL.format("shop.item").encode()).fetchall()
        shop.execute("UPDATE shop.item SET order_id = 2; DELETE FROM shop.item WHERE id = 2")
        shop.execute("VACUUM shop.item")
        assert reader.execute(ALL.format("shop.item").encode()).fetchall() == before
        reader.execute("COMMIT")
        assert reader.execute(ALL.format("shop.item").encode()).fetchall() != before


@pytest.mark.parametrize(("table", "found"), [
    ("message", [(1, "customer:5"), (2, "customer:5"), (2, "employee:6"), (3, "customer:6"), (3, "employee:5"),
                 (4, f"agent:{AGENT}"), (4, "customer:7"), (5, "customer:7"), (5, "partner:5"), (6, "employee:7"),
                 (7, "customer:7"), (8, "customer:7"), (8, "partner:customer:6")]),
    ("meeting", [(1, "customer:5"), (2, "employee:5"), (3, "customer:6"), (3, "employee:7")]),
    ("gift", [(1, "customer:5"), (1, "customer:6"), (2, "customer:7"), (3, "customer:7")]),
])
def test_each_subject_is_named_with_its_kind(firm: Firm, table: str, found: list[tuple[int, str]]) -> None:
    assert firm.super(ALL.format(f"firm.{table}")) == found
    assert firm.super(ALL.format("firm.badge"))[0] == (1, "employee:1")


@pytest.mark.parametrize("relation", ["'shop.country'", "'pg_catalog.pg_class'", "0", "NULL"])
def test_what_holds_data_of_nobody_is_refused(shop: servers.Database, relation: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        shop.execute(f"SELECT * FROM sminion.persons_of_rows({relation}, ARRAY['(0,1)']::tid[])")
    assert caught.value.sqlstate == "SG732"
