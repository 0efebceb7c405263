# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: write under one ticket, and change ticket or role before the write is recorded.

A data-modifying WITH has written when the SELECT around it changes the settings; its statement triggers come after both.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.database.audit.writes import Write, recorded
from tests.world import Connection, World, acting, refusal, rows, take, ticket

WRITES = {
    "insert": "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'n') RETURNING 1",
    "delete": "DELETE FROM sales.orders WHERE id = (SELECT max(id) FROM sales.orders WHERE id < 40) RETURNING 1",
    "insert of many": "INSERT INTO sales.orders (customer_id, email) SELECT 7, 'n' FROM generate_series(1, 3) RETURNING 1",
    "partition": "INSERT INTO sales.visit (id, customer_id, email) VALUES (7, 7, 'n') RETURNING 1",
    "rows of a partition": "DELETE FROM sales.visit WHERE id = (SELECT max(id) FROM sales.visit WHERE id < 40) RETURNING 1",
    "on conflict": "INSERT INTO sales.orders (id, customer_id, email) VALUES ((2000 + 1e9 * random())::bigint, 7, 'n') ON CONFLICT DO NOTHING RETURNING 1",
}


@pytest.fixture(autouse=True)
def as_it_was(world: World) -> Iterator[None]:
    """Other tests find the rows that they expect."""
    yield
    world.super("DELETE FROM sales.orders; DELETE FROM sales.visit; "
                "INSERT INTO sales.orders (id, customer_id, email) SELECT i, i, 'e' || i FROM generate_series(1, 40) i; "
                "INSERT INTO sales.visit SELECT i, i, 'e' || i FROM generate_series(1, 40) i")


@pytest.fixture
def second(world: World) -> str:
    """Another ticket of the same login and compartment: of another actor."""
    with world.connect("app") as app:
        row = app.execute("SELECT sminion.open_ticket('contract', 'somebody else', 'test')").fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture
def first(world: World) -> str:
    with world.connect("app") as app:
        return ticket(app, "contract")


@pytest.fixture
def accounting(world: World) -> str:
    with world.connect("app") as app:
        return ticket(app, "accounting")


def number(token: str) -> int:
    return int(token.split(".")[0])


def both(token: str, role: str) -> str:
    return f"set_config('sminion.token', '{token}', true), set_config('role', '{role}', true)"


@pytest.mark.parametrize("kind", WRITES)
@pytest.mark.parametrize("switch", ["none", "token only", "role only", "actor", "compartment", "forged", "pointer", "pointer elsewhere"])
def test_what_a_with_writes_is_recorded_under_its_ticket_or_not_written(
    kind: str, switch: str, world: World, app: Connection, first: str, second: str, accounting: str
) -> None:
    contract = world.role("contract")
    changed = {
        "none": both("", "none"), "token only": both("", contract), "role only": both(first, "none"),
        "forged": both(f"{number(first)}.x.{world.role('accounting')}", world.role("accounting")),
        "actor": both(second, contract), "compartment": both(accounting, world.role("accounting")),
        "pointer": "set_config('sminion.write_ticket', '', true)",
        "pointer elsewhere": "set_config('sminion.write_ticket', '(0,1)', true), set_config('sminion.write_ticket', '(4000000000,9)', true)",
    }[switch]
    with recorded(world.database) as found:
        with acting(app, first):
            assert refusal(app, f"WITH w AS ({WRITES[kind]}) SELECT {changed} FROM w") == "SG223"
        app.execute("BEGIN")
        app.execute("SELECT sminion.enter(%s)", [first])
        app.execute(f"WITH w AS ({WRITES[kind]}) SELECT count(*) FROM w".encode())
        app.execute("COMMIT")
    assert {(write.ticket, write.role) for write in found} == {(number(first), contract)}


@pytest.mark.parametrize("statement", [
    "INSERT INTO sales.orders (customer_id, email) VALUES (7, set_config('sminion.token', '{second}', true))",
    "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'x') RETURNING set_config('sminion.token', '{second}', true)",
    "INSERT INTO sales.orders (customer_id, email) SELECT 7, 'x' WHERE set_config('sminion.token', '{second}', true) <> ''",
    "WITH w AS (INSERT INTO sales.orders (customer_id, email) VALUES (7, 'x') RETURNING 1), "
    "v AS (SELECT set_config('sminion.token', '{second}', true) FROM w) "
    "INSERT INTO sales.visit (id, customer_id, email) SELECT 7, 7, v.set_config FROM v",
    "WITH w AS (INSERT INTO sales.orders (customer_id, email) VALUES (7, 'x') RETURNING 1), "
    "v AS MATERIALIZED (SELECT set_config('sminion.token', '{second}', true), set_config('sminion.write_ticket', '', true) FROM w), "
    "u AS (DELETE FROM sales.visit USING v WHERE false RETURNING 1) SELECT (SELECT count(*) FROM v), (SELECT count(*) FROM u)",
    "DELETE FROM sales.visit WHERE id = 3 AND set_config('sminion.token', '{second}', true) <> ''",
])
def test_no_part_of_a_statement_changes_the_ticket_of_another(
    statement: str, world: World, app: Connection, first: str, second: str
) -> None:
    with acting(app, first):
        assert refusal(app, statement.format(second=second)) in {"SG223", "SG217"}


