# ruff: noqa: E501 - SQL stands on one line
"""The owner of a partitioned table makes, attaches and detaches partitions after `apply`, as the jobs of each month do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from sminion_guard.migrate.plan import State
from sminion_guard.policy import Policy, loads
from tests.database.migrate.conftest import Shop

TABLE = """
CREATE ROLE {owner} LOGIN;
CREATE ROLE {other} LOGIN;
GRANT CREATE, USAGE ON SCHEMA sales TO {owner}, {other};
CREATE TABLE sales.visit (id bigint, customer_id bigint, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE sales.visit_1 PARTITION OF sales.visit FOR VALUES FROM (0) TO (100);
CREATE TABLE sales.step (id bigint, visit_id bigint REFERENCES sales.visit, PRIMARY KEY (id, visit_id))
  PARTITION BY LIST (visit_id);
CREATE TABLE sales.step_0 PARTITION OF sales.step DEFAULT;
CREATE INDEX ON sales.visit (customer_id);
CREATE INDEX ON sales.step (visit_id);
INSERT INTO sales.visit SELECT i, i FROM generate_series(1, 50) i;
INSERT INTO sales.step SELECT i, i FROM generate_series(1, 50) i;
ALTER TABLE sales.visit OWNER TO {owner};
ALTER TABLE sales.visit_1 OWNER TO {owner};
ALTER TABLE sales.step OWNER TO {owner};
ALTER TABLE sales.step_0 OWNER TO {owner};
"""
PAGE = (Path(__file__).parents[3] / "docs" / "MIGRATIONS.md").read_text(encoding="utf-8")
KEYS = re.findall(r"^```sql\n(.*?)^```", PAGE.split("## Foreign keys")[1].split("\n## ")[0], re.MULTILINE | re.DOTALL)
LISTED = """
[schema.sales.visit]
subject = "customer_id"
columns = { id = "key", customer_id = "key" }
[schema.sales.step]
subject = "visit_id -> sales.visit"
columns = { id = "key", visit_id = "key" }
"""


@pytest.fixture
def visits(shop: Shop) -> Shop:
    """The shop with a partitioned table, and one that leads to it, of a role that is no superuser."""
    shop.database.execute(TABLE.format(owner=owner(shop), other=other(shop)))
    shop.apply(policy(shop))
    return shop


def owner(shop: Shop) -> str:
    return f"{shop.name}_own"


def other(shop: Shop) -> str:
    return f"{shop.name}_other"


def policy(shop: Shop) -> Policy:
    return loads(shop.text.replace("[schema.news]", LISTED + "[schema.news]"))


def executable(shop: Shop) -> list[tuple[object, ...]]:
    """Functions of schema `sminion` that others than its owner may call, and that are no part of the policy's grants."""
    return shop.database.execute(
        "SELECT a.grantee::regrole::text, p.proname FROM pg_proc p, aclexplode(p.proacl) a"
        " WHERE p.pronamespace = 'sminion'::regnamespace AND p.prorettype = 'trigger'::regtype AND a.grantee <> p.proowner"
        " ORDER BY 1, 2")


def test_the_owner_makes_attaches_and_detaches_partitions(visits: Shop) -> None:
    with visits.database.connect(owner(visits)) as connection:
        connection.execute("CREATE TABLE sales.visit_2 PARTITION OF sales.visit FOR VALUES FROM (100) TO (200)")
        connection.execute("CREATE TABLE sales.visit_3 (LIKE sales.visit INCLUDING ALL)")
        connection.execute("ALTER TABLE sales.visit ATTACH PARTITION sales.visit_3 FOR VALUES FROM (200) TO (300)")
        # A partition that is partitioned itself, and what is made below it.
        connection.execute("CREATE TABLE sales.visit_4 PARTITION OF sales.visit FOR VALUES FROM (300) TO (500)"
                           " PARTITION BY RANGE (id)")
        connection.execute("CREATE TABLE sales.visit_5 PARTITION OF sales.visit_4 FOR VALUES FROM (300) TO (400)")
        connection.execute("CREATE TABLE sales.step_1 PARTITION OF sales.step FOR VALUES IN (150)")
        connection.execute("ALTER TABLE sales.step DETACH PARTITION sales.step_1")
        connection.execute("ALTER TABLE sales.step ATTACH PARTITION sales.step_1 FOR VALUES IN (150)")
    # The row triggers are there, and always on.
    guarded = visits.database.execute(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = '~guard_row' AND tgenabled = 'A'"
        " AND tgrelid::regclass::text ~ 'visit|step' ORDER BY 1")
    assert [name for (name,) in guarded] == [
        f"sales.{name}" for name in ("step", "step_0", "step_1", "visit", "visit_1", "visit_2", "visit_3", "visit_4", "visit_5")]
    visits.database.execute("INSERT INTO sales.visit (id, customer_id) VALUES (150, 1), (250, 2), (350, 3);"
                            "INSERT INTO sales.step (id, visit_id) VALUES (1, 150)")
    assert visits.database.execute("SELECT count(*) FROM sales.visit WHERE guard_mask IS NULL") == [(0,)]
    assert visits.database.execute("SELECT guard_subject FROM sales.step_1 WHERE guard_mask IS NOT NULL") == [(1,)]
    visits.apply(policy(visits))
    assert visits.plan(policy(visits)).clean


def test_what_looks_at_rows_for_a_foreign_key_is_done_without_force_in_one_transaction(visits: Shop) -> None:
    plain, parted = KEYS
    visits.database.suspend_ddl_guard()
    visits.database.execute(
        "ALTER TABLE sales.orders DROP CONSTRAINT orders_customer_id_fkey;" + "".join(
            f"ALTER TABLE {name} OWNER TO {owner(visits)};" for name in ("sales.orders", "crm.customer"))
        + f"GRANT USAGE ON SCHEMA crm TO {owner(visits)}")
    visits.apply(policy(visits))
    with visits.database.connect(owner(visits)) as connection:
        for statement in ("ALTER TABLE sales.orders ADD FOREIGN KEY (customer_id) REFERENCES crm.customer",
                          "ALTER TABLE sales.visit DETACH PARTITION sales.visit_1"):
            with pytest.raises(psycopg.DatabaseError) as refusal:
                connection.execute(statement.encode())
            assert refusal.value.sqlstate in ("SG201", "SG229")
        connection.execute(plain.encode())
        # Rows that refer to the partition are found, as without the guard.
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(parted.encode())
        visits.database.execute("DELETE FROM sales.step")
        connection.execute(parted.encode())
        connection.execute("ALTER TABLE sales.visit ATTACH PARTITION sales.visit_1 FOR VALUES FROM (0) TO (100)")
    visits.apply(policy(visits))
    assert visits.plan(policy(visits)).clean


def test_the_owner_may_use_just_these_functions_and_cannot_name_them(visits: Shop) -> None:
    tables = {"sales.visit", "sales.step"}
    needed = visits.database.execute(
        "SELECT DISTINCT %s, p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE t.tgrelid::regclass::text = ANY (%s) AND t.tgtype & 1 = 1 AND p.pronamespace = 'sminion'::regnamespace"
        " ORDER BY 1, 2", owner(visits), sorted(tables))
    assert len(needed) == 3
    assert executable(visits) == needed
    with visits.database.connect(owner(visits)) as connection:
        connection.execute("CREATE TABLE sales.mine (id bigint, customer_id bigint, guard_mask bigint)")
        for _, function in needed:
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="schema sminion"):
                connection.execute(f'CREATE TRIGGER t BEFORE INSERT ON sales.mine FOR EACH ROW EXECUTE FUNCTION sminion."{function}"()')
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="schema sminion"):
                connection.execute(f'SELECT sminion."{function}"()')


