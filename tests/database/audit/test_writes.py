"""The log of writes: whatever client writes, in whatever form, subjects and columns are on record with the write."""

from __future__ import annotations

from typing import Any

import psycopg

from sminion_guard import migrate
from tests import journal
from tests.database.audit.writes import recorded, wrote
from tests.session.shop import PEOPLE, Shop, one

Connection = psycopg.Connection[Any]


def enter(connection: Connection, purpose: str = "contract", *, actor: str = "writer") -> int:
    """Open a ticket and enter it; the connection is in a transaction afterwards."""
    token = str(one(connection, "SELECT sminion.open_ticket(%s, %s, 'r')", purpose, actor))
    connection.execute("BEGIN")
    connection.execute("SELECT sminion.enter(%s)", (token,))
    return int(token.split(".")[0])


def test_each_operation_under_a_ticket_is_on_record_with_ticket_login_and_role(shop: Shop, app: Connection) -> None:
    with recorded(shop.database) as found:
        number = enter(app)
        app.execute("INSERT INTO crm.customer (id, full_name) VALUES (501, 'a'), (502, 'b')")
        app.execute("UPDATE crm.customer SET email = 'new' WHERE id = 501")
        app.execute("DELETE FROM crm.customer WHERE id = 502")
        app.execute("COMMIT")
    assert [write.brief for write in found] == [
        ("collect", "crm.customer", "id full_name", 2, "501 502"),
        ("clarify", "crm.customer", "email", 1, "501"),
        ("delete", "crm.customer", "", 1, "502"),
    ]
    assert {(write.ticket, write.login, write.role) for write in found} == {
        (number, f"{shop.name}_app", f"{shop.name}_contract")
    }


def test_the_transaction_is_on_record(shop: Shop, app: Connection) -> None:
    enter(app)
    app.execute("UPDATE crm.customer SET email = 'x' WHERE id = 1")
    current = one(app, "SELECT pg_current_xact_id()::text")
    app.execute("COMMIT")
    ((written,),) = shop.database.execute("SELECT transaction::text FROM sminion.write_log ORDER BY at DESC LIMIT 1")
    assert written == current


def test_a_write_that_was_rolled_back_did_not_happen(shop: Shop, app: Connection) -> None:
    with recorded(shop.database) as found:
        enter(app)
        app.execute("UPDATE crm.customer SET email = 'kept' WHERE id = 2")
        app.execute("SAVEPOINT a")
        app.execute("UPDATE crm.customer SET email = 'lost' WHERE id = 3")
        app.execute("ROLLBACK TO a")
        app.execute("COMMIT")
        enter(app)
        app.execute("DELETE FROM sales.orders WHERE id = 4")
        app.execute("ROLLBACK")
    assert [write.brief for write in found] == [("clarify", "crm.customer", "email", 1, "2")]


def test_a_statement_that_wrote_no_row_is_no_write(shop: Shop) -> None:
    assert wrote(
        shop.database, "UPDATE crm.customer SET email = 'x' WHERE id = -1", "DELETE FROM crm.customer WHERE id = -1",
        "INSERT INTO crm.customer (id) SELECT 1 WHERE false",
    ) == []


def test_without_a_ticket_the_superuser_is_on_record_and_what_he_acted_as(shop: Shop) -> None:
    shop.database.suspend_ddl_guard()
    with recorded(shop.database) as found, shop.database.connect() as connection:
        connection.execute("UPDATE sales.orders SET note = 'x' WHERE id = 5")
        connection.execute("CREATE ROLE bypass BYPASSRLS")
        connection.execute("GRANT ALL ON SCHEMA sales TO bypass; GRANT ALL ON sales.orders TO bypass")
        connection.execute("SET ROLE bypass")
        connection.execute("UPDATE sales.orders SET note = 'y' WHERE id = 5")
        connection.execute("RESET ROLE; DROP OWNED BY bypass; DROP ROLE bypass")
    assert [(write.login, write.role, write.ticket) for write in found] == [
        ("postgres", "postgres", None), ("postgres", "bypass", None),
    ]


def test_the_owner_of_a_table_and_his_migrations_are_on_record(shop: Shop) -> None:
    assert wrote(
        shop.database,
        "BEGIN", "ALTER TABLE sales.orders ADD state text",
        "UPDATE sales.orders SET state = 'old' WHERE id = 6", "COMMIT",
        "BEGIN", "ALTER TABLE sales.orders RENAME state TO status",
        "UPDATE sales.orders SET status = 'new', note = 'n' WHERE id IN (6, 7)",
        "INSERT INTO sales.orders (id, customer_id, status) VALUES (600, 6, 's')",
        "ALTER TABLE sales.orders DROP status", "UPDATE sales.orders SET total = -1 WHERE id = 6", "COMMIT",
        "DELETE FROM sales.orders WHERE id = 600",
    ) == [
        ("clarify", "sales.orders", "state", 1, "6"),
        ("clarify", "sales.orders", "note status", 2, "6 7"),
        ("collect", "sales.orders", "id customer_id status", 1, "6"),
        ("clarify", "sales.orders", "total", 1, "6"),
        ("delete", "sales.orders", "", 1, "6"),
    ]


