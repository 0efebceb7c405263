"""An extension goes without a trace, and not while a policy needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.errors import InstallError
from tests.database.extension.conftest import Extended
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop, make_shop
from tests.docs.readme import ROOT
from tests.servers import new_database, new_guarded_database
from tests.world import refusal

PAGE = (ROOT / "docs" / "EXTENSION.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def alone(extended: Extended) -> Iterator[Server]:
    """A cluster on which no other database has the guard: the owner's role is shared by all of them."""
    with extended.server() as server:
        yield server


@pytest.fixture
def shop(with_extension: Server, unique: Callable[[str], str]) -> Iterator[Shop]:
    with new_guarded_database(with_extension) as database:
        yield make_shop(database, unique("shop"))


def test_the_page_says_what_is_left_and_how_it_goes(alone: Server) -> None:
    (statements,) = (block.partition("```")[0] for block in PAGE.split("```sql\n")[1:] if "DROP ROLE" in block)
    with new_database(alone) as database:
        before = snapshot(database)
        with database.connect() as admin:
            admin.execute("CREATE EXTENSION sminion_guard")
            admin.execute("GRANT SET ON PARAMETER session_replication_role TO sminion_owner")  # as `apply` does
            assert snapshot(database) != before
            for statement in filter(None, map(str.strip, statements.split(";"))):
                admin.execute(statement.encode())
        assert snapshot(database) == before
        assert database.execute("SELECT count(*) FROM pg_init_privs WHERE objoid >= 16384") == [(0,)]


def test_uninstalling_leaves_no_trace(alone: Server) -> None:
    with new_database(alone) as database:
        # A removal gives back large object functions by name, which says the same.
        before = snapshot(database, without=("lo_functions",))
        database.execute("CREATE EXTENSION sminion_guard")
        shop = make_shop(database, "gone")
        shop.apply()
        with pytest.raises(InstallError) as caught:
            migrate.downgrade(database.dsn())
        assert caught.value.code == "SG407"
        shop.remove()
        database.execute("DROP SCHEMA crm, sales, news CASCADE; DROP ROLE gone_app, gone_news")
        migrate.downgrade(database.dsn())
        assert snapshot(database, without=("lo_functions",)) == before


def test_it_stays_while_a_policy_is_in_force(shop: Shop) -> None:
    shop.apply()
    with shop.database.connect() as admin:
        assert refusal(admin, "DROP EXTENSION sminion_guard") == "2BP01"
    assert shop.plan().clean
    shop.remove()
    shop.database.execute("DROP EXTENSION sminion_guard")


def test_what_is_torn_out_leaves_closed_tables(shop: Shop) -> None:
    """CASCADE takes the guard away while its tables stand: row security stays on, and no policy permits a row."""
    shop.apply()
    shop.database.execute("CREATE ROLE keeper_of_rows LOGIN; GRANT ALL ON SCHEMA crm TO keeper_of_rows;"
                          "DROP EXTENSION sminion_guard CASCADE; GRANT ALL ON crm.customer TO keeper_of_rows")
    with psycopg.connect(shop.database.dsn("keeper_of_rows")) as reader:
        assert reader.execute("SELECT count(*) FROM crm.customer").fetchone() == (0,)
    assert shop.database.execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class"
                                 " WHERE oid = 'crm.customer'::regclass") == [(True, True)]
    assert shop.database.execute("SELECT count(*) FROM crm.customer") == [(300,)]


def test_what_somebody_disabled_is_mended_and_stays_of_the_extension(shop: Shop) -> None:
    shop.apply()
    members = "SELECT count(*) FROM pg_depend WHERE classid = 'pg_event_trigger'::regclass AND deptype = 'e'"
    shop.database.execute("ALTER EVENT TRIGGER sminion_ddl_on_tables DISABLE")
    assert [change.key for change in shop.plan().guard] == ["guard:event trigger sminion_ddl_on_tables"]
    shop.apply()
    assert shop.plan().clean
    assert shop.database.execute(members) == [(8,)]

