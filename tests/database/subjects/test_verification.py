"""Looking for what is left of a person by another way: each place where a key may hide is found, or named as out of sight."""
# ruff: noqa: E501 - each hiding place stands on one line

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError
from sminion_guard.subjects.verification import Verification, verify
from tests import servers
from tests.database.subjects.test_destruction_commands import run
from tests.world import World, new_world

KEY = "918273645"
ABSENT = "907152843"


@dataclass(frozen=True, slots=True)
class Place:
    """A hiding place.

    :param plant: the statements that hide KEY there.
    :param seen: what finds it: how it is found or what it is called out of sight, and a part of the name.
    """

    plant: str
    seen: tuple[str, str]


PLACES = {
    "table without a tag": Place("CREATE TABLE attic.untagged (who bigint); INSERT INTO attic.untagged VALUES (KEY)", ("value", "attic.untagged")),
    "small number": Place("CREATE TABLE attic.small (who integer); INSERT INTO attic.small VALUES (KEY)", ("value", "attic.small")),
    "numeric": Place("CREATE TABLE attic.nums (who numeric(20, 2)); INSERT INTO attic.nums VALUES (KEY)", ("value", "attic.nums")),
    "text": Place("CREATE TABLE attic.note (t text); INSERT INTO attic.note VALUES ('called KEY, no answer')", ("text", "attic.note")),
    "column nobody listed": Place("UPDATE crm.customer SET internal = 'see KEY' WHERE id = 7", ("text", "crm.customer")),
    "jsonb": Place("CREATE TABLE attic.doc (d jsonb); INSERT INTO attic.doc VALUES ('{\"a\": [{\"customer\": KEY}]}')", ("text", "attic.doc")),
    "after a line break in jsonb": Place("CREATE TABLE attic.doc2 (d jsonb); INSERT INTO attic.doc2 VALUES ('{\"a\": \"x\\nKEY\"}')", ("text", "attic.doc2")),
    "json": Place("CREATE TABLE attic.doc3 (d json); INSERT INTO attic.doc3 VALUES ('[\"KEY\"]')", ("text", "attic.doc3")),
    "xml": Place("CREATE TABLE attic.page (x text[]); INSERT INTO attic.page VALUES (ARRAY['<a id=\"KEY\"/>'])", ("text", "attic.page")),
    "array": Place("CREATE TABLE attic.list (l bigint[]); INSERT INTO attic.list VALUES ('{1,KEY}')", ("text", "attic.list")),
    "range": Place("CREATE TABLE attic.span (r int8range); INSERT INTO attic.span VALUES ('[KEY,KEY]')", ("text", "attic.span")),
    "domain": Place("CREATE DOMAIN attic.number AS bigint; CREATE TABLE attic.of_domain (n attic.number); INSERT INTO attic.of_domain VALUES (KEY)", ("value", "attic.of_domain")),
    "row type": Place("CREATE TYPE attic.pair AS (a bigint, b text); CREATE TABLE attic.pairs (p attic.pair); INSERT INTO attic.pairs VALUES ((KEY, 'x'))", ("text", "attic.pairs")),
    "name of a table": Place("CREATE TABLE attic.archive_KEY ()", ("code", "attic.archive_KEY")),
    "comment of the schema of everybody": Place("COMMENT ON SCHEMA public IS 'of KEY'", ("comment", "schema public")),
    "label of an enum": Place("CREATE TYPE attic.kind AS ENUM ('c-KEY')", ("code", "attic.kind")),
    "bytea": Place("CREATE TABLE attic.blob (b bytea); INSERT INTO attic.blob VALUES (convert_to('é KEY', 'UTF8'))", ("text", "attic.blob")),
    "binary": Place("CREATE TABLE attic.wire (b bytea); INSERT INTO attic.wire VALUES (int8send(KEY))", ("text", "attic.wire")),
    "out of line": Place("CREATE TABLE attic.long (t text); INSERT INTO attic.long SELECT string_agg(md5(i::text), ' ') || ' KEY' FROM generate_series(1, 500) i", ("text", "attic.long")),
    "detached partition": Place("CREATE TABLE attic.parts (who bigint) PARTITION BY RANGE (who); CREATE TABLE attic.part PARTITION OF attic.parts DEFAULT; INSERT INTO attic.parts VALUES (KEY); ALTER TABLE attic.parts DETACH PARTITION attic.part", ("value", "attic.part")),
    "parent of inheritance": Place("CREATE TABLE attic.old (who bigint); CREATE TABLE attic.new () INHERITS (attic.old); INSERT INTO attic.old VALUES (KEY)", ("value", "attic.old")),
    "materialized view": Place("CREATE MATERIALIZED VIEW attic.mat AS SELECT KEY::bigint AS who", ("value", "attic.mat")),
    "history table": Place("CREATE TABLE sales.orders_history (LIKE sales.orders); INSERT INTO sales.orders_history (id, customer_id) VALUES (1, KEY)", ("value", "sales.orders_history")),
    "queue": Place("CREATE UNLOGGED TABLE attic.queue (payload text); INSERT INTO attic.queue VALUES ('id=KEY&op=mail')", ("text", "attic.queue")),
    "foreign key of an unlisted table": Place("CREATE TABLE attic.extra (who bigint REFERENCES crm.customer, x int); INSERT INTO attic.extra VALUES (KEY, 1)", ("reference", "attic.extra")),
    "foreign key of its child": Place("ALTER TABLE attic.extra ADD id int UNIQUE DEFAULT 1; CREATE TABLE attic.deeper (extra int REFERENCES attic.extra (id)); INSERT INTO attic.deeper VALUES (1)", ("reference", "attic.deeper")),
    "row that refers to nothing": Place("CREATE TABLE sales.lost (who bigint REFERENCES crm.customer); SET session_replication_role = replica; INSERT INTO sales.lost VALUES (4242); RESET session_replication_role", ("orphan", "sales.lost")),
    "large object": Place("SELECT lo_from_bytea(0, convert_to(repeat('x', 3000) || ' KEY', 'UTF8'))", ("large object", "large object")),
    "statistics": Place("CREATE TABLE attic.common (who bigint); INSERT INTO attic.common SELECT KEY FROM generate_series(1, 200); ANALYZE attic.common; TRUNCATE attic.common", ("statistics", "attic.common")),
    "statistics over several columns": Place("CREATE TABLE attic.two (a bigint, b bigint); INSERT INTO attic.two SELECT KEY, 1 FROM generate_series(1, 200); CREATE STATISTICS attic.both (mcv) ON a, b FROM attic.two; ANALYZE attic.two", ("statistics", "attic.two")),
    "comment": Place("CREATE TABLE attic.said (); COMMENT ON TABLE attic.said IS 'made for KEY'", ("comment", "attic.said")),
    "function": Place("CREATE FUNCTION attic.f() RETURNS int LANGUAGE sql AS 'SELECT KEY'", ("code", "attic.f()")),
    "default": Place("CREATE TABLE attic.dflt (a bigint DEFAULT KEY)", ("code", "attic.dflt")),
    "check": Place("CREATE TABLE attic.chk (a bigint CHECK (a <> KEY))", ("code", "attic.chk")),
    "view": Place("CREATE VIEW attic.v AS SELECT KEY AS who", ("code", "attic.v")),
    "bound of a partition": Place("CREATE TABLE attic.by (who bigint) PARTITION BY LIST (who); CREATE TABLE attic.by_one PARTITION OF attic.by FOR VALUES IN (KEY)", ("code", "attic.by_one")),
    "setting of a role": Place("ALTER ROLE NAME_news SET application_name = 'for KEY'", ("code", "NAME_news")),
    "sequence": Place("CREATE SEQUENCE attic.seq; SELECT setval('attic.seq', KEY)", ("sequence", "attic.seq")),
    "foreign table": Place("CREATE EXTENSION postgres_fdw; CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw; CREATE FOREIGN TABLE attic.far (who bigint) SERVER elsewhere", ("foreign table", "attic.far")),
    "publication": Place("CREATE PUBLICATION attic_pub FOR TABLE attic.untagged", ("publication", "attic_pub")),
    "prepared transaction": Place("CREATE TABLE attic.later (who bigint); BEGIN; INSERT INTO attic.later VALUES (KEY); PREPARE TRANSACTION 'NAME_gid'", ("prepared transaction", "NAME_gid")),
    "replication slot": Place("SELECT pg_create_physical_replication_slot('NAME_slot', true)", ("replication slot", "NAME_slot")),
    "other database": Place("SELECT 1", ("other database", "postgres")),
    "backups": Place("SELECT 1", ("WAL and backups", "archive_mode")),
}


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        world.database.suspend_ddl_guard()
        world.super("CREATE SCHEMA attic")
        world.super(f"INSERT INTO crm.customer (id, email) VALUES ({KEY}, 'person')")
        try:
            yield world
        finally:
            for (gid,) in world.super("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"):
                world.super(f"ROLLBACK PREPARED '{gid}'")
            for (slot,) in world.super("SELECT slot_name FROM pg_replication_slots WHERE slot_name = %s", f"{world.name}_slot"):
                world.super("SELECT pg_drop_replication_slot(%s)", slot)


