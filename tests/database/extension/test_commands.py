"""The commands know how the guard came into a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from sminion_guard import migrate
from sminion_guard.cli.main import app
from sminion_guard.embedded import Server
from sminion_guard.errors import InstallError
from tests.database.migrate.conftest import Shop, make_shop
from tests.servers import new_database, new_guarded_database
from tests.world import refusal

SAID = "the guard is installed as extension `sminion_guard` 0.1.0"


@pytest.fixture
def shop(with_extension: Server, unique: Callable[[str], str]) -> Iterator[Shop]:
    with new_guarded_database(with_extension) as database:
        yield make_shop(database, unique("shop"))


def test_migrations_do_not_upgrade_an_extension(shop: Shop) -> None:
    address = shop.database.dsn()
    for work in (lambda: migrate.upgrade(address), lambda: migrate.downgrade(address, "sminion_0001")):
        with pytest.raises(InstallError) as caught:
            work()
        assert caught.value.code == "SG480"
        assert "ALTER EXTENSION sminion_guard UPDATE" in str(caught.value.hint)
    assert shop.database.execute("SELECT to_regnamespace('sminion_migrations') IS NULL") == [(True,)]
    assert shop.plan().guard == ()


def test_an_extension_is_not_created_over_an_installation(with_extension: Server) -> None:
    with new_database(with_extension) as database:
        migrate.upgrade(database.dsn())
        with database.connect() as admin:
            assert refusal(admin, "CREATE EXTENSION sminion_guard") == "SG480"
        assert database.execute("SELECT * FROM sminion.guard_states()") == []


def test_plan_and_doctor_say_so(shop: Shop, tmp_path: Path) -> None:
    policy = tmp_path / "privacy.toml"
    policy.write_text(shop.text)
    address = ["--database-url", shop.database.dsn()]
    runner = CliRunner()
    applied = runner.invoke(app, ["apply", "--policy", str(policy), *address])
    assert applied.exit_code == 0, applied.output
    planned = runner.invoke(app, ["plan", "--policy", str(policy), *address])
    assert planned.exit_code == 0 and SAID in planned.output and "nothing to do" in planned.output
    assert SAID in runner.invoke(app, ["doctor", *address]).output
    as_json = runner.invoke(app, ["plan", "--policy", str(policy), "--format", "json", *address])
    assert '"extension": "0.1.0"' in as_json.output


def test_an_extension_of_another_version_is_not_mended_by_this_one(shop: Shop) -> None:
    shop.apply()
    # What a server has whose files are older than the package.
    shop.database.execute("UPDATE pg_extension SET extversion = '0.0.9' WHERE extname = 'sminion_guard'")
    for work in (shop.plan, shop.apply):
        with pytest.raises(InstallError) as caught:
            work()
        assert caught.value.code == "SG481"
    shop.remove()


def test_masks_are_set_without_the_triggers_of_the_application(shop: Shop) -> None:
    """The script of an extension cannot grant a parameter, so the first `apply` of a superuser does."""
    granted = "SELECT has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET')"
    shop.database.execute("REVOKE SET ON PARAMETER session_replication_role FROM sminion_owner")
    assert shop.database.execute(granted) == [(False,)]
    shop.apply()
    assert shop.database.execute(granted) == [(True,)]


def test_an_alembic_migration_applies_a_policy_to_an_extension(shop: Shop) -> None:
    with psycopg.connect(shop.database.dsn()) as connection:
        connection.execute("\n".join(migrate.script(shop.policy, transaction=False)).encode())
    assert shop.plan().clean
