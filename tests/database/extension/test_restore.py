"""A dump of a database that has the guard as an extension protects in another cluster as the original does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.migrate import State
from tests.database.audit.test_restored import check, dumped, logged, program
from tests.database.extension.conftest import Extended
from tests.servers import Database
from tests.session.shop import Shop, new_shop
from tests.world import refusal

OPENED = "ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY"
MARK = "SELECT obj_description('sminion.ddl_migration'::regclass, 'pg_class')"


@pytest.fixture(scope="module")
def other(extended: Extended) -> Iterator[Server]:
    """Another cluster."""
    with extended.server() as server:
        yield server


@pytest.fixture
def shop(with_extension: Server) -> Iterator[Shop]:
    with new_shop(with_extension) as shop:
        yield shop


def copy_roles(source: Server, target: Server) -> None:
    """As `psql -f globals.sql` does; roles that are there already stay."""
    roles = program(source, "pg_dumpall", "--globals-only", "-d", source.dsn()).decode()
    with psycopg.connect(target.dsn(), autocommit=True) as admin:
        for statement in roles.splitlines():
            if statement.startswith(("CREATE ROLE", "ALTER ROLE", "GRANT", "COMMENT ON ROLE")):
                try:
                    admin.execute(statement.encode())
                except psycopg.errors.DuplicateObject:
                    assert statement.startswith("CREATE ROLE")


def restore(source: Server, file: Path, target: Server, name: str, *words: str) -> Database:
    with psycopg.connect(target.dsn(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    copy = Database(target, name)
    program(source, "pg_restore", "--exit-on-error", *words, "-d", copy.dsn(), str(file))
    return copy


def test_the_log_goes_on_where_it_was(shop: Shop, other: Server, tmp_path: Path) -> None:
    before = logged(shop)
    dumped(shop, tmp_path / "dump")
    copy_roles(shop.database.server, other)
    copy = restore(shop.database.server, tmp_path / "dump", other, "logged")
    with copy.connect(f"{shop.name}_app") as app:
        # What the database is known by comes with the dump, and is not made anew with the extension.
        assert refusal(app, "SELECT sminion.open_ticket('contract', 'a', 'b')") == "SG250"
    assert copy.execute("SELECT sminion.accept_restore('nothing was decided since', true)") == [(True,)]
    check(shop, copy, before, f"{shop.name}_app")


@pytest.mark.parametrize("words", [(), ("--jobs=2",), ("--single-transaction",)], ids=["plain", "parallel", "at_once"])
def test_nothing_is_altered_and_the_ddl_guard_is_at_work(
    shop: Shop, other: Server, tmp_path: Path, words: tuple[str, ...]
) -> None:
    dumped(shop, tmp_path / "dump")
    copy_roles(shop.database.server, other)
    copy = restore(shop.database.server, tmp_path / "dump", other, f"copy_{shop.name}", *words)
    with copy.connect() as admin:
        left = migrate.plan(admin, shop.policy).of(*set(State) - {State.INSTALLED})
    # Without --create the privileges of the database itself are not restored, as docs/OPERATIONS.md says.
    assert [change.key.partition(":")[0] for change in left] == ["closed_database"]
    assert copy.execute("SELECT count(*) FROM pg_event_trigger WHERE evtenabled = 'O'") == [(8,)]
    with psycopg.connect(copy.dsn(f"{shop.name}_app"), autocommit=True) as app:
        assert refusal(app, f"SET ROLE {shop.name}_contract", "SELECT id FROM crm.customer") == "SG201"


def test_only_whoever_restores_passes_the_ddl_guard_and_only_until_the_first_maintenance(
    shop: Shop, other: Server, tmp_path: Path
) -> None:
    dumped(shop, tmp_path / "dump")
    copy_roles(shop.database.server, other)
    copy = restore(shop.database.server, tmp_path / "dump", other, f"copy_{shop.name}")
    keeper = f"keeper_{shop.name}"
    assert copy.execute(MARK) == [("a dump is being restored",)]
    with copy.connect() as admin:
        admin.execute(f"CREATE ROLE {keeper} LOGIN".encode())
        given = f"ALTER TABLE crm.customer OWNER TO {keeper}"
        assert refusal(admin, given) == "SG470"
        admin.execute("SET row_security = off")
        admin.execute(given.encode())  # the control: so does pg_restore
        admin.execute(f"GRANT USAGE ON SCHEMA crm TO {keeper}".encode())
    with copy.connect(keeper) as owner:
        owner.execute("SET row_security = off")
        assert refusal(owner, OPENED) == "SG470"
    with copy.connect() as admin:
        admin.execute("CALL sminion.maintain()")
        assert copy.execute(MARK) == [("no migration of the guard is at work",)]
        admin.execute("SET row_security = off")
        assert refusal(admin, OPENED) == "SG470"


def test_an_extension_that_nobody_restores_lets_nobody_pass(with_extension: Server) -> None:
    with new_shop(with_extension) as shop:
        assert shop.database.execute(MARK) == [("no migration of the guard is at work",)]
        with shop.database.connect() as admin:
            admin.execute("SET row_security = off")
            assert refusal(admin, OPENED) == "SG470"


def test_a_copy_of_a_copy_has_each_index_once(shop: Shop, other: Server, tmp_path: Path) -> None:
    """Months and their indexes are of the dump, and the whole log is of the extension: neither is made twice."""
    dumped(shop, tmp_path / "dump")
    copy_roles(shop.database.server, other)
    first = restore(shop.database.server, tmp_path / "dump", other, f"first_{shop.name}")
    program(other, "pg_dump", "-Fc", "-f", str(tmp_path / "again"), first.dsn())
    second = restore(other, tmp_path / "again", other, f"second_{shop.name}")
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'sminion' ORDER BY 1"
    assert shop.database.execute(indexes) == first.execute(indexes) == second.execute(indexes)
    assert len(first.execute("SELECT FROM pg_inherits WHERE inhparent = 'sminion.write_event'::regclass")) == 4
