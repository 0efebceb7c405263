"""The database side comes in versions, and goes without a trace."""

from __future__ import annotations

import psycopg
import pytest
from alembic import command
from alembic.config import Config

from sminion_guard import migrate, resources
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


def test_the_owner_role_stays_while_another_database_uses_it(fresh_database: Database) -> None:
    migrate.upgrade(fresh_database.dsn())
    with new_database(fresh_database.server) as other:
        migrate.upgrade(other.dsn())
        migrate.downgrade(other.dsn())
        assert fresh_database.execute("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'sminion'") == [
            ("sminion_owner",)
        ]
    migrate.downgrade(fresh_database.dsn())
    assert fresh_database.execute("SELECT 1 FROM pg_roles WHERE rolname = 'sminion_owner'") == []


def test_an_owner_role_that_may_log_in_is_refused(fresh_database: Database) -> None:
    fresh_database.execute("CREATE ROLE sminion_owner LOGIN")
    with pytest.raises(InstallError) as caught:
        migrate.upgrade(fresh_database.dsn())
    assert caught.value.code == "SG401"
    assert caught.value.hint
    assert fresh_database.execute("SELECT 1 FROM pg_namespace WHERE nspname ~ '^sminion'") == []


def test_the_migrations_run_in_an_environment_of_ones_own_too(
    fresh_database: Database, tmp_path_factory: pytest.TempPathFactory
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
    config.set_main_option("sqlalchemy.url", fresh_database.url().replace("%", "%%"))
    command.upgrade(config, "heads")
    versions = fresh_database.execute("SELECT version_num FROM alembic_version ORDER BY 1")
    assert versions == [("mine",), ("sminion_0001",)]
    command.downgrade(config, "sminion_guard@base")
    assert fresh_database.execute("SELECT version_num FROM alembic_version") == [("mine",)]
    assert fresh_database.execute("SELECT 1 FROM pg_roles WHERE rolname = 'sminion_owner'") == []