def test_a_change_of_columns_shows_in_the_plan_and_apply_mends_it(shop: Shop) -> None:
    with shop.database.connect() as connection:
        connection.execute("ALTER TABLE marketing.subscriber ADD extra text")
        altered = [change.key for change in migrate.plan(connection, shop.policy).changes if change.state == "ALTERED"]
        assert [key.partition(":")[0] for key in altered] == ["write_function"]
        migrate.apply(connection, shop.policy)
        assert migrate.plan(connection, shop.policy).clean
        assert wrote(shop.database, "UPDATE marketing.subscriber SET extra = 'x' WHERE customer_id = 1") == [
            ("clarify", "marketing.subscriber", "extra", 1, "1")
        ]
        connection.execute("ALTER TABLE marketing.subscriber DROP extra")
        migrate.apply(connection, shop.policy)
        assert migrate.plan(connection, shop.policy).clean


def test_columns_are_those_whose_value_changed_in_some_row(shop: Shop) -> None:
    assert wrote(
        shop.database,
        "UPDATE crm.customer SET full_name = full_name, email = email WHERE id = 8",
        "UPDATE crm.customer SET full_name = full_name, email = CASE id WHEN 9 THEN 'z' ELSE email END"
        " WHERE id IN (8, 9)",
        "UPDATE crm.customer SET born_on = NULL WHERE id = 9",
        "UPDATE crm.customer SET born_on = '1990-01-01' WHERE id = 9",
    ) == [
        ("clarify", "crm.customer", "", 1, "8"), ("clarify", "crm.customer", "email", 2, "8 9"),
        ("clarify", "crm.customer", "born_on", 1, "9"), ("clarify", "crm.customer", "born_on", 1, "9"),
    ]


def test_values_that_change_places_are_changes_and_so_is_a_key(shop: Shop) -> None:
    shop.database.execute("UPDATE marketing.subscriber SET email = 'e' || customer_id WHERE customer_id < 4")
    assert wrote(
        shop.database,
        "UPDATE marketing.subscriber SET email = 'e' || (4 - customer_id) WHERE customer_id IN (1, 3)",
        "UPDATE marketing.subscriber SET customer_id = customer_id + 700 WHERE customer_id IN (1, 3)",
        "UPDATE marketing.subscriber SET customer_id = customer_id - 700 WHERE customer_id > 700",
    ) == [
        ("clarify", "marketing.subscriber", "email", 2, "1 3"),
        ("clarify", "marketing.subscriber", "customer_id", 2, "1 3 701 703"),
        ("clarify", "marketing.subscriber", "customer_id", 2, "1 3 701 703"),
    ]


def test_an_upsert_is_recorded_for_both_of_its_sides(shop: Shop) -> None:
    assert sorted(wrote(
        shop.database,
        "INSERT INTO crm.customer (id, email) VALUES (10, 'up'), (510, 'in')"
        " ON CONFLICT (id) DO UPDATE SET email = excluded.email",
    )) == [("clarify", "crm.customer", "email", 1, "10"), ("collect", "crm.customer", "id email", 1, "510")]


def test_a_merge_is_recorded_for_each_of_its_actions(shop: Shop) -> None:
    assert sorted(wrote(
        shop.database,
        "MERGE INTO sales.orders o USING (VALUES (11, 'd'), (12, 'u'), (512, 'i')) v (id, what) ON o.id = v.id"
        " WHEN MATCHED AND what = 'd' THEN DELETE WHEN MATCHED THEN UPDATE SET note = 'merged'"
        " WHEN NOT MATCHED THEN INSERT (id, customer_id) VALUES (512, 13)",
    )) == [
        ("clarify", "sales.orders", "note", 1, "12"), ("collect", "sales.orders", "id customer_id", 1, "13"),
        ("delete", "sales.orders", "", 1, "11"),
    ]


def test_copy_is_recorded_once_with_all_its_subjects(shop: Shop) -> None:
    with (
        recorded(shop.database) as found,
        shop.database.connect() as connection,
        connection.cursor().copy("COPY sales.orders (id, customer_id) FROM STDIN") as copy,
    ):
        for number in range(3000, 3020):
            copy.write_row((number, 14 + number % 2))
    assert [write.brief for write in found] == [("collect", "sales.orders", "id customer_id", 20, "14 15")]


def test_truncate_is_recorded_for_each_table_without_subjects(shop: Shop) -> None:
    with recorded(shop.database) as found, shop.database.connect() as connection:
        connection.execute("TRUNCATE marketing.subscriber")
        connection.execute(
            b"INSERT INTO marketing.subscriber SELECT i, 'e' || i FROM generate_series(1, %d) i" % PEOPLE
        )
    assert [(write.operation, write.rows, write.subjects) for write in found][:1] == [("delete", None, ())]


