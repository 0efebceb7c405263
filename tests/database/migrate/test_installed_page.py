"""The page of the policy in force: what is installed, since when, and what changed, for those who may read it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from sminion_guard.cli.main import app
from sminion_guard.errors import InstallError
from sminion_guard.migrate.installed_page import installed_page
from tests.database.migrate.conftest import Shop

runner = CliRunner()


def shown(shop: Shop, user: str | None = None) -> str:
    url = shop.database.url() if user is None else shop.database.url(user=user)
    done = runner.invoke(app, ["policy", "show", "--installed", "--format", "markdown", "--database-url", url])
    assert done.exit_code == 0, done.output
    return done.output.replace("\\", "")


def test_the_page_says_what_is_in_force_since_when_and_what_changed(shop: Shop) -> None:
    shop.apply()
    first = shown(shop)
    assert "Version 1. In force since " in first and "This is the first version." in first
    shop.apply(shop.changed('title = "Newsletter"', 'title = "News by letter"'))
    second = shown(shop)
    assert "Since the version before, 1:" in second
    assert "- “Newsletter” is now called “News by letter”." in second
    role = f"{shop.name}_reader"
    for office in ("auditor", "privacy_officer"):
        shop.database.execute(f"CREATE ROLE {role} LOGIN IN ROLE {shop.name}_{office}")
        try:
            assert shown(shop, role) == second
        finally:
            shop.database.execute(f"DROP ROLE {role}")


def test_a_version_before_that_cannot_be_read_is_said_to_be_unknown(shop: Shop) -> None:
    shop.apply()
    shop.database.execute("SET session_replication_role = replica;"
                          "UPDATE sminion.policy_version SET document = document || '{\"later\": 1}'")
    shop.apply(shop.changed('title = "Newsletter"', 'title = "News by letter"'))
    assert "The version before, 1, cannot be compared with this one here." in shown(shop)


def test_what_is_no_longer_in_force_is_not_shown(shop: Shop) -> None:
    shop.apply()
    shop.remove()
    with shop.database.connect() as connection, pytest.raises(InstallError, match="SG902"):
        installed_page(connection)


def test_without_the_guard_nothing_is_shown(bare_shop: Shop) -> None:
    with bare_shop.database.connect() as connection, pytest.raises(InstallError, match="SG409"):
        installed_page(connection)
