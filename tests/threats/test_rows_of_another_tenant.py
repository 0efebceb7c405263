# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: as tenant 1, read, change, delete or add rows of tenant 2, with whatever settings, tokens, cursors and functions."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.types.json import Jsonb

from sminion_guard.embedded import Server
from tests.tenants import RULED, Connection, Tenants, new_tenants, ticket
from tests.world import PRIVILEGE, acting, refusal, rows, take

MINE, FOREIGN = 1, 2


@pytest.fixture(scope="module")
def tenants(server: Server) -> Iterator[Tenants]:
    with new_tenants(server) as made:
        yield made


@pytest.fixture
def attacker(tenants: Tenants) -> Iterator[Connection]:
    """The application's login, which acts for either tenant when it says so."""
    with tenants.connect() as connection:
        yield connection


def seen(connection: Connection, table: str) -> set[int | None]:
    return {tenant for (tenant,) in rows(connection, f"SELECT DISTINCT tenant FROM {table}")}


@pytest.mark.parametrize("table", RULED)
@pytest.mark.parametrize("purpose", ["work", "stock"])
def test_each_ticket_shows_the_rows_of_its_own_tenant(attacker: Connection, table: str, purpose: str) -> None:
    neutral = {None} if table == "app.page" else set()
    for tenant in (MINE, FOREIGN):
        with acting(attacker, ticket(attacker, tenant, purpose)):
            assert seen(attacker, table) == {tenant} | neutral
    with acting(attacker, ticket(attacker, 7, purpose)):
        assert seen(attacker, table) == neutral


