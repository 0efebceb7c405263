"""Attack: a login that exports writes the register as it likes, or reads without it.

It sends rows before they are on record, ends an export of somebody else, ends one twice, adds people to one that is
over, exports to a stranger, or for a purpose that transfers nothing; a login without such a purpose begins one.
"""

from __future__ import annotations

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests import servers
from tests.database.disclosure.conftest import POLICY, TABLES

OPEN = ("SELECT disclosure, token FROM sminion.open_transfer(%s, %s, 'actor', 'reason', 'SELECT ?', sha256('q'),"
        " ARRAY['word'], %s)")
NAME = "SELECT sminion.name_rows(%s, 'shop.person', ARRAY['(0,1)']::tid[])"
END = "SELECT sminion.finish_transfer(%s, 1, 1, sha256('file'))"


@pytest.fixture(scope="module")
def shop(server: Server):  # type: ignore[no-untyped-def]
    from sminion_guard.policy import loads

    def make(database: servers.Database, name: str) -> None:
        for login in ("analyst", "carrier", "courier", "clerk", "lawyer"):
            database.execute(f"CREATE ROLE {name}_{login} LOGIN")
        database.execute(TABLES)
        with database.connect(autocommit=False) as connection:
            servers.apply_unrehearsed(connection, loads(POLICY.format(name=name, until="2099-12-31")))

    with servers.cloned(server, "forged exports", "f", make) as (database, name):
        yield lambda login: database.connect(f"{name}_{login}")


def state(connection: psycopg.Connection, statement: str, *parameters: object) -> str | None:
    """The SQLSTATE of what is refused; None for what is not."""
    try:
        connection.execute(statement, parameters)
    except psycopg.Error as error:
        return error.sqlstate
    return None


def entered(connection: psycopg.Connection, token: str, statement: str, *parameters: object) -> str | None:
    """The SQLSTATE of what is refused under a ticket; None for what is not."""
    with connection.transaction():
        connection.execute("SELECT sminion.enter(%s)", [token])
        return state(connection, statement, *parameters)


def test_an_export_ends_once_by_whom_it_began(shop) -> None:  # type: ignore[no-untyped-def]
    with shop("carrier") as mine, shop("analyst") as other:
        number, token = mine.execute(OPEN, ["carrier", "delivery", ["contact"]]).fetchone()
        with mine.transaction():
            mine.execute("SELECT sminion.enter(%s)", [token])
            assert mine.execute("SELECT count(*) FROM shop.person").fetchone() == (30,)
            assert state(mine, NAME, number) is None
        for call, code in ((END, "SG729"), ("SELECT sminion.fail_transfer(%s, 'x')", "SG729"), (NAME, "42501")):
            assert state(other, call, number) == code
        assert state(mine, END, number) is None
        for call in (END, "SELECT sminion.fail_transfer(%s, 'x')"):
            assert state(mine, call, number) == "SG729"
        assert entered(mine, token, NAME, number) == "SG729"


def test_no_row_is_read_in_the_transaction_that_writes_the_register(shop) -> None:  # type: ignore[no-untyped-def]
    """It could be rolled back, and nothing would be on record."""
    with shop("carrier") as mine:
        with pytest.raises(psycopg.Error) as caught, mine.transaction():
            _, token = mine.execute(OPEN, ["carrier", "delivery", ["contact"]]).fetchone()
            mine.execute("SELECT sminion.enter(%s)", [token])
        assert (caught.value.sqlstate or "").startswith("SG2")
        with mine.transaction(force_rollback=True):
            _, token = mine.execute(OPEN, ["carrier", "delivery", ["contact"]]).fetchone()
        with pytest.raises(psycopg.Error), mine.transaction():
            mine.execute("SELECT sminion.enter(%s)", [token])


