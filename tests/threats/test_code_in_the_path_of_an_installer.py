# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: whoever installs is powerful. The owner of the database puts operators into the search_path of the superuser."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard import doctor, migrate
from sminion_guard.embedded import Server
from sminion_guard.errors import InstallError
from sminion_guard.migrate.transaction import joined
from tests.servers import Database, new_database
from tests.world import World, new_world

TYPES = ("name", "oid", "text", "int4", "int8", "bool", '"char"', "oidvector", "regclass", "jsonb")
BY_NAME = "the schema named as the superuser, which the default search_path begins with"
BY_SETTING = "a search_path that the owner of the database set for it"


def _trap(schema: str) -> str:
    """Operators that do what the server's do, and count their calls where no rollback undoes it."""
    lines = [f"CREATE SCHEMA {schema}; CREATE SEQUENCE {schema}.calls;"]

    def operator(name: str, left: str, right: str, result: str) -> None:
        function = f"{schema}.f{len(lines)}"
        lines.append(
            f"CREATE FUNCTION {function}(a {left}, b {right}) RETURNS {result} LANGUAGE plpgsql SET search_path = pg_catalog AS"
            f" $$BEGIN PERFORM nextval('{schema}.calls'); RETURN a {name} b; END$$;"
            f"CREATE OPERATOR {schema}.{name} (LEFTARG = {left}, RIGHTARG = {right}, FUNCTION = {function});")

    for type_name in TYPES:
        operator("=", type_name, type_name, "boolean")
        operator("<>", type_name, type_name, "boolean")
    operator("||", "text", "text", "text")
    operator("||", "text", "xid8", "text")  # exact, where the server only has one of `anynonarray`
    operator(">=", "int4", "int4", "boolean")
    operator("->>", "jsonb", "text", "text")
    operator("->", "jsonb", "text", "jsonb")
    return "".join(lines)


def _calls(database: Database, schema: str) -> int:
    ((called, last),) = database.execute(f"SELECT is_called, last_value FROM {schema}.calls")
    return int(last) if called else 0


def _set(database: Database, owner: str, how: str) -> str:
    """Set the trap as the owner of the database; the schema in which it stands."""
    schema = Server.superuser if how == BY_NAME else "trap"
    database.execute(f"ALTER DATABASE {database.name} OWNER TO {owner}")
    with database.connect(owner) as connection:
        connection.execute(_trap(schema).encode())
        if how == BY_SETTING:
            connection.execute(f"ALTER DATABASE {database.name} SET search_path = trap, pg_catalog".encode())
    with database.connect() as connection:
        connection.execute("SELECT 'transaction ' || pg_current_xact_id()")
    called = _calls(database, schema)
    assert called, "the control: the trap works"
    return schema


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        yield world


def _plan(world: World) -> None:
    with world.database.connect(autocommit=False) as admin:
        assert migrate.plan(admin, world.policy).clean


def _apply(world: World) -> None:
    world.database.suspend_ddl_guard()
    world.super("ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY; ALTER FUNCTION sminion.settle(integer, integer) COST 7")
    with world.database.connect(autocommit=False) as admin:
        assert migrate.apply(admin, world.policy).changed


def _examine(world: World) -> None:
    with world.database.connect(autocommit=False) as admin:
        doctor.examine(admin)


def _fill(world: World) -> None:
    with world.database.connect(autocommit=False) as admin:
        migrate.fill_masks(admin)
        migrate.settle_all(admin)


def _remove(world: World) -> None:
    with world.database.connect(autocommit=False) as admin:
        migrate.remove(admin)


def _first_apply(world: World) -> None:
    with world.database.connect(autocommit=False) as admin:
        migrate.apply(admin, world.policy)


def _scripts(world: World) -> None:
    with world.database.connect() as admin:
        for lines in (migrate.script(world.policy, world.policy), migrate.removal_script()):
            admin.execute("\n".join(lines).encode(), prepare=False)


def test_what_the_owner_of_the_database_put_there_is_not_called(world: World) -> None:
    trap = _set(world.database, f"{world.name}_owner", BY_SETTING)
    before = _calls(world.database, trap)
    for work in (_plan, _apply, _examine, _fill, _remove, _first_apply, _scripts):
        work(world)
        assert _calls(world.database, trap) == before, work.__name__


@pytest.mark.parametrize(("how", "online"), [(BY_SETTING, True), (BY_NAME, False)], ids=["online", "script"])
def test_installing_and_uninstalling_do_not_call_it_either(cluster: Server, how: str, online: bool) -> None:
    with new_database(cluster) as database:
        database.execute("CREATE ROLE shop_owner LOGIN")
        trap = _set(database, "shop_owner", how)
        before = _calls(database, trap)
        if online:
            migrate.upgrade(database.dsn())
            assert _calls(database, trap) == before
            migrate.downgrade(database.dsn())
        else:
            database.execute(migrate.offline_sql("upgrade"))
            database.execute(migrate.offline_sql("downgrade"))
        assert _calls(database, trap) == before


def test_the_callers_own_path_is_there_again_afterwards(world: World) -> None:
    with world.database.connect(autocommit=False) as admin:
        admin.execute("SET search_path = crm, public")
        admin.commit()
        with joined(admin):
            assert admin.execute("SHOW search_path").fetchone() == ("pg_catalog, pg_temp",)
        assert admin.execute("SHOW search_path").fetchone() == ("crm, public",)
        admin.rollback()
        for statement in migrate.script(world.policy, world.policy, transaction=False):
            admin.execute(statement.encode(), prepare=False)
        assert admin.execute("SHOW search_path").fetchone() == ("crm, public",)


SNARE = """
CREATE SCHEMA sminion_migrations; CREATE SEQUENCE sminion_migrations.calls; GRANT ALL ON SCHEMA sminion_migrations TO PUBLIC;
CREATE TABLE sminion_migrations.version (version_num varchar(32) NOT NULL);
CREATE FUNCTION sminion_migrations.spring() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN PERFORM nextval('sminion_migrations.calls'); RETURN new; END$$;
CREATE TRIGGER spring BEFORE INSERT ON sminion_migrations.version FOR EACH ROW EXECUTE FUNCTION sminion_migrations.spring();
"""


def test_a_schema_of_versions_that_somebody_made_before_is_refused(cluster: Server) -> None:
    with new_database(cluster) as database:
        database.execute("CREATE ROLE shop_owner LOGIN")
        database.execute(f"ALTER DATABASE {database.name} OWNER TO shop_owner")
        with database.connect("shop_owner") as owner:
            owner.execute(SNARE)
        database.execute("INSERT INTO sminion_migrations.version VALUES ('sminion_0001')")
        before = _calls(database, "sminion_migrations")
        assert before == 1, "the control: a trigger runs as whoever inserts"
        for work in (migrate.upgrade, migrate.downgrade):
            with pytest.raises(InstallError) as refused:
                work(database.dsn())
            assert refused.value.code == "SG464"
        with database.connect() as admin, pytest.raises(psycopg.errors.DuplicateSchema):
            admin.execute(migrate.offline_sql("upgrade").encode())
        assert _calls(database, "sminion_migrations") == before
        database.execute("DROP SCHEMA sminion_migrations CASCADE")
        migrate.upgrade(database.dsn())