def test_who_does_not_own_the_table_makes_no_partition(visits: Shop) -> None:
    with visits.database.connect(other(visits)) as connection, \
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="must be owner"):
        connection.execute("CREATE TABLE sales.visit_2 PARTITION OF sales.visit FOR VALUES FROM (100) TO (200)")


def test_another_owner_is_seen_by_the_plan_and_takes_the_place_of_the_first(visits: Shop) -> None:
    before = executable(visits)
    visits.database.suspend_ddl_guard()
    visits.database.execute(f"ALTER TABLE sales.visit OWNER TO {other(visits)}")
    keys = {change.key for change in visits.plan(policy(visits)).of(State.ALTERED)}
    assert "partition_maker:sales.visit" in keys
    visits.apply(policy(visits))
    assert visits.plan(policy(visits)).clean
    with visits.database.connect(other(visits)) as connection:
        connection.execute("CREATE TABLE sales.visit_2 PARTITION OF sales.visit FOR VALUES FROM (100) TO (200)")
    after = executable(visits)
    assert len(after) == len(before)
    assert {function for grantee, function in after if grantee == owner(visits)} == {
        function for _, function in before if "step" in str(function)}


def test_a_privilege_lent_to_a_stranger_is_taken_away_and_that_of_the_owner_mended(visits: Shop) -> None:
    before = executable(visits)
    function = next(str(name) for _, name in before if "visit" in str(name))
    visits.database.execute(f'GRANT EXECUTE ON FUNCTION sminion."{function}"() TO {other(visits)};'
                            f'REVOKE EXECUTE ON FUNCTION sminion."{function}"() FROM {owner(visits)}')
    assert not visits.plan(policy(visits)).clean
    visits.apply(policy(visits))
    assert executable(visits) == before
    visits.remove()
    assert executable(visits) == []


def test_without_partitions_the_owner_gets_nothing(shop: Shop, unique: Callable[[str], str]) -> None:
    role = unique("plain")
    shop.database.execute(f"CREATE ROLE {role}; ALTER TABLE sales.orders OWNER TO {role}")
    shop.apply()
    assert executable(shop) == []
    assert shop.plan().clean