@pytest.mark.parametrize(("login", "recipient", "purpose", "categories", "refused"), [
    ("carrier", "carrier", "delivery", ["contact"], None),
    ("carrier", "stranger", "delivery", ["contact"], "SG701"),
    ("carrier", "counter", "delivery", ["behaviour"], "SG701"),
    ("carrier", "carrier", "care", ["contact"], "SG701"),
    ("carrier", "carrier", "delivery", ["device"], "SG701"),
    ("carrier", "carrier", "delivery", ["invented"], "SG701"),
    ("carrier", "carrier", "delivery", ["contact", None], "SG701"),
    ("carrier", "carrier", "delivery", None, "SG729"),
    ("carrier", "counter", "counting", ["behaviour"], "SG734"),
    ("analyst", "counter", "counting", ["contact"], "SG701"),
    ("lawyer", "court", "court", ["contact"], "SG701"),
    ("clerk", "carrier", "care", ["contact"], "42501"),
])
def test_what_no_contract_covers_is_not_begun(  # type: ignore[no-untyped-def]
    shop, login: str, recipient: str, purpose: str, categories: list[str] | None, refused: str | None
) -> None:
    with shop(login) as mine:
        found = state(mine, OPEN, recipient, purpose, categories)
        assert found == refused


@pytest.mark.parametrize(("rows", "code"), [
    ([], "SG729"), (None, "SG729"), (["(0,1)"] * 100_001, "SG729"), ([None], None), (["(0,1)", "(99,1)"], None),
])
def test_people_are_named_by_rows(shop, rows: list[str] | None, code: str | None) -> None:  # type: ignore[no-untyped-def]
    with shop("carrier") as mine:
        number, token = mine.execute(OPEN, ["carrier", "delivery", ["contact"]]).fetchone()
        call = "SELECT sminion.name_rows(%s, 'shop.person', %s::text[]::tid[])"
        assert entered(mine, token, call, number, rows) == code


@pytest.mark.parametrize("table", ["shop.country", "web_log.view", "pg_catalog.pg_class", "sminion.ticket"])
def test_people_are_named_by_rows_of_tables_within_reach(shop, table: str) -> None:  # type: ignore[no-untyped-def]
    with shop("carrier") as mine:
        number, token = mine.execute(OPEN, ["carrier", "delivery", ["contact"]]).fetchone()
        oid = mine.execute("SELECT c.oid FROM pg_class c WHERE c.relnamespace::regnamespace || '.' || c.relname = %s",
                           [table]).fetchone()[0]
        for call in ("SELECT sminion.name_rows(%s, %s::oid::regclass, ARRAY['(0,1)']::tid[])",
                     "SELECT sminion.name_table(%s, %s::oid::regclass)"):
            assert entered(mine, token, call, number, oid) == "SG732"


def test_people_are_named_under_the_ticket_of_their_export(shop) -> None:  # type: ignore[no-untyped-def]
    with shop("carrier") as mine:
        first, _ = mine.execute(OPEN, ["carrier", "delivery", ["contact"]]).fetchone()
        _, token = mine.execute(OPEN, ["carrier", "delivery", ["contact"]]).fetchone()
        own = mine.execute("SELECT sminion.open_ticket('delivery', 'actor', 'reason')").fetchone()[0]
        assert entered(mine, token, NAME, first) == "SG729"
        assert entered(mine, own, NAME, first) == "42501"
        assert state(mine, NAME, first) == "42501"


@pytest.mark.parametrize("statement", [
    "UPDATE sminion.transfer_end SET rows = 0", "DELETE FROM sminion.transfer",
    "INSERT INTO sminion.transfer_end SELECT 1",
    "SELECT * FROM sminion.transfer", "SELECT * FROM sminion.transfers", "SELECT sminion.own_transfer(1)",
    "SELECT * FROM sminion.opening(1, 'delivery')",
    "SELECT * FROM sminion.persons_of_rows('shop.person', ARRAY['(0,1)']::tid[])",
    "SELECT sminion.naming(1, 'shop.person')", "SELECT sminion.remove_erased(NULL)",
    "SELECT sminion.permit_disclosure('carrier', 'delivery', '{}', now(), true)",
])
def test_the_register_is_written_by_its_functions_alone(shop, statement: str) -> None:  # type: ignore[no-untyped-def]
    with shop("carrier") as mine:
        assert state(mine, statement) == "42501"
