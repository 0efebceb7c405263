"""Data migrations: rows of protected tables change under a ticket, and without one nobody is answered with nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from sminion_guard import migrate
from sminion_guard.errors import InstallError, TicketRefused
from sminion_guard.migrate import UnfitDatabase
from sminion_guard.policy import Policy, loads
from tests.database.migrate.conftest import Shop
from tests.database.migrate.test_operations import ENVIRONMENT
from tests.servers import Database

PURPOSE = """
[login.{name}_owner]
purposes = ["migration"]
may_own = "runs the migrations"
[purpose.migration]
title = "Change what is stored when the application changes"
basis = "legal_obligation"
needs = ["identity", "contact", "payment"]
may = ["use", "clarify"]
"""

REVISION = """
from alembic import op
revision, down_revision = "rows", None

def upgrade():
    op.execute("CREATE TABLE public.beside (id integer)")
    with op.guard_processing("migration", reason="Names in capitals", schemas=["crm"]):
        op.execute("UPDATE crm.customer SET full_name = upper(full_name)")
    op.execute("CREATE TABLE public.after_it (id integer)")

def downgrade():
    pass
"""


def _with_purpose(shop: Shop, *, login: str | None = None, without: str = "") -> Policy:
    """The shop's policy with a purpose for migrations, which ``login`` holds."""
    added = PURPOSE.replace("{name}_owner", login or f"{shop.name}_owner")
    assert without in added
    found = shop.text.replace("[schema.crm]", added.replace(without, "") + "\n[schema.crm]")
    return loads(found.replace('["contract", "rectification"]', '["contract", "rectification", "migration"]'))


@pytest.fixture
def owned(shop: Shop) -> Iterator[Shop]:
    """The shop, whose tables belong to a role that is no superuser and runs the migrations."""
    owner = sql.Identifier(f"{shop.name}_owner")
    with shop.database.connect() as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(owner))
        for table in ("crm.customer", "sales.orders", "sales.item", "news.subscriber"):
            admin.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(sql.SQL(table), owner))
        admin.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public, crm, sales, news TO {}").format(owner))
    shop.apply(_with_purpose(shop))
    yield shop


def _owner(shop: Shop, *, autocommit: bool = False) -> psycopg.Connection[tuple[object, ...]]:
    return shop.database.connect(user=f"{shop.name}_owner", autocommit=autocommit)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM crm.customer", "UPDATE crm.customer SET full_name = 'x'", "DELETE FROM sales.item",
        "TABLE news.subscriber", "INSERT INTO news.subscriber VALUES (9001, 'x')", "COPY crm.customer TO STDOUT",
        "SELECT FROM crm.customer WHERE id = 7 FOR UPDATE", "SELECT 1 WHERE EXISTS (SELECT FROM sales.orders)",
    ],
)
def test_an_owner_without_a_ticket_is_told_so(owned: Shop, statement: str) -> None:
    with _owner(owned, autocommit=True) as owner, pytest.raises(psycopg.Error) as caught:
        if statement.startswith("COPY"):
            with owner.cursor().copy(statement) as copy:
                copy.read()
        else:
            owner.execute(statement)
    assert caught.value.sqlstate == "SG201"
    assert f"role `{owned.name}_owner`" in str(caught.value)


def test_so_is_a_definer_function_of_the_owner(owned: Shop) -> None:
    with _owner(owned, autocommit=True) as owner:
        owner.execute("CREATE FUNCTION public.counted() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
                      " AS 'SELECT count(*) FROM sales.item'")
    with owned.database.connect(autocommit=False) as admin:
        for caller in (None, f"{owned.name}_app"):
            if caller:
                admin.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(caller)))
            with pytest.raises(psycopg.Error) as caught, admin.transaction():
                admin.execute("SELECT public.counted()")
            assert caught.value.sqlstate == "SG201"


def test_the_error_tells_nothing_of_rows(owned: Shop) -> None:
    """It comes while the statement is planned: an error only for rows that are there would be an answer."""
    owned.database.execute("DELETE FROM sales.item")
    with _owner(owned, autocommit=True) as owner:
        for statement in ("SELECT FROM crm.customer WHERE id = 7", "SELECT FROM crm.customer WHERE id = 9999",
                          "TABLE sales.item", "DELETE FROM crm.customer WHERE false", "EXPLAIN TABLE sales.item"):
            with pytest.raises(psycopg.Error) as caught:
                owner.execute(statement)
            assert caught.value.sqlstate == "SG201", statement


def test_rows_are_changed_in_a_block_and_the_role_is_the_owners_again_afterwards(owned: Shop) -> None:
    with _owner(owned) as owner:
        owner.execute("CREATE TABLE public.beside (id integer)")
        with migrate.processing(owner, "migration", reason="Names in capitals", schemas=["crm"]):
            assert owner.execute("UPDATE crm.customer SET full_name = upper(full_name)").rowcount == 300
            with pytest.raises(psycopg.errors.InsufficientPrivilege), owner.transaction():
                owner.execute("ALTER TABLE crm.customer ADD COLUMN more text")
        owner.execute("ALTER TABLE crm.customer ADD COLUMN more text")
        with pytest.raises(psycopg.Error) as caught, owner.transaction():
            owner.execute("TABLE crm.customer")
        assert caught.value.sqlstate == "SG201"
    assert owned.database.execute("SELECT count(*) FROM crm.customer WHERE full_name ~ '^N'") == [(300,)]
    assert owned.database.execute(
        "SELECT t.login::text, t.purpose, t.actor, t.reason FROM sminion.access_log t") == [
        (f"{owned.name}_owner", "migration", f"migration by {owned.name}_owner", "Names in capitals")]


