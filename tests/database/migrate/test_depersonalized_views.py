"""Depersonalized views are installed, seen when somebody alters them, changed with the policy, and removed."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from sminion_guard import connect, doctor, migrate, processing
from sminion_guard.checks import UnfitDatabase
from sminion_guard.errors import PurposeViolation
from sminion_guard.migrate.change import State
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop, make_shop
from tests.servers import new_database

VIEW = """
[purpose.statistics]
title = "Count customers"
basis = "legitimate_interest"
needs = []
may = ["use"]

[[further]]
data_of = "contract"
may_serve = ["statistics"]
why = "the shop plans how much to buy"

[view.{name}_statistics.customers]
from = "crm.customer"
for = ["statistics"]
columns = {{ initial = "prefix(full_name, 1)", who = "pseudonym(id)" }}
k = 5
"""


@pytest.fixture
def viewed(shop: Shop) -> Shop:
    text = shop.text.replace('purposes = ["contract"', 'purposes = ["statistics", "contract"', 1)
    assert text != shop.text
    return replace(shop, text=text + VIEW.format(name=shop.name))


def name(shop: Shop) -> str:
    return f"{shop.name}_statistics.customers"


def test_a_view_is_made_and_removed_without_a_trace(viewed: Shop) -> None:
    viewed.apply()
    assert viewed.plan().clean
    schema = name(viewed).split(".")[0]
    assert viewed.database.execute("SELECT to_regclass(%s)::text", name(viewed)) == [(name(viewed),)]
    viewed.remove()
    assert viewed.database.execute("SELECT to_regnamespace(%s)", schema) == [(None,)]
    assert viewed.database.execute("SELECT rolname FROM pg_roles WHERE rolname = %s", f"{viewed.name}_statistics") == []


def test_a_script_makes_the_same_view(viewed: Shop) -> None:
    with new_database(viewed.database.server) as second:
        twin = replace(make_shop(second, viewed.name), text=viewed.text)
        migrate.upgrade(second.dsn())
        viewed.database.execute("\n".join(migrate.script(viewed.policy)))
        twin.apply(fill=False)
        assert viewed.plan().clean
        assert snapshot(viewed.database) == snapshot(second)
        viewed.remove()
        twin.remove()


def test_the_doctor_finds_nothing_wrong_with_a_view(viewed: Shop) -> None:
    def findings() -> set[str]:
        with viewed.database.connect() as connection:
            return {entry.render() for entry in doctor.examine(connection, full=True).findings}

    with_view, shop = viewed.policy, replace(viewed, text=viewed.text[: viewed.text.index("[view.")])
    shop.apply()
    before = findings()
    viewed.apply(with_view)
    assert findings() == before


DAMAGES = (
    "DROP VIEW {view}",
    "ALTER VIEW {view} SET (security_barrier = false)",
    'CREATE OR REPLACE VIEW {view} WITH (security_barrier = true) AS SELECT full_name COLLATE "C" AS initial,'
    ' id::text COLLATE "C" AS who FROM crm.customer',
    "GRANT SELECT ON {view} TO PUBLIC",
    "GRANT USAGE ON SCHEMA {schema} TO PUBLIC",
    "REVOKE SELECT (who) ON {view} FROM {role}",
    "GRANT SELECT (full_name) ON crm.customer TO {role}",
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_altered_is_seen_and_mended(viewed: Shop, damage: str) -> None:
    viewed.apply()
    assert viewed.plan().clean
    viewed.database.suspend_ddl_guard()
    viewed.database.execute(
        damage.format(view=name(viewed), schema=name(viewed).split(".")[0], role=f"{viewed.name}_statistics")
    )
    assert {change.state for change in viewed.plan().changes} > {State.INSTALLED}
    viewed.apply()
    assert viewed.plan().clean


def test_a_view_that_another_owns_is_refused(viewed: Shop) -> None:
    viewed.apply()
    viewed.database.suspend_ddl_guard()
    viewed.database.execute(f"ALTER VIEW {name(viewed)} OWNER TO CURRENT_USER")
    with pytest.raises(UnfitDatabase, match="SG433"):
        viewed.apply()


def test_another_policy_changes_the_view_and_keeps_its_pseudonyms(viewed: Shop) -> None:
    viewed.apply()
    key = viewed.database.execute("SELECT * FROM sminion.view_key")
    viewed.apply(viewed.changed("k = 5", "k = 10"))
    assert viewed.database.execute("SELECT * FROM sminion.view_key") == key
    without = replace(viewed, text=viewed.text[: viewed.text.index("[view.")])
    viewed.apply(without.policy)
    assert without.plan().clean
    assert viewed.database.execute("SELECT to_regnamespace(%s)", name(viewed).split(".")[0]) == [(None,)]


def test_a_column_that_is_new_in_the_table_is_not_in_the_view(viewed: Shop) -> None:
    viewed.apply()
    viewed.database.suspend_ddl_guard()
    viewed.database.execute("ALTER TABLE crm.customer ADD COLUMN phone text")
    viewed.apply()
    assert viewed.database.execute(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY 1", name(viewed)
    ) == [("initial",), ("who",)]


def test_an_operator_that_does_not_work_on_its_column_is_refused(viewed: Shop) -> None:
    with pytest.raises(UnfitDatabase) as caught:
        viewed.apply(viewed.changed("prefix(full_name, 1)", "decade(full_name)"))
    assert "SG397" in str(caught.value)
    assert "which is text" in str(caught.value)


def test_a_schema_that_somebody_else_made_is_not_taken(viewed: Shop) -> None:
    schema = name(viewed).split(".")[0]
    viewed.database.execute(f"CREATE SCHEMA {schema}")
    with pytest.raises(UnfitDatabase, match="SG463"):
        viewed.apply()


def test_a_guarded_session_reads_the_view_and_not_the_table(viewed: Shop) -> None:
    viewed.apply()
    dsn = viewed.database.dsn(f"{viewed.name}_app")
    with connect(dsn, policy=viewed.policy) as connection, processing("statistics", actor="sam", reason="counts"):
        row = connection.execute(f"SELECT initial, count(*) FROM {name(viewed)} GROUP BY initial").fetchone()
        assert row == ("n", 300)
        connection.commit()
        with pytest.raises(PurposeViolation) as caught:
            connection.execute("SELECT full_name FROM crm.customer")
        assert caught.value.hint is not None and name(viewed) in caught.value.hint
        connection.rollback()
        with pytest.raises(PurposeViolation, match="customers"):
            connection.execute(f"SELECT secret FROM {name(viewed)}")
        connection.rollback()
    with (
        connect(dsn, policy=viewed.policy) as connection,
        processing("contract", actor="sam", reason="counts"),
        pytest.raises(PurposeViolation, match="SG103"),
    ):
        connection.execute(f"SELECT initial FROM {name(viewed)}")


def test_a_view_stays_when_the_subject_is_found_in_another_way(shop: Shop) -> None:
    shop.database.execute(
        "ALTER TABLE sales.item ADD COLUMN customer_id bigint; UPDATE sales.item i SET customer_id = o.customer_id"
        " FROM sales.orders o WHERE o.id = i.order_id"
    )
    text = shop.text.replace('purposes = ["contract"', 'purposes = ["statistics", "contract"', 1) + VIEW.format(
        name=shop.name
    ).replace("crm.customer", "sales.item").replace(
        'initial = "prefix(full_name, 1)", who = "pseudonym(id)"', 'what = "what"'
    )
    viewed = replace(shop, text=text)
    viewed.apply()
    own = viewed.changed(
        'subject = "order_id -> sales.orders"\ncolumns = { id = "key", order_id = "key",',
        'subject = "customer_id"\ncolumns = { id = "key", order_id = "key", customer_id = "key",',
    )
    viewed.apply(own)
    assert viewed.plan(own).clean
    assert viewed.database.execute(
        "SELECT count(*) FROM pg_views WHERE viewname = 'customers' AND schemaname LIKE %s", f"{shop.name}%"
    ) == [(1,)]


def test_psycopg_is_refused_the_view_without_a_ticket(viewed: Shop) -> None:
    viewed.apply()
    with (
        viewed.database.connect(f"{viewed.name}_app") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT * FROM {name(viewed)}")
