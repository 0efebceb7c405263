"""What `apply` does to the rest of the database is said before: privileges that go, what is closed, what stops."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from sminion_guard import migrate
from sminion_guard.cli.main import app
from sminion_guard.migrate import Problem
from sminion_guard.policy import loads
from tests.database.migrate.conftest import Shop

OPEN = """
GRANT USAGE ON SCHEMA crm, sales, news TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA sales TO {app};
GRANT SELECT (id, email) ON crm.customer TO {app};
GRANT SELECT ON news.subscriber TO PUBLIC;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA sales TO {app};
ALTER DEFAULT PRIVILEGES IN SCHEMA sales GRANT SELECT ON TABLES TO {app};
CREATE FUNCTION crm.count_all() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM crm.customer';
GRANT CREATE ON SCHEMA public TO {app};
CREATE TABLE sales.a (id int); CREATE TABLE sales.b (id int);
GRANT SELECT, INSERT, UPDATE, DELETE ON sales.a, sales.b TO {app};
"""


def found(problems: tuple[Problem, ...], code: str) -> list[Problem]:
    return [problem for problem in problems if problem.code == code]


def test_direct_privileges_that_go_are_announced_one_for_one(shop: Shop) -> None:
    login = f"{shop.name}_app"
    shop.database.execute(OPEN.format(app=login))
    everybody, direct = found(shop.plan().problems, "SG339")
    assert not everybody.refuses and not direct.refuses
    # USAGE 3, tables of sales 16, columns 2, sequence 1, default 1, CREATE 1
    assert direct.message == f"`apply` revokes 24 direct privileges of login `{login}`"
    for said in (
        "DELETE, INSERT, SELECT, UPDATE on 4 tables of schema `sales`",
        "SELECT on columns `email`, `id` of `crm.customer`",
        "SELECT on each new table of postgres in schema `sales`", "USAGE on sequence `sales.item_id_seq`",
        "CREATE on schema `public`",
    ):
        assert said in str(direct.detail), direct.detail
    assert "it keeps what its purposes give it: `contract` (collect, delete, use)" in str(direct.hint)
    assert everybody.message.endswith("of everybody")
    assert "EXECUTE on definer function `crm.count_all()`" in str(everybody.detail)
    assert "SELECT on table `news.subscriber`" in str(everybody.detail)
    assert f"TEMPORARY on database `{shop.database.name}`" in str(everybody.detail)

    shop.apply()
    ((taken,),) = shop.database.execute("SELECT count(*) FROM sminion.closed_grant")
    assert taken == len(direct.items) + len(everybody.items)
    assert found(shop.plan().problems, "SG339") == []
    # What comes back later is announced again.
    shop.database.suspend_ddl_guard()
    shop.database.execute(f"GRANT SELECT ON sales.orders TO {login}")
    (again,) = found(shop.plan().problems, "SG339")
    assert again.items == ("SELECT on table sales.orders",)


def test_the_command_counts_and_lists_on_demand(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "privacy.toml"
    file.write_text(shop.text)
    login = f"{shop.name}_app"
    shop.database.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA sales, crm TO {login}")
    command = ["plan", "--policy", str(file), "--database-url", shop.database.url()]
    short, long = CliRunner().invoke(app, command).output, CliRunner().invoke(app, [*command, "--verbose"]).output
    assert f"warning: `apply` revokes 3 direct privileges of login `{login}` [SG339]" in short
    assert "      SELECT on table sales.item" not in short
    assert "      SELECT on table sales.item" in long
    assert "SELECT on table sales.item" in CliRunner().invoke(app, [*command, "--format", "json"]).output


def test_what_the_policy_does_not_list_is_closed_and_named(shop: Shop) -> None:
    assert found(shop.plan().problems, "SG340") == []
    shop.apply()
    shop.database.execute(
        "CREATE TABLE crm.note (id int); ALTER TABLE crm.customer ADD birthday date, ADD city text;"
        "CREATE TABLE sales.part (id int) PARTITION BY RANGE (id);"
        "CREATE TABLE sales.part_1 PARTITION OF sales.part DEFAULT"
    )
    plan = shop.plan()
    told = {problem.message: problem for problem in found(plan.problems, "SG340")}
    assert {message: problem.items for message, problem in told.items()} == {
        "1 table in schema `crm` is not in the policy: closed to every purpose until it is listed": ("crm.note",),
        "1 table in schema `sales` is not in the policy: closed to every purpose until it is listed": ("sales.part",),
        "2 columns in schema `crm` are not in the policy: closed to every purpose until they are listed":
            ("crm.customer.birthday", "crm.customer.city"),
    }
    assert not any(problem.refuses for problem in told.values())
    listed = shop.changed("[schema.sales]", '[schema.sales]\nneutral = ["part"]')
    assert [problem.items for problem in found(shop.plan(listed).problems, "SG340")] == [
        ("crm.note",), ("crm.customer.birthday", "crm.customer.city")]


def test_a_materialized_view_that_cannot_be_refreshed_any_more_is_named(shop: Shop) -> None:
    owner = f"{shop.name}_own"
    shop.database.execute(f"""
        CREATE ROLE {owner};
        GRANT USAGE, CREATE ON SCHEMA sales TO {owner};
        GRANT USAGE ON SCHEMA crm TO {owner};
        GRANT SELECT ON ALL TABLES IN SCHEMA sales, crm TO {owner};
        CREATE VIEW sales.plain AS SELECT * FROM sales.orders;
        CREATE VIEW sales.asking WITH (security_invoker) AS SELECT * FROM sales.orders;
        CREATE MATERIALIZED VIEW sales.direct AS SELECT count(*) AS n FROM sales.orders JOIN crm.customer c ON c.id = customer_id;
        CREATE MATERIALIZED VIEW sales.through AS SELECT * FROM sales.asking;
        CREATE MATERIALIZED VIEW sales.past AS SELECT * FROM sales.plain;  -- which reads as a superuser
        CREATE MATERIALIZED VIEW sales.second AS SELECT * FROM sales.direct;
        ALTER MATERIALIZED VIEW sales.direct OWNER TO {owner};
        GRANT SELECT ON sales.asking, sales.plain, sales.direct TO {owner};
        ALTER MATERIALIZED VIEW sales.through OWNER TO {owner};
        ALTER MATERIALIZED VIEW sales.past OWNER TO {owner};
        ALTER MATERIALIZED VIEW sales.second OWNER TO {owner};
    """)  # noqa: E501 - SQL
    told = found(shop.plan().problems, "SG348")
    assert [problem.message for problem in told] == [
        "materialized view `sales.direct` can no longer be refreshed: it reads `crm.customer`, `sales.orders`",
        "materialized view `sales.through` can no longer be refreshed: it reads `sales.orders`",
    ]
    assert f"REFRESH reads as `{owner}`" in str(told[0].detail) and not told[0].refuses
    shop.apply()
    for view in ("direct", "through"):
        with pytest.raises(psycopg.DatabaseError) as refusal:
            shop.database.execute(f"REFRESH MATERIALIZED VIEW sales.{view}")
        assert refusal.value.sqlstate == "SG201"
    # As announced; and what reads as a superuser goes on.
    shop.database.execute("REFRESH MATERIALIZED VIEW sales.past")
    assert shop.database.execute(
        "SELECT (SELECT count(*) FROM sales.through), (SELECT count(*) FROM sales.past)") == [(600, 600)]


def test_rows_about_nobody_are_counted_before_apply(shop: Shop) -> None:
    shop.database.execute("INSERT INTO sales.orders (id) SELECT i FROM generate_series(1001, 1007) i")
    (told,) = found(shop.plan().problems, "SG453")
    assert told.message == "7 rows of `sales.orders` without `customer_id`: no purpose sees them"


def test_a_problem_lists_its_items_only_when_asked() -> None:
    problem = migrate.Problem("SG340", "two", items=("a", "b"))
    assert problem.render() == "two [SG340]"
    assert problem.render(verbose=True) == "two [SG340]\n      a\n      b"


def test_findings_of_retention_and_of_views_say_what_can_be_done(shop: Shop) -> None:
    shop.database.execute(
        "CREATE VIEW public.inner_one AS SELECT s.* FROM news.subscriber s JOIN crm.customer c ON c.id = s.customer_id;"
        "CREATE VIEW news.letter AS SELECT customer_id, email FROM public.inner_one;"
        "CREATE MATERIALIZED VIEW news.copy AS SELECT customer_id, email FROM news.letter;"
        "ALTER TABLE crm.customer ADD year_seen integer, ADD changed_on date"
    )
    for view in ("letter", "copy"):
        (told,) = found(shop.plan(shop.changed("[schema.news.subscriber]", f"[schema.news.{view}]")).problems, "SG426")
        assert "list `crm.customer`, `news.subscriber` instead, which it reads" in str(told.hint)
    counted = loads(shop.text.replace('after = "last_seen_at"', 'after = "year_seen"').replace(
        'last_seen_at = "none"', 'last_seen_at = "none", year_seen = "none"'))
    (told,) = found(shop.plan(counted).problems, "SG429")
    assert told.hint == "let `after` name a date or timestamp: `last_seen_at`, `changed_on`"
    shop.database.execute("ALTER TABLE crm.customer DROP last_seen_at, DROP changed_on")
    (told,) = found(shop.plan(counted).problems, "SG429")
    statement = str(told.hint).split("`")[1]
    shop.database.execute(statement)
    (told,) = found(shop.plan(counted).problems, "SG429")
    assert "`kept_from`" in str(told.hint)
