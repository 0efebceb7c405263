# ruff: noqa: E501 - SQL stands on one line
"""Whole expired partitions are dropped by their owner: those in which nothing is kept, no others, and each is on record."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError
from sminion_guard.migrate.plan import State
from sminion_guard.policy import Policy, loads
from sminion_guard.subjects import Destructions, DroppedPartition, Retentions
from tests import servers
from tests.database.retention.purging import WEB, keeping
from tests.database.subjects.test_restore_drill import run as command
from tests.world import World, new_world, refusal

MORE = """
CREATE TABLE web.part_2020 PARTITION OF web.part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE web.part_new PARTITION OF web.part FOR VALUES FROM ('2021-01-01') TO ('2200-01-01');
CREATE INDEX ON web.part (customer_id);
"""
DROPPED = "SELECT detail ->> 'partition', detail -> 'rows' FROM sminion.act WHERE act = 'retention' ORDER BY id"


def policy(world: World) -> Policy:
    return loads(keeping(world))


@pytest.fixture
def web(server: Server) -> Iterator[World]:
    """A table whose owner, who maintains it, is no superuser; two of its four partitions have expired."""
    with new_world(server, shared_roles=True) as world:
        world.super(f"SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour');"
                    f"SET ROLE {world.name}_owner; {WEB}{MORE}")
        with world.database.connect() as admin:
            servers.apply_unrehearsed(admin, policy(world))
        world.super(f"GRANT {world.name}_maintenance TO {world.name}_owner; ALTER ROLE {world.name}_owner INHERIT;"
                    "SELECT sminion.resume_ddl_guard('done');"
                    "INSERT INTO web.part (id, customer_id, at) SELECT i, 1 + i % 40,"
                    " timestamptz '2019-06-01' + (i / 50) * interval '1 year' FROM generate_series(0, 149) i")
        world.super(f"GRANT {world.name}_maintenance TO {world.name}_owner" + (
            " WITH INHERIT TRUE" if world.database.server.binaries.major >= 16 else ""))
        world.settle()
        yield world


def drop(world: World, login: str = "owner", patience: float = 0) -> dict[str, DroppedPartition]:
    with world.connect(login) as owner:
        return {one.partition: one for one in Retentions(owner).drop_partitions(patience=patience)}


def there(world: World) -> set[str]:
    return {name for (name,) in world.super(
        "SELECT relid::regclass::text FROM pg_partition_tree('web.part') WHERE isleaf")}


def test_what_has_expired_as_a_whole_is_dropped_and_on_record(web: World) -> None:
    with web.connect("officer") as officer:
        found = Retentions(officer).partitions()
    assert [(one.table_name, one.partition, one.hindrance) for one in found] == [
        ("web.part", "web.part_2020", None), ("web.part", "web.part_old", None)]
    assert {name: (one.rows, one.cause) for name, one in drop(web).items()} == {
        "web.part_old": (50, None), "web.part_2020": (50, None)}
    assert there(web) == {"web.part_rest", "web.part_new"}
    assert web.super("SELECT count(*) FROM web.part") == [(50,)]
    assert web.super(DROPPED) == [("web.part_2020", 50), ("web.part_old", 50)]
    assert web.super("SELECT purged FROM sminion.retention_rule WHERE table_name = 'part'") == [(100,)]
    assert drop(web) == {}
    with web.database.connect() as admin:
        # As after every change of partitions by their owner.
        altered = {change.key for change in migrate.plan(admin, policy(web)).of(State.ALTERED)}
        assert altered == {"row_security:web.part", "write_triggers:web.part"}
        migrate.apply(admin, policy(web))
        assert migrate.plan(admin, policy(web)).clean


KEEP = {
    "a block": "SELECT sminion.block('7', 'contests')",
    "a block of data in the schema": "SELECT sminion.block('7', 'contests', schemas => ARRAY['web'])",
    "a block of another key of the person": "SELECT sminion.merge_subjects('7', '777', 'one'); SELECT sminion.block('777', 'contests')",
    "a hold": "SELECT sminion.hold_data('7', 'claim', 'civil code', \"table\" => 'web.part')",
}


@pytest.mark.parametrize("how", KEEP)
def test_a_partition_with_a_row_of_somebody_who_is_kept_stays(how: str, web: World) -> None:
    web.super("DELETE FROM web.part WHERE customer_id = 7 AND at > '2020-01-01'")
    with web.connect("officer") as officer:
        officer.execute(KEEP[how].encode())
    assert {name: one.cause is None for name, one in drop(web).items()} == {"web.part_old": False, "web.part_2020": True}
    assert web.super("SELECT count(*) FROM web.part WHERE customer_id = 7") == [(2,)]


def test_a_partition_with_a_row_of_somebody_whose_destruction_is_not_complete_stays(web: World) -> None:
    with web.connect("officer") as officer:
        officer.execute("SELECT sminion.open_request('7', 'destroy', 'letter')")
        officer.execute("SELECT sminion.identify_request(1, 'passport')")
        officer.execute("SELECT sminion.begin_destruction(1, 'letter')")
        assert all("being destroyed" in str(one.cause) for one in drop(web).values())
        Destructions(officer).destroy(1, "letter", patience=0)
    web.settle()
    assert all(one.cause is None for one in drop(web).values()) and there(web) == {"web.part_rest", "web.part_new"}


OTHERS = {
    "another column": "PARTITION BY RANGE (kept)",
    "two columns": "PARTITION BY RANGE (at, kept)",
    "an expression": "PARTITION BY RANGE ((at + interval '1 day'))",
    "a list": "PARTITION BY LIST (at)",
    "an order of the application": "PARTITION BY RANGE (at public.backwards)",
}
BOUNDS = {"two columns": "FROM ('2001-01-01', '2001-01-01') TO ('2020-01-01', '2020-01-01')", "a list": "IN ('2019-06-01')"}


@pytest.mark.parametrize("how", OTHERS)
def test_a_partition_whose_bounds_say_nothing_of_retention_is_purged_row_by_row(how: str, web: World) -> None:
    """Its rows may have not expired: the first one has."""
    web.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour')")
    bounds = BOUNDS.get(how, "FROM ('2001-01-01') TO ('2020-01-01')")
    if "application" in how:
        web.super("""CREATE FUNCTION public.back(timestamp, timestamp) RETURNS int LANGUAGE sql IMMUTABLE
                       AS 'SELECT pg_catalog.timestamp_cmp($2, $1)';
                     CREATE OPERATOR CLASS public.backwards FOR TYPE timestamp USING btree AS OPERATOR 1 >, OPERATOR 2 >=,
                       OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 public.back(timestamp, timestamp)""")
        bounds = "FROM ('2200-01-01') TO ('2001-01-01')"
    web.super(f"""ALTER TABLE web.plain RENAME TO was;
        CREATE TABLE web.plain (id bigint, customer_id bigint, at timestamp, kept timestamp) {OTHERS[how]};
        CREATE TABLE web.plain_1 PARTITION OF web.plain FOR VALUES {bounds};
        CREATE INDEX ON web.plain (customer_id)""")
    with web.database.connect() as admin:
        servers.apply_unrehearsed(admin, policy(web))
    with web.connect("officer") as officer:
        assert [one.partition for one in Retentions(officer).partitions()] == ["web.part_2020", "web.part_old"]


def test_rows_that_others_lead_to_keep_each_partition(web: World) -> None:
    web.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour')")
    web.super("ALTER TABLE web.part ADD PRIMARY KEY (id, at);"
              "CREATE TABLE web.note (id bigint, at timestamptz, FOREIGN KEY (id, at) REFERENCES web.part);"
              "GRANT SELECT ON web.note TO sminion_owner")
    assert all(one.cause for one in drop(web).values()) and len(there(web)) == 4


def test_a_view_keeps_the_partition_that_it_reads(web: World) -> None:
    web.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour')")
    web.super("CREATE VIEW web.old WITH (security_invoker) AS SELECT id FROM web.part_old")
    found = drop(web)
    assert "depend on it" in str(found["web.part_old"].cause) and found["web.part_2020"].cause is None


def test_others_than_the_owner_drop_nothing(web: World) -> None:
    with pytest.raises(GuardError, match="only its owner") as refused:
        drop(web, "keeper")
    assert refused.value.code == "SG577"
    ((part,),) = web.super("SELECT 'web.part_old'::regclass::oid::int")
    with web.connect("keeper") as keeper:
        assert refusal(keeper, "BEGIN", f"SELECT sminion.check_partition({part})") == "SG575"
        keeper.rollback()
        assert refusal(keeper, f"SELECT sminion.record_drop({part})") == "SG576"
    with web.connect("owner") as owner:
        owner.execute("BEGIN; LOCK TABLE ONLY web.part_old IN SHARE MODE")
        assert owner.execute("SELECT rows, cause FROM sminion.check_partition('web.part_old'::regclass)").fetchall() == [(50, None)]
        # Looked at, and not dropped: nothing is recorded of it.
        assert refusal(owner, "SELECT sminion.record_drop('web.part_old'::regclass)") == "SG576"
        owner.rollback()
        assert refusal(owner, "SELECT sminion.drop_expired_partition('web.part')") == "SG574"
        found = owner.execute("SELECT state, cause FROM sminion.drop_expired_partition('web.part_new')").fetchone()
    assert found is not None and found[0] == "stuck" and "not expired as a whole" in found[1]
    assert len(there(web)) == 4 and web.super(DROPPED) == []


def test_a_reader_is_not_stopped_and_the_partition_goes_when_it_has_ended(web: World) -> None:
    with web.database.connect() as reader:
        reader.execute("BEGIN; SELECT count(*) FROM web.part")
        assert all("locked" in str(one.cause) for one in drop(web).values())
        assert web.super("SELECT count(*) FROM web.part") == [(150,)]
        later: list[dict[str, DroppedPartition]] = []
        waiting = Thread(target=lambda: later.append(drop(web, patience=30)))
        waiting.start()
        reader.execute("COMMIT")
        waiting.join()
    assert all(one.cause is None for one in later[0].values()) and len(there(web)) == 2


def test_the_command_tells_what_it_would_drop_and_drops_it(
    web: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--table", "web.part", "--database-url", web.database.dsn(f"{web.name}_owner"))
    assert command(monkeypatch, "retention", "run", "--dry-run", *at) == 0
    assert "partition web.part_old has expired as a whole" in capsys.readouterr().out and len(there(web)) == 4
    assert command(monkeypatch, "retention", "run", "--drop-partitions", *at) == 0
    said = capsys.readouterr().out
    assert "web.part_old: dropped, with 50 rows" in said and "web.part: 50 purged" in said  # of another
    assert there(web) == {"web.part_rest", "web.part_new"}