def test_a_ticket_changed_first_is_the_one_that_is_recorded(world: World, app: Connection, first: str, second: str) -> None:
    """Nothing was written before: the statement stands under the second ticket from its first row on."""
    with recorded(world.database) as found, app.transaction():
        app.execute("SELECT sminion.enter(%s)", [first])
        app.execute(f"WITH w AS (INSERT INTO sales.orders (customer_id, email) VALUES (7, 'x') RETURNING 1) "
                    f"SELECT set_config('sminion.token', '{second}', true), (SELECT count(*) FROM w)".encode())
    assert [write.ticket for write in found] == [number(second)]


@pytest.mark.parametrize("how", ["nothing", "token without role", "role without token", "other compartment", "reset role", "login's own"])
def test_a_login_of_the_policy_writes_nothing_without_a_ticket(
    how: str, world: World, app: Connection, first: str, accounting: str
) -> None:
    """Whatever privileges somebody gave it beside the policy."""
    login = f"{world.name}_app"
    with world.database.ddl_guard_suspended():
        world.super(f"GRANT USAGE ON SCHEMA sales TO {login}; GRANT INSERT ON sales.orders TO {login}; "
                    f"CREATE POLICY own ON sales.orders TO {login} USING (true) WITH CHECK (true)")
    try:
        app.execute("BEGIN")
        if how == "token without role":
            app.execute("SELECT set_config('sminion.token', %s, true)", [first])
        elif how == "role without token":
            app.execute(f"SET LOCAL ROLE {world.role('contract')}".encode())
        elif how == "other compartment":
            take(app, world.role("contract"), accounting)
        elif how != "nothing":
            app.execute("SELECT sminion.enter(%s)", [first])
            app.execute(b"RESET ROLE" if how == "reset role" else f"SET LOCAL ROLE {login}".encode())
        with recorded(world.database) as found:
            code = {"role without token": "SG201", "other compartment": "SG207"}.get(how, "SG222")
            assert refusal(app, "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'n')") == code
            app.execute("ROLLBACK")
        assert found == []
        with acting(app, first):
            app.execute("INSERT INTO sales.orders (customer_id, email) VALUES (7, 'n')")
    finally:
        app.execute("ROLLBACK")
        world.super(f"DROP POLICY own ON sales.orders; REVOKE ALL ON sales.orders FROM {login}; REVOKE ALL ON SCHEMA sales FROM {login}")


def test_a_function_of_the_owner_does_not_write_for_a_login_without_a_ticket(world: World, app: Connection, first: str) -> None:
    with world.database.ddl_guard_suspended():
        world.super("CREATE FUNCTION public.writes() RETURNS void LANGUAGE sql SECURITY DEFINER AS "
                    "$$ INSERT INTO sales.orders (customer_id, email) VALUES (7, 'f') $$; GRANT EXECUTE ON FUNCTION public.writes TO PUBLIC")
    try:
        assert refusal(app, "SELECT public.writes()") == "SG222"
        with recorded(world.database) as found, app.transaction():
            app.execute("SELECT sminion.enter(%s)", [first])
            app.execute("SELECT public.writes()")
            assert rows(app, "SELECT count(*) FROM sales.orders WHERE email = 'f'") == [(1,)]
        assert [write.ticket for write in found] == [number(first)]
    finally:
        world.super("DROP FUNCTION public.writes()")


def test_the_notes_cannot_be_reached_and_do_not_pile_up(world: World, app: Connection, first: str) -> None:
    with acting(app, first):
        assert refusal(app, "DELETE FROM sminion.write_ticket") == "42501"
    assert refusal(app, "SELECT sminion.fixed_ticket()") == "42501"
    with app.transaction():
        app.execute("SELECT sminion.enter(%s)", [first])
        for _ in range(5):
            app.execute("INSERT INTO sales.orders (customer_id, email) VALUES (7, 'n')")
    assert world.super("SELECT count(*) >= 5 FROM sminion.write_ticket") == [(True,)]
    with world.connect("app") as open_one, acting(open_one, first):
        open_one.execute("INSERT INTO sales.orders (customer_id, email) VALUES (7, 'n')")
        world.settle()
        assert world.super("SELECT count(*) FROM sminion.write_ticket") == [(0,)]
        open_one.execute("INSERT INTO sales.orders (customer_id, email) VALUES (7, 'n')")


def writes_under(found: list[Write]) -> list[int | None]:
    return [write.ticket for write in found]


