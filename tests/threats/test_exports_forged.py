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
END = "SELECT sminion.finish_transfer(%s, 1, 1, sha256('file'))"


@pytest.fixture(scope="module")
def shop(server: Server):  # type: ignore[no-untyped-def]
    from sminion_guard.policy import loads

    def make(database: servers.Database, name: str) -> None:
        for login in ("analyst", "carrier", "clerk", "lawyer"):
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


def test_an_export_ends_once_by_whom_it_began(shop) -> None:  # type: ignore[no-untyped-def]
    with shop("carrier") as mine, shop("analyst") as other:
        number, token = mine.execute(OPEN, ["carrier", "delivery", ["contact"]]).fetchone()
        with mine.transaction():
            mine.execute("SELECT sminion.enter(%s)", [token])
            assert mine.execute("SELECT count(*) FROM shop.person").fetchone() == (30,)
        for call in (END, "SELECT sminion.fail_transfer(%s, 'x')", "SELECT sminion.name_transferred(%s, ARRAY['1'])"):
            assert state(other, call, number) == "SG729"
        assert state(mine, "SELECT sminion.name_transferred(%s, ARRAY['1', '2'])", number) is None
        assert state(mine, END, number) is None
        for call in (END, "SELECT sminion.fail_transfer(%s, 'x')", "SELECT sminion.name_transferred(%s, ARRAY['3'])"):
            assert state(mine, call, number) == "SG729"


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
    ("carrier", "counter", "counting", ["behaviour"], "SG212"),
    ("analyst", "counter", "counting", ["contact"], "SG701"),
    ("lawyer", "court", "court", ["contact"], "SG701"),
    ("clerk", "carrier", "care", ["contact"], "42501"),
])
def test_what_no_contract_covers_is_not_begun(  # type: ignore[no-untyped-def]
    shop, login: str, recipient: str, purpose: str, categories: list[str] | None, refused: str | None
) -> None:
    with shop(login) as mine:
        found = state(mine, OPEN, recipient, purpose, categories)
        assert found == refused or (refused == "SG212" and (found or "").startswith("SG2"))


@pytest.mark.parametrize("subjects", [["1", None], [""], [], None, ["x" * 401], [str(n) for n in range(10_001)]])
def test_people_are_named_by_their_keys(shop, subjects: list[str] | None) -> None:  # type: ignore[no-untyped-def]
    with shop("carrier") as mine:
        number, _ = mine.execute(OPEN, ["carrier", "delivery", ["contact"]]).fetchone()
        assert state(mine, "SELECT sminion.name_transferred(%s, %s::text[])", number, subjects) == "SG729"
        assert state(mine, "SELECT sminion.name_transferred(%s, %s::text[])", number, ["1"]) is None


@pytest.mark.parametrize("statement", [
    "UPDATE sminion.transfer_end SET rows = 0", "DELETE FROM sminion.transfer",
    "INSERT INTO sminion.transfer_end SELECT 1",
    "SELECT * FROM sminion.transfer", "SELECT * FROM sminion.transfers", "SELECT sminion.own_transfer(1)",
    "SELECT sminion.permit_disclosure('carrier', 'delivery', '{}', now(), true)",
])
def test_the_register_is_written_by_its_functions_alone(shop, statement: str) -> None:  # type: ignore[no-untyped-def]
    with shop("carrier") as mine:
        assert state(mine, statement) == "42501"