@pytest.fixture(scope="module")
def looked(world: World) -> Iterator[tuple[Verification, Verification]]:
    """What is found of the person, and of one who is not there; everything is planted."""
    servers.need_extension(world.database, "postgres_fdw")
    with ExitStack() as stack:
        for place in PLACES.values():
            for statement in place.plant.split("; "):
                world_named = statement.replace("KEY", KEY).replace("NAME", world.name)
                if statement.startswith("BEGIN"):
                    writer = stack.enter_context(world.database.connect())
                    writer.execute("BEGIN")
                    writer.execute(f"INSERT INTO attic.later VALUES ({KEY})".encode())
                    writer.execute(f"PREPARE TRANSACTION '{world.name}_gid'".encode())
                    break
                if statement.startswith("SET session"):
                    with world.database.connect() as replica:
                        replica.execute("SET session_replication_role = replica")
                        replica.execute("INSERT INTO sales.lost VALUES (4242)")
                    break
                world.super(world_named)
        other = stack.enter_context(world.database.connect())
        other.execute(f"CREATE TEMP TABLE hidden AS SELECT {KEY} AS who".encode())
        other.execute("BEGIN")
        other.execute(f"INSERT INTO hidden VALUES ({KEY})".encode())
        with world.database.connect() as admin, world.database.connect() as again:
            yield verify(admin, KEY), verify(again, ABSENT)


