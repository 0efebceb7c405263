"""A user's project: two schemas, models for them, Alembic's files as `alembic init` writes them, and a policy."""

from __future__ import annotations

import contextlib
import io
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine

from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config
from alembic.migration import MigrationContext
from sminion_guard import migrate
from sminion_guard.policy import loads
from tests.servers import Database

TABLES = """
CREATE SCHEMA crm;
CREATE TABLE crm.customer (id bigint PRIMARY KEY, name text, updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE crm.note (id bigint PRIMARY KEY, customer_id bigint REFERENCES crm.customer, body text);
CREATE INDEX ix_crm_note_customer_id ON crm.note (customer_id);
INSERT INTO crm.customer SELECT n, 'somebody' FROM generate_series(1, 20) n;
"""
MODELS = """
from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, MetaData, Table, Text, text

metadata = MetaData()
Table("customer", metadata, Column("id", BigInteger, primary_key=True), Column("name", Text),
      Column("updated_at", DateTime(timezone=True), nullable=False, server_default=text("now()")), schema="crm")
Table("note", metadata, Column("id", BigInteger, primary_key=True),
      Column("customer_id", BigInteger, ForeignKey("crm.customer.id"), index=True), Column("body", Text), schema="crm")
"""
ENVIRONMENT = """
from pathlib import Path
from alembic import context
from sqlalchemy import create_engine

scope = {}
exec((Path(__file__).parent / "models.py").read_text(), scope)
options = {"target_metadata": scope["metadata"], "include_schemas": True}

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
    with engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
"""
TEMPLATE = '''"""${message}"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''
POLICY = """
[policy]
name = "{name}"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
require_tls = false
accept_upsert_leak = "test"

[login.{name}_app]
purposes = ["work"]

[purpose.work]
title = "Work"
basis = "contract"
needs = "*"
may = ["collect", "use", "clarify", "delete"]

[schema.crm]
collected_for = ["work"]
[schema.crm.customer]
subject = "id"
columns = {{ id = "key", name = "identity", updated_at = "none" }}
[schema.crm.note]
subject = "customer_id -> crm.customer"
columns = {{ id = "key", customer_id = "key", body = "free_text" }}
"""


@dataclass(frozen=True, slots=True)
class Project:
    """The project in a directory, and its database.

    :param root: with alembic.ini and privacy.toml; the migrations lie in ``migrations``.
    """

    database: Database
    root: Path

    @property
    def policy_file(self) -> Path:
        return self.root / "privacy.toml"

    def config(self, **main: str) -> Config:
        config = Config(str(self.root / "alembic.ini"), output_buffer=io.StringIO(), stdout=io.StringIO())
        config.set_main_option("sqlalchemy.url", self.database.url().replace("%", "%%"))
        for name, value in main.items():
            config.set_main_option(name, value)
        return config

    def compare(self, **options: object) -> str:
        """The upgrade that autogenerate proposes, without a project's files."""
        scope: dict[str, object] = {}
        exec((self.root / "migrations/models.py").read_text(), scope)
        engine = create_engine(self.database.url())
        with engine.connect() as connection:
            wanted = {"target_metadata": scope["metadata"], "include_schemas": True, **options}
            context = MigrationContext.configure(connection, opts=wanted)
            code = render_python_code(produce_migrations(context, scope["metadata"]).upgrade_ops)  # type: ignore[arg-type]
        engine.dispose()
        return str(code)

    def revision(self, message: str = "change", **main: str) -> str:
        """Write a revision by autogenerate, and return its text."""
        script = command.revision(self.config(**main), message, autogenerate=True)
        assert script is not None and not isinstance(script, list)
        return Path(script.path).read_text()

    def change_models(self, old: str, new: str) -> None:
        self._change(self.root / "migrations/models.py", old, new)

    def change_policy(self, old: str, new: str) -> None:
        self._change(self.policy_file, old, new)

    def apply(self) -> None:
        """Put privacy.toml in force as `sminion-guard apply` does."""
        with self.database.connect(autocommit=False) as connection:
            migrate.apply(connection, loads(self.policy_file.read_text()))

    def version(self) -> list[str]:
        """Of the policy in force."""
        return [str(row[0]) for row in self.database.execute("SELECT version FROM sminion.policy")]

    def clean(self) -> bool:
        """Whether privacy.toml is in force, object by object."""
        with self.database.connect(autocommit=False) as connection:
            return migrate.plan(connection, loads(self.policy_file.read_text())).clean

    @staticmethod
    def _change(path: Path, old: str, new: str) -> None:
        text = path.read_text()
        assert text.count(old) == 1, (path, old)
        path.write_text(text.replace(old, new))


@pytest.fixture
def project(guarded_database: Database, unique: Callable[[str], str], tmp_path: Path) -> Project:
    """Tables and models agree, the guard is installed, and no policy is in force yet."""
    name = unique("firm")
    with guarded_database.connect() as admin:
        admin.execute(TABLES)
        with contextlib.suppress(psycopg.errors.DuplicateObject):
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(f"{name}_app")))
    ini = "[alembic]\nscript_location = %(here)s/migrations\npath_separator = os\n"
    for path, text in {
        "alembic.ini": ini, "privacy.toml": POLICY.format(name=name), "migrations/env.py": ENVIRONMENT,
        "migrations/models.py": MODELS, "migrations/script.py.mako": TEMPLATE, "migrations/versions/.keep": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(textwrap.dedent(text).lstrip())
    return Project(guarded_database, tmp_path)
