"""Logical replication into protected tables: what would stop is named before, and what goes on carries right masks."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Binaries, Server
from sminion_guard.migrate import Problem, UnfitDatabase
from tests import servers
from tests.world import World, acting, new_world, refusal, rows, ticket


@pytest.fixture(scope="module")
def replicating(binaries: Binaries) -> Iterator[Server]:
    """A server that publishes and subscribes."""
    settings = servers.SETTINGS | {"wal_level": "logical", "wal_retrieve_retry_interval": "100ms"}
    with Server(binaries, durable=False, settings=settings) as own:
        yield own


@pytest.fixture
def source(replicating: Server) -> Iterator[servers.Database]:
    """A database that publishes orders."""
    with servers.new_database(replicating) as database:
        database.execute("CREATE SCHEMA sales")
        database.execute("CREATE TABLE sales.orders (id bigint PRIMARY KEY, customer_id bigint, email text)")
        database.execute("CREATE PUBLICATION out FOR TABLE sales.orders")
        yield database


@pytest.fixture
def world(replicating: Server) -> Iterator[World]:
    with new_world(replicating) as world:
        world.super(f"CREATE ROLE {world.name}_dba SUPERUSER")
        yield world


def subscribe(world: World, source: servers.Database, options: str = "") -> str:
    """In one cluster the slot is made beforehand, or the subscription would wait for itself."""
    name = f"in_{source.name}"
    source.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", name)
    address = source.dsn().replace("'", "''")
    world.super(
        f"CREATE SUBSCRIPTION {name} CONNECTION '{address}' PUBLICATION out"
        f" WITH (create_slot = false, copy_data = false{options})"
    )
    return name


def unsubscribe(world: World, name: str) -> None:
    world.super(f"ALTER SUBSCRIPTION {name} DISABLE")
    world.super(f"ALTER SUBSCRIPTION {name} SET (slot_name = NONE)")
    world.super(f"DROP SUBSCRIPTION {name}")
    while world.super("SELECT active FROM pg_replication_slots WHERE slot_name = %s", name) == [(True,)]:
        time.sleep(0.05)
    world.super("SELECT pg_drop_replication_slot(%s)", name)


def arrived(world: World, number: int, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if world.super("SELECT count(*) FROM sales.orders WHERE id = %s", number) == [(1,)]:
            return True
        time.sleep(0.05)
    return False


def found(world: World) -> list[Problem]:
    """What `apply` refuses for, which is nothing but subscriptions."""
    try:
        world.apply(world.policy)
    except UnfitDatabase as error:
        assert {problem.code for problem in error.problems} == {"SG331"}
        return list(error.problems)
    return []


@pytest.mark.postgres(18)
def test_a_subscription_that_acts_as_the_owner_of_the_table_stops_and_is_named(
    world: World, source: servers.Database
) -> None:
    name = subscribe(world, source)
    try:
        source.execute("INSERT INTO sales.orders VALUES (5001, 7, 'e')")
        assert not arrived(world, 5001, seconds=3)
        (problem,) = found(world)
        assert problem.message == (
            f"subscription `{name}` writes to `sales.orders` as `{world.name}_owner`, whom row security binds"
        )
        assert problem.refuses and "run_as_owner = true" in str(problem.hint)
        # What the hint says works, and then nothing is named.
        world.super(f"ALTER SUBSCRIPTION {name} SET (run_as_owner = true)")
        assert arrived(world, 5001)
        assert found(world) == []
    finally:
        unsubscribe(world, name)


def test_what_arrives_has_the_mask_of_its_person(world: World, source: servers.Database) -> None:
    ((version,),) = world.super("SELECT current_setting('server_version_num')::int")
    name = subscribe(world, source, ", run_as_owner = true" if version >= 160000 else "")
    try:
        assert found(world) == []
        world.super("SELECT sminion.block('7', 'court')")
        source.execute("INSERT INTO sales.orders VALUES (5001, 7, 'e'), (5002, 8, 'e'), (5003, 9009, 'new')")
        assert arrived(world, 5003)
        for _ in range(2):
            with world.connect("app") as app, acting(app, ticket(app, "contract")):
                assert rows(app, "SELECT id FROM sales.orders WHERE id > 5000 ORDER BY 1") == [(5002,), (5003,)]
            world.settle()
    finally:
        unsubscribe(world, name)


def test_an_owner_of_the_subscription_whom_row_security_binds_is_named(world: World, source: servers.Database) -> None:
    ((version,),) = world.super("SELECT current_setting('server_version_num')::int")
    name = subscribe(world, source, ", enabled = false" + (", run_as_owner = true" if version >= 160000 else ""))
    try:
        world.super(f"ALTER SUBSCRIPTION {name} OWNER TO {world.name}_dba")
        assert found(world) == []
        world.super(f"ALTER ROLE {world.name}_dba NOSUPERUSER")
        (problem,) = found(world)
        assert f"as `{world.name}_dba`, whom row security binds" in problem.message and "OWNER TO" in str(problem.hint)
        world.super(f"ALTER ROLE {world.name}_dba BYPASSRLS")
        assert found(world) == []
    finally:
        world.super(f"ALTER SUBSCRIPTION {name} OWNER TO postgres; ALTER ROLE {world.name}_dba SUPERUSER")
        unsubscribe(world, name)


@pytest.fixture
def publisher(replicating: Server) -> Iterator[World]:
    """A guarded database whose protected rows another guarded one gets."""
    with new_world(replicating) as world:
        with world.database.connect() as admin:
            assert refusal(admin, "CREATE PUBLICATION out FOR TABLE sales.orders") == "SG476"
        with world.database.ddl_guard_suspended():
            world.super("CREATE PUBLICATION out FOR TABLE sales.orders")
        yield world


def _added(world: World, number: int, customer: int) -> None:
    with world.connect("app") as app:
        token = ticket(app, "contract")
        with app.transaction():
            app.execute("SELECT sminion.enter(%s)", [token])
            app.execute("INSERT INTO sales.orders (id, customer_id, email) VALUES (%s, %s, 'e')", [number, customer])


def _seen(world: World) -> list[int]:
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        return [number for (number,) in rows(app, "SELECT id FROM sales.orders WHERE id > 5000 ORDER BY 1")]


def test_each_of_two_guarded_databases_decides_by_its_own_states(world: World, publisher: World) -> None:
    ((version,),) = world.super("SELECT current_setting('server_version_num')::int")
    name = subscribe(world, publisher.database, ", run_as_owner = true" if version >= 160000 else "")
    try:
        with publisher.database.connect(autocommit=False) as admin:
            assert "SG445" in {problem.code for problem in migrate.plan(admin, publisher.policy).problems}
        world.super("SELECT sminion.block('7', 'at the subscriber')")
        _added(publisher, 5001, 7)
        _added(publisher, 5002, 8)
        assert arrived(world, 5002)
        assert (_seen(publisher), _seen(world)) == ([5001, 5002], [5002])
        # A block does not travel, and the masks that settling writes at the publisher are no masks here.
        publisher.super("SELECT sminion.block('8', 'at the publisher')")
        publisher.settle()
        _added(publisher, 5003, 9)
        assert arrived(world, 5003)
        assert (_seen(publisher), _seen(world)) == ([5001, 5003], [5002, 5003])
        world.super("SELECT sminion.block('8', 'repeated here')")
        assert _seen(world) == [5003]
        world.settle()
        assert _seen(world) == [5003]
    finally:
        unsubscribe(world, name)