def test_two_tickets_one_after_the_other_in_one_transaction(world: World, app: Connection, first: str, second: str) -> None:
    insert = "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'n')"
    with recorded(world.database) as found, app.transaction():
        for token in (first, second, first):
            app.execute("SELECT sminion.enter(%s)", [token])
            app.execute(insert)
            app.execute("SAVEPOINT s")
            app.execute(insert)
            app.execute("ROLLBACK TO s")
            app.execute(insert)
    assert writes_under(found) == [number(token) for token in (first, first, second, second, first, first)]


def test_a_string_of_statements_stands_under_one_ticket(world: World, app: Connection, first: str, second: str) -> None:
    insert = "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'n')"
    string = f"BEGIN; SELECT sminion.enter('{first}'); {insert}; {insert}; "
    with recorded(world.database) as found:
        assert refusal(app, f"{string} SELECT sminion.enter('{second}'); {insert}; COMMIT") == "SG223"
        app.execute("ROLLBACK")
        app.execute(f"{string} COMMIT".encode())
    assert writes_under(found) == [number(first)] * 2


def test_serializable_transactions_that_write_at_once_do_not_fail_each_other(world: World, first: str) -> None:
    """Also where a session plans to look for its note while there is none: its plan is kept."""
    world.settle()
    world.super("VACUUM sminion.write_ticket")
    with world.connect("app") as one, world.connect("app") as other:
        for number_ in range(5):
            for connection in (one, other):
                connection.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
                connection.execute("SELECT sminion.enter(%s)", [first])
            for _ in range(3):
                for subject, connection in enumerate((one, other)):
                    connection.execute("INSERT INTO sales.orders (customer_id, email) VALUES (%s, 'n')", [10 + subject + 2 * number_])
            one.execute("COMMIT")
            other.execute("COMMIT")


def test_a_prepared_transaction_keeps_nobody_from_writing(world: World, app: Connection, first: str) -> None:
    insert = "INSERT INTO sales.orders (customer_id, email) VALUES (%s, 'n')"
    name = f"{world.name}_notes"
    with recorded(world.database) as found:
        app.execute("BEGIN")
        app.execute("SELECT sminion.enter(%s)", [first])
        app.execute(insert, [8])
        app.execute(f"PREPARE TRANSACTION '{name}'".encode())
        with app.transaction():
            app.execute("SELECT sminion.enter(%s)", [first])
            app.execute("SET LOCAL lock_timeout = '2s'")
            app.execute(insert, [9])
        world.settle()
        world.super(f"COMMIT PREPARED '{name}'")
    assert sorted(writes_under(found), key=str) == [number(first)] * 2


def test_application_triggers_deferred_ones_too_write_under_the_ticket_of_their_statement(
    world: World, app: Connection, first: str
) -> None:
    with world.database.ddl_guard_suspended():
        world.super("""
            CREATE FUNCTION public.follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
              INSERT INTO sales.visit (id, customer_id, email) VALUES (5, NEW.customer_id, 'by trigger'); RETURN NULL; END $$;
            CREATE TRIGGER follow AFTER INSERT ON sales.orders FOR EACH ROW EXECUTE FUNCTION public.follow();
            CREATE CONSTRAINT TRIGGER later AFTER INSERT ON sales.orders DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION public.follow()""")
    try:
        with recorded(world.database) as found, app.transaction():
            app.execute("SELECT sminion.enter(%s)", [first])
            app.cursor().executemany("INSERT INTO sales.orders (customer_id, email) VALUES (%s, 'n')", [(7,), (8,)])
        assert sorted((write.relation, write.ticket) for write in found) == sorted(
            [("sales.orders", number(first))] * 2 + [("sales.visit", number(first))] * 4)
    finally:
        world.super("DROP TRIGGER follow ON sales.orders; DROP TRIGGER later ON sales.orders; DROP FUNCTION public.follow()")


def test_merge_writes_under_its_ticket(world: World, app: Connection, first: str) -> None:
    with recorded(world.database) as found, app.transaction():
        app.execute("SELECT sminion.enter(%s)", [first])
        app.execute("MERGE INTO sales.orders o USING (VALUES (901), (6)) v (id) ON o.id = v.id WHEN MATCHED THEN DELETE"
                    " WHEN NOT MATCHED THEN INSERT (id, customer_id, email) VALUES (v.id, 7, 'm')")
    assert sorted((write.operation, write.ticket) for write in found) == [("collect", number(first)), ("delete", number(first))]


def test_a_function_that_writes_in_a_block_that_is_rolled_back(world: World, app: Connection, first: str, second: str) -> None:
    """Code may change the ticket between two statements of its own, not while one of them writes."""
    insert = "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'n');"
    block = f"BEGIN PERFORM set_config('sminion.token', '{second}', true); {insert} RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END;"
    with recorded(world.database) as found, app.transaction():
        app.execute("SELECT sminion.enter(%s)", [first])
        app.execute(f"DO $$ BEGIN {block} {insert} END $$".encode())
        with pytest.raises(psycopg.Error) as refused, app.transaction():
            app.execute(f"DO $$ BEGIN {insert} {block} END $$".encode())
        assert refused.value.sqlstate == "SG223"
    assert writes_under(found) == [number(first)]
