"""Attack: keep the purpose of a data migration beyond its block, or have it return to another role."""

from __future__ import annotations

import io
from collections.abc import Iterator

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from sminion_guard.embedded import Server
from sminion_guard.errors import InstallError
from sminion_guard.migrate import processing
from sminion_guard.policy import loads
from tests.world import Connection, World, new_world, refusal, rows

WHO = "SELECT current_user::text, coalesce(current_setting('sminion.token', true), '') <> ''"
READ = "SELECT count(*) FROM crm.customer"


@pytest.fixture(scope="module")
def migrated(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        login = f'\n[login.{world.name}_owner]\npurposes = ["contract"]\nmay_own = "runs the migrations"\n'
        world.apply(loads(world.text() + login))
        world.super("CREATE FUNCTION public.choose(role text) RETURNS text LANGUAGE sql SECURITY DEFINER"
                    " AS $$SELECT set_config('sminion.role_before', role, true)$$")
        yield world


@pytest.fixture
def owner(migrated: World) -> Iterator[Connection]:
    with migrated.connect("owner", autocommit=False) as connection:
        yield connection
        connection.rollback()


def test_a_savepoint_of_the_block_brings_nothing_back(migrated: World, owner: Connection) -> None:
    outside = [(f"{migrated.name}_owner", False)]
    owner.execute("SELECT 1")
    with pytest.raises(psycopg.errors.DivisionByZero), processing(owner, "contract", reason="r"):
        assert rows(owner, READ) == [(40,)], "the control: in the block it reads"
        owner.execute("SAVEPOINT a")
        owner.execute("SELECT 1 / 0")
    assert rows(owner, WHO) == outside
    assert refusal(owner, "ROLLBACK TO a") == "3B001"
    owner.rollback()
    with processing(owner, "contract", reason="r"):
        owner.execute("SAVEPOINT a")
    assert rows(owner, WHO) == outside
    assert refusal(owner, "ROLLBACK TO a") == "3B001"


def test_nor_does_one_of_sqlalchemy(migrated: World) -> None:
    engine = create_engine(migrated.database.url(f"{migrated.name}_owner"))
    with engine.connect() as connection:
        with pytest.raises(DBAPIError), processing(connection, "contract", reason="r"):
            assert connection.execute(text(READ)).scalar() == 40, "the control"
            nested = connection.begin_nested()
            connection.execute(text("SELECT 1 / 0"))
        assert connection.execute(text(WHO)).one() == (f"{migrated.name}_owner", False)
        with pytest.raises(DBAPIError, match="does not exist"):
            nested.rollback()
    engine.dispose()


def test_blocks_are_not_nested(migrated: World, owner: Connection) -> None:
    with processing(owner, "contract", reason="r"):
        with pytest.raises(InstallError, match="already") as caught, processing(owner, "contract", reason="r2"):
            pytest.fail("entered")
        assert caught.value.code == "SG462"
        assert rows(owner, READ) == [(40,)], "the outer block goes on"
    assert rows(owner, WHO) == [(f"{migrated.name}_owner", False)]
    with processing(owner, "contract", reason="again"):
        assert rows(owner, READ) == [(40,)], "one after the other is permitted"


@pytest.mark.parametrize("then", ["SELECT 1", READ, None])
def test_a_commit_in_the_block_is_told(then: str | None, owner: Connection) -> None:
    with pytest.raises(InstallError, match="ended within it") as caught, processing(owner, "contract", reason="r"):
        owner.commit()
        if then:
            owner.execute(then.encode())
    assert caught.value.code == "SG462"


def test_code_that_the_block_calls_does_not_choose_the_role_to_return_to(migrated: World, owner: Connection) -> None:
    role = migrated.role("contract")
    with processing(owner, "contract", reason="r"):
        assert rows(owner, f"SELECT public.choose('{role}')") == [(role,)]
    assert rows(owner, WHO) == [(f"{migrated.name}_owner", False)]


def test_a_script_that_goes_on_after_an_error_does_not_act_for_the_block_before(migrated: World) -> None:
    out = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={
        "as_sql": True, "output_buffer": out, "transactional_ddl": True})
    operations = Operations(context)
    with context.begin_transaction(_per_migration=True):
        for purpose in ("contract", "not_a_purpose"):
            with operations.guard_processing(purpose, reason="r"):  # type: ignore[attr-defined]
                operations.execute(f"SELECT '{purpose}', count(*) FROM crm.customer")
    read: list[object] = []
    refused: list[str | None] = []
    with migrated.connect("owner") as client:
        for statement in out.getvalue().split(";\n"):
            try:
                cursor = client.execute(statement.encode())
                if "crm.customer" in statement:
                    read += cursor.fetchall()
            except psycopg.Error as error:
                refused.append(error.sqlstate)
        client.execute("ROLLBACK")
    assert read == [("contract", 40)], "the control: the first block reads"
    assert refused[0] == "SG212" and "25P02" in refused
