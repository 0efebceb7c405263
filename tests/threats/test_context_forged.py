# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: read without a ticket of one's own that is committed, current, and for this compartment."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests.world import PRIVILEGE, Connection, World, acting, new_world, refusal, rows, take, ticket

READ = "SELECT email FROM crm.customer WHERE id = 5"
WRITE = "INSERT INTO crm.customer (id, email) VALUES (9000, 'x')"
DELETE = "DELETE FROM crm.customer WHERE id = 5"


def test_a_ticket_opens_its_compartment(app: Connection) -> None:
    token = ticket(app, "contract")
    for begin in ("BEGIN", "BEGIN READ ONLY", "BEGIN ISOLATION LEVEL REPEATABLE READ", "BEGIN ISOLATION LEVEL SERIALIZABLE"):
        with acting(app, token, begin):
            assert rows(app, READ) == [("e5",)]


@pytest.mark.parametrize("statement", [READ, WRITE, DELETE, "SELECT count(*) FROM sales.orders"])
def test_a_role_without_a_ticket_opens_nothing(statement: str, world: World, app: Connection) -> None:
    assert refusal(app, "BEGIN", f"SET LOCAL ROLE {world.role('contract')}", statement) == "SG201"
    app.execute("ROLLBACK")
    assert refusal(app, f"SET ROLE {world.role('contract')}", statement) == "SG201"
    app.execute("RESET ROLE")


def test_a_login_by_itself_reaches_nothing(app: Connection) -> None:
    assert refusal(app, READ) == PRIVILEGE
    assert refusal(app, "TABLE sminion.ticket") == PRIVILEGE


def test_a_tampered_token_opens_nothing(world: World, app: Connection) -> None:
    number, secret, role = ticket(app, "contract").split(".")
    other = ticket(app, "contract").split(".")
    flipped = ("0" if secret[0] != "0" else "1") + secret[1:]
    forged = {
        f"{number}.{flipped}.{role}": {"SG202"}, f"{other[0]}.{secret}.{role}": {"SG202"},
        f"{number}.{secret}.{world.role('accounting')}": {"SG202", "SG207"}, f"{number}.{secret}.": {"SG202"},
        f"{number}.{secret}": {"SG202"}, f"-{number}.{secret}.{role}": {"SG202"}, f"{number}.{secret.upper()}.{role}": {"SG202"},
        f"99999999999999999.{secret}.{role}": {"SG202"}, "x": {"SG202"}, f"{number}..{role}": {"SG202"},
        f"{number}.{secret}.{role}.x": {"SG202"}, f"{number}' OR true--.{secret}.{role}": {"SG202"},
    }
    for token, codes in forged.items():
        app.execute("BEGIN")
        take(app, world.role("contract"), token)
        assert refusal(app, READ) in codes, token
        app.execute("ROLLBACK")
    with acting(app, f"{number}.{secret}.{role}"):
        assert rows(app, READ) == [("e5",)]


def test_a_tampered_token_opens_nothing_when_backslashes_are_read_in_another_way(world: World, app: Connection) -> None:
    number, secret, role = ticket(app, "contract").split(".")
    app.execute("BEGIN")
    app.execute("SET LOCAL standard_conforming_strings = off")
    take(app, world.role("contract"), f"{number}x{secret}x{role}")
    assert refusal(app, READ) not in ("", "00000")
    app.execute("ROLLBACK")


def test_a_ticket_of_another_login_opens_nothing(world: World, app: Connection, attacker: Connection) -> None:
    lent = ticket(attacker, "contract")
    app.execute("BEGIN")
    take(app, world.role("contract"), lent)
    assert refusal(app, READ) == "SG206"
    app.execute("ROLLBACK")


def test_a_ticket_of_a_purpose_one_does_not_hold_is_not_given(app: Connection) -> None:
    assert refusal(app, "SELECT sminion.open_ticket('personnel', 'a', 'b')") == "SG212"
    assert refusal(app, "SELECT sminion.open_ticket('nonsense', 'a', 'b')") == "SG212"
    assert refusal(app, "SELECT sminion.open_ticket('contract', ' ', 'b')") == "SG215"
    assert refusal(app, "SELECT sminion.open_ticket('contract', 'a', '')") == "SG215"


def test_a_ticket_of_another_compartment_opens_nothing(world: World, app: Connection) -> None:
    token = ticket(app, "accounting")
    app.execute("BEGIN")
    take(app, world.role("contract"), token)
    assert refusal(app, "SELECT count(*) FROM sales.orders") == "SG207"
    app.execute("ROLLBACK")


def test_a_ticket_opens_nothing_in_the_transaction_that_opened_it(app: Connection) -> None:
    app.execute("BEGIN")
    token = ticket(app, "contract")
    assert refusal(app, f"SELECT sminion.enter('{token}')") == "SG203"
    app.execute("ROLLBACK")


def test_a_ticket_that_was_rolled_back_opens_nothing(app: Connection) -> None:
    app.execute("BEGIN")
    token = ticket(app, "contract")
    app.execute("ROLLBACK")
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{token}')") == "SG202"
    app.execute("ROLLBACK")