def named(found: Verification) -> set[tuple[str, str]]:
    return {(p.how, p.name) for p in found.found} | {(p.what, p.name) for p in found.out_of_sight}


@pytest.mark.parametrize("place", PLACES)
def test_each_hiding_place_is_found_or_named(looked: tuple[Verification, Verification], world: World, place: str) -> None:
    how, name = PLACES[place].seen
    assert [n for h, n in named(looked[0]) if h == how and name.replace("NAME", world.name).replace("KEY", KEY) in n], sorted(named(looked[0]))


def test_what_others_hold_open_is_named(looked: tuple[Verification, Verification]) -> None:
    assert {what for what, _ in named(looked[0])} >= {"temporary table", "open transaction", "log of the server"}
    assert not looked[0].unread, looked[0].unread
    assert looked[0].relations > 60 and not looked[0].clean


def test_nothing_is_found_of_a_key_that_is_nowhere(looked: tuple[Verification, Verification]) -> None:
    assert {(p.how, p.name) for p in looked[1].found} == {("orphan", "sales.lost")}


def test_rows_of_the_person_are_counted_by_foreign_keys(looked: tuple[Verification, Verification]) -> None:
    found = {(p.how, p.name): p for p in looked[0].found}
    assert found["reference", "crm.customer"].rows == 1 and found["reference", "crm.customer"].protected
    assert found["reference", "attic.extra"].rows == 1 and not found["reference", "attic.extra"].protected