SETTINGS = [
    "SET LOCAL app.tenant = '2'", "SET LOCAL tenant.id = '2'", "SET LOCAL row_security = off", "SET LOCAL search_path = pg_temp, app",
    "SELECT set_config('sminion.tenant', '2', true)", "SELECT set_config('sminion.values', '{\"tenant\": 2}', true)",
    "SET LOCAL datestyle = 'SQL, DMY'", "SET LOCAL standard_conforming_strings = off", "SET LOCAL transform_null_equals = on",
    "SET LOCAL constraint_exclusion = on", "SET LOCAL session_replication_role = replica", "SET LOCAL plan_cache_mode = force_generic_plan",
    "SET LOCAL enable_partition_pruning = off", "SET LOCAL app.locale = '2'", "SET LOCAL array_nulls = off", "SET LOCAL lc_messages = 'C'",
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_setting_opens_rows_of_another_tenant(tenants: Tenants, attacker: Connection, setting: str) -> None:
    with acting(attacker, ticket(attacker, MINE)):
        try:
            attacker.execute(f"SAVEPOINT s; {setting}".encode())
        except psycopg.Error:
            attacker.execute("ROLLBACK TO s")
        for table in RULED:
            try:
                assert seen(attacker, table) <= {MINE, None}
            except psycopg.errors.InsufficientPrivilege:  # `row_security = off` is answered with an error
                attacker.execute("ROLLBACK TO s")


WRITES = [
    "INSERT INTO app.account (id, tenant, email) VALUES (900, {0}, 'x')",
    "INSERT INTO app.option VALUES ({0}, 'new', 'x')",
    "INSERT INTO app.option SELECT {0}, 'new', 'x'",
    "INSERT INTO app.page (id, tenant, body) VALUES (900, {0}, 'x')",
    "INSERT INTO app.visit (id, account_id, tenant, email) VALUES (900, 3, {0}, 'x')",
    "INSERT INTO app.order_line (id, account_id, tenant, email) VALUES (900, 2, {0}, 'x')",
    "UPDATE app.account SET tenant = {0} WHERE id = 2",
    "UPDATE app.account SET tenant = {0}",
    "UPDATE app.option SET tenant = {0} WHERE name = 'o2'",
    "UPDATE app.page SET tenant = {0} WHERE id = 1",
    "UPDATE app.order_line SET tenant = {0} WHERE id = 2",
    "INSERT INTO app.option VALUES (1, 'o2', 'x') ON CONFLICT (tenant, name) DO UPDATE SET tenant = {0}",
    "INSERT INTO app.option VALUES ({0}, 'new', 'x') ON CONFLICT (tenant, name) DO UPDATE SET what = 'y'",
    "INSERT INTO app.option VALUES ({0}, 'new', 'x') ON CONFLICT DO NOTHING",
    "MERGE INTO app.option o USING (VALUES ('o2')) v (name) ON o.name = v.name WHEN MATCHED THEN UPDATE SET tenant = {0}",
    "MERGE INTO app.option o USING (VALUES ('new')) v (name) ON o.name = v.name WHEN NOT MATCHED THEN INSERT VALUES ({0}, 'new', 'x')",
    "WITH w AS (INSERT INTO app.option VALUES ({0}, 'new', 'x') RETURNING name) SELECT * FROM w",
    "DO 'BEGIN INSERT INTO app.option VALUES ({0}, ''new'', ''x''); END'",
]


@pytest.mark.parametrize("write", WRITES)
def test_no_row_comes_to_another_tenant(tenants: Tenants, attacker: Connection, write: str) -> None:
    with acting(attacker, ticket(attacker, MINE)):
        assert refusal(attacker, write.format(FOREIGN)) == PRIVILEGE
    with acting(attacker, ticket(attacker, MINE)):  # the positive control: the same for one's own
        attacker.execute(write.format(MINE).encode())


def test_the_server_names_the_rule_that_a_new_row_violates(tenants: Tenants, attacker: Connection) -> None:
    with acting(attacker, ticket(attacker, MINE)), pytest.raises(psycopg.errors.InsufficientPrivilege) as caught:
        attacker.execute("INSERT INTO app.account (id, tenant, email) VALUES (900, 2, 'x')")
    assert f'"guard_rows_{tenants.role("work")}"' in str(caught.value)


UNSEEN = [
    ("UPDATE app.account SET email = 'x' WHERE id = {0}", "app.account", 1),
    ("DELETE FROM app.page WHERE id = {0} + 1 AND tenant IS NOT NULL", "app.page", 4),
    ("DELETE FROM app.option WHERE name = 'o' || {0}", "app.option", 1),
    ("DELETE FROM app.visit WHERE id = {0}", "app.visit", 1),
    ("UPDATE app.order_line SET email = 'x' WHERE id = {0}", "app.order_line", 1),
    ("MERGE INTO app.option o USING (VALUES ('o' || {0})) v (name) ON o.name = v.name WHEN MATCHED THEN DELETE", "app.option", 1),
]


@pytest.mark.parametrize("write, table, number", UNSEEN)
def test_rows_of_another_tenant_are_neither_changed_nor_deleted(attacker: Connection, write: str, table: str, number: int) -> None:
    """Rows with an odd number are of tenant 2; one further on they are of tenant 1."""
    for tenant, touched in ((MINE, 0), (FOREIGN, 1)):
        with acting(attacker, ticket(attacker, tenant)):
            assert attacker.execute(write.format(number).encode()).rowcount == touched


@pytest.mark.parametrize("copied", ["app.account (tenant)", "(SELECT tenant FROM app.account)", "(UPDATE app.account SET email = email RETURNING tenant)"])
def test_copy_shows_the_tenant_only_and_brings_no_rows(attacker: Connection, copied: str) -> None:
    for tenant in (MINE, FOREIGN):
        with acting(attacker, ticket(attacker, tenant)), attacker.cursor().copy(f"COPY {copied} TO STDOUT".encode()) as copy:
            assert {bytes(part) for part in copy} == {f"{tenant}\n".encode()}
    with acting(attacker, ticket(attacker, MINE)), pytest.raises(psycopg.errors.FeatureNotSupported), \
            attacker.cursor().copy("COPY app.page (id, tenant, body) FROM STDIN") as into:
        into.write("902\t2\tx\n")


def test_a_join_an_aggregate_and_a_sub_select_stay_with_the_tenant(attacker: Connection) -> None:
    with acting(attacker, ticket(attacker, MINE)):
        assert rows(attacker, "SELECT count(*) FROM app.account a JOIN app.visit v ON v.account_id = a.id") == [(20,)]
        assert rows(attacker, "SELECT count(*) FROM app.account a FULL JOIN app.order_line l ON l.account_id = a.id") == [(20,)]
        assert rows(attacker, "SELECT (SELECT count(*) FROM app.account WHERE tenant = 2)") == [(0,)]
        assert rows(attacker, "SELECT count(*) FROM app.account WHERE tenant = 2 OR true") == [(20,)]
        assert rows(attacker, "WITH RECURSIVE r AS (SELECT id FROM app.account UNION SELECT a.id FROM app.account a JOIN r ON a.id = r.id + 1) "
                              "SELECT count(*) FROM r") == [(20,)]


def test_a_leaky_function_never_sees_a_row_of_another_tenant(tenants: Tenants, attacker: Connection) -> None:
    leaky = "SELECT count(*) FROM app.account WHERE 1 / (CASE WHEN email = 'e{0}' THEN 0 ELSE 1 END) = 1"
    with acting(attacker, ticket(attacker, MINE)):
        attacker.execute(leaky.format(1).encode())
    with acting(attacker, ticket(attacker, MINE)):
        assert refusal(attacker, leaky.format(2)) == "22012"  # the positive control: one's own row it sees


def test_a_ticket_without_its_value_is_not_given(attacker: Connection) -> None:
    opening = "SELECT sminion.open_ticket('work', 'a', 'r'{0})"
    assert refusal(attacker, opening.format("")) == "SG227"
    for given in ("NULL", "'{}'", "'{\"tenant\": null}'", "'{\"tenant\": \"1\"}'", "'{\"tenant\": 1.5}'", "'{\"tenant\": 2147483648}'",
                  "'{\"tenant\": true}'", "'{\"tenant\": [1]}'", "'{\"tenant\": 1, \"other\": 1}'", "'{\"Tenant\": 1}'", "'[1]'", "'1'",
                  "'{\"tenant\": {\"a\": 1}}'", "jsonb_build_object('tenant', repeat('9', 100000)::numeric)"):
        assert refusal(attacker, opening.format(f', "values" => {given}')) == "SG227", given


def test_the_token_of_another_session_opens_its_tenant_and_no_other(tenants: Tenants, attacker: Connection) -> None:
    """Whoever holds a token of this login acts under that ticket, which is on record for its tenant: both rows say so."""
    with tenants.connect() as other:
        token = ticket(other, FOREIGN)
    with acting(attacker, token):
        assert seen(attacker, "app.account") == {FOREIGN}
    assert tenants.super('SELECT "values" FROM sminion.access_log WHERE id = %s', token.split(".")[0]) == [({"tenant": FOREIGN},)]
    with tenants.connect("desk") as desk:
        desk.execute("BEGIN")
        assert refusal(desk, f"SELECT sminion.enter('{token}')") == "SG206"


@pytest.mark.parametrize("change", ["number", "secret", "role"])
def test_a_token_put_together_of_two_opens_nothing(attacker: Connection, change: str) -> None:
    mine, foreign = ticket(attacker, MINE).split("."), ticket(attacker, FOREIGN).split(".")
    at = ["number", "secret", "role"].index(change)
    mixed = [*mine[:at], foreign[at], *mine[at + 1:]]
    attacker.execute("BEGIN")
    if change == "role":
        attacker.execute("SELECT sminion.enter(%s)", [".".join(mixed)])  # of the same role it is the token itself
        assert seen(attacker, "app.account") == {MINE}
    else:
        take(attacker, mine[2], ".".join(mixed))
        assert refusal(attacker, "SELECT count(*) FROM app.account") == "SG202"
    attacker.execute("ROLLBACK")


def test_a_cursor_follows_a_ticket_that_was_committed_and_no_other(tenants: Tenants, attacker: Connection) -> None:
    """The rule is asked for late here: the first rows have no tenant, and OR leaves the value for a later row."""
    mine = ticket(attacker, MINE)
    attacker.execute("BEGIN")
    # A ticket for the other tenant, opened in this transaction: its rollback would leave no trace of the access.
    uncommitted = ticket(attacker, FOREIGN)
    attacker.execute("SELECT sminion.enter(%s)", [mine])
    attacker.execute("DECLARE c CURSOR FOR SELECT tenant FROM app.page WHERE id IN (3, 4, 5)")
    assert rows(attacker, "FETCH 1 FROM c") == [(None,)]
    take(attacker, tenants.role("work"), uncommitted)
    assert refusal(attacker, "FETCH ALL FROM c") == "SG203"
    attacker.execute("ROLLBACK")
    with acting(attacker, mine):  # the positive control: the same cursor under one ticket
        attacker.execute("DECLARE c CURSOR FOR SELECT tenant FROM app.page WHERE id IN (3, 4, 5)")
        assert rows(attacker, "FETCH 1 FROM c") == [(None,)]
        assert rows(attacker, "FETCH ALL FROM c") == [(1,)]


def test_a_ticket_that_expired_or_was_revoked_compares_with_nothing(tenants: Tenants, attacker: Connection) -> None:
    token = ticket(attacker, MINE)
    tenants.super("SELECT sminion.revoke_ticket(%s, 'over')", token.split(".")[0])
    attacker.execute("BEGIN")
    take(attacker, tenants.role("work"), token)
    assert refusal(attacker, "SELECT count(*) FROM app.page WHERE tenant IS NULL") == "SG205"
    attacker.execute("ROLLBACK; BEGIN")
    take(attacker, tenants.role("work"), token)
    assert refusal(attacker, f"SELECT sminion.ticket_value('{tenants.role('work')}', current_user, 'tenant')") == "SG205"
    attacker.execute("ROLLBACK")


def test_the_value_can_be_asked_for_and_not_forged(tenants: Tenants, attacker: Connection) -> None:
    role = tenants.role("work")
    ask = f"SELECT sminion.ticket_value('{role}', current_user, 'tenant')"
    with acting(attacker, ticket(attacker, MINE)):
        assert rows(attacker, ask) == [("1",)]
        assert refusal(attacker, ask.replace("'tenant'", "'owner'")) == "SG227"
    with acting(attacker, ticket(attacker, MINE)):
        assert refusal(attacker, ask.replace("current_user", f"'{tenants.role('stock')}'")) == "SG217"
    for statement in ("UPDATE sminion.ticket SET \"values\" = '{\"tenant\": 2}'", "SELECT sminion.ticket_values('{\"tenant\": 2}')",
                      "UPDATE sminion.policy SET ticket_values = '{}'"):
        with acting(attacker, ticket(attacker, MINE)):
            assert refusal(attacker, statement) == PRIVILEGE


def test_not_even_a_superuser_changes_the_values_of_a_ticket(tenants: Tenants, attacker: Connection) -> None:
    token = ticket(attacker, MINE)
    with tenants.database.connect() as admin:
        assert refusal(admin, f"UPDATE sminion.ticket SET \"values\" = '{{}}' WHERE id = {token.split('.')[0]}") == "SG505"


def test_a_purpose_that_sees_blocked_people_stays_with_its_tenant(tenants: Tenants) -> None:
    with tenants.connect("desk") as desk:
        with acting(desk, ticket(desk, MINE, "repair", subject="2")):
            assert rows(desk, "SELECT id, tenant FROM app.account") == [(2, 1)]
        with acting(desk, ticket(desk, FOREIGN, "repair", subject="2")):
            assert rows(desk, "SELECT id, tenant FROM app.account") == []
        with acting(desk, ticket(desk, FOREIGN, "repair", subject="2")):
            assert rows(desk, "UPDATE app.order_line SET email = 'x' WHERE id = 2 RETURNING id") == []


def test_functions_and_views_of_the_application_show_the_tenant_of_their_caller(tenants: Tenants, attacker: Connection) -> None:
    with tenants.database.connect() as admin:
        admin.execute(f"SET ROLE {tenants.name}_owner")
        admin.execute("CREATE VIEW app.mine WITH (security_invoker) AS SELECT tenant FROM app.account;"
                      "CREATE FUNCTION app.all_tenants() RETURNS SETOF integer LANGUAGE sql AS 'SELECT DISTINCT tenant FROM app.account';"
                      "CREATE FUNCTION app.as_owner() RETURNS SETOF integer SECURITY DEFINER LANGUAGE sql AS 'SELECT DISTINCT tenant FROM app.account'")
        admin.execute(f"GRANT SELECT ON app.mine TO {tenants.role('work')}; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA app TO {tenants.role('work')}")
    with acting(attacker, ticket(attacker, MINE)):
        assert seen(attacker, "app.mine") == {MINE}
        assert rows(attacker, "SELECT app.all_tenants()") == [(MINE,)]
        assert refusal(attacker, "SELECT app.as_owner()") == "SG201"  # the owner of the tables sees nothing
    tenants.super("DROP VIEW app.mine; DROP FUNCTION app.all_tenants, app.as_owner")


def test_a_prepared_plan_compares_with_the_ticket_of_each_transaction(attacker: Connection) -> None:
    with acting(attacker, ticket(attacker, MINE)):
        attacker.execute("PREPARE p AS SELECT DISTINCT tenant FROM app.account")
    attacker.execute("SET plan_cache_mode = force_generic_plan")
    for tenant in (MINE, FOREIGN, MINE):
        with acting(attacker, ticket(attacker, tenant)):
            assert rows(attacker, "EXECUTE p") == [(tenant,)]


def test_parallel_workers_see_the_tenant_only(tenants: Tenants, attacker: Connection) -> None:
    with acting(attacker, ticket(attacker, MINE)):
        for setting in ("parallel_setup_cost = 0", "parallel_tuple_cost = 0", "min_parallel_table_scan_size = 0",
                        "max_parallel_workers_per_gather = 2", "enable_indexscan = off", "enable_bitmapscan = off"):
            attacker.execute(f"SET LOCAL {setting}".encode())
        plan = "\n".join(line for (line,) in rows(attacker, "EXPLAIN SELECT count(*) FROM app.account"))
        assert "Gather" in plan, plan
        assert rows(attacker, "SELECT count(*), min(tenant), max(tenant) FROM app.account") == [(20, 1, 1)]


def test_the_log_says_for_which_tenant(tenants: Tenants, attacker: Connection) -> None:
    token = ticket(attacker, FOREIGN)
    number = int(token.split(".")[0])
    attacker.execute("BEGIN")
    attacker.execute("SELECT sminion.enter(%s)", [token])
    attacker.execute("UPDATE app.account SET email = email WHERE id = 1")
    attacker.execute("COMMIT")
    said = {"tenant": FOREIGN}
    assert tenants.super('SELECT "values" FROM sminion.write_log WHERE ticket = %s', number) == [(said,)]
    assert tenants.super('SELECT DISTINCT "values" FROM sminion.subject_access WHERE ticket = %s', number) == [(said,)]


def test_values_are_stored_as_they_are_compared(attacker: Connection, tenants: Tenants) -> None:
    token = attacker.execute(
        "SELECT sminion.open_ticket('work', 'a', 'r', \"values\" => %s)", [Jsonb({"tenant": 1})]).fetchone()
    other = attacker.execute("SELECT sminion.open_ticket('work', 'a', 'r', \"values\" => '{\"tenant\": 1e0}')").fetchone()
    assert token is not None and other is not None
    numbers = [int(row[0].split(".")[0]) for row in (token, other)]
    assert tenants.super('SELECT DISTINCT "values"::text FROM sminion.ticket WHERE id = ANY (%s)', numbers) == [('{"tenant": 1}',)]


def test_a_login_that_alternates_between_purposes_stays_with_its_tenant(tenants: Tenants) -> None:
    """Its transactions are marked: the value is read under the mark that the first statement or `enter` made."""
    with tenants.connect("all") as both:
        mine, foreign, mail = ticket(both, MINE), ticket(both, FOREIGN), ticket(both, MINE, "mail")
        with acting(both, mine):
            assert seen(both, "app.account") == {MINE}
            assert refusal(both, f"SELECT sminion.enter('{mail}')") == "SG210"
        with acting(both, foreign):
            assert seen(both, "app.account") == {FOREIGN}
        with acting(both, mail):
            assert rows(both, "SELECT DISTINCT tenant FROM post.letter") == [(MINE,)]
        both.execute("BEGIN")
        take(both, tenants.role("work"), mine)
        assert refusal(both, f"DO $$ BEGIN PERFORM sminion.ticket_value('{tenants.role('work')}', current_user, 'tenant'); END $$") == "SG220"
        both.execute("ROLLBACK")


def test_a_block_settles_whatever_the_tenant_and_opens_no_row_to_another(server: Server) -> None:
    """The guard's own functions see the rows of all tenants: a rule binds compartments, not settling."""
    with new_tenants(server) as own, own.connect() as connection:
        for subject in ("2", "1"):  # of tenant 1, and of tenant 2
            own.super("SELECT sminion.block(%s, 'asked for', 'officer')", subject)
        for _ in range(20):
            if not own.super("SELECT sminion.settle()")[0][0]:
                break
        assert own.super("SELECT count(*) FROM sminion.withheld") == [(0,)]
        for tenant in (MINE, FOREIGN):
            with acting(connection, ticket(connection, tenant)):
                for table in ("app.account", "app.visit", "app.order_line"):
                    assert rows(connection, f"SELECT count(*), min(tenant), max(tenant) FROM {table}") == [(19, tenant, tenant)]
