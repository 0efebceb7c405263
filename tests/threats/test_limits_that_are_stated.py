"""What docs/SECURITY.md says cannot be closed, shown: older snapshots, existence, counts, and the client's memory.

When a release of PostgreSQL closes one of them, its test says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from sminion_guard.embedded import Server
from tests.world import World, acting, new_world, refusal, rows, ticket

SEVEN = "SELECT count(*) FROM crm.customer WHERE id = 7"


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    """A world of each test: what it blocks stays blocked."""
    with new_world(server) as world:
        yield world


def test_a_repeatable_read_transaction_keeps_a_revoked_ticket_to_its_end_and_is_waited_for(world: World) -> None:
    with world.connect("app") as app, world.connect("officer") as officer:
        token = ticket(app, "contract")
        with acting(app, token, "BEGIN ISOLATION LEVEL REPEATABLE READ"):
            assert rows(app, SEVEN) == [(1,)]
            officer.execute("SELECT sminion.revoke_ticket(%s, 'misuse')", [int(token.split(".")[0])])
            assert rows(app, SEVEN) == [(1,)]
            assert refusal(officer, "SELECT sminion.await_older('50 milliseconds')") == "SG507"
        officer.execute("SELECT sminion.await_older('5 seconds')")
        assert refusal(app, "BEGIN ISOLATION LEVEL REPEATABLE READ", f"SELECT sminion.enter('{token}')") == "SG205"


def test_a_repeatable_read_transaction_does_not_outlive_its_ticket(world: World) -> None:
    world.apply(replace(world.policy, version="2", ticket_lifetime=timedelta(seconds=3)))
    with world.connect("app") as app, acting(app, ticket(app, "contract"), "BEGIN ISOLATION LEVEL REPEATABLE READ"):
        assert rows(app, SEVEN) == [(1,)]
        app.execute("SELECT pg_sleep(3.1)")
        assert refusal(app, SEVEN) == "SG204"


def test_an_open_cursor_keeps_what_its_statement_saw_and_the_next_statement_does_not(world: World) -> None:
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        app.execute("DECLARE held CURSOR FOR SELECT id FROM crm.customer ORDER BY id")
        assert rows(app, "FETCH 6 FROM held")[-1] == (6,)
        world.super("SELECT sminion.block('7', 'court')")
        assert rows(app, "FETCH 1 FROM held") == [(7,)]
        assert rows(app, SEVEN) == [(0,)]


def test_no_snapshot_is_exported_where_a_superuser_installed(world: World) -> None:
    with world.connect("app") as app:
        assert refusal(app, "BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT pg_export_snapshot()") == "42501"


def test_keys_tell_that_a_hidden_row_is_there_and_nothing_of_it(world: World) -> None:
    ((hidden,),) = world.super("SELECT min(id) FROM sales.item WHERE order_id = 7")
    world.super("SELECT sminion.block('7', 'court')")
    insert = "INSERT INTO sales.item (id, order_id) VALUES ({}, 8)"
    with world.connect("app") as app:
        token = ticket(app, "contract")
        with acting(app, token):
            assert rows(app, f"SELECT count(*) FROM sales.item WHERE id = {hidden}") == [(0,)]
            assert app.execute((insert.format(7007) + " ON CONFLICT DO NOTHING").encode()).rowcount == 1
            assert app.execute((insert.format(hidden) + " ON CONFLICT DO NOTHING").encode()).rowcount == 0
            assert refusal(app, insert.format(hidden)) == "23505"


def test_values_of_an_indexed_column_are_found_without_a_ticket_by_whether_a_search_fails(world: World) -> None:
    world.super("CREATE INDEX ON crm.customer (email); UPDATE crm.customer SET email = 'ada@example.org' WHERE id = 7")
    world.super("SELECT sminion.block('7', 'court'); ANALYZE crm.customer")
    with world.connect("app") as app, app.transaction(force_rollback=True):
        app.execute(f"SET LOCAL ROLE {world.role('contract')}; SET LOCAL enable_seqscan = off".encode())
        search = "SELECT FROM crm.customer WHERE email >= '{}' AND email < '{}'"
        assert rows(app, search.format("ada@f", "ada@g")) == []
        assert refusal(app, search.format("ada@e", "ada@f")) == "SG201"


def test_explain_analyze_tells_how_many_rows_are_hidden(world: World) -> None:
    world.super("SELECT sminion.block(i::text, 'court') FROM generate_series(1, 5) i")
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        plan = "\n".join(line for (line,) in rows(app, "EXPLAIN (ANALYZE, TIMING off) SELECT FROM crm.customer"))
    assert "Rows Removed by Filter: 5" in plan


def test_a_session_may_carry_what_it_read_from_one_transaction_to_the_next(world: World) -> None:
    with world.connect() as connection:
        token = ticket(connection, "contract")
        with connection.transaction():
            connection.execute("SELECT sminion.enter(%s)", [token])
            connection.execute("SELECT set_config('my.memory', (SELECT email FROM crm.customer WHERE id = 5), false)")
        with acting(connection, ticket(connection, "personnel")):
            read = "SELECT id FROM hr.employee WHERE email = current_setting('my.memory')"
            assert rows(connection, read) == [(5,)]
