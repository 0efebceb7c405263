# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: rows that the application's own row security kept from a tenant are read beside the guard's policies.

Permissive policies are ORed, so what the guard permits would open what the table's own policy closes. A policy that is not
the guard's stops `apply`, or is adopted, and then tenant 1 sees and changes under the guard what it did before, and never
a row of tenant 2; and after a removal, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.policy import Policy, loads
from tests import servers
from tests.world import PRIVILEGE, acting, refusal, rows, ticket

POLICY = """
[policy]
name = "{name}"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
require_tls = false
accept_upsert_leak = "lab"
[login.{name}_app]
purposes = ["work"]
[login.{name}_boss]
purposes = ["work"]
[purpose.work]
title = "Work"
basis = "contract"
needs = "*"
may = ["collect", "use", "clarify", "delete"]
[schema.crm]
collected_for = ["work"]
[schema.crm.customer]
subject = "id"
{adopt}columns = {{ id = "key", tenant = "none", name = "identity" }}
"""
TENANT = "tenant = nullif(current_setting('app.tenant', true), '')::int"
PLAIN = "CREATE TABLE crm.customer (id bigint PRIMARY KEY, tenant int NOT NULL, name text)"
PARTED = ("CREATE TABLE crm.customer (id bigint PRIMARY KEY, tenant int NOT NULL, name text) PARTITION BY RANGE (id);"
          "CREATE TABLE crm.customer_low PARTITION OF crm.customer FOR VALUES FROM (0) TO (2);"
          "CREATE TABLE crm.customer_high PARTITION OF crm.customer FOR VALUES FROM (2) TO (100)")
Shop = tuple[servers.Database, str]


@pytest.fixture
def shop(server: Server, unique: Callable[[str], str]) -> Iterator[Shop]:
    name = unique("ten")
    with servers.new_guarded_database(server) as database:
        database.execute(f"CREATE ROLE {name}_app LOGIN NOINHERIT; CREATE ROLE {name}_boss LOGIN NOINHERIT; CREATE SCHEMA crm")
        yield database, name


def prepare(shop: Shop, *policies: str, table: str = PLAIN) -> None:
    database, name = shop
    database.execute(table + ";" + "ALTER TABLE crm.customer ENABLE ROW LEVEL SECURITY;"
                     + ";".join(entry.format(name=name, tenant=TENANT) for entry in policies) + ";"
                     "INSERT INTO crm.customer VALUES (1, 1, 'of tenant 1'), (2, 2, 'of tenant 2');"
                     f"GRANT USAGE ON SCHEMA crm TO {name}_app, {name}_boss;"
                     f"GRANT SELECT, INSERT, UPDATE, DELETE ON crm.customer TO {name}_app, {name}_boss")


def policy(shop: Shop, *adopted: str) -> Policy:
    listed = ", ".join(f'"{entry}"' for entry in adopted)
    return loads(POLICY.format(name=shop[1], adopt=f"adopt_policies = [{listed}]\n" if adopted else ""))


def apply(shop: Shop, *adopted: str) -> migrate.Report:
    with shop[0].connect() as admin:
        return migrate.apply(admin, policy(shop, *adopted))


@contextmanager
def tenant(shop: Shop, number: int, login: str = "app", *, guarded: bool = True) -> Iterator[psycopg.Connection]:
    with shop[0].connect(f"{shop[1]}_{login}", prepare_threshold=None) as connection:
        connection.execute("SELECT set_config('app.tenant', %s, false)", [str(number)])
        if guarded:
            with acting(connection, ticket(connection, "work")):
                yield connection
        else:
            connection.execute("BEGIN")
            yield connection
            connection.execute("ROLLBACK")


def changes(connection: psycopg.Connection) -> dict[str, object]:
    """What the tenant sees and can change; by count, and by SQLSTATE where it is refused."""
    found: dict[str, object] = {"sees": rows(connection, "SELECT id FROM crm.customer ORDER BY id")}
    for statement in ("UPDATE crm.customer SET name = 'taken' WHERE tenant = 1", "UPDATE crm.customer SET name = 'taken' WHERE tenant = 2",
                      "UPDATE crm.customer SET tenant = 2 WHERE tenant = 1", "INSERT INTO crm.customer VALUES (3, 1, 'mine')",
                      "INSERT INTO crm.customer VALUES (4, 2, 'theirs')", "DELETE FROM crm.customer WHERE tenant = 2",
                      "DELETE FROM crm.customer WHERE tenant = 1"):
        connection.execute("SAVEPOINT s")
        try:
            found[statement] = connection.execute(statement).rowcount
        except psycopg.Error as error:
            found[statement] = error.sqlstate
        connection.execute("ROLLBACK TO s")
    return found


