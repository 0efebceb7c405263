"""Attack: keep a token, and use it in a copy of the database that a dump was restored to, where nobody reads the log.

The ticket came with the dump. Its row is another one there: written by the transaction that restored it.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.database.audit.test_restored import program
from tests.servers import Database, new_database
from tests.world import World, acting, refusal, rows, ticket

CUSTOMERS = "SELECT count(*) FROM crm.customer"
WRITE = "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'x')"


def restored(world: World, copy: Database, file: Path) -> None:
    server = world.database.server
    program(server, "pg_dump", "-Fc", "-f", str(file), world.database.dsn())
    program(server, "pg_restore", "--exit-on-error", "-d", copy.dsn(), str(file))


def test_a_token_opens_nothing_in_a_restored_copy(world: World, tmp_path: Path) -> None:
    with world.connect() as connection:
        token = ticket(connection, "contract")
        with acting(connection, token):  # the control: where it was opened, it is good
            assert rows(connection, CUSTOMERS) != [(0,)]
            connection.execute(WRITE)
    with new_database(world.database.server) as copy:
        restored(world, copy, tmp_path / "dump")
        with copy.connect(f"{world.name}_all") as connection:
            role = token.split(".")[2]
            entered = f"SELECT set_config('sminion.token', '{token}', true), set_config('role', '{role}', true)"
            assert refusal(connection, "BEGIN", f"SELECT sminion.enter('{token}')") == "SG225"
            connection.rollback()
            for statement in (CUSTOMERS, WRITE):
                assert refusal(connection, "BEGIN", entered, statement) in ("SG225", "SG222")
                connection.rollback()
            # Once tickets are opened in the copy, they are good there, also in an application that goes on in it.
            copy.execute("SELECT sminion.accept_restore('nothing was decided since', true)")
            with acting(connection, ticket(connection, "contract")):
                assert rows(connection, CUSTOMERS) != [(0,)]
                connection.execute(WRITE)


def test_a_ticket_that_was_opened_behind_a_savepoint_is_good(world: World) -> None:
    with world.connect() as connection:
        connection.execute("BEGIN")
        connection.execute("SAVEPOINT a")
        token = ticket(connection, "contract")
        connection.execute("COMMIT")
        with acting(connection, token):
            assert rows(connection, CUSTOMERS) != [(0,)]
            connection.execute(WRITE)


def test_nobody_says_of_a_ticket_that_it_was_made_here(world: World) -> None:
    """Not even who may act as the owner of the log: in another transaction the row only changes to be revoked."""
    with world.connect() as connection:
        number = int(ticket(connection, "contract").split(".")[0])
    with world.database.connect() as admin, pytest.raises(psycopg.Error) as refused:
        admin.execute("UPDATE sminion.ticket SET made_in = xmin WHERE id = %s", [number])
    assert refused.value.sqlstate == "SG505"
