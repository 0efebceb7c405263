"""Names that mean something in SQL text: a table, a column, whatever the application called them."""

from __future__ import annotations

import pytest

from sminion_guard import migrate
from sminion_guard.policy import loads
from tests.servers import Database
from tests.world import acting, rows, ticket

POLICY = """
[policy]
name = "NAME"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
require_tls = false

[login.NAME_app]
purposes = ["contract"]

[purpose.contract]
title = "Contracts"
basis = "contract"
needs = ["contact"]
may = ["use", "collect"]

[schema.crm]
collected_for = ["contract"]

[schema.crm.TABLE]
subject = "id"
columns = { id = "key", p = "contact", t = "contact", c = "contact", s = "contact", o = "contact", target = "contact" }
"""


@pytest.mark.parametrize("table", ["it's", "50%", "%I", "a b", 'say "so"'])
def test_a_policy_is_applied_filled_in_and_removed(table: str, guarded_database: Database, unique: object) -> None:
    name = unique("odd")  # type: ignore[operator]
    quoted = '"' + table.replace('"', '""') + '"'
    guarded_database.execute(
        f"CREATE ROLE {name}_app LOGIN NOINHERIT; CREATE SCHEMA crm;"
        f"CREATE TABLE crm.{quoted} (id bigint PRIMARY KEY, p text, t text, c text, s text, o text,"
        f" target text); INSERT INTO crm.{quoted} VALUES (7, 'a', 'b', 'c', 'd', 'e', 'f')")
    written = "'" + table + "'" if "'" not in table else '"' + table + '"'
    policy = loads(POLICY.replace("NAME", name).replace("TABLE", written))
    with guarded_database.connect() as admin:
        assert migrate.apply(admin, policy).rows_filled == 1
        assert migrate.plan(admin, policy).clean
    with guarded_database.connect(f"{name}_app") as application:
        token = ticket(application, "contract")
        with acting(application, token):
            assert rows(application, f"SELECT p FROM crm.{quoted}") == [("a",)]
            application.execute(f"INSERT INTO crm.{quoted} (id, p) VALUES (8, 'new')".encode())
            assert rows(application, f"SELECT p FROM crm.{quoted} WHERE id = 8") == [("new",)]
    guarded_database.execute("SELECT sminion.block(7, 'court')")
    with guarded_database.connect(f"{name}_app") as application, acting(application, token):
        assert rows(application, f"SELECT p FROM crm.{quoted} WHERE id = 7") == []
    with guarded_database.connect() as admin:
        migrate.remove(admin)
    assert guarded_database.execute(f"SELECT count(*) FROM crm.{quoted}") == [(1,)]