OWN = [
    ("all", ["CREATE POLICY own ON crm.customer USING ({tenant})"]),
    ("by command", ["CREATE POLICY own ON crm.customer FOR SELECT USING ({tenant})",
                    "CREATE POLICY own_write ON crm.customer FOR INSERT WITH CHECK ({tenant})"]),
    ("for the login", ["CREATE POLICY own ON crm.customer TO {name}_app USING ({tenant})",
                       "CREATE POLICY all_rows ON crm.customer TO {name}_boss USING (true)"]),
    ("restrictive", ["CREATE POLICY all_rows ON crm.customer USING (true)",
                     "CREATE POLICY own ON crm.customer AS RESTRICTIVE TO {name}_app USING ({tenant})"]),
    ("restrictive for everybody", ["CREATE POLICY all_rows ON crm.customer USING (true)",
                                   "CREATE POLICY own ON crm.customer AS RESTRICTIVE FOR SELECT USING ({tenant})"]),
]


def own_names(policies: list[str]) -> list[str]:
    return [entry.split()[2] for entry in policies]


@pytest.mark.parametrize("table", [PLAIN, PARTED], ids=["plain", "partitioned"])
@pytest.mark.parametrize("policies", [entry for _, entry in OWN], ids=[name for name, _ in OWN])
def test_a_tenant_sees_and_changes_under_the_guard_what_it_did_before(policies: list[str], table: str, shop: Shop) -> None:
    prepare(shop, *policies, table=table)
    before = {}
    for number, login in ((1, "app"), (2, "app"), (1, "boss")):
        with tenant(shop, number, login, guarded=False) as connection:
            before[number, login] = changes(connection)
    assert before[1, "app"]["sees"] == [(1,)]
    apply(shop, *own_names(policies))
    if any("AS RESTRICTIVE" in entry and "TO" not in entry for entry in policies):
        shop[0].execute("UPDATE crm.customer SET name = name")  # what binds the guard too keeps it from filling in masks
    for number, login in before:
        with tenant(shop, number, login) as connection:
            assert changes(connection) == before[number, login], (number, login)
    with shop[0].connect() as admin:
        assert migrate.plan(admin, policy(shop, *own_names(policies))).clean
        migrate.remove(admin)
    for number, login in before:
        with tenant(shop, number, login, guarded=False) as connection:
            assert changes(connection) == before[number, login], (number, login)


@pytest.mark.parametrize("policies", [entry for _, entry in OWN], ids=[name for name, _ in OWN])
def test_a_policy_that_is_not_adopted_stops_apply(policies: list[str], shop: Shop) -> None:
    prepare(shop, *policies)
    with pytest.raises(migrate.UnfitDatabase) as caught:
        apply(shop)
    assert {problem.code for problem in caught.value.problems} == {"SG447"}
    assert len(caught.value.problems) == len(policies)
    with pytest.raises(psycopg.Error, match="of their own"):
        shop[0].execute("\n".join(migrate.script(policy(shop))))
    shop[0].execute("\n".join(migrate.script(policy(shop, *own_names(policies)))))


def test_a_policy_of_a_partition_stops_apply_and_opens_nothing(shop: Shop) -> None:
    prepare(shop, "CREATE POLICY own ON crm.customer USING ({tenant})", table=PARTED)
    shop[0].execute("CREATE POLICY more ON crm.customer_low USING (true)")
    with pytest.raises(migrate.UnfitDatabase) as caught:
        apply(shop, "own")
    assert "`crm.customer_low` has the permissive policy `more`" in caught.value.problems[0].message
    apply(shop, "own", "more")
    shop[0].execute(f"GRANT SELECT ON crm.customer_low TO {shop[1]}_work")
    with tenant(shop, 1) as connection:
        assert rows(connection, "SELECT id FROM crm.customer") == [(1,)], "through the table"
        assert refusal(connection, "SELECT id FROM crm.customer_low") == "SG229"


def test_a_name_of_the_guard_is_not_adopted(shop: Shop) -> None:
    prepare(shop, "CREATE POLICY guard_floor ON crm.customer USING (true)")
    for adopted in ([], ["guard_floor"]):
        with pytest.raises(migrate.UnfitDatabase) as caught:
            apply(shop, *adopted)
        assert "RENAME" in str(caught.value.problems[0].hint)
    assert shop[0].execute("SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polname = 'guard_floor'") == [("true",)]