def test_the_ghost_of_a_savepoint_in_a_committed_transaction_opens_nothing(app: Connection) -> None:
    app.execute("BEGIN")
    kept = ticket(app, "contract")
    app.execute("SAVEPOINT a")
    ghost = ticket(app, "contract")
    app.execute("ROLLBACK TO a; COMMIT")
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{ghost}')") == "SG202"
    app.execute("ROLLBACK")
    with acting(app, kept):
        assert rows(app, READ) == [("e5",)]


def test_a_prepared_transaction_keeps_its_ticket_closed_until_it_is_committed(app: Connection, world: World) -> None:
    app.execute("BEGIN")
    token = ticket(app, "contract")
    app.execute("PREPARE TRANSACTION 'ticket'")
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{token}')") == "SG202"
    app.execute("ROLLBACK")
    app.execute("COMMIT PREPARED 'ticket'")
    with acting(app, token):
        assert rows(app, READ) == [("e5",)]


def test_a_ticket_is_durable_when_it_is_committed_even_where_the_login_does_not_wait(app: Connection) -> None:
    app.execute("SET synchronous_commit = off; BEGIN")
    ticket(app, "contract")
    assert rows(app, "SHOW synchronous_commit") == [("on",)]
    app.execute("ROLLBACK; RESET synchronous_commit")


def test_a_revoked_ticket_opens_nothing_from_the_next_statement_on(world: World, app: Connection) -> None:
    token = ticket(app, "contract")
    with acting(app, token):
        assert rows(app, READ) == [("e5",)]
        with world.connect("officer") as officer:
            assert rows(officer, "SELECT sminion.revoke_ticket(%s, 'misuse')", int(token.split(".")[0])) == [(True,)]
        assert refusal(app, READ) == "SG205"


def test_an_expired_ticket_opens_nothing_and_a_changed_policy_closes_all(server: Server) -> None:
    with new_world(server) as world, world.connect("app") as app:
        before = ticket(app, "contract")
        changed = replace(world.policy, version="2", ticket_lifetime=world.policy.ticket_lifetime / 900)
        world.apply(changed)
        assert refusal(app, "BEGIN", f"SELECT sminion.enter('{before}')") == "SG208"
        app.execute("ROLLBACK")
        short = ticket(app, "contract")
        with acting(app, short):
            assert rows(app, READ) == [("e5",)]
            app.execute("SELECT pg_sleep(1.05)")
            assert refusal(app, READ) == "SG204"


@pytest.mark.parametrize("change, codes", [
    ("SET LOCAL sminion.token = ''", {"SG201"}),
    ("SET sminion.token = 'x'", {"SG202"}),
    ("RESET sminion.token", {"SG201"}),
    ("RESET ALL", {"SG201"}),
    ("RESET ROLE", {PRIVILEGE}),
    ("SET LOCAL ROLE NONE", {PRIVILEGE}),
    ("SET SESSION AUTHORIZATION DEFAULT", {PRIVILEGE}),
    ("SET LOCAL ROLE {name}_accounting", {PRIVILEGE, "SG207"}),
    ("SET LOCAL row_security = off", {PRIVILEGE}),
    ("DO $$ BEGIN PERFORM set_config('role', 'none', true); END $$", {PRIVILEGE}),
])
def test_a_setting_changed_in_mid_transaction_ends_the_access(
    change: str, codes: set[str], world: World, app: Connection
) -> None:
    token = ticket(app, "contract")
    with acting(app, token):
        assert rows(app, READ) == [("e5",)]
        app.execute(change.format(name=world.name).encode())
        assert refusal(app, READ) in codes
    app.execute("RESET ALL")


@pytest.mark.parametrize("attempt", [
    "SET SESSION AUTHORIZATION postgres", "SET ROLE postgres", "SET ROLE sminion_owner", "SET ROLE {name}_personnel",
    "SET ROLE {name}_owner", "SET session_replication_role = replica", "GRANT {name}_contract TO {name}_news",
    "ALTER ROLE {name}_app INHERIT", "ALTER ROLE {name}_app CREATEROLE", "CREATE ROLE x", "SET lc_messages = 'C'",
    "ALTER ROLE {name}_app SET session_replication_role = replica", "ALTER DATABASE {database} SET row_security = off",
    "COPY (SELECT 1) TO PROGRAM 'true'", "COPY (SELECT 1) TO '/tmp/x'",
    "SELECT pg_read_file('PG_VERSION')", "CREATE EXTENSION dblink", "ALTER SYSTEM SET row_security = off",
    "REASSIGN OWNED BY {name}_owner TO {name}_app", "SELECT pg_terminate_backend(pg_backend_pid()) FROM sminion.policy",
])
def test_a_login_cannot_become_more_than_it_is(attempt: str, world: World, app: Connection) -> None:
    there_is_none = {"0A000"} if attempt.startswith("CREATE EXTENSION") and not _has_dblink(world) else set()
    refused = refusal(app, attempt.format(name=world.name, database=world.database.name))
    assert refused in {PRIVILEGE, "42P17"} | there_is_none


