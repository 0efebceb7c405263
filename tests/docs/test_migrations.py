"""docs/MIGRATIONS.md: data migrations, in Alembic and in psql, as the page writes them."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests import servers
from tests.docs.readme import ROOT

PAGE = (ROOT / "docs" / "MIGRATIONS.md").read_text(encoding="utf-8")
ENVIRONMENT = """
from alembic import context
from sqlalchemy import create_engine

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
TABLES = """
CREATE SCHEMA crm AUTHORIZATION {login};
CREATE TABLE crm.customer (id bigint PRIMARY KEY, email text, postal_code text, country text);
ALTER TABLE crm.customer OWNER TO {login};
GRANT CREATE, USAGE ON SCHEMA public TO {login};
INSERT INTO crm.customer (id, postal_code) VALUES (1, '10115'), (2, '10117'), (3, 'SW1A 2AA');
"""
POLICY = """
[policy]
name = "{name}"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
require_tls = false
{login}
[schema.crm]
collected_for = ["migration"]
[schema.crm.customer]
subject = "id"
columns = {{ id = "key", email = "contact", postal_code = "address", country = "address" }}
"""


def section(title: str, language: str) -> list[str]:
    (text,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def login() -> str:
    return servers.unique_name("migrate")


@pytest.fixture
def database(server: Server, login: str) -> Iterator[servers.Database]:
    """The page's policy in force, of a login that owns the tables."""
    (said,) = section("Data migrations", "toml")
    policy = POLICY.format(name=servers.unique_name("mig"), login=said.replace("shop_migrate", login))
    with servers.new_guarded_database(server) as database:
        database.execute(f"CREATE ROLE {login} LOGIN")
        database.execute(TABLES.format(login=login))
        with database.connect() as admin:
            migrate.apply(admin, loads(policy))
        yield database


def _countries(database: servers.Database) -> list[tuple[object, ...]]:
    return database.execute("SELECT country FROM crm.customer ORDER BY id")


def test_the_revision_of_the_page_changes_rows(database: servers.Database, login: str, tmp_path: Path) -> None:
    (revision,) = section("Data migrations", "python")
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text(ENVIRONMENT)
    (tmp_path / "versions" / "countries.py").write_text(
        f'from alembic import op\nrevision, down_revision = "countries", None\n\n{revision}')
    config = Config(output_buffer=io.StringIO())
    config.set_main_option("script_location", str(tmp_path))
    config.set_main_option("sqlalchemy.url", database.url(user=login).replace("%", "%%"))
    command.upgrade(config, "head")
    assert _countries(database) == [("DE",), ("DE",), (None,)]
    assert database.execute("SELECT actor, reason FROM sminion.access_log") == [
        (f"migration by {login}", "Countries from postal codes, issue 1234")]


def test_the_lines_for_psql_change_rows(database: servers.Database, login: str) -> None:
    psql = shutil.which("psql", path=str(database.server.binaries.bin_dir)) or shutil.which("psql")
    if psql is None:
        pytest.skip("this machine has no psql")
    (lines,) = section("Data migrations", "sql")
    subprocess.run([psql, "-Xqv", "ON_ERROR_STOP=1", database.dsn(user=login)], input=lines, text=True, check=True,
                   capture_output=True, timeout=60)
    assert _countries(database) == [("DE",), ("DE",), (None,)]


def test_without_a_ticket_the_same_update_is_refused(database: servers.Database, login: str) -> None:
    with database.connect(user=login) as owner, pytest.raises(psycopg.Error) as caught:
        owner.execute("UPDATE crm.customer SET country = 'DE'")
    assert caught.value.sqlstate == "SG201"
