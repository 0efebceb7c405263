"""Attempts to write to a protected table without a trace, to forge a trace, or to learn from the traces of others."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.database.audit.writes import recorded
from tests.world import PRIVILEGE, Connection, World


def function_of(world: World, table: str) -> str:
    ((name,),) = world.super(
        "SELECT tgfoid::regproc::text FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = '~guard_collected'",
        table,
    )
    return str(name)


def refused(*codes: str) -> Any:
    return pytest.raises(psycopg.Error, check=lambda error: error.sqlstate in codes)


@pytest.mark.parametrize("statement", [
    'DROP TRIGGER "~guard_collected" ON sales.orders',
    'ALTER TABLE sales.orders DISABLE TRIGGER "~guard_collected"',
    "ALTER TABLE sales.orders DISABLE TRIGGER ALL",
    'ALTER TRIGGER "~guard_collected" ON sales.orders RENAME TO harmless',
    "SET session_replication_role = replica",
    "INSERT INTO sminion.write_event DEFAULT VALUES",
    "DELETE FROM sminion.write_subject",
    "SELECT * FROM sminion.write_log",
    "SELECT * FROM sminion.subject_access",
    "SELECT sminion.record_write('crm', 'customer', 'DELETE', '{}', 1, '{1}', NULL)",
    "SELECT sminion.write_query('sales.orders', 'INSERT')",
    "COPY sminion.write_event TO STDOUT",
])
def test_a_login_neither_stops_nor_forges_nor_reads_the_log_of_writes(
    world: World, tokens: dict[str, str], attacker: Connection, statement: str
) -> None:
    with refused(PRIVILEGE):
        attacker.execute(statement.encode())
    with refused(PRIVILEGE), attacker.transaction():
        attacker.execute("SELECT sminion.enter(%s)", (tokens["contract"],))
        attacker.execute(statement.encode())


def test_the_trigger_functions_are_no_functions_to_call(world: World, app: Connection) -> None:
    with refused(PRIVILEGE, "0A000"):
        app.execute(f"SELECT {function_of(world, 'sales.orders')}()".encode())


def test_the_owner_of_tables_hangs_the_recorder_on_no_table_of_his_own(world: World) -> None:
    """It would record writes to `orders` that never were."""
    name = function_of(world, "sales.orders")
    with world.connect("owner") as owner, owner.transaction(force_rollback=True):
        owner.execute("CREATE TABLE crm.orders (customer_id bigint)")
        with refused(PRIVILEGE):
            owner.execute(
                f"CREATE TRIGGER t AFTER INSERT ON crm.orders REFERENCING NEW TABLE AS new_rows"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()".encode()
            )


def test_a_token_of_another_login_or_a_made_up_one_names_no_ticket(world: World, tokens: dict[str, str]) -> None:
    number, secret, role = tokens["contract"].split(".")
    made_up = (
        tokens["contract"], f"{number}.{'0' * len(secret)}.{role}", "1", "x.y.z", "99999999999999999999.a.b", "",
        "½.a.b",
    )
    with recorded(world.database) as found, world.database.connect() as admin:
        for token in made_up:
            admin.execute("SELECT set_config('sminion.token', %s, false)", (token,))
            admin.execute("UPDATE sales.orders SET email = email WHERE id = 1")
    assert [write.ticket for write in found] == [None] * len(made_up)


def test_a_ticket_that_was_rolled_back_is_none(world: World) -> None:
    with recorded(world.database) as found, world.database.connect() as admin, admin.transaction():
        admin.execute(f"SET LOCAL SESSION AUTHORIZATION {world.name}_all".encode())
        admin.execute("SAVEPOINT a")
        row = admin.execute("SELECT sminion.open_ticket('contract', 'ghost', 'r')").fetchone()
        assert row is not None
        admin.execute("ROLLBACK TO a")
        admin.execute("SELECT set_config('sminion.token', %s, true)", row)
        admin.execute("RESET SESSION AUTHORIZATION")
        admin.execute("UPDATE sales.orders SET email = email WHERE id = 1")
    assert [write.ticket for write in found] == [None]


@pytest.mark.parametrize("setting", [
    "search_path = pg_temp, public, pg_catalog", "enable_hashjoin = off", "enable_mergejoin = off", "work_mem = '64kB'",
    "transform_null_equals = on", "standard_conforming_strings = off", "session_replication_role = replica",
    "timezone = 'Pacific/Kiritimati'", "datestyle = 'German'", "plan_cache_mode = force_generic_plan",
    "row_security = off", "default_transaction_isolation = 'serializable'", "xmloption = document",
    "extra_float_digits = -15",
])
def test_no_setting_keeps_a_write_from_the_log(world: World, setting: str) -> None:
    """Some of them only a superuser may change."""
    with recorded(world.database) as found, world.database.connect() as admin:
        admin.execute(f"SET {setting}".encode())
        admin.execute("UPDATE sales.gift SET email = 'x' || random() WHERE giver <= 2")
    assert [write.brief for write in found] == [("clarify", "sales.gift", "email", 2, "1 2 3")]


def test_operators_and_functions_of_the_owner_are_not_asked(world: World) -> None:
    """An operator that finds everything equal, a cast that steals, and relations that stand in the way."""
    with world.database.ddl_guard_suspended(), recorded(world.database) as found, world.connect("owner") as owner:
        owner.execute("BEGIN")
        owner.execute("""
            CREATE TYPE crm.trap AS ENUM ('a', 'b');
            CREATE FUNCTION crm.same(crm.trap, crm.trap) RETURNS boolean LANGUAGE plpgsql AS
              $$ BEGIN RAISE EXCEPTION 'asked as %', current_user; END $$;
            CREATE OPERATOR crm.= (LEFTARG = crm.trap, RIGHTARG = crm.trap, FUNCTION = crm.same);
            CREATE OPERATOR crm.<> (LEFTARG = crm.trap, RIGHTARG = crm.trap, FUNCTION = crm.same);
            CREATE FUNCTION crm.told(crm.trap) RETURNS text LANGUAGE plpgsql AS
              $$ BEGIN RAISE EXCEPTION 'asked as %', current_user; END $$;
            CREATE CAST (crm.trap AS text) WITH FUNCTION crm.told(crm.trap) AS IMPLICIT;
            ALTER TABLE crm.customer ADD trap crm.trap""")
        for name in ("new_rows", "old_rows", "pg_attribute", "ticket", "write_event"):
            owner.execute(f"CREATE TABLE crm.{name} (id bigint)".encode())
        owner.execute("SET LOCAL search_path = crm, pg_catalog")
        owner.execute("ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY")
        owner.execute("INSERT INTO crm.customer (id, trap) VALUES (901, 'a')")
        owner.execute("UPDATE crm.customer SET trap = 'b' WHERE id = 901")
        owner.execute("DELETE FROM crm.customer WHERE id = 901")
        owner.execute("ALTER TABLE crm.customer DROP trap; DROP TYPE crm.trap CASCADE")
        owner.execute("DROP TABLE crm.new_rows, crm.old_rows, crm.pg_attribute, crm.ticket, crm.write_event")
        owner.execute("ALTER TABLE crm.customer FORCE ROW LEVEL SECURITY")
        owner.execute("COMMIT")
    assert [write.brief for write in found] == [
        ("collect", "crm.customer", "id trap", 1, "901"), ("clarify", "crm.customer", "trap", 1, "901"),
        ("delete", "crm.customer", "", 1, "901"),
    ]
    assert {(write.login, write.role) for write in found} == {(f"{world.name}_owner", f"{world.name}_owner")}


def test_who_may_take_the_triggers_away_is_told_by_the_plan(world: World) -> None:
    """The owner of the table and superusers can: a limit that is stated."""
    key = "write_triggers:sales.orders"
    try:
        for statement in (
            'ALTER TABLE sales.orders DISABLE TRIGGER "~guard_clarified"',
            'DROP TRIGGER "~guard_deleted" ON sales.orders',
        ):
            with world.database.ddl_guard_suspended(), world.connect("owner") as owner:
                owner.execute(statement.encode())
            with world.database.connect() as admin:
                states = dict(admin.execute("SELECT key, state FROM sminion.object_states()").fetchall())
            assert states[key] == "ALTERED"
    finally:
        world.apply(world.policy)
    with recorded(world.database) as found:
        world.super("UPDATE sales.orders SET email = 'back' WHERE id = 2")
    assert len(found) == 1