def test_a_data_modifying_cte_is_recorded_for_each_table(shop: Shop) -> None:
    assert sorted(wrote(
        shop.database,
        "WITH d AS (DELETE FROM sales.orders WHERE id = 16 RETURNING customer_id)"
        " UPDATE crm.customer SET email = 'gone' FROM d WHERE crm.customer.id = d.customer_id",
    )) == [("clarify", "crm.customer", "email", 1, "16"), ("delete", "sales.orders", "", 1, "16")]


def test_more_than_1000_subjects_are_counted_and_1000_of_them_listed(shop: Shop) -> None:
    with recorded(shop.database) as found, shop.database.connect() as connection:
        connection.execute("INSERT INTO marketing.subscriber SELECT 10000 + i FROM generate_series(1, 1000) i")
        connection.execute("UPDATE marketing.subscriber SET email = 'x' WHERE customer_id > 10000 OR customer_id <= 5")
        connection.execute("DELETE FROM marketing.subscriber WHERE customer_id > 10000")
    assert [(write.operation, write.rows, len(write.subjects), write.bulk) for write in found] == [
        ("collect", 1000, 1000, None), ("clarify", 1005, 1000, 5), ("delete", 1000, 1000, None),
    ]


def test_a_plan_kept_from_one_row_serves_many(shop: Shop) -> None:
    """Kept for one row, a nested loop over 20,000 would take minutes."""
    with shop.database.connect() as connection:
        connection.execute("INSERT INTO marketing.subscriber SELECT 20000 + i FROM generate_series(1, 20000) i")
        for number in range(7):
            connection.execute(
                b"UPDATE marketing.subscriber SET email = 'y' WHERE customer_id IN (1, %d)" % (number + 2)
            )
        connection.execute("SET statement_timeout = '60s'")
        connection.execute("UPDATE marketing.subscriber SET email = 'z' WHERE customer_id > 20000")
        connection.execute("DELETE FROM marketing.subscriber WHERE customer_id > 20000")


def test_settling_and_filling_in_masks_are_no_writes(shop: Shop) -> None:
    database = shop.database
    with recorded(database) as found, database.connect() as connection:
        connection.execute("SELECT sminion.block('17', 'r', 'officer')")
        while one(connection, "SELECT sminion.settle()"):
            pass
        connection.execute("UPDATE sminion.protected_table SET next_block = 0")
        while connection.execute("SELECT * FROM sminion.backfill()").fetchall():
            pass
        assert one(connection, "SELECT guard_mask & 1 FROM crm.customer WHERE id = 17") == 0
        connection.execute("SELECT sminion.unblock('17', 'r', 'officer')")
        while one(connection, "SELECT sminion.settle()"):
            pass
    assert found == []


def test_a_write_needs_no_month_and_folding_makes_it(shop: Shop, owner: Connection) -> None:
    shop.database.suspend_ddl_guard()
    this = one(owner, "SELECT to_char(now() AT TIME ZONE 'UTC', '_YYYY_MM')")
    with owner.transaction(force_rollback=True):
        for table in (
            "statement_event", "statement_result", "statement_subject", "log_fault", "write_event", "write_subject",
        ):
            owner.execute(f"DROP TABLE sminion.{table}{this}".encode())
        owner.execute("RESET ROLE")
        owner.execute("UPDATE crm.customer SET email = 'x' WHERE id = 18")
        before = owner.execute("SELECT count(*) FROM sminion.write_log").fetchone()
        assert one(owner, "SELECT sminion.make_month(now())") == 6
        assert owner.execute("SELECT count(*) FROM sminion.write_log").fetchone() == before


def test_subject_access_answers_for_reads_and_writes_alike(shop: Shop, app: Connection) -> None:
    number = enter(app, actor="both-ways")
    app.execute("UPDATE crm.customer SET email = 'seen' WHERE id = 19")
    app.execute("COMMIT")
    shape = one(app, """SELECT sminion.log_shape('{"verdict": "allowed", "codes": [], "operations": ["use"],
        "relations": ["crm.customer"], "columns": ["crm.customer.id"], "fingerprint": "f", "statement": "s"}')""")
    journal.write(app, journal.opened(app), 1, [
        {"ticket": number, "shape": shape},
        {"of": 1, "outcome": "done", "codes": [], "rows": 1, "microseconds": 1, "subjects": ["19"]},
    ])
    assert shop.database.execute(
        "SELECT actor, operations, relations, ticket, write IS NULL FROM sminion.subject_access"
        " WHERE subject = '19' AND actor = 'both-ways' ORDER BY at"
    ) == [
        ("both-ways", ["clarify"], ["crm.customer"], number, False),
        ("both-ways", ["use"], ["crm.customer"], number, True),
    ]


def test_auditor_and_privacy_officer_read_the_log_of_writes(shop: Shop) -> None:
    with shop.database.connect() as connection:
        for office in ("auditor", "privacy_officer"):
            connection.execute(f"SET ROLE {shop.name}_{office}".encode())
            assert one(connection, "SELECT count(*) FROM sminion.write_log") > 0
            assert one(connection, "SELECT count(*) FROM sminion.subject_access WHERE write IS NOT NULL") > 0
            connection.execute("RESET ROLE")