def test_an_adopted_policy_that_is_not_there_is_refused(shop: Shop) -> None:
    prepare(shop, "CREATE POLICY own ON crm.customer USING ({tenant})")
    with pytest.raises(migrate.UnfitDatabase) as caught:
        apply(shop, "own", "owm")
    assert {problem.code for problem in caught.value.problems} == {"SG448"}


def test_a_change_of_an_adopted_policy_reaches_its_twin(shop: Shop) -> None:
    prepare(shop, "CREATE POLICY own ON crm.customer TO {name}_app USING ({tenant})")
    apply(shop, "own")
    shop[0].suspend_ddl_guard()
    shop[0].execute("ALTER POLICY own ON crm.customer USING (tenant = 2)")
    with shop[0].connect() as admin:
        assert [change.key for change in migrate.plan(admin, policy(shop, "own")).of(migrate.State.ALTERED)] == ["adopted:crm.customer"]
    apply(shop, "own")
    with tenant(shop, 1) as connection:
        assert rows(connection, "SELECT id FROM crm.customer") == [(2,)]


def test_a_policy_that_is_made_later_is_named(shop: Shop) -> None:
    prepare(shop)
    apply(shop)
    shop[0].suspend_ddl_guard()
    shop[0].execute(f"CREATE POLICY later ON crm.customer USING ({TENANT})")
    with shop[0].connect() as admin:
        assert [problem.message for problem in migrate.plan(admin, policy(shop)).problems if problem.refuses] == [
            "`crm.customer` has the permissive policy `later` of its own"]


def test_row_security_without_a_policy_is_a_warning(shop: Shop) -> None:
    prepare(shop)
    assert [problem.code for problem in apply(shop).problems if problem.code == "SG449"] == ["SG449"]


@pytest.mark.parametrize("scripted", [False, True], ids=["online", "script"])
@pytest.mark.parametrize(("enabled", "forced"), [(True, True), (True, False), (False, False), (False, True)])
def test_removal_leaves_the_switches_as_they_were(enabled: bool, forced: bool, scripted: bool, shop: Shop) -> None:
    prepare(shop, "CREATE POLICY own ON crm.customer TO {name}_app USING ({tenant})", table=PARTED)
    if not enabled:
        shop[0].execute("ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY")
    if forced:
        shop[0].execute("ALTER TABLE crm.customer FORCE ROW LEVEL SECURITY")
    shop[0].execute("ALTER TABLE crm.customer_low ENABLE ROW LEVEL SECURITY")
    switches = "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname LIKE 'customer%' AND relkind IN ('r', 'p') ORDER BY 1"
    own = "SELECT polname, polcmd, polroles::regrole[]::text, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY 1"
    before = shop[0].execute(switches), shop[0].execute(own)
    if scripted:
        shop[0].execute("\n".join(migrate.script(policy(shop, "own"))))
    else:
        apply(shop, "own")
    assert all(on and force for _, on, force in shop[0].execute(switches))
    if scripted:
        shop[0].execute("\n".join(migrate.removal_script()))
    else:
        with shop[0].connect() as admin:
            migrate.remove(admin)
    assert (shop[0].execute(switches), shop[0].execute(own)) == before
    migrate.downgrade(shop[0].dsn())


def test_a_table_that_leaves_the_policy_keeps_its_row_security(shop: Shop) -> None:
    prepare(shop, "CREATE POLICY own ON crm.customer USING ({tenant})")
    shop[0].execute("CREATE TABLE crm.other (id bigint PRIMARY KEY)")
    apply(shop, "own")
    less = loads(POLICY.format(name=shop[1], adopt="").partition("[schema.crm.customer]")[0]
                 + '[schema.crm.other]\nsubject = "id"\ncolumns = { id = "key" }\n')
    with shop[0].connect() as admin:
        migrate.apply(admin, less)
    assert shop[0].execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'crm.customer'::regclass") == [(True, False)]
    assert shop[0].execute("SELECT polname FROM pg_policy WHERE polrelid = 'crm.customer'::regclass") == [("own",)]
    with shop[0].connect(f"{shop[1]}_app") as connection, pytest.raises(psycopg.Error) as caught:
        connection.execute("SELECT * FROM crm.customer")
    assert caught.value.sqlstate == PRIVILEGE