def test_what_was_done_before_the_block_is_taken_back_with_it(owned: Shop) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero), _owner(owned) as owner:
        owner.execute("CREATE TABLE public.beside (id integer)")
        with migrate.processing(owner, "migration", reason="x", schemas=["crm"]):
            owner.execute("UPDATE crm.customer SET full_name = (1 / 0)::text")
    assert owned.database.execute("SELECT to_regclass('public.beside')") == [(None,)]


def test_a_migration_that_acts_as_another_role_gets_it_back(owned: Shop) -> None:
    login = f"{owned.name}_migrate"
    with owned.database.connect() as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT").format(sql.Identifier(login)))
        admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(f"{owned.name}_owner"), sql.Identifier(login)))
    owned.apply(_with_purpose(owned, login=login))
    with owned.database.connect(user=login, autocommit=False) as migrating:
        migrating.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(f"{owned.name}_owner")))
        with migrate.processing(migrating, "migration", reason="x", schemas=["crm"]):
            assert migrating.execute("SELECT count(*) FROM crm.customer").fetchone() == (300,)
        assert migrating.execute("SELECT current_user").fetchone() == (f"{owned.name}_owner",)


def test_autocommit_a_purpose_not_held_and_a_second_connection_are_refused(owned: Shop) -> None:
    with _owner(owned, autocommit=True) as owner:
        with pytest.raises(InstallError) as caught, migrate.processing(owner, "migration", reason="x"):
            raise AssertionError("not reached")
        assert caught.value.code == "SG462"
        with owner.transaction(), migrate.processing(owner, "migration", reason="x", schemas=["crm"]):
            assert owner.execute("SELECT count(*) FROM crm.customer").fetchone() == (300,)
    with _owner(owned) as owner:
        with pytest.raises(TicketRefused) as refused, migrate.processing(owner, "contract", reason="x"):
            raise AssertionError("not reached")
        assert refused.value.code == "SG212"
        owned.database.execute(f"ALTER ROLE {owned.name}_owner CONNECTION LIMIT 1")
        with pytest.raises(InstallError) as caught, migrate.processing(owner, "migration", reason="x"):
            raise AssertionError("not reached")
        assert caught.value.code == "SG462"
        assert "too many connections" in str(caught.value)


def test_an_owner_is_no_login_of_a_policy_unless_it_says_why(owned: Shop) -> None:
    problems = [problem for problem in owned.plan(_with_purpose(owned)).problems if "_owner" in problem.message]
    assert {problem.code for problem in problems} == {"SG422"}
    assert not any(problem.refuses for problem in problems)
    why = 'may_own = "runs the migrations"\n'
    with pytest.raises(UnfitDatabase) as caught:
        owned.apply(_with_purpose(owned, without=why))
    assert "may_own" in str(caught.value)


def _environment(shop: Shop, directory: Path, revision: str = REVISION) -> Config:
    for name, content in {"env.py": ENVIRONMENT, "versions/rows.py": revision}.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(content)
    config = Config(output_buffer=io.StringIO())
    config.set_main_option("script_location", str(directory))
    config.set_main_option("sqlalchemy.url", shop.database.url(user=f"{shop.name}_owner").replace("%", "%%"))
    return config


def _changed(database: Database) -> list[tuple[object, ...]]:
    return database.execute(
        "SELECT (SELECT count(*) FROM crm.customer WHERE full_name ~ '^N'), to_regclass('public.after_it') IS NOT NULL,"
        " (SELECT relowner::regrole::text FROM pg_class WHERE relname = 'after_it')")


def test_a_revision_of_alembic(owned: Shop, tmp_path: Path) -> None:
    command.upgrade(_environment(owned, tmp_path), "head")
    assert _changed(owned.database) == [(300, True, f"{owned.name}_owner")]


def test_the_same_revision_without_the_block_fails(owned: Shop, tmp_path: Path) -> None:
    block = 'with op.guard_processing("migration", reason="Names in capitals", schemas=["crm"]):'
    assert block in REVISION
    without = REVISION.replace(block, "if True:")
    with pytest.raises(DatabaseError, match="no ticket"):
        command.upgrade(_environment(owned, tmp_path, without), "head")


def test_a_script_of_alembic(owned: Shop, tmp_path: Path) -> None:
    config = _environment(owned, tmp_path)
    command.upgrade(config, "head", sql=True)
    script = config.output_buffer.getvalue()  # type: ignore[attr-defined]
    with _owner(owned, autocommit=True) as owner:
        owner.execute(script)
    assert _changed(owned.database) == [(300, True, f"{owned.name}_owner")]


def test_over_sqlalchemy(owned: Shop) -> None:
    engine = create_engine(owned.database.url(user=f"{owned.name}_owner"))
    with engine.begin() as connection, migrate.processing(connection, "migration", reason="x", schemas=["crm"]):
        assert connection.execute(text("SELECT count(*) FROM crm.customer")).scalar() == 300
    engine.dispose()


def test_a_superuser_that_migrates_is_bound_in_the_block_too(owned: Shop) -> None:
    with owned.database.connect() as admin:
        ((name,),) = admin.execute("SELECT session_user::text").fetchall()
    owned.apply(_with_purpose(owned, login=name))
    with owned.database.connect(autocommit=False) as admin:
        with migrate.processing(admin, "migration", reason="x", schemas=["crm"]):
            assert admin.execute("SELECT count(*) FROM crm.customer").fetchone() == (300,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege), admin.transaction():
                admin.execute("TABLE news.subscriber")
        assert admin.execute("SELECT count(*) FROM news.subscriber").fetchone() == (300,)
