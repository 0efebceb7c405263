"""The type of a column that row security or a trigger of the guard names is altered in a migration."""

from __future__ import annotations

import io
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import NotSupportedError

from sminion_guard.errors import InstallError, PolicyError
from tests.database.migrate.conftest import Shop
from tests.database.migrate.test_operations import ENVIRONMENT, FIRST

SECOND = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "second", "first"

def upgrade():
    {upgrade}

def downgrade():
    {downgrade}
"""
WIDENED = (
    'op.guard_alter_column("{table}", "{column}", schema="{schema}", type_=sa.{after}, existing_type=sa.{before},'
    ' policy="policies/1.toml")'
)
COLUMNS = [
    # subject column, key of a child's path and trigger condition at once
    ("crm", "customer", "id", "Integer()", "BigInteger()", "integer", "bigint"),
    ("sales", "orders", "customer_id", "Integer()", "BigInteger()", "integer", "bigint"),
    ("sales", "orders", "id", "BigInteger()", "Integer()", "bigint", "integer"),
    # retention column
    ("crm", "customer", "last_seen_at", "DateTime(timezone=True)", "DateTime()", "timestamptz", "timestamp"),
]


@pytest.fixture
def environment(shop: Shop, tmp_path: Path) -> Config:
    """A user's environment whose first revision applies the policy."""
    for name, text in {
        "env.py": ENVIRONMENT, "versions/first.py": FIRST, "policies/1.toml": shop.text,
        "policies/2.toml": shop.text.replace('version = "1"', 'version = "2"'),
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    config = Config(output_buffer=io.StringIO())
    config.set_main_option("script_location", str(tmp_path))
    config.set_main_option("sqlalchemy.url", shop.database.url().replace("%", "%%"))
    return config


def second(config: Config, upgrade: str, downgrade: str = "pass") -> None:
    """Write the second revision."""
    directory = Path(config.get_main_option("script_location") or "")
    (directory / "versions/second.py").write_text(SECOND.format(upgrade=upgrade, downgrade=downgrade))


def type_of(shop: Shop, schema: str, table: str, column: str) -> str:
    ((found,),) = shop.database.execute(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
        f"{schema}.{table}", column,
    )
    return str(found)


def script(config: Config, direction: str, revisions: str) -> str:
    written = config.output_buffer = io.StringIO()
    getattr(command, direction)(config, revisions, sql=True)
    return written.getvalue()


def policies(shop: Shop) -> list[tuple[object, ...]]:
    return shop.database.execute(
        "SELECT polrelid::regclass::text, polname, polpermissive, polroles::regrole[]::text"
        " FROM pg_policy ORDER BY 1, 2"
    )


@pytest.mark.parametrize("offline", [False, True], ids=["online", "script"])
@pytest.mark.parametrize(("schema", "table", "column", "before", "after", "was", "becomes"), COLUMNS)
def test_a_column_that_row_security_names_gets_another_type_and_the_policy_stays_in_place(
    shop: Shop, environment: Config, offline: bool, schema: str, table: str, column: str, before: str, after: str,
    was: str, becomes: str,
) -> None:
    shop.database.execute(f"ALTER TABLE {schema}.{table} ALTER {column} TYPE {was}")
    words = {"schema": schema, "table": table, "column": column}
    second(environment, WIDENED.format(**words, before=before, after=after),
           WIDENED.format(**words, before=after, after=before))
    command.upgrade(environment, "first")
    shop.apply()
    epoch, wanted = shop.database.execute("SELECT epoch FROM sminion.policy"), policies(shop)
    for direction, revisions, kind in (("upgrade", "first:second", becomes), ("downgrade", "second:first", was)):
        if offline:
            shop.database.execute(script(environment, direction, revisions))
        else:
            getattr(command, direction)(environment, revisions.partition(":")[2])
        assert type_of(shop, schema, table, column).replace(" without time zone", "").replace(
            "timestamp with time zone", "timestamptz") == kind
        assert policies(shop) == wanted
        assert shop.plan().clean
        assert shop.database.execute("SELECT epoch FROM sminion.policy") == epoch
        assert shop.unfilled() == 0
    # nobody keeps the membership that altering needed
    assert shop.database.execute(
        "SELECT count(*) FROM pg_auth_members WHERE roleid = 'sminion_owner'::regrole"
        " AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = member)") == [(0,)]


def test_without_it_postgresql_refuses(shop: Shop, environment: Config) -> None:
    """The control: if this ever passes, the operation is not needed."""
    second(environment, 'op.alter_column("customer", "id", schema="crm", type_=sa.Numeric())')
    command.upgrade(environment, "first")
    with pytest.raises(NotSupportedError):
        command.upgrade(environment, "second")


def test_a_type_that_the_policy_does_not_permit_changes_nothing(shop: Shop, environment: Config) -> None:
    second(environment, WIDENED.format(
        schema="sales", table="orders", column="customer_id", before="BigInteger()", after="Text()"))
    shop.database.execute("ALTER TABLE sales.orders DROP CONSTRAINT orders_customer_id_fkey")
    command.upgrade(environment, "first")
    wanted = policies(shop)
    with pytest.raises(PolicyError) as caught:
        command.upgrade(environment, "second")
    assert "SG427" in str(caught.value)
    assert type_of(shop, "sales", "orders", "customer_id") == "bigint"
    assert policies(shop) == wanted


@pytest.mark.parametrize("offline", [False, True], ids=["online", "script"])
def test_another_policy_than_the_one_in_force_is_refused(shop: Shop, environment: Config, offline: bool) -> None:
    second(environment, WIDENED.format(
        schema="crm", table="customer", column="last_seen_at", before="DateTime(timezone=True)", after="DateTime()",
    ).replace("policies/1.toml", "policies/2.toml"))
    command.upgrade(environment, "first")
    wanted = policies(shop)
    if offline:
        with pytest.raises(psycopg.Error) as refused:
            shop.database.execute(script(environment, "upgrade", "first:second"))
        assert refused.value.sqlstate == "SG415"
    else:
        with pytest.raises(InstallError) as stopped:
            command.upgrade(environment, "second")
        assert stopped.value.code == "SG415"
    assert policies(shop) == wanted
    assert type_of(shop, "crm", "customer", "last_seen_at") == "timestamp with time zone"
