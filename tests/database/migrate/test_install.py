"""The database side comes in versions, and goes without a trace."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.config import Config

from sminion_guard import migrate, resources
from sminion_guard.embedded import Server
from sminion_guard.errors import InstallError
from sminion_guard.migrate import freeze
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop
from tests.servers import Database, new_database


def _without_versions(taken: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    return {kind: [row for row in rows if "sminion_migrations" not in repr(row)] for kind, rows in taken.items()}


def test_a_migrated_installation_equals_a_fresh_one_with_owners_and_privileges(fresh_database: Database) -> None:
    migrate.upgrade(fresh_database.url())
    migrated = _without_versions(snapshot(fresh_database))
    with new_database(fresh_database.server) as fresh:
        with psycopg.connect(fresh.dsn()) as connection:
            connection.execute(freeze.current().encode())
        assert snapshot(fresh) == migrated


def test_uninstalling_leaves_no_trace(fresh_database: Database) -> None:
    before = snapshot(fresh_database)
    migrate.upgrade(fresh_database.dsn())
    assert snapshot(fresh_database) != before
    migrate.downgrade(fresh_database.dsn())
    assert snapshot(fresh_database) == before


def test_the_scripts_do_what_the_migrations_do(fresh_database: Database) -> None:
    before = snapshot(fresh_database)
    migrate.upgrade(fresh_database.dsn())
    installed = snapshot(fresh_database)
    migrate.downgrade(fresh_database.dsn())
    fresh_database.execute(migrate.offline_sql("upgrade"))
    assert snapshot(fresh_database) == installed
    fresh_database.execute(migrate.offline_sql("downgrade"))
    assert snapshot(fresh_database) == before


def test_installing_twice_changes_nothing(fresh_database: Database) -> None:
    migrate.upgrade(fresh_database.dsn())
    once = snapshot(fresh_database)
    migrate.upgrade(fresh_database.dsn())
    assert snapshot(fresh_database) == once


def test_the_guard_is_not_uninstalled_while_a_policy_is_in_place(shop: Shop) -> None:
    shop.apply()
    with pytest.raises(InstallError) as caught:
        migrate.downgrade(shop.database.dsn())
    assert caught.value.code == "SG407"
    assert shop.plan().clean


@pytest.fixture
def alone(cluster: Server) -> Iterator[Database]:
    """A database on a cluster where no other one has the guard: the owner's role is shared by all of a cluster."""
    with new_database(cluster) as database:
        yield database


def test_the_owner_role_stays_while_another_database_uses_it(alone: Database) -> None:
    migrate.upgrade(alone.dsn())
    with new_database(alone.server) as other:
        migrate.upgrade(other.dsn())
        migrate.downgrade(other.dsn())
        assert alone.execute("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'sminion'") == [
            ("sminion_owner",)
        ]
    migrate.downgrade(alone.dsn())
    assert alone.execute("SELECT 1 FROM pg_roles WHERE rolname = 'sminion_owner'") == []


def test_an_owner_role_that_may_log_in_is_refused(alone: Database) -> None:
    alone.execute("CREATE ROLE sminion_owner LOGIN")
    with pytest.raises(InstallError) as caught:
        migrate.upgrade(alone.dsn())
    assert caught.value.code == "SG401"
    assert caught.value.hint
    assert alone.execute("SELECT 1 FROM pg_namespace WHERE nspname ~ '^sminion'") == []
    alone.execute("DROP ROLE sminion_owner")


def test_an_owner_role_that_somebody_can_become_is_refused(alone: Database) -> None:
    alone.execute("CREATE ROLE sminion_owner NOLOGIN; CREATE ROLE insider LOGIN; GRANT sminion_owner TO insider")
    try:
        with pytest.raises(InstallError) as caught:
            migrate.upgrade(alone.dsn())
        assert caught.value.code == "SG401"
        alone.execute("REVOKE sminion_owner FROM insider")
        migrate.upgrade(alone.dsn())
        migrate.downgrade(alone.dsn())
    finally:
        alone.execute("DROP ROLE insider; DROP ROLE IF EXISTS sminion_owner")


def test_the_migrations_run_in_an_environment_of_ones_own_too(
    alone: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("own")
    (home / "versions").mkdir()
    (home / "env.py").write_text(
        "from alembic import context\nfrom sqlalchemy import create_engine\n"
        "engine = create_engine(context.config.get_main_option('sqlalchemy.url'))\n"
        "with engine.begin() as connection:\n"
        "    context.configure(connection=connection)\n"
        "    context.run_migrations()\n"
    )
    (home / "script.py.mako").write_text((resources.migrations() / "script.py.mako").read_text())
    (home / "versions" / "first.py").write_text(
        "from alembic import op\nrevision = 'mine'\ndown_revision = None\n"
        "def upgrade(): op.execute('CREATE TABLE mine (id int)')\n"
        "def downgrade(): op.execute('DROP TABLE mine')\n"
    )
    config = Config()
    config.set_main_option("script_location", str(home))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{home / 'versions'}\n{resources.migrations() / 'versions'}")
    config.set_main_option("sqlalchemy.url", alone.url().replace("%", "%%"))
    command.upgrade(config, "heads")
    versions = alone.execute("SELECT version_num FROM alembic_version ORDER BY 1")
    assert versions == [("mine",), ("sminion_0001",)]
    command.downgrade(config, "sminion_guard@base")
    assert alone.execute("SELECT version_num FROM alembic_version") == [("mine",)]
    assert alone.execute("SELECT 1 FROM pg_roles WHERE rolname = 'sminion_owner'") == []