def test_dead_rows_are_estimated_or_counted(world: World) -> None:
    world.super("UPDATE marketing.subscriber SET email = 'other' WHERE id = 5")
    with world.database.connect() as admin:
        assert not any(table.checked for table in verify(admin, ABSENT, only=["marketing.subscriber"]).dead_rows)
    servers.need_extension(world.database, "pgstattuple")
    world.super("CREATE EXTENSION pgstattuple SCHEMA attic")
    with world.database.connect() as admin:
        (table,) = verify(admin, ABSENT, only=["marketing.subscriber"]).dead_rows
        assert table.checked and (table.rows or 0) > 0


def test_large_tables_are_read_in_pieces_and_a_bound_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.super("CREATE TABLE attic.big AS SELECT i::bigint AS who, repeat('x', 100) AS t FROM generate_series(1, 20000) i")
    world.super(f"UPDATE attic.big SET who = {KEY} WHERE who IN (3, 15000, 20000)")
    monkeypatch.setattr("sminion_guard.subjects.verification.scan._FIRST", 7)
    heard: list[tuple[str, int, int]] = []
    with world.database.connect() as admin:
        found = verify(admin, KEY, only=["attic.big"], told=lambda *said: heard.append(said))
    assert [(p.how, p.rows) for p in found.found] == [("value", 3)] and found.relations == 1
    assert len(heard) > 3 and heard[-1][1] == heard[-1][2]
    clock = iter([0.0, *(0.5 + n for n in range(1000))])
    monkeypatch.setattr("sminion_guard.subjects.verification.scan.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("sminion_guard.subjects.verification.scan._LARGEST", 7)
    with world.database.connect() as admin:
        found = verify(admin, KEY, only=["attic.big"], seconds=5)
    assert found.relations == 0 and "read until block" in found.unread[0].why and not found.clean


def test_what_is_locked_or_no_relation_is_said(world: World) -> None:
    world.super("CREATE TABLE attic.locked (who bigint)")
    with world.database.connect() as other, world.database.connect() as admin:
        other.execute("BEGIN; LOCK TABLE attic.locked")
        (gap,) = verify(admin, KEY, only=["attic.locked"]).unread
        assert gap.name == "attic.locked" and "lock" in gap.why
        with pytest.raises(GuardError, match="SG582"):
            verify(admin, KEY, only=["attic.never"])
        with pytest.raises(GuardError, match="SG580") as refused:
            verify(admin, "x' OR true")
        assert "true" not in str(refused.value)
        with pytest.raises(GuardError, match="SG460"):
            verify(admin, KEY, kind="employee")
        admin.execute("BEGIN")
        with pytest.raises(GuardError, match="SG581"):
            verify(admin, KEY)


@pytest.mark.postgres(15)
def test_collations_without_an_order_of_their_own_are_no_hindrance(world: World) -> None:
    world.super("CREATE COLLATION attic.loose (provider = icu, locale = 'und', deterministic = false)")
    world.super("CREATE TABLE attic.loose_note (t text COLLATE attic.loose)")
    world.super(f"INSERT INTO attic.loose_note VALUES ('{KEY}')")
    with world.database.connect() as admin:
        found = verify(admin, KEY, only=["attic.loose_note"])
    assert [(p.how, p.rows) for p in found.found] == [("text", 1)] and not found.unread


@pytest.mark.usefixtures("looked")
def test_the_command_says_what_was_found_and_exits_with_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    address = ("--database-url", world.database.dsn())
    assert run(world, "subject", "verify", KEY, "--only", "crm.customer", *address) == 1
    said = capsys.readouterr().out
    assert "crm.customer (id): 1 row as a value\n" in said and "1 tables and the like read; 2 places" in said
    assert run(world, "subject", "verify", ABSENT, "--only", "crm.customer", *address) == 0
    assert "no places with the key" in capsys.readouterr().out
    assert run(world, "subject", "verify", KEY, "--only", "attic.untagged", "--format", "json", *address) == 1
    (place,) = json.loads(capsys.readouterr().out)["found"]
    assert (place["how"], place["rows"], place["protected"]) == ("value", 1, False)
