"""Attack: use a ticket that a dump brought from another cluster, where transactions have other numbers."""

from __future__ import annotations

import pytest

from tests.world import World, acting, refusal, rows, ticket


@pytest.mark.parametrize("writer", ["12345678901234", "3"], ids=["of the future", "of the distant past"])
def test_a_ticket_is_judged_by_its_row_and_not_by_the_number_of_its_transaction(world: World, writer: str) -> None:
    """It was committed there, or the dump would not have it: it opens what it did, for its login, until it expires."""
    with world.connect() as connection:
        token = ticket(connection, "contract")
        with world.database.connect(autocommit=False) as admin:
            admin.execute("SET LOCAL session_replication_role = replica")  # the table is append-only
            admin.execute("UPDATE sminion.ticket SET writer = %s::text::xid8 WHERE id = %s",
                          [writer, int(token.split(".")[0])])
        with acting(connection, token):
            assert rows(connection, "SELECT count(*) FROM crm.customer") != [(0,)]
            connection.execute("INSERT INTO sales.orders (customer_id, email) VALUES (7, 'x')")
    with world.connect("app") as other:
        other.execute("BEGIN")
        assert refusal(other, f"SELECT sminion.enter('{token}')") == "SG206"
