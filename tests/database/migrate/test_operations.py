"""A policy in migrations of one's own: forward, back, and as a script."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import ProgrammingError

from sminion_guard.errors import PolicyError
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop

ENVIRONMENT = """
from alembic import context
from sqlalchemy import create_engine

if context.is_offline_mode():
    context.configure(dialect_name="postgresql")
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
"""

FIRST = """
from alembic import op
revision, down_revision = "first", None

def upgrade():
    op.guard_apply_policy("policies/1.toml")

def downgrade():
    op.guard_remove_policy(previous="policies/1.toml")
"""

SECOND = """
from alembic import op
revision, down_revision = "second", "first"

def upgrade():
    op.execute("CREATE TABLE public.mine (id integer)")
    op.guard_apply_policy("policies/2.toml", previous="policies/1.toml")

def downgrade():
    op.guard_apply_policy("policies/1.toml", previous="policies/2.toml")
    op.execute("DROP TABLE public.mine")
"""


@pytest.fixture
def environment(shop: Shop, tmp_path: Path) -> Config:
    """A user's environment with two revisions: a policy, and its second version without the newsletter's title."""
    for name, text in {
        "env.py": ENVIRONMENT, "versions/first.py": FIRST, "versions/second.py": SECOND, "policies/1.toml": shop.text,
        "policies/2.toml": _second(shop),
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    config = Config(output_buffer=io.StringIO())
    config.set_main_option("script_location", str(tmp_path))
    config.set_main_option("sqlalchemy.url", shop.database.url().replace("%", "%%"))
    return config


def _second(shop: Shop) -> str:
    text = shop.text.replace('version = "1"', 'version = "2"')
    text = text.replace('subject = "order_id -> sales.orders"', "subject = false")
    assert text != shop.text
    return text


def _version(shop: Shop) -> list[tuple[object, ...]]:
    return shop.database.execute("SELECT version FROM sminion.policy")


def test_a_policy_goes_forward_and_back_with_the_revisions(shop: Shop, environment: Config) -> None:
    command.upgrade(environment, "first")
    assert _version(shop) == [("1",)]
    first = snapshot(shop.database, without=("columns",))
    command.upgrade(environment, "second")
    assert _version(shop) == [("2",)]
    command.downgrade(environment, "first")
    assert _version(shop) == [("1",)]
    assert shop.plan().clean
    assert snapshot(shop.database, without=("columns",)) == first
    command.downgrade(environment, "base")
    assert _version(shop) == []
    assert shop.database.execute("SELECT count(*) FROM pg_policy WHERE polname <> 'journal_load'") == [(0,)]


def test_the_masks_are_filled_in_after_the_migration(shop: Shop, environment: Config) -> None:
    command.upgrade(environment, "first")
    assert shop.unfilled() == 2100
    assert shop.apply().rows_filled == 2100


def test_a_migration_that_fails_takes_the_policy_back(shop: Shop, environment: Config) -> None:
    command.upgrade(environment, "first")
    before = snapshot(shop.database)
    shop.database.execute("CREATE TABLE public.mine (id integer)")
    with pytest.raises(ProgrammingError):
        command.upgrade(environment, "second")
    shop.database.execute("DROP TABLE public.mine")
    assert snapshot(shop.database) == before


def test_an_unfit_database_stops_the_migration(shop: Shop, environment: Config) -> None:
    shop.database.execute("CREATE RULE spy AS ON INSERT TO crm.customer DO ALSO SELECT 1")
    with pytest.raises(PolicyError) as caught:
        command.upgrade(environment, "first")
    assert "SG432" in str(caught.value)
    assert _version(shop) == []


def test_the_migrations_can_be_written_to_scripts(shop: Shop, environment: Config) -> None:
    for step, version in (("base:first", "1"), ("first:second", "2")):
        shop.database.execute(_script(environment, "upgrade", step))
        assert _version(shop) == [(version,)]
    shop.database.execute(_script(environment, "downgrade", "second:first"))
    assert shop.plan().clean
    shop.database.execute(_script(environment, "downgrade", "first:base"))
    assert shop.database.execute("SELECT count(*) FROM pg_policy WHERE polname <> 'journal_load'") == [(0,)]


def _script(config: Config, direction: str, revisions: str) -> str:
    written = config.output_buffer = io.StringIO()
    getattr(command, direction)(config, revisions, sql=True)
    return written.getvalue()