def _has_dblink(world: World) -> bool:
    return bool(world.super("SELECT FROM pg_available_extensions WHERE name = 'dblink'"))


def test_code_that_commits_loses_its_ticket(world: World, app: Connection) -> None:
    token = ticket(app, "contract")
    code = (f"DO $$ BEGIN PERFORM sminion.enter('{token}'); PERFORM FROM crm.customer; COMMIT; PERFORM FROM crm.customer; "
            "END $$")
    assert refusal(app, code) == PRIVILEGE
    app.execute(f"DO $$ BEGIN PERFORM sminion.enter('{token}'); PERFORM FROM crm.customer; COMMIT; END $$".encode())
    with acting(app, token):
        assert refusal(app, "DO $$ BEGIN PERFORM FROM crm.customer; COMMIT; END $$") == "2D000"


def test_after_the_transaction_and_after_discard_all_nothing_is_left(app: Connection) -> None:
    token = ticket(app, "contract")
    app.execute("BEGIN")
    app.execute("SELECT sminion.enter(%s)", [token])
    app.execute("COMMIT")
    assert refusal(app, READ) == PRIVILEGE
    assert rows(app, "SELECT current_setting('sminion.token', true)") == [("",)]
    app.execute("DISCARD ALL")
    assert refusal(app, READ) == PRIVILEGE


@pytest.mark.parametrize("login", ["app", "all"])
def test_parallel_plans_ask_for_the_ticket_and_see_the_same(login: str, world: World) -> None:
    with world.connect(login) as connection:
        token = ticket(connection, "contract")
        connection.execute("SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0")
        setting = "debug_parallel_query" if connection.info.server_version >= 160000 else "force_parallel_mode"
        query = "SELECT count(*), max(email) FROM crm.customer"
        for forced in ("off", "on"):
            connection.execute(f"SET {setting} = {forced}".encode())
            with acting(connection, token):
                plan = "\n".join(line for (line,) in rows(connection, f"EXPLAIN {query}"))
                assert "Workers Planned" in plan
                assert rows(connection, query) == [(40, "e9")]
            connection.execute("BEGIN")
            take(connection, world.role("contract"), "")
            assert refusal(connection, query) == "SG201"
            connection.execute("ROLLBACK")
            connection.execute("BEGIN")
            take(connection, world.role("contract"), token)
            if login == "all":
                assert refusal(connection, query) == "SG220"
            else:
                assert rows(connection, query) == [(40, "e9")]
            connection.execute("ROLLBACK")


def test_a_purpose_that_sees_blocked_subjects_gets_one_subject_a_ticket(world: World, attacker: Connection) -> None:
    assert refusal(attacker, "SELECT sminion.open_ticket('rectification', 'a', 'b')") == "SG214"
    token = ticket(attacker, "rectification", subject="7")
    with acting(attacker, token):
        assert rows(attacker, "SELECT id FROM crm.customer") == [(7,)]
        assert refusal(attacker, "SELECT sminion.named_subject('x', 'x')") in {"SG207"}


def test_tickets_cannot_be_changed_or_removed_not_even_by_a_superuser(world: World, app: Connection) -> None:
    ticket(app, "contract")
    with world.database.connect() as admin:
        admin.execute("SET lock_timeout = '5s'")
        for statement in ("DELETE FROM sminion.ticket", "TRUNCATE sminion.ticket", "UPDATE sminion.ticket SET actor = 'x'",
                          "DELETE FROM sminion.policy_version", "UPDATE sminion.policy_version SET version = 'x'"):
            with pytest.raises(psycopg.Error) as refused:
                admin.execute(statement.encode())
            assert refused.value.sqlstate in {"SG505", "0A000"}


def test_without_a_ticket_a_key_that_exists_is_told_from_one_that_does_not_and_nothing_more(world: World, app: Connection) -> None:
    """The limit that docs/SECURITY.md states: when a release of PostgreSQL closes it, this test says so."""
    app.execute("SET enable_seqscan = off")
    role = f"SET LOCAL ROLE {world.role('contract')}"
    assert refusal(app, "BEGIN", role, READ) == "SG201"
    app.execute("ROLLBACK")
    app.execute(f"BEGIN; {role}".encode())
    assert rows(app, "SELECT email FROM crm.customer WHERE id = 123456") == []
    app.execute("ROLLBACK")


def test_a_compartment_with_a_ticket_may_learn_who_is_withheld_from_it_and_without_one_nothing(world: World, app: Connection) -> None:
    role = world.role("contract")
    with acting(app, ticket(app, "contract")):
        assert rows(app, f"SELECT sminion.context('{role}', '{role}')") == [(None,)]
    assert refusal(app, "BEGIN", f"SET LOCAL ROLE {role}", f"SELECT sminion.context('{role}', '{role}')") == "SG201"
    app.execute("ROLLBACK")
